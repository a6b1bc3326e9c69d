//! Webhooks, one item per user, and the number of a user's calls about them.
//!
//! The secrets are stored in plain form, since events are signed with them. The table is encrypted at rest,
//! and only the functions' roles can read it.

use crate::{
    Item, StoreError, Videos, Written,
    checks::{SET_CHECK, check_at},
    keys::{WEBHOOK, number, text, webhook_key},
};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use framezip_contract::{Locale, UserId, Webhook, WebhookSecret, format_time};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::time::Duration;

/// The time for which the previous secret signs events too, after a new one was set.
const ROTATION: SignedDuration = SignedDuration::from_hours(24);
/// The time of failures after which a webhook is switched off.
const PATIENCE: SignedDuration = SignedDuration::from_hours(5 * 24);
/// The time until the reconciler asks again for the mail about a webhook that is switched off.
const NOTICE_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// The window in which calls are counted, in seconds.
const WINDOW: i64 = 60 * 60;

/// The condition that a webhook is the one that was seen, and is on. [`Videos::update_seen`] adds its value.
const IS_SEEN_AND_ON: &str = "updatedAt = :seen AND attribute_not_exists(disabledAt)";

/// The assignments that set a webhook.
const SET_WEBHOOK: &str = "#url = :url, secret = :secret, email = :email, locale = :locale, \
                           updatedAt = :now, createdAt = if_not_exists(createdAt, :now)";
/// The attributes of a webhook that fails or is off.
const SWITCH_ON: &str = "failingSince, disabledAt, offNoticeSentAt, #check, checkAt";

/// A user's webhook with what only the functions see.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StoredWebhook {
    /// The webhook as its owner sees it.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// The secret.
    pub secret: WebhookSecret,
    /// The previous secret, while it signs events too.
    #[serde(default, rename = "previousSecret")]
    pub previous_secret: Option<WebhookSecret>,
    /// The owner's e-mail address.
    pub email: String,
    /// The language of mails to the owner.
    #[serde(default)]
    pub locale: Locale,
    /// The time at which the mail about its switching off was sent or was not wanted.
    #[serde(default, rename = "offNoticeSentAt")]
    pub off_notice_sent_at: Option<Timestamp>,
}

impl StoredWebhook {
    /// Returns the secrets that sign events, the current one first.
    pub fn secrets(&self) -> Vec<&WebhookSecret> {
        std::iter::once(&self.secret).chain(&self.previous_secret).collect()
    }
}

/// A webhook to set.
#[derive(Clone, Copy, Debug)]
pub struct NewWebhook<'a> {
    /// The URL in normal form.
    pub url: &'a str,
    /// The new secret.
    pub secret: &'a WebhookSecret,
    /// The end of the previous secret.
    pub previous_secret: PreviousSecret,
    /// The owner's e-mail address, for the mail when the webhook is switched off.
    pub email: &'a str,
    /// The language of that mail.
    pub locale: Locale,
}

/// The end of the previous secret when a new one is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviousSecret {
    /// It signs events for another 24 hours, together with the new one.
    ExpiresLater,
    /// It signs nothing from now on.
    ExpiresNow,
}

/// The result of [`Videos::set_webhook`].
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookChange {
    /// The user had no webhook.
    Created(Webhook),
    /// The user had one, which this one replaces.
    Replaced(Webhook),
}

/// The state of a webhook after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookHealth {
    /// It stays on.
    Failing,
    /// It was switched off just now.
    SwitchedOff,
}

/// A kind of calls that is limited per user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookAction {
    /// Setting the webhook: 20 calls an hour.
    Set,
    /// Sending an event on request, as a test or again: 30 calls an hour.
    Send,
}

impl WebhookAction {
    fn name(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Send => "send",
        }
    }

    /// Returns the most calls in an hour.
    fn most(self) -> u32 {
        match self {
            Self::Set => 20,
            Self::Send => 30,
        }
    }
}

/// The answer to a call that is limited per user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The call may proceed, and is counted.
    Granted,
    /// There were too many calls in this hour. The next one is possible after this time.
    Refused(Duration),
}

