//! The steps of a video's life. Each is one conditional write.

use crate::{
    Lease, Record, StoreError, Videos, Written,
    attempt::{IS_ATTEMPT, is_before, of_attempt},
    check::FIRST_CHECK,
    checks::{SET_CHECK, check_at},
    keys::{number, text},
    lease::against,
};
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue,
};
use framezip_contract::{
    Attempt, ErrorCode, EventId, Failure, Progress, Status, UserId, Verdict, VideoId,
};
use jiff::{SignedDuration, Timestamp};
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

/// The result of giving up a job.
#[derive(Debug, PartialEq)]
pub enum GivenUp {
    /// The video is `failed`.
    Failed(Box<Record>),
    /// Another message holds the lease or may claim the video again, until this time. Nothing was written.
    Held(Timestamp),
    /// The video is final, on another attempt, in a fan-out of another message, expired or deleted. Nothing was
    /// written.
    Refused,
}

/// The time between the end of a worker's lease and the check: its message may be delivered again meanwhile.
const AFTER_LEASE: SignedDuration = SignedDuration::from_mins(1);

/// The time after the end of a lease within which the message of a crashed worker is delivered again, and claims the
/// video again. Longer than any visibility timeout that `extract` sets.
const REDELIVERY: SignedDuration = SignedDuration::from_mins(4);

/// The condition that the item has not expired. DynamoDB may take days to remove it.
const IS_KEPT: &str = "expiresAt > :seconds";

/// The condition that no fan-out has begun, or that the message `:owner` began it.
const IS_FAN_OUT_OF_OWNER: &str = "(attribute_not_exists(fanOut) OR fanOut = :owner)";

/// The condition that the video is not final.
const IS_OPEN: &str = "NOT #status IN (:ready, :failed)";

/// What the end of an attempt writes besides the verdict and the check.
const SET_END: &str = "updatedAt = :now, #event = :event";

/// What the end of an attempt removes: every trace of the work.
const REMOVE_WORK: &str = "REMOVE lease, progress, fanOut, repairs";

