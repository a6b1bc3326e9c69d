//! Webhooks.

use super::{owner, videos};
use crate::{Item, WebhookChange};
use aws_sdk_dynamodb::{
    Client,
    operation::{
        delete_item::DeleteItemOutput, get_item::GetItemOutput, update_item::UpdateItemOutput,
    },
    types::{AttributeValue, ReturnValue},
};
use aws_smithy_mocks::mock;
use framezip_contract::WebhookSecret;
use jiff::Timestamp;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn key() -> Item {
    Item::from([("pk".to_owned(), text("user#owner")), ("sk".to_owned(), text("webhook"))])
}

fn stored() -> Item {
    let values = [
        ("url", "https://old.example/"),
        ("secret", "whsec_old"),
        ("createdAt", "2026-01-01T00:00:00Z"),
        ("updatedAt", "2026-01-02T00:00:00Z"),
    ];
    let values = values.map(|(name, value)| (name.to_owned(), text(value)));
    key().into_iter().chain(values).collect()
}

fn secret() -> WebhookSecret {
    WebhookSecret::new("whsec_new".to_owned())
}

#[tokio::test]
async fn the_first_webhook_differs_from_the_next() {
    for (before, is_first) in [(None, true), (Some(stored()), false)] {
        let set = mock!(Client::update_item)
            .match_requests(|request| {
                let values = request.expression_attribute_values().unwrap();
                request.key() == Some(&key())
                    && request.return_values() == Some(&ReturnValue::AllOld)
                    && values[":secret"] == text("whsec_new")
                    && request.update_expression().unwrap().contains("if_not_exists(createdAt")
            })
            .then_output(move || {
                UpdateItemOutput::builder().set_attributes(before.clone()).build()
            });
        let url = "https://new.example/";
        let change = videos(&[&set]).set_webhook(&owner(), url, &secret()).await.unwrap();
        let (webhook, first) = match change {
            WebhookChange::Created(webhook) => (webhook, true),
            WebhookChange::Replaced(webhook) => (webhook, false),
        };
        assert_eq!((webhook.url.as_str(), first), (url, is_first));
        let created: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(webhook.created_at == created, !is_first);
        assert_eq!(webhook.created_at == webhook.updated_at, is_first);
    }
}

#[tokio::test]
async fn a_webhook_round_trips_with_its_secret() {
    let get = mock!(Client::get_item)
        .match_requests(|request| request.key() == Some(&key()))
        .then_output(|| GetItemOutput::builder().set_item(Some(stored())).build());
    let webhook = videos(&[&get]).webhook(&owner()).await.unwrap().unwrap();
    assert_eq!(webhook.secret.as_str(), "whsec_old");
    assert_eq!(webhook.webhook.url, "https://old.example/");
}

#[tokio::test]
async fn a_user_may_have_no_webhook() {
    let get = mock!(Client::get_item).then_output(|| GetItemOutput::builder().build());
    assert_eq!(videos(&[&get]).webhook(&owner()).await.unwrap(), None);
    let delete = mock!(Client::delete_item)
        .match_requests(|request| request.key() == Some(&key()))
        .then_output(|| DeleteItemOutput::builder().build());
    videos(&[&delete]).delete_webhook(&owner()).await.unwrap();
    assert_eq!(delete.num_calls(), 1);
}
