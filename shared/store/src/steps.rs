//! The steps of a video's life, each one conditional write.

use crate::{
    Record, StoreError, Videos,
    attempt::{is_before, of_attempt},
    record::{kept_until, number, text},
};
use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use framezip_contract::{Progress, Status, UserId, Verdict, VideoId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The right of one message's handler to a video. The same message, delivered again, has the same
/// right: its first handler failed or crashed. Another message about the same video is a duplicate
/// for as long as the lease runs, and may be dropped: the first is still on its queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The message's id.
    pub owner: String,
    /// When other messages may take over, in milliseconds since 1970.
    pub until: i64,
}

/// A write, with what its condition compares the lease that is there with: `#until` and `#owner`, the
/// moment `:millis` and the `:owner` of this one.
pub(crate) fn against(update: UpdateItemFluentBuilder, lease: &Lease) -> UpdateItemFluentBuilder {
    update
        .expression_attribute_names("#until", "until")
        .expression_attribute_names("#owner", "owner")
        .expression_attribute_values(":millis", number(Timestamp::now().as_millisecond()))
        .expression_attribute_values(":owner", text(&lease.owner))
}

impl Lease {
    /// A lease of the message `owner`, from now on.
    pub fn of(owner: &str, length: Duration) -> Self {
        let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let until = Timestamp::now().as_millisecond().saturating_add(length);
        Self { owner: owner.to_owned(), until }
    }
}

/// What came of asking for a video.
#[derive(Debug, PartialEq)]
pub enum Claim {
    /// It is the message's.
    Taken(Box<Record>),
    /// The record does not know of this attempt yet: the job has overtaken the write that begins it,
    /// and must come again.
    Early,
    /// Another message's worker has it, or it is final, or on a later attempt, or gone.
    Refused,
}

impl Videos {
    /// `awaiting_upload` → `queued`. `None`: it is further on already, or gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue(&self, owner: &UserId, id: VideoId) -> Result<Option<Record>, StoreError> {
        let update = self
            .update(owner, id)
            .update_expression("SET #status = :queued, updatedAt = :now, expiresAt = :kept")
            .condition_expression("#status = :awaiting")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":queued", text(Status::Queued))
            .expression_attribute_values(":awaiting", text(Status::AwaitingUpload))
            .expression_attribute_values(":kept", kept_until());
        self.step(update).await
    }

    /// → `processing`, under a lease. Only by a job of the attempt that the video is on. What comes of
    /// the attempt's worker later is bound to its message's id, which no other attempt has.
    ///
    /// A video that was split stays with the message whose worker split it: its segments may be at
    /// work however long ago the lease ran out. Only that message may come again, to send them again.
    ///
    /// From `awaiting_upload` too: the job is sent before `queued` is written, and a worker may be
    /// quicker than that write.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: u32,
        lease: &Lease,
    ) -> Result<Claim, StoreError> {
        let (update, is_this) = of_attempt(self.update(owner, id), attempt);
        let update = against(update, lease)
            .update_expression(
                "SET #status = :processing, lease = :lease, updatedAt = :now, expiresAt = :kept, \
                 startedAt = if_not_exists(startedAt, :now)",
            )
            .condition_expression(format!(
                "{is_this} AND (#status IN (:awaiting, :queued) OR (#status = :processing \
                 AND (lease.#until < :millis OR lease.#owner = :owner))) \
                 AND (attribute_not_exists(run) OR run = :owner)",
            ))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":awaiting", text(Status::AwaitingUpload))
            .expression_attribute_values(":queued", text(Status::Queued))
            .expression_attribute_values(":kept", kept_until())
            .expression_attribute_values(":lease", self.value(lease)?)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(output) => {
                let record = self.record(output.attributes.unwrap_or_default())?;
                Ok(Claim::Taken(Box::new(record)))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(found)) => {
                    let is_early = found.item().is_some_and(|item| is_before(item, attempt));
                    Ok(if is_early { Claim::Early } else { Claim::Refused })
                }
                _ => Err(self.failed("UpdateItem", error)),
            },
        }
    }

    /// Writes how far the worker of the message `owner` is. `None`: it has lost the video, and should
    /// stop.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn progress(
        &self,
        user: &UserId,
        id: VideoId,
        owner: &str,
        progress: Progress,
    ) -> Result<Option<Record>, StoreError> {
        let update = self
            .update(user, id)
            .update_expression("SET progress = :progress, updatedAt = :now")
            .condition_expression("#status = :processing AND lease.#owner = :owner")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":progress", self.value(progress)?);
        self.step(update).await
    }

    /// What came of an attempt: → `ready` from `processing`, → `failed` from any state that is not
    /// final. `None`: it is final already, or on a later attempt, or gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: u32,
        verdict: &Verdict,
    ) -> Result<Option<Record>, StoreError> {
        let (update, is_this) = of_attempt(self.update(owner, id), attempt);
        let update = update
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":kept", kept_until());
        let update = match verdict {
            Verdict::Ready { result, warnings } => update
                .update_expression(
                    "SET #status = :ready, #result = :result, warnings = :warnings, \
                     updatedAt = :now, expiresAt = :kept REMOVE lease, progress, run",
                )
                .condition_expression(format!("{is_this} AND #status = :processing"))
                .expression_attribute_names("#result", "result")
                .expression_attribute_values(":ready", text(Status::Ready))
                .expression_attribute_values(":processing", text(Status::Processing))
                .expression_attribute_values(":result", self.value(result)?)
                .expression_attribute_values(":warnings", self.value(warnings)?),
            Verdict::Failed(failure) => update
                .update_expression(
                    "SET #status = :failed, #error = :error, updatedAt = :now, expiresAt = :kept \
                     REMOVE lease, progress, run",
                )
                .condition_expression(format!(
                    "{is_this} AND attribute_exists(pk) AND NOT #status IN (:ready, :failed)"
                ))
                .expression_attribute_names("#error", "error")
                .expression_attribute_values(":failed", text(Status::Failed))
                .expression_attribute_values(":ready", text(Status::Ready))
                .expression_attribute_values(":error", self.value(failure)?),
        };
        self.step(update).await
    }

    pub(crate) fn value(&self, value: impl Serialize) -> Result<AttributeValue, StoreError> {
        serde_dynamo::to_attribute_value(value).map_err(|e| self.bad_item(e))
    }
}
