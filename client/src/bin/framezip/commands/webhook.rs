//! The user's webhook.

use crate::{args::WebhookCommand, console::Console, exit::Exit, format};
use framezip_client::ApiClient;
use serde_json::json;

/// Shows, sets, deletes or tests the webhook.
pub async fn run(
    command: &WebhookCommand,
    api: &ApiClient,
    console: &Console,
) -> anyhow::Result<Exit> {
    match command {
        WebhookCommand::Show => match api.webhook().await? {
            Some(webhook) => console.result(&format::escaped(&webhook.url), &webhook)?,
            None => console.result("no webhook is set", &json!(null))?,
        },
        WebhookCommand::Set { url } => {
            let set = api.set_webhook(url).await?;
            let (url, secret) = (format::escaped(&set.webhook.url), set.secret.as_str());
            let text = format!("{url}\nsecret (not shown again): {}", format::escaped(secret));
            console.result(&text, &set)?;
        }
        WebhookCommand::Delete => {
            api.delete_webhook().await?;
            console.result("deleted", &json!({ "deleted": true }))?;
        }
        WebhookCommand::Test => {
            let answer = api.test_webhook().await?;
            let text = format!("answered {} after {} ms", answer.status, answer.duration_ms);
            console.result(&text, &answer)?;
        }
    }
    Ok(Exit::Done)
}
