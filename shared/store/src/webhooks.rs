//! Webhooks, one item per user.
//!
//! The secret is stored in plain form, since events are signed with it. The table is encrypted at rest, and
//! only the functions' roles can read it.

use crate::{
    Item, StoreError, Videos,
    keys::{item_key, text},
};
use aws_sdk_dynamodb::types::ReturnValue;
use framezip_contract::{UserId, Webhook, WebhookSecret, WebhookWithSecret, format_time};
use jiff::Timestamp;

/// The sort key of a user's webhook.
const WEBHOOK: &str = "webhook";

/// The result of [`Videos::set_webhook`].
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookChange {
    /// The user had no webhook.
    Created(Webhook),
    /// The user had one, which this one replaces.
    Replaced(Webhook),
}

impl Videos {
    /// Sets a user's webhook in place of an earlier one. Returns it.
    /// Running it twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_webhook(
        &self,
        owner: &UserId,
        url: &str,
        secret: &WebhookSecret,
    ) -> Result<WebhookChange, StoreError> {
        let now = Timestamp::now();
        let before = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(owner)))
            .update_expression(
                "SET #url = :url, secret = :secret, updatedAt = :now, \
                 createdAt = if_not_exists(createdAt, :now)",
            )
            .expression_attribute_names("#url", "url")
            .expression_attribute_values(":url", text(url))
            .expression_attribute_values(":secret", text(secret.as_str()))
            .expression_attribute_values(":now", text(format_time(now)))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|e| self.failed("UpdateItem", e))?;
        let before = before.attributes.map(|item| self.webhook_in(item)).transpose()?;
        let created = Webhook { url: url.to_owned(), created_at: now, updated_at: now };
        Ok(match before {
            None => WebhookChange::Created(created),
            Some(before) => {
                let created_at = before.webhook.created_at;
                WebhookChange::Replaced(Webhook { created_at, ..created })
            }
        })
    }

    /// Returns a user's webhook, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhook(&self, owner: &UserId) -> Result<Option<WebhookWithSecret>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(owner)));
        let got = get.consistent_read(true).send().await.map_err(|e| self.failed("GetItem", e))?;
        got.item.map(|item| self.webhook_in(item)).transpose()
    }

    /// Deletes a user's webhook with its secret. Running it twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_webhook(&self, owner: &UserId) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key(owner)));
        delete.send().await.map_err(|e| self.failed("DeleteItem", e))?;
        Ok(())
    }

    fn webhook_in(&self, item: Item) -> Result<WebhookWithSecret, StoreError> {
        serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))
    }
}

fn key(owner: &UserId) -> Item {
    item_key(owner, WEBHOOK.to_owned())
}
