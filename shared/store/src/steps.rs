//! The steps of a video's life. Each is one conditional write.

use crate::{
    Lease, Record, StoreError, Videos,
    attempt::{IS_ATTEMPT, is_before, of_attempt},
    keys::text,
    lease::against,
    record::kept_until,
};
use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use framezip_contract::{Progress, Status, UserId, Verdict, VideoId};
use serde::Serialize;

/// The result of claiming a video.
#[derive(Debug, PartialEq)]
pub enum Claim {
    /// The message owns the lease.
    Taken(Box<Record>),
    /// The job arrived before the write that begins its attempt, and must be delivered again.
    Early,
    /// Another message owns the lease, or the video is final, on a later attempt, or deleted.
    Refused,
}

impl Videos {
    /// Moves a video from `awaiting_upload` to `queued`. Returns `None` if it has any other status or is
    /// deleted.
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

    /// Moves a video to `processing`, under a lease, for a job of its current attempt. Later writes of the
    /// worker are bound to its message's id, which no other attempt has.
    ///
    /// During a fan-out, only the message that started it may claim the video again, to send the segments
    /// again: they may be at work long after the lease has expired.
    ///
    /// The video may also be `awaiting_upload`: the job is sent before `queued` is written, and a worker may be
    /// faster than that write.
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
        let update = against(of_attempt(self.update(owner, id), attempt), lease)
            .update_expression(
                "SET #status = :processing, lease = :lease, updatedAt = :now, expiresAt = :kept, \
                 startedAt = if_not_exists(startedAt, :now)",
            )
            .condition_expression(format!(
                "{IS_ATTEMPT} AND (#status IN (:awaiting, :queued) OR (#status = :processing \
                 AND (lease.#until < :millis OR lease.#owner = :owner))) \
                 AND (attribute_not_exists(fanOut) OR fanOut = :owner)",
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

    /// Writes the progress of the worker of the message `owner`. Returns `None` if it has lost the video and
    /// should stop.
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

    /// Ends an attempt: `ready` from `processing`, `failed` from any status that is not final. Returns `None`
    /// if the video is final, on a later attempt, or deleted.
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
        let update = of_attempt(self.update(owner, id), attempt)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":kept", kept_until());
        let update = match verdict {
            Verdict::Ready { result, warnings } => update
                .update_expression(
                    "SET #status = :ready, #result = :result, warnings = :warnings, \
                     updatedAt = :now, expiresAt = :kept REMOVE lease, progress, fanOut",
                )
                .condition_expression(format!("{IS_ATTEMPT} AND #status = :processing"))
                .expression_attribute_names("#result", "result")
                .expression_attribute_values(":ready", text(Status::Ready))
                .expression_attribute_values(":processing", text(Status::Processing))
                .expression_attribute_values(":result", self.value(result)?)
                .expression_attribute_values(":warnings", self.value(warnings)?),
            Verdict::Failed(failure) => update
                .update_expression(
                    "SET #status = :failed, #error = :error, updatedAt = :now, expiresAt = :kept \
                     REMOVE lease, progress, fanOut",
                )
                .condition_expression(format!("{IS_ATTEMPT} AND NOT #status IN (:ready, :failed)"))
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
