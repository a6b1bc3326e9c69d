//! Fan-outs: several invocations extract the segments of one video.
//!
//! A fan-out has the id of the message whose worker split the video. The record names the current fan-out;
//! any other is over. The set of finished segments is an item of its own, so that late workers of an earlier
//! fan-out add to another set, and the record, which is written often, stays small.

use crate::{
    Lease, Record, StoreError, Videos,
    check::FIRST_CHECK,
    checks::{SET_CHECK, check_at},
    keys::{fan_out_key, number, text},
    lease::against,
    record::fan_out_kept_until,
};
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValue},
};
use framezip_contract::{Status, UserId, VideoId};
use serde::Deserialize;

/// The most segments of a fan-out. Their names, about 50 bytes each, must fit into an item of 400 KB.
pub const MOST_SEGMENTS: usize = 6000;

/// The attributes that are read from a fan-out's item.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FanOut {
    finished_segments: Vec<String>,
}

impl Videos {
    /// Starts a fan-out by the message `message_id`, whose worker holds the lease. Running it twice changes
    /// nothing. Returns `None` if the worker has lost the video and should stop.
    ///
    /// The worker's progress must have been written before, since [`Self::advance`] adds to it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn start_fan_out(
        &self,
        owner: &UserId,
        id: VideoId,
        message_id: &str,
    ) -> Result<Option<Record>, StoreError> {
        let update = check_at(self.update(owner, id), self.now() + FIRST_CHECK)
            .update_expression(format!(
                "SET fanOut = :message, updatedAt = :now, {SET_CHECK} REMOVE repairs",
            ))
            .condition_expression("#status = :processing AND lease.#owner = :message")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":message", text(message_id));
        self.step(update).await
    }

    /// Adds `done` to the number of finished frames; it may be negative. Returns `None` if the fan-out is
    /// over and its workers should stop. With 0 it only checks that.
    ///
    /// Running it twice counts twice, so no decision depends on the count.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn advance(
        &self,
        owner: &UserId,
        id: VideoId,
        fan_out: &str,
        done: i64,
    ) -> Result<Option<Record>, StoreError> {
        let update = self
            .update(owner, id)
            // ADD would do the same, but not every emulator supports it for nested attributes
            .update_expression("SET progress.done = progress.done + :done, updatedAt = :now")
            .condition_expression("#status = :processing AND fanOut = :fanOut")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":fanOut", text(fan_out))
            .expression_attribute_values(":done", number(done));
        self.step(update).await
    }

    /// Adds a finished segment to a fan-out. Returns all finished segments, this one included, in no
    /// particular order. If two workers add theirs at once, the later one gets both. Running it twice changes
    /// nothing. Returns `None` if the fan-out already has [`MOST_SEGMENTS`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_segment(
        &self,
        owner: &UserId,
        id: VideoId,
        fan_out: &str,
        segment: &str,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let update = self
            .update_fan_out(owner, id, fan_out)
            .condition_expression(
                "attribute_not_exists(finishedSegments) OR size(finishedSegments) < :most",
            )
            .expression_attribute_values(":most", number(MOST_SEGMENTS))
            .update_expression("SET expiresAt = :kept ADD finishedSegments :segment")
            .expression_attribute_values(":kept", fan_out_kept_until(self.now()))
            .expression_attribute_values(":segment", AttributeValue::Ss(vec![segment.to_owned()]))
            .return_values(ReturnValue::AllNew);
        let Some(output) = self.write(update).await? else { return Ok(None) };
        let item = output.attributes.unwrap_or_default();
        let fan_out: FanOut = serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))?;
        Ok(Some(fan_out.finished_segments))
    }

    /// Returns the finished segments of a fan-out, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn segments(
        &self,
        owner: &UserId,
        id: VideoId,
        fan_out: &str,
    ) -> Result<Vec<String>, StoreError> {
        let item = self.item(fan_out_key(owner, id, fan_out)).await?.unwrap_or_default();
        let fan_out: FanOut = serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))?;
        Ok(fan_out.finished_segments)
    }

    /// Takes the lease on assembling a fan-out's segments. Returns `false` if another message holds it or the
    /// fan-out has no segments.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_assembly(
        &self,
        owner: &UserId,
        id: VideoId,
        fan_out: &str,
        lease: &Lease,
    ) -> Result<bool, StoreError> {
        let update = against(self.update_fan_out(owner, id, fan_out), &lease.owner, self.now())
            .update_expression("SET assembly = :lease")
            .condition_expression(
                "attribute_exists(finishedSegments) AND (attribute_not_exists(assembly) \
                 OR assembly.#until < :millis OR assembly.#owner = :owner)",
            )
            .expression_attribute_values(":lease", self.value(lease)?);
        Ok(self.write(update).await?.is_some())
    }

    fn update_fan_out(
        &self,
        owner: &UserId,
        id: VideoId,
        fan_out: &str,
    ) -> UpdateItemFluentBuilder {
        self.update_item(fan_out_key(owner, id, fan_out))
    }
}
