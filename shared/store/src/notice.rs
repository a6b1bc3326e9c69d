//! The mail to a video's owner, sent once per outcome.

use crate::{
    Lease, Notice, Record, StoreError, Videos,
    attempt::{IS_ATTEMPT, of_attempt},
    keys::text,
    lease::against,
};
use aws_sdk_dynamodb::types::ReturnValue;
use framezip_contract::{Attempt, Status, UserId, VideoId};

impl Videos {
    /// Takes the lease on notifying the owner about an attempt. Returns `None` if the owner was notified,
    /// another handling holds the lease, the video is not final or on another attempt, or it is deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_notice(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: Attempt,
        lease: Lease,
    ) -> Result<Option<Record>, StoreError> {
        let update = against(
            of_attempt(self.update_quietly(owner, id), attempt),
            &lease.owner,
            self.now(),
        )
        .update_expression("SET notice = :notice")
        .condition_expression(format!(
            "{IS_ATTEMPT} AND #status IN (:ready, :failed) AND (attribute_not_exists(notice) \
                 OR (attribute_not_exists(notice.sentAt) \
                 AND (notice.lease.#until < :millis OR notice.lease.#owner = :owner)))",
        ))
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":ready", text(Status::Ready))
        .expression_attribute_values(":failed", text(Status::Failed))
        .expression_attribute_values(":notice", self.value(Notice { lease, sent_at: None })?)
        .return_values(ReturnValue::AllNew);
        self.step(update).await
    }

    /// Records that the handling `handling` has mailed the owner, or that they want no mail. Returns `None` if it
    /// has lost the lease or the video is deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notice_sent(
        &self,
        owner: &UserId,
        id: VideoId,
        handling: &str,
    ) -> Result<Option<Record>, StoreError> {
        let update = self
            .update(owner, id)
            .update_expression("SET notice.sentAt = :now")
            .condition_expression("notice.lease.#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(handling));
        self.step(update).await
    }
}