impl Videos {
    /// Moves a video from `awaiting_upload` to `queued`. Returns `None` if it has any other status or is
    /// deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue(&self, owner: &UserId, id: VideoId) -> Result<Option<Record>, StoreError> {
        let now = self.now();
        let update = check_at(self.update(owner, id), now + FIRST_CHECK)
            .update_expression(format!(
                "SET #status = :queued, updatedAt = :now, {SET_CHECK} REMOVE repairs",
            ))
            .condition_expression(format!("#status = :awaiting AND {IS_KEPT}"))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":queued", text(Status::Queued))
            .expression_attribute_values(":awaiting", text(Status::AwaitingUpload))
            .expression_attribute_values(":seconds", number(now.as_second()));
        self.step(update).await
    }

    /// Moves a video to `processing`, under a lease, for a job of its current attempt. Later writes of the
    /// worker are bound to its message's id, which no other attempt has.
    ///
    /// During a fan-out, only the message that started it may claim the video again, to send the segments
    /// again: they may be at work long after the lease has expired. A job that resumes the fan-out claims it in
    /// the name of that message.
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
        attempt: Attempt,
        lease: &Lease,
    ) -> Result<Claim, StoreError> {
        let now = self.now();
        let update = of_attempt(self.update(owner, id), attempt);
        let update = check_at(against(update, &lease.owner, now), lease.ends_at() + AFTER_LEASE)
            .update_expression(format!(
                "SET #status = :processing, lease = :lease, updatedAt = :now, {SET_CHECK}, \
                 startedAt = if_not_exists(startedAt, :now) REMOVE repairs",
            ))
            .condition_expression(format!(
                "{IS_ATTEMPT} AND {IS_KEPT} AND (#status IN (:awaiting, :queued) OR (#status = :processing \
                 AND (lease.#until < :millis OR lease.#owner = :owner))) \
                 AND {IS_FAN_OUT_OF_OWNER}",
            ))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":awaiting", text(Status::AwaitingUpload))
            .expression_attribute_values(":queued", text(Status::Queued))
            .expression_attribute_values(":seconds", number(now.as_second()))
            .expression_attribute_values(":lease", self.value(lease)?);
        Ok(match self.write_or_read(update).await? {
            Written::Done(item) => Claim::Taken(Box::new(self.record(item)?)),
            Written::Refused(Some(item)) if is_before(&item, attempt) => Claim::Early,
            Written::Refused(_) => Claim::Refused,
        })
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

    /// Ends an attempt: `ready` from `processing`, `failed` from any status that is not final, but for an upload that
    /// expired only from `awaiting_upload`. Returns `None` if the video has no such status, is on another attempt, or is
    /// deleted.
    ///
    /// A video that fails keeps the result of an earlier attempt.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: Attempt,
        verdict: &Verdict,
    ) -> Result<Option<Record>, StoreError> {
        let update = match verdict {
            Verdict::Ready { result, warnings } => self
                .end(owner, id, attempt)
                .update_expression(format!(
                    "SET #status = :ready, #result = :result, warnings = :warnings, \
                     resultAttempt = :attempt, resultExtraction = extraction, \
                     {SET_END}, {SET_CHECK} {REMOVE_WORK}",
                ))
                .condition_expression(format!("{IS_ATTEMPT} AND #status = :processing"))
                .expression_attribute_names("#result", "result")
                .expression_attribute_values(":ready", text(Status::Ready))
                .expression_attribute_values(":processing", text(Status::Processing))
                .expression_attribute_values(":result", self.value(result)?)
                .expression_attribute_values(":warnings", self.value(warnings)?),
            // the file may have arrived since
            Verdict::Failed(failure) if failure.code == ErrorCode::UploadExpired => self
                .fail(owner, id, attempt, failure)?
                .condition_expression(format!("{IS_ATTEMPT} AND {IS_OPEN} AND #status = :awaiting"))
                .expression_attribute_values(":awaiting", text(Status::AwaitingUpload)),
            Verdict::Failed(failure) => self
                .fail(owner, id, attempt, failure)?
                .condition_expression(format!("{IS_ATTEMPT} AND {IS_OPEN}")),
        };
        self.step(update).await
    }

    /// Ends the attempt of a job that was given up: `failed`, unless another message holds the lease or
    /// the fan-out. So a copy of a job that never claimed the video does not fail it while the worker of another
    /// copy is processing it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn give_up(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: Attempt,
        message: &str,
        failure: &Failure,
    ) -> Result<GivenUp, StoreError> {
        let now = self.now();
        let update = self.fail(owner, id, attempt, failure)?;
        let update = against(update, message, now - REDELIVERY)
            .condition_expression(format!(
                "{IS_ATTEMPT} AND {IS_OPEN} AND {IS_KEPT} AND (attribute_not_exists(lease) \
                 OR lease.#until < :millis OR lease.#owner = :owner) AND {IS_FAN_OUT_OF_OWNER}",
            ))
            .expression_attribute_values(":seconds", number(now.as_second()));
        let found = match self.write_or_read(update).await? {
            Written::Done(item) => return Ok(GivenUp::Failed(Box::new(self.record(item)?))),
            Written::Refused(None) => return Ok(GivenUp::Refused),
            Written::Refused(Some(item)) => self.record(item)?,
        };
        let is_open = found.attempt == attempt && !found.video.status.is_final();
        let until = found.lease.map(|lease| lease.ends_at() + REDELIVERY);
        Ok(match until {
            Some(until) if is_open && found.fan_out.is_none() && until >= now => {
                GivenUp::Held(until)
            }
            _ => GivenUp::Refused,
        })
    }

    /// Begins the write that ends an attempt, with the values of [`SET_END`] and the check.
    fn end(&self, owner: &UserId, id: VideoId, attempt: Attempt) -> UpdateItemFluentBuilder {
        let update = of_attempt(self.update(owner, id), attempt);
        check_at(update, self.now() + FIRST_CHECK)
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#event", "event")
            .expression_attribute_values(":event", text(EventId::now()))
    }

    /// Begins the write of a failure, which needs a condition with [`IS_OPEN`].
    fn fail(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: Attempt,
        failure: &Failure,
    ) -> Result<UpdateItemFluentBuilder, StoreError> {
        Ok(self
            .end(owner, id, attempt)
            .update_expression(format!(
                "SET #status = :failed, #error = :error, {SET_END}, {SET_CHECK} {REMOVE_WORK}",
            ))
            .expression_attribute_names("#error", "error")
            .expression_attribute_values(":failed", text(Status::Failed))
            .expression_attribute_values(":ready", text(Status::Ready))
            .expression_attribute_values(":error", self.value(failure)?))
    }

    pub(crate) fn value(&self, value: impl Serialize) -> Result<AttributeValue, StoreError> {
        serde_dynamo::to_attribute_value(value).map_err(|e| self.bad_item(e))
    }
}
