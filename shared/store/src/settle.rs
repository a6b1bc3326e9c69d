//! The effects of an outcome besides the status: the webhook's event, and the end of all checks once every
//! effect is made. The mail is in [`notice`](crate::notice).

use crate::{
    Record, StoreError, Videos,
    attempt::{IS_ATTEMPT, of_attempt},
    checks::{CHECK, SET_CHECK, check_at},
    keys::text,
};
use framezip_contract::{Attempt, Status, UserId, VideoId};
use jiff::{SignedDuration, Timestamp};

/// The time between the mail about a video's expiry and the expiry.
const REMINDER: SignedDuration = SignedDuration::from_hours(3 * 24);

impl Record {
    /// Whether the owner was mailed, or wants no mail.
    pub fn is_mailed(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| notice.sent_at.is_some())
    }

    /// Whether the owner was notified by mail and webhook, as far as they want to be.
    pub fn is_settled(&self) -> bool {
        self.video.status.is_final() && self.is_mailed() && self.announced_at.is_some()
    }

    /// Returns the time of the mail about the expiry.
    pub fn reminder_at(&self) -> Timestamp {
        self.video.expires_at - REMINDER
    }
}

impl Videos {
    /// Records that the event about an attempt's outcome was handed to the webhook's deliveries, or that there is
    /// no webhook. Running it twice changes nothing. Returns `None` if the video is on another attempt or deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn announced(
        &self,
        owner: &UserId,
        id: VideoId,
        attempt: Attempt,
    ) -> Result<Option<Record>, StoreError> {
        let update = of_attempt(self.update(owner, id), attempt)
            .update_expression("SET announcedAt = if_not_exists(announcedAt, :now)")
            .condition_expression(format!("{IS_ATTEMPT} AND #status IN (:ready, :failed)"))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":ready", text(Status::Ready))
            .expression_attribute_values(":failed", text(Status::Failed));
        self.step(update).await
    }

    /// Ends the checks of a video whose owner was notified. That of a `ready` one is moved to the time of the mail
    /// about its expiry. Running it twice changes nothing. Returns whether the video was settled.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settle(&self, record: &Record) -> Result<bool, StoreError> {
        let video = &record.video;
        let update = of_attempt(self.update_quietly(&video.owner, video.id), record.attempt)
            .condition_expression(format!(
                "{IS_ATTEMPT} AND #status = :status AND attribute_exists(notice.sentAt) \
                 AND attribute_exists(announcedAt)",
            ))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", text(video.status));
        let is_reminded = record.reminded_at.is_some() || record.reminder_at() <= self.now();
        let update = match video.status {
            Status::Ready if !is_reminded => check_at(update, record.reminder_at())
                .update_expression(format!("SET {SET_CHECK} REMOVE repairs")),
            _ => update
                .update_expression(format!("REMOVE {CHECK}"))
                .expression_attribute_names("#check", "check"),
        };
        Ok(self.write(update).await?.is_some())
    }
}
