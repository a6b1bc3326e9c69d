//! Who tells the owner, so that each outcome is told once.

use crate::{Lease, Record, StoreError, Videos, attempt::of_attempt, record::text, steps::against};
use framezip_contract::{Status, UserId, VideoId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The telling of an outcome: under way for as long as the lease runs, done once `sent_at` is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Which message's handler is at it.
    pub lease: Lease,
    /// When the mail was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
}

impl Videos {
    /// Takes the right to tell the owner what came of an attempt. `None`: the owner was told, or another
    /// message's handler is at it, or the attempt is not final or not the video's any more, or the
    /// video is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_notice(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: u32,
        lease: Lease,
    ) -> Result<Option<Record>, StoreError> {
        let (update, is_this) = of_attempt(self.update(owner, id), attempt);
        let update = against(update, &lease)
            .update_expression("SET notice = :notice, updatedAt = :now")
            .condition_expression(format!(
                "{is_this} AND #status IN (:ready, :failed) AND (attribute_not_exists(notice) \
                 OR (attribute_not_exists(notice.sentAt) \
                 AND (notice.lease.#until < :millis OR notice.lease.#owner = :owner)))",
            ))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":ready", text(Status::Ready))
            .expression_attribute_values(":failed", text(Status::Failed))
            .expression_attribute_values(":notice", self.value(Notice { lease, sent_at: None })?);
        self.step(update).await
    }

    /// Notes that the handler of the message `message_id` has told the owner. `None`: it has lost the
    /// right to, or the video is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn told(
        &self,
        owner: &UserId,
        id: VideoId,
        message_id: &str,
    ) -> Result<Option<Record>, StoreError> {
        let update = self
            .update(owner, id)
            .update_expression("SET notice.sentAt = :now")
            .condition_expression("notice.lease.#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(message_id));
        self.step(update).await
    }
}
