//! The user's webhook.

use crate::{args::Webhook, console::Console, exit::Exit, human};
use framezip_client::ApiClient;
use serde_json::json;

/// Shows, sets, deletes or tests it.
pub async fn run(command: &Webhook, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    match command {
        Webhook::Show => match api.webhook().await? {
            Some(webhook) => console.result(&human::escaped(&webhook.url), &webhook)?,
            None => console.result("there is none", &json!(null))?,
        },
        Webhook::Set { url } => {
            let set = api.set_webhook(url).await?;
            let (url, secret) = (human::escaped(&set.webhook.url), set.secret.as_str());
            let text = format!("{url}\nsecret, shown this once: {}", human::escaped(secret));
            console.result(&text, &set)?;
        }
        Webhook::Delete => {
            api.delete_webhook().await?;
            console.result("deleted", &json!({ "deleted": true }))?;
        }
        Webhook::Test => {
            let answer = api.test_webhook().await?;
            let text = format!("answered {} after {} ms", answer.status, answer.duration_ms);
            console.result(&text, &answer)?;
        }
    }
    Ok(Exit::Done)
}
