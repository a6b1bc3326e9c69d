//! Checks: the times at which the reconciler looks at the items that wait for something.
//!
//! Every step that leaves something outstanding writes the time of the next check with the same conditional write:
//! a message to handle, an upload to arrive, an owner to notify. The step that leaves nothing outstanding removes
//! it. The index `by-check` contains only items with a check, ordered by its time, so the reconciler finds
//! overdue ones without a scan, and other readers pay nothing.
//!
//! A check is a look at the item, not an event: a second look finds the same or nothing, and each repair that
//! follows is a message that may arrive twice, or a conditional write.

use crate::{
    Item, Record, StoreError, Videos,
    check::PENDING,
    keys::{self, EXPIRES_AT, number, text},
};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use framezip_contract::{EventId, UserId, VideoId};
use jiff::{SignedDuration, Timestamp};

/// The index of items with a check.
const INDEX: &str = "by-check";

/// An item whose check is due.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Due {
    /// A video.
    Video(UserId, VideoId),
    /// A delivery to a webhook.
    Delivery(UserId, EventId),
    /// A webhook that was switched off, and whose owner was not notified.
    Webhook(UserId),
}

impl Due {
    fn of(key: &Item) -> Option<Self> {
        if let Some(video) = keys::VideoKey::of(key) {
            return Some(Self::Video(video.owner, video.id));
        }
        let owner = keys::webhook_owner(key)?;
        match keys::delivery_event(key) {
            Some(event) => Some(Self::Delivery(owner, event)),
            None => Some(Self::Webhook(owner)),
        }
    }
}

/// The assignments of a next check, for the `SET` of a step that also removes `repairs`.
pub(crate) const SET_CHECK: &str = "#check = :pending, checkAt = :checkAt";
/// The attributes of a check, for the `REMOVE` of a step that leaves nothing outstanding.
pub(crate) const CHECK: &str = "#check, checkAt, repairs";

/// Adds the values of [`SET_CHECK`].
pub(crate) fn check_at(
    update: UpdateItemFluentBuilder,
    time: Timestamp,
) -> UpdateItemFluentBuilder {
    update
        .expression_attribute_names("#check", "check")
        .expression_attribute_values(":pending", text(PENDING))
        .expression_attribute_values(":checkAt", number(time.as_second()))
}

impl Videos {
    /// Returns items whose check is due, the longest overdue first, at most `limit`. The index follows the table
    /// after a moment, so a check may be over already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due(&self, limit: usize) -> Result<Vec<Due>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#check = :pending AND checkAt <= :now")
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":pending", text(PENDING))
            .expression_attribute_values(":now", number(self.now().as_second()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let output = query.send().await.map_err(|e| self.failed("Query", e))?;
        Ok(output.items().iter().filter_map(Due::of).collect())
    }

    /// Sends a write that moves the check of its item by `pause`, if it is due. Returns whether it was.
    pub(crate) async fn postpone_due(
        &self,
        update: UpdateItemFluentBuilder,
        pause: SignedDuration,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let update = update
            .update_expression("SET checkAt = :next")
            .condition_expression("#check = :pending AND checkAt <= :now")
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":pending", text(PENDING))
            .expression_attribute_values(":next", number((now + pause).as_second()))
            .expression_attribute_values(":now", number(now.as_second()));
        Ok(self.write(update).await?.is_some())
    }

    /// Moves a video's check to `next`, if the check is the one that was seen, with the number of
    /// repairs since the last step. Returns whether it was: another round, or a step of the video, may have been faster.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn postpone(
        &self,
        seen: &Record,
        next: Timestamp,
        repairs: u32,
    ) -> Result<bool, StoreError> {
        let video = &seen.video;
        let Some(check) = &seen.check else { return Ok(false) };
        let update = self
            .update_quietly(&video.owner, video.id)
            .update_expression("SET checkAt = :next, repairs = :repairs")
            .condition_expression("checkAt = :seen")
            .expression_attribute_values(":next", number(next.as_second()))
            .expression_attribute_values(":repairs", number(repairs))
            .expression_attribute_values(":seen", number(check.check_at));
        Ok(self.write(update).await?.is_some())
    }

    /// Removes the check of a video that has expired. No read finds such a video, but its item stays in the index until
    /// DynamoDB removes it, which may take days.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_expired_checks(
        &self,
        owner: &UserId,
        id: VideoId,
    ) -> Result<bool, StoreError> {
        let update = self
            .update_quietly(owner, id)
            .update_expression(format!("REMOVE {CHECK}"))
            .condition_expression(format!("{EXPIRES_AT} <= :now"))
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":now", number(self.now().as_second()));
        Ok(self.write(update).await?.is_some())
    }

    /// Removes the check that was seen: nothing is outstanding, or nothing can be repaired any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_checks(&self, seen: &Record) -> Result<bool, StoreError> {
        let video = &seen.video;
        let Some(check) = &seen.check else { return Ok(false) };
        let update = self
            .update_quietly(&video.owner, video.id)
            .update_expression(format!("REMOVE {CHECK}"))
            .condition_expression("checkAt = :seen")
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":seen", number(check.check_at));
        Ok(self.write(update).await?.is_some())
    }
}