impl Videos {
    /// Sets a user's webhook in place of an earlier one, and switches it on. The secret before it becomes the
    /// previous one, or is removed; one that was previous before is removed in any case. Returns the webhook.
    /// Running it twice with the same secret changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_webhook(
        &self,
        owner: &UserId,
        new: NewWebhook<'_>,
    ) -> Result<WebhookChange, StoreError> {
        let now = self.now();
        let update = self
            .update_webhook(owner)
            // a request that the SDK repeats must not make the new secret the previous one
            .condition_expression("attribute_not_exists(secret) OR secret <> :secret")
            .expression_attribute_names("#url", "url")
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":url", text(new.url))
            .expression_attribute_values(":secret", text(new.secret.as_str()))
            .expression_attribute_values(":email", text(new.email))
            .expression_attribute_values(":locale", self.value(new.locale)?)
            .expression_attribute_values(":now", text(format_time(now)));
        let update = match new.previous_secret {
            PreviousSecret::ExpiresLater => update
                // the first secret has none before it, and is then its own previous one
                .update_expression(format!(
                    "SET previousSecret = if_not_exists(secret, :secret), \
                     previousSecretUntil = :until, {SET_WEBHOOK} REMOVE {SWITCH_ON}",
                ))
                .expression_attribute_values(":until", text(format_time(now + ROTATION))),
            PreviousSecret::ExpiresNow => update.update_expression(format!(
                "SET {SET_WEBHOOK} REMOVE previousSecret, previousSecretUntil, {SWITCH_ON}",
            )),
        };
        let item = match self.write_or_read(update).await? {
            Written::Done(item) => item,
            Written::Refused(written) => written.unwrap_or_default(),
        };
        let webhook = self.webhook_in(item)?.webhook;
        Ok(if webhook.created_at == webhook.updated_at {
            WebhookChange::Created(webhook)
        } else {
            WebhookChange::Replaced(webhook)
        })
    }

    /// Returns a user's webhook, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhook(&self, owner: &UserId) -> Result<Option<StoredWebhook>, StoreError> {
        let item = self.item(webhook_key(owner, WEBHOOK.to_owned())).await?;
        item.map(|item| self.webhook_in(item)).transpose()
    }

    /// Deletes a user's webhook with its secrets. The log of its deliveries stays until it expires. Running
    /// it twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_webhook(&self, owner: &UserId) -> Result<(), StoreError> {
        let key = webhook_key(owner, WEBHOOK.to_owned());
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key));
        delete.send().await.map_err(|e| self.failed("DeleteItem", e))?;
        Ok(())
    }

    /// Records a failed attempt to deliver an event to the webhook that was seen. After five days without a
    /// success the webhook is switched off, and the reconciler asks for a mail to its owner. Running it twice
    /// changes nothing. A webhook that was set again meanwhile is left alone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhook_failed(
        &self,
        owner: &UserId,
        seen: &Webhook,
    ) -> Result<WebhookHealth, StoreError> {
        let now = self.now();
        let Some(since) = seen.failing_since else {
            let update = self
                .update_seen(owner, seen)
                .update_expression("SET failingSince = if_not_exists(failingSince, :now)")
                .condition_expression(IS_SEEN_AND_ON)
                .expression_attribute_values(":now", text(format_time(now)));
            self.write(update).await?;
            return Ok(WebhookHealth::Failing);
        };
        if now.duration_since(since) < PATIENCE {
            return Ok(WebhookHealth::Failing);
        }
        // times of this form sort as text
        let update = self
            .switch_off(owner, seen)
            .condition_expression(format!("{IS_SEEN_AND_ON} AND failingSince <= :long"))
            .expression_attribute_values(":long", text(format_time(now - PATIENCE)));
        let is_off = self.write(update).await?.is_some();
        Ok(if is_off { WebhookHealth::SwitchedOff } else { WebhookHealth::Failing })
    }

    /// Records a successful delivery to the webhook that was seen. Running it twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhook_works(&self, owner: &UserId, seen: &Webhook) -> Result<(), StoreError> {
        let update = self
            .update_seen(owner, seen)
            .update_expression("REMOVE failingSince")
            .condition_expression("updatedAt = :seen AND attribute_exists(failingSince)");
        self.write(update).await?;
        Ok(())
    }

    /// Switches off the webhook that was seen, whose receiver is gone for good. The reconciler asks for a
    /// mail to its owner. Returns whether it was on and is still the same.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn disable_webhook(
        &self,
        owner: &UserId,
        seen: &Webhook,
    ) -> Result<bool, StoreError> {
        let update = self.switch_off(owner, seen).condition_expression(IS_SEEN_AND_ON);
        Ok(self.write(update).await?.is_some())
    }

    /// Records that the owner was notified that their webhook is off, or wants no mail. Returns `false` if
    /// that was recorded before, or the webhook is on or gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhook_off_notice_sent(&self, owner: &UserId) -> Result<bool, StoreError> {
        let update = self
            .update_webhook(owner)
            .update_expression("SET offNoticeSentAt = :now REMOVE #check, checkAt")
            .condition_expression(
                "attribute_exists(disabledAt) AND attribute_not_exists(offNoticeSentAt)",
            )
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":now", text(format_time(self.now())));
        Ok(self.write(update).await?.is_some())
    }

    /// Moves the check of a webhook that is off, if it is due. Returns whether it was: then the reconciler
    /// asks for the mail to its owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn postpone_webhook_notice(&self, owner: &UserId) -> Result<bool, StoreError> {
        self.postpone_due(self.update_webhook(owner), NOTICE_PAUSE).await
    }

    /// Counts a call of a user, unless there were too many in this hour.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_turn(
        &self,
        owner: &UserId,
        action: WebhookAction,
    ) -> Result<Turn, StoreError> {
        let now = self.now().as_second();
        let start = now - now.rem_euclid(WINDOW);
        let end = start + WINDOW;
        let key = webhook_key(owner, format!("limit#{}#{start}", action.name()));
        let update = self
            .update_item(key)
            .update_expression("SET turns = if_not_exists(turns, :zero) + :one, expiresAt = :end")
            .condition_expression("attribute_not_exists(turns) OR turns < :most")
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":end", number(end))
            .expression_attribute_values(":most", number(action.most()));
        Ok(match self.write(update).await? {
            Some(_) => Turn::Granted,
            None => Turn::Refused(Duration::from_secs((end - now).unsigned_abs())),
        })
    }

    /// Starts a write to a user's webhook without placeholders.
    fn update_webhook(&self, owner: &UserId) -> UpdateItemFluentBuilder {
        self.update_item(webhook_key(owner, WEBHOOK.to_owned()))
    }

    /// Starts a write to a user's webhook with the placeholder `:seen` for the time at which the one that was
    /// seen was set.
    fn update_seen(&self, owner: &UserId, seen: &Webhook) -> UpdateItemFluentBuilder {
        let set_at = text(format_time(seen.updated_at));
        self.update_webhook(owner).expression_attribute_values(":seen", set_at)
    }

    fn switch_off(&self, owner: &UserId, seen: &Webhook) -> UpdateItemFluentBuilder {
        let now = self.now();
        check_at(self.update_seen(owner, seen), now)
            .update_expression(format!("SET disabledAt = :now, {SET_CHECK}"))
            .expression_attribute_values(":now", text(format_time(now)))
    }

    /// Reads a webhook from its item, without a previous secret that signs nothing any more.
    fn webhook_in(&self, item: Item) -> Result<StoredWebhook, StoreError> {
        let mut stored: StoredWebhook =
            serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))?;
        let is_previous = |secret: &WebhookSecret| *secret != stored.secret;
        let has_previous = stored.previous_secret.as_ref().is_some_and(is_previous);
        let is_valid = |until: Timestamp| until > self.now();
        if !has_previous || !stored.webhook.previous_secret_until.is_some_and(is_valid) {
            stored.previous_secret = None;
            stored.webhook.previous_secret_until = None;
        }
        Ok(stored)
    }
}
