//! Attempts: the owner of a `ready` or `failed` video may retry it.
//!
//! Messages and workers of the attempt before may still be active. So every message carries its attempt, and
//! its writes are conditional on that attempt being the record's.
//!
//! The attempt of a retry is the time of its call. The job of a call whose record was never written can therefore not
//! act on the attempt of a later call.

use crate::{
    CallKey, Check, Earlier, Item, Record, StoreError, Videos,
    calls::Transaction,
    check::{FIRST_CHECK, PENDING},
    checks::SET_CHECK,
    keys::{integer, key, number, text},
};
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{TransactWriteItem, Update},
};
use framezip_contract::{Attempt, Extraction, Status, Video, format_time};
use jiff::Timestamp;

/// The condition that an attempt, which [`of_attempt`] adds to a write, is the record's.
pub(crate) const IS_ATTEMPT: &str = "attempt = :attempt";

/// Adds the attempt that [`IS_ATTEMPT`] compares with to a write.
pub(crate) fn of_attempt(
    update: UpdateItemFluentBuilder,
    attempt: Attempt,
) -> UpdateItemFluentBuilder {
    update.expression_attribute_values(":attempt", number(attempt))
}

/// Whether a record is on an earlier attempt.
pub(crate) fn is_before(item: &Item, attempt: Attempt) -> bool {
    let stored: Attempt = integer(item.get("attempt")).unwrap_or_default();
    stored < attempt
}

/// The result of a retry.
#[derive(Debug, PartialEq)]
pub enum Retry {
    /// The video is queued; this is its record.
    Begun(Box<Record>),
    /// An earlier call used the key. Nothing was written.
    Earlier(Earlier),
    /// The video is not final, on a later attempt, or deleted. Nothing was written.
    NotFinal,
}

impl Videos {
    /// Moves a video from `ready` or `failed` to `queued`, on the attempt `next`, with other options if given. The
    /// result stays until the attempt has one. Writes the key of the call in the same transaction.
    ///
    /// The caller must have sent the new attempt's job before: after a crash between the two, the video is
    /// unchanged and the job is ignored. If several calls retry the same attempt at once, one of them begins
    /// its own, and the jobs of the others are ignored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retry(
        &self,
        record: Record,
        next: Attempt,
        extraction: Option<Extraction>,
        call: Option<&CallKey>,
    ) -> Result<Retry, StoreError> {
        let (owner, id) = (&record.video.owner, record.video.id);
        let now = self.now();
        let mut writes = Vec::new();
        if let Some(key) = call {
            writes.push(self.key_write(owner, vec![id], key)?);
        }
        writes.push(self.retry_write(&record, next, extraction.as_ref(), now)?);
        Ok(match self.transact(writes, call).await? {
            Transaction::Written => Retry::Begun(Box::new(begun(record, next, extraction, now))),
            Transaction::Earlier(earlier) => Retry::Earlier(earlier),
            Transaction::Refused(_) => Retry::NotFinal,
        })
    }

    fn retry_write(
        &self,
        record: &Record,
        next: Attempt,
        extraction: Option<&Extraction>,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(&record.video.owner, record.video.id)))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#error", "error")
            .expression_attribute_names("#event", "event")
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":ready", text(Status::Ready))
            .expression_attribute_values(":failed", text(Status::Failed))
            .expression_attribute_values(":queued", text(Status::Queued))
            .expression_attribute_values(":attempt", number(record.attempt))
            .expression_attribute_values(":next", number(next))
            .expression_attribute_values(":pending", text(PENDING))
            .expression_attribute_values(":checkAt", number((now + FIRST_CHECK).as_second()))
            .expression_attribute_values(":now", text(format_time(now)));
        let mut options = "";
        if let Some(extraction) = extraction {
            update = update.expression_attribute_values(":extraction", self.value(extraction)?);
            options = ", extraction = :extraction";
        }
        let update = update
            .condition_expression(format!("{IS_ATTEMPT} AND #status IN (:ready, :failed)"))
            .update_expression(format!(
                "SET #status = :queued, attempt = :next, updatedAt = :now, {SET_CHECK}{options} \
                 REMOVE #error, notice, #event, announcedAt, progress, lease, fanOut, startedAt, repairs",
            ))
            .build()
            .map_err(|e| self.failed("TransactWriteItems", e))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// Returns the record after a retry. The write sets everything that may have changed since it was read.
fn begun(record: Record, next: Attempt, extraction: Option<Extraction>, now: Timestamp) -> Record {
    let video = record.video;
    let extraction = extraction.unwrap_or(video.extraction);
    let video = Video {
        extraction,
        status: Status::Queued,
        updated_at: now,
        progress: None,
        error: None,
        ..video
    };
    Record {
        video,
        lease: None,
        notice: None,
        event: None,
        announced_at: None,
        fan_out: None,
        attempt: next,
        started_at: None,
        check: Some(Check::first(now)),
        ..record
    }
}
