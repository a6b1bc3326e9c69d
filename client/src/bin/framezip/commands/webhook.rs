//! The user's webhook.

use crate::{
    args::{ListenArgs, WebhookCommand},
    console::Console,
    exit::Exit,
    format, password,
};
use framezip_client::{ApiClient, ReceivedEvent, WebhookReceiver};
use framezip_contract::{
    Delivery, DeliveryAttempt, DeliveryStatus, SetWebhook, Webhook, WebhookSecret,
};
use serde_json::json;
use std::net::Ipv4Addr;

/// Shows, sets, deletes or tests the webhook, or shows its deliveries.
pub async fn run(
    command: &WebhookCommand,
    api: &ApiClient,
    console: &Console,
) -> anyhow::Result<Exit> {
    match command {
        WebhookCommand::Show => match api.webhook().await? {
            Some(webhook) => console.result(&described(&webhook), &webhook)?,
            None => console.result("no webhook is set", &json!(null))?,
        },
        WebhookCommand::Set { url, expire_previous_secret } => {
            let expire_previous_secret = *expire_previous_secret;
            let wanted = SetWebhook { url: url.clone(), expire_previous_secret };
            let set = api.set_webhook(&wanted).await?;
            let (url, secret) = (format::escaped(&set.webhook.url), set.secret.as_str());
            let text = format!("{url}\nsecret (not shown again): {}", format::escaped(secret));
            console.result(&text, &set)?;
        }
        WebhookCommand::Delete => {
            api.delete_webhook().await?;
            console.result("deleted", &json!({ "deleted": true }))?;
        }
        WebhookCommand::Test => {
            let delivery = api.wait_for_attempt(api.test_webhook().await?).await?;
            return attempted(&delivery, console);
        }
        WebhookCommand::Deliveries => {
            for delivery in api.deliveries().await? {
                console.result(&line(&delivery), &delivery)?;
            }
        }
        WebhookCommand::Resend { id } => {
            let delivery = api.wait_for_attempt(api.resend_delivery(*id).await?).await?;
            return attempted(&delivery, console);
        }
        WebhookCommand::Listen(args) => return listen(args, console).await,
    }
    Ok(Exit::Done)
}

/// Prints verified events until the command is interrupted.
pub async fn listen(args: &ListenArgs, console: &Console) -> anyhow::Result<Exit> {
    let secret = password::read_secret(args.secret_source()).await?;
    let address = (Ipv4Addr::LOCALHOST, args.port).into();
    let mut receiver = WebhookReceiver::listen(address, &WebhookSecret::new(secret)).await?;
    console.note(&format!("listening on http://{}", receiver.address()));
    loop {
        match receiver.next().await {
            ReceivedEvent::Verified { id, event } => {
                let video = event.data.id.map(|id| format!(" {id}")).unwrap_or_default();
                let text = format!("{}{video} ({})", event.kind, format::escaped(&id));
                console.result(&text, &json!({ "id": id, "event": event }))?;
            }
            ReceivedEvent::Refused(reason) => {
                console.note(&format!("refused a request: {}", format::escaped(&reason)));
            }
        }
    }
}

fn described(webhook: &Webhook) -> String {
    let url = format::escaped(&webhook.url);
    match (webhook.disabled_at, webhook.failing_since) {
        (Some(_), _) => format!("{url}\nswitched off because deliveries failed: set it again"),
        (None, Some(since)) => format!("{url}\nfailing since {since:.0}"),
        (None, None) => url,
    }
}

/// Prints the last attempt. The command fails if it was refused.
fn attempted(delivery: &Delivery, console: &Console) -> anyhow::Result<Exit> {
    console.result(&line(delivery), delivery)?;
    Ok(match delivery.status {
        DeliveryStatus::Delivered => Exit::Done,
        _ => Exit::Failed,
    })
}

fn line(delivery: &Delivery) -> String {
    let result = match delivery.attempts.last() {
        Some(DeliveryAttempt { status: Some(status), duration_ms, .. }) => {
            format!(", answered {status} after {duration_ms} ms")
        }
        Some(DeliveryAttempt { error: Some(error), .. }) => {
            format!(", {}", format::escaped(error))
        }
        _ => String::new(),
    };
    format!("{} {} {}{result}", delivery.id, delivery.kind, delivery.status)
}
