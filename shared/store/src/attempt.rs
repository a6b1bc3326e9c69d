//! Attempts: a video that is final may be begun again.
//!
//! Messages of the attempt before may still come, and its workers may still be at it. So every message
//! tells its attempt, and what it does is done only while that is the record's.

use crate::{
    CallKey, Earlier, Item, Record, StoreError, Videos,
    calls::Transaction,
    record::{kept_until, key, number, text},
};
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{TransactWriteItem, Update},
};
use framezip_contract::{Extraction, Status, Video, format_time};
use jiff::Timestamp;

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

/// What came of a retry.
#[derive(Debug, PartialEq)]
pub enum Retry {
    /// The video is queued: this is its record.
    Begun(Box<Record>),
    /// The key is an earlier call's. Nothing was written.
    Earlier(Earlier),
    /// The video is not final, or on a later attempt, or gone. Nothing was written.
    NotFinal,
}

impl Videos {
    /// `ready` or `failed` → `queued`, on the attempt that follows the record's, with other options where
    /// such are given. What came of the attempt before is forgotten. The key of the call is written
    /// together with the record, or not at all.
    ///
    /// The new attempt's job must have been sent before: a crash between the two leaves the video as it
    /// was, and a job that is ignored. Of several calls that retry the same attempt at once, one begins
    /// it; the others' jobs are as good as that one's, since the options stand in the record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retry(
        &self,
        record: Record,
        extraction: Option<Extraction>,
        call: Option<&CallKey>,
    ) -> Result<Retry, StoreError> {
        let (owner, id) = (&record.video.owner, record.video.id);
        let now = Timestamp::now();
        let mut writes = Vec::new();
        if let Some(key) = call {
            writes.push(self.key_write(owner, vec![id], key)?);
        }
        writes.push(self.retry_write(&record, extraction.as_ref(), now)?);
        Ok(match self.transact(writes, call).await? {
            Transaction::Written => Retry::Begun(Box::new(begun(record, extraction, now))),
            Transaction::Earlier(earlier) => Retry::Earlier(earlier),
            Transaction::Refused(_) => Retry::NotFinal,
        })
    }

    fn retry_write(
        &self,
        record: &Record,
        extraction: Option<&Extraction>,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let attempt = record.attempt;
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(&record.video.owner, record.video.id)))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#result", "result")
            .expression_attribute_names("#error", "error")
            .expression_attribute_values(":ready", text(Status::Ready))
            .expression_attribute_values(":failed", text(Status::Failed))
            .expression_attribute_values(":queued", text(Status::Queued))
            .expression_attribute_values(":next", number(attempt.saturating_add(1)))
            .expression_attribute_values(":now", text(format_time(now)))
            .expression_attribute_values(":kept", kept_until());
        let is_this = match attempt {
            0 => "attribute_not_exists(attempt)",
            _ => "attempt = :attempt",
        };
        if attempt > 0 {
            update = update.expression_attribute_values(":attempt", number(attempt));
        }
        let mut options = "";
        if let Some(extraction) = extraction {
            update = update.expression_attribute_values(":extraction", self.value(extraction)?);
            options = ", extraction = :extraction";
        }
        let update = update
            .condition_expression(format!("{is_this} AND #status IN (:ready, :failed)"))
            .update_expression(format!(
                "SET #status = :queued, attempt = :next, updatedAt = :now, expiresAt = :kept{options} \
                 REMOVE #result, warnings, #error, notice, progress, lease, run, startedAt",
            ))
            .build()
            .map_err(|e| self.failed("TransactWriteItems", e))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// The record as a retry leaves it: whatever may have changed since it was read is set anew.
fn begun(record: Record, extraction: Option<Extraction>, now: Timestamp) -> Record {
    let Record { video, email, multipart, attempt, .. } = record;
    let extraction = extraction.unwrap_or(video.extraction);
    let video = Video {
        extraction,
        status: Status::Queued,
        updated_at: now,
        progress: None,
        result: None,
        warnings: Vec::new(),
        error: None,
        ..video
    };
    Record {
        video,
        email,
        lease: None,
        notice: None,
        run: None,
        multipart,
        attempt: attempt.saturating_add(1),
        started_at: None,
    }
}
