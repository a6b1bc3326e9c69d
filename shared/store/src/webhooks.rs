//! Users' webhooks, one item each, beside the user's videos.
//!
//! The secret lies there as it is: events are signed with it, so a digest of it would be of no use. The
//! table is encrypted at rest, and only the functions' roles read it.

use crate::{
    Item, StoreError, Videos,
    record::{item_key, text},
};
use aws_sdk_dynamodb::types::ReturnValue;
use framezip_contract::{UserId, Webhook, WebhookSecret, WebhookWithSecret, format_time};
use jiff::Timestamp;

/// The sort key of a user's webhook.
const WEBHOOK: &str = "webhook";

impl Videos {
    /// Sets a user's webhook, and whether it is their first. The URL and the secret that were there
    /// before are gone. Run twice, it stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_webhook(
        &self,
        owner: &UserId,
        url: &str,
        secret: &WebhookSecret,
    ) -> Result<(Webhook, bool), StoreError> {
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
        let created_at = before.as_ref().map_or(now, |before| before.webhook.created_at);
        let webhook = Webhook { url: url.to_owned(), created_at, updated_at: now };
        Ok((webhook, before.is_none()))
    }

    /// A user's webhook, where they have one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhook(&self, owner: &UserId) -> Result<Option<WebhookWithSecret>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(owner)));
        let got = get.consistent_read(true).send().await.map_err(|e| self.failed("GetItem", e))?;
        got.item.map(|item| self.webhook_in(item)).transpose()
    }

    /// Takes a user's webhook away, secret and all. Where there is none, does nothing.
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
