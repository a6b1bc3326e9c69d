//! Users' preferences about mails, one item per user, and the state of their addresses.

use crate::{
    StoreError, Videos,
    keys::{item_key, text},
};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use framezip_contract::{MailPreferences, MailScope, UserId, format_time};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The sort key of a user's preferences.
const PREFERENCES: &str = "preferences";

/// A user's preferences and the state of their address. Users without an item have the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    /// The mails that the user wants.
    pub mail: MailScope,
    /// Whether a mail is sent three days before a video expires.
    pub expiry_reminder: bool,
    /// The part of the address for unsubscribing that others cannot guess; made for the first mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribe_token: Option<String>,
    /// The reason why no mail is sent to the address, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<MailBlock>,
}

/// A bounce or complaint, after which no mail is sent to an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailBlock {
    /// The address. Another one is not blocked.
    pub email: String,
    /// The event: `bounce` or `complaint`.
    pub reason: framezip_contract::MailBlockReason,
    /// The time of the event.
    pub at: Timestamp,
}

impl Preferences {
    /// Whether mails go to this address.
    pub fn reaches(&self, email: &str) -> bool {
        self.blocked.as_ref().is_none_or(|blocked| blocked.email != email)
    }
}

impl Videos {
    /// Reads a user's preferences consistently.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn preferences(&self, user: &UserId) -> Result<Preferences, StoreError> {
        let item = self.item(item_key(user, PREFERENCES.to_owned())).await?;
        item.map_or_else(
            || Ok(Preferences::default()),
            |item| serde_dynamo::from_item(item).map_err(|e| self.bad_item(e)),
        )
    }

    /// Sets which mails a user wants. If the address is blocked, mails go to it again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_preferences(
        &self,
        user: &UserId,
        wanted: MailPreferences,
    ) -> Result<(), StoreError> {
        let update = self
            .update_preferences(user)
            .update_expression("SET mail = :mail, expiryReminder = :reminder REMOVE blocked")
            .expression_attribute_values(":mail", self.value(wanted.mail)?)
            .expression_attribute_values(":reminder", self.value(wanted.expiry_reminder)?);
        self.write(update).await?;
        Ok(())
    }

    /// Returns the user's token for unsubscribing, which is `new` if there was none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unsubscribe_token(&self, user: &UserId, new: &str) -> Result<String, StoreError> {
        let update = self
            .update_preferences(user)
            .update_expression("SET unsubscribeToken = if_not_exists(unsubscribeToken, :new)")
            .expression_attribute_values(":new", text(new))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew);
        let item = self.write(update).await?.and_then(|output| output.attributes);
        let stored: Preferences =
            serde_dynamo::from_item(item.unwrap_or_default()).map_err(|e| self.bad_item(e))?;
        Ok(stored.unsubscribe_token.unwrap_or_else(|| new.to_owned()))
    }

    /// Stops all mails to a user, if the token is theirs. Running it twice changes nothing. Returns whether the
    /// token is theirs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unsubscribe(&self, user: &UserId, token: &str) -> Result<bool, StoreError> {
        let update = self
            .update_preferences(user)
            .update_expression("SET mail = :none, expiryReminder = :false")
            .condition_expression("unsubscribeToken = :token")
            .expression_attribute_values(":none", self.value(MailScope::None)?)
            .expression_attribute_values(":false", self.value(false)?)
            .expression_attribute_values(":token", text(token));
        Ok(self.write(update).await?.is_some())
    }

    /// Blocks an address after a bounce or a complaint.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn block_mail(&self, user: &UserId, block: &MailBlock) -> Result<(), StoreError> {
        let at = text(format_time(block.at));
        let update = self
            .update_preferences(user)
            .update_expression("SET blocked = :block")
            // of several events the latest counts
            .condition_expression("attribute_not_exists(blocked) OR blocked.#at <= :at")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":block", self.value(block)?)
            .expression_attribute_values(":at", at);
        self.write(update).await?;
        Ok(())
    }

    fn update_preferences(&self, user: &UserId) -> UpdateItemFluentBuilder {
        self.update_item(item_key(user, PREFERENCES.to_owned()))
    }
}
