//! Attempts: a video that is final may be begun again.
//!
//! Messages of the attempt before may still come, and its workers may still be at it. So every message
//! tells its attempt, and what it does is done only while that is the record's.

use crate::{
    Item, Record, StoreError, Videos,
    record::{kept_until, number, text},
};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use framezip_contract::{Extraction, Status, UserId, VideoId};

/// A write, and the condition on it that the attempt is the record's.
pub(crate) fn of_attempt(
    update: UpdateItemFluentBuilder,
    attempt: u32,
) -> (UpdateItemFluentBuilder, &'static str) {
    match attempt {
        0 => (update, "attribute_not_exists(attempt)"),
        _ => {
            let update = update.expression_attribute_values(":attempt", number(attempt));
            (update, "attempt = :attempt")
        }
    }
}

/// Whether a record is on an earlier attempt than this one.
pub(crate) fn is_before(item: &Item, attempt: u32) -> bool {
    let stored = item.get("attempt").and_then(|value| value.as_n().ok());
    let stored = stored.and_then(|number| number.parse().ok()).unwrap_or(0_u32);
    stored < attempt
}

impl Videos {
    /// `ready` or `failed` → `queued`, on the attempt behind `attempt`, with other options where such
    /// are given. What came of the attempt before is forgotten. `None`: the video is not final, or not
    /// on that attempt any more, or gone.
    ///
    /// The new attempt's job must have been sent before: a crash between the two leaves the video as it
    /// was, and a job that nobody takes. Of two that begin the same attempt at once, one is told `None`;
    /// its job is as good as the other's, since the options stand in the record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retry(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: u32,
        extraction: Option<&Extraction>,
    ) -> Result<Option<Record>, StoreError> {
        let (update, is_this) = of_attempt(self.update(owner, id), attempt);
        let update = update
            .condition_expression(format!("{is_this} AND #status IN (:ready, :failed)"))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#result", "result")
            .expression_attribute_names("#error", "error")
            .expression_attribute_values(":ready", text(Status::Ready))
            .expression_attribute_values(":failed", text(Status::Failed))
            .expression_attribute_values(":queued", text(Status::Queued))
            .expression_attribute_values(":next", number(attempt.saturating_add(1)))
            .expression_attribute_values(":kept", kept_until());
        let (update, options) = match extraction {
            None => (update, ""),
            Some(extraction) => {
                let extraction = self.value(extraction)?;
                let update = update.expression_attribute_values(":extraction", extraction);
                (update, ", extraction = :extraction")
            }
        };
        let update = update.update_expression(format!(
            "SET #status = :queued, attempt = :next, updatedAt = :now, expiresAt = :kept{options} \
             REMOVE #result, warnings, #error, notice, progress, lease, run, startedAt",
        ));
        self.step(update).await
    }
}
