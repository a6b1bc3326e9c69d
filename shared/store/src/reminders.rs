//! Mails that are not about an outcome: they are asked for again until they are recorded, so several messages may ask
//! for one.

use crate::{
    StoreError, Videos,
    keys::{EXPIRES_AT, item_key, number, text},
};
use framezip_contract::{ReminderSubject, UserId, VideoId, format_time};
use jiff::SignedDuration;

/// The time for which a handler keeps the right to send a mail. Longer than its function's timeout.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

impl Videos {
    /// Takes the right to send a mail for a minute. Returns `false` if another handler has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_reminder(
        &self,
        owner: &UserId,
        about: ReminderSubject,
    ) -> Result<bool, StoreError> {
        let subject = match about {
            ReminderSubject::Expiry(id) => id.to_string(),
            ReminderSubject::WebhookOff => "webhook".to_owned(),
        };
        let now = self.now();
        // DynamoDB removes the item some time after its end
        let update = self
            .update_item(item_key(owner, format!("reminder#{subject}")))
            .update_expression(format!("SET {EXPIRES_AT} = :end"))
            .condition_expression(format!(
                "attribute_not_exists({EXPIRES_AT}) OR {EXPIRES_AT} <= :start"
            ))
            .expression_attribute_values(":start", number(now.as_second()))
            .expression_attribute_values(":end", number((now + LEASE).as_second()));
        Ok(self.write(update).await?.is_some())
    }

    /// Records that the mail about a video's expiry was sent or is not wanted. Returns `false` if that was recorded
    /// before or there is no such video.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reminder_sent(&self, owner: &UserId, id: VideoId) -> Result<bool, StoreError> {
        let update = self
            .update_quietly(owner, id)
            .update_expression("SET remindedAt = :now")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(remindedAt)")
            .expression_attribute_values(":now", text(format_time(self.now())));
        Ok(self.write(update).await?.is_some())
    }
}
