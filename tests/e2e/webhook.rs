//! Webhooks: set, tested, delivered to, and deleted.

use anyhow::{Context, Result, ensure};
use framezip_client::{ReceivedEvent, WebhookReceiver};
use framezip_contract::{
    DeliveryMessage, DeliveryStatus, EventStatus, EventType, SetWebhook, VideoId,
};
use framezip_media::path;
use framezip_tests::{Person, Queue, Stack, announcement, free_port, python, until};
use std::{collections::BTreeSet, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// The longest wait for an event.
const LONGEST: Duration = Duration::from_secs(30);

/// Receives one request, answers it with this status, and returns it.
async fn receive(listener: &TcpListener, status: u16) -> Result<String> {
    let (mut socket, _) = listener.accept().await?;
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"}") {
        ensure!(socket.read_buf(&mut bytes).await? > 0, "the sender closed the connection");
    }
    let answer = format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\n\r\n");
    socket.write_all(answer.as_bytes()).await?;
    Ok(String::from_utf8(bytes)?)
}

fn at(address: SocketAddr) -> SetWebhook {
    SetWebhook::from(&*format!("http://{address}/hook"))
}

/// Waits for the next event and returns its id, its type and its video. An event that is not signed right is an error.
async fn next(receiver: &mut WebhookReceiver) -> Result<(String, EventType, Option<VideoId>)> {
    let received = tokio::time::timeout(LONGEST, receiver.next()).await;
    match received.context("no event came")? {
        ReceivedEvent::Verified { id, event } => Ok((id, event.kind, event.data.id)),
        ReceivedEvent::Refused(reason) => anyhow::bail!("refused: {reason}"),
    }
}

pub async fn every_event_of_a_video_arrives_once(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let mut receiver = person.receive_events().await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let (ready, kind, video) = next(&mut receiver).await?;
    ensure!((kind, video) == (EventType::VideoReady, Some(id)), "{kind} {video:?}");
    person.api.retry(id, Some(serde_json::from_str(r#"{"from":"01:00:00"}"#)?)).await?;
    let (failed, kind, video) = next(&mut receiver).await?;
    ensure!((kind, video) == (EventType::VideoFailed, Some(id)), "{kind} {video:?}");
    person.api.delete(id).await?;
    let (deleted, kind, video) = next(&mut receiver).await?;
    ensure!((kind, video) == (EventType::VideoDeleted, Some(id)), "{kind} {video:?}");
    ensure!(BTreeSet::from([&ready, &failed, &deleted]).len() == 3, "an id came twice");

    stack.until_handled(&id.to_string()).await?;
    let deliveries = person.api.deliveries().await?;
    let listed: Vec<_> = deliveries.iter().map(|delivery| delivery.id.to_string()).collect();
    ensure!(listed == [deleted, failed, ready], "newest first: {listed:?}");
    ensure!(
        deliveries.iter().all(|delivery| delivery.status == DeliveryStatus::Delivered
            && delivery.attempts.len() == 1
            && delivery.attempts[0].status == Some(204)),
        "{deliveries:?}"
    );
    Ok(())
}

pub async fn the_reference_library_verifies_both_secrets_of_a_rotation(
    stack: &Stack,
) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let (one, two) = (TcpListener::bind("127.0.0.1:0").await?, free_port()?);
    let address = one.local_addr()?;
    let first = person.api.set_webhook(&at(address)).await?;
    let second = person.api.set_webhook(&at(address)).await?;
    ensure!(second.secret != first.secret, "each PUT makes a new secret");
    ensure!(second.webhook.previous_secret_until.is_some(), "{second:?}");
    drop(one);
    for secret in [&first.secret, &second.secret] {
        // the listener before it may not be closed yet
        let listen = async || Ok(WebhookReceiver::listen(address, secret).await.ok());
        let mut receiver = until("the port is free", LONGEST, listen).await?;
        person.api.test_webhook().await?;
        ensure!(next(&mut receiver).await?.1 == EventType::WebhookTest);
    }
    // a leaked secret signs nothing from now on
    let wanted = SetWebhook { expire_previous_secret: true, ..at(([127, 0, 0, 1], two).into()) };
    let third = person.api.set_webhook(&wanted).await?;
    ensure!(third.webhook.previous_secret_until.is_none(), "{third:?}");
    let address = SocketAddr::from(([127, 0, 0, 1], two));
    let mut receiver = WebhookReceiver::listen(address, &second.secret).await?;
    let sent = person.api.test_webhook().await?;
    let refused = tokio::time::timeout(LONGEST, receiver.next()).await?;
    ensure!(matches!(refused, ReceivedEvent::Refused(_)), "{refused:?}");
    let delivery = person.api.wait_for_attempt(sent).await?;
    ensure!(delivery.attempts[0].status == Some(401), "{delivery:?}");
    // no attempt follows
    person.api.delete_webhook().await?;
    Ok(())
}

pub async fn node_verifies_events_with_the_reference_library(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let set = person.api.set_webhook(&at(listener.local_addr()?)).await?;
    let (sent, request) = tokio::join!(person.api.test_webhook(), receive(&listener, 204));
    sent?;
    let request = request?;
    let verified = framezip_tests::verified_by_node(set.secret.as_str(), &request)?;
    ensure!(verified.contains("webhook.test"), "{verified}");
    // and our own signature by hand, in Python
    let header = |name: &str| {
        let line = request.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.with_context(|| format!("there is a header {name}: {request}"))
    };
    let (id, time) = (header("webhook-id")?, header("webhook-timestamp")?);
    let body = request.split_once("\r\n\r\n").context("there is a body")?.1;
    let signature = python("webhook_signature.py", &[set.secret.as_str(), id, time], body)?;
    ensure!(header("webhook-signature")? == signature, "{request}");
    Ok(())
}

pub async fn a_failed_delivery_is_tried_again_and_can_be_resent(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    person.api.set_webhook(&at(listener.local_addr()?)).await?;
    let sent = person.api.test_webhook().await?;
    let first = receive(&listener, 500).await?;
    let failed = person.api.wait_for_attempt(sent.clone()).await?;
    ensure!(failed.status == DeliveryStatus::Pending, "{failed:?}");
    ensure!(failed.next_attempt_at.is_some() && failed.attempts[0].status == Some(500));
    ensure!(person.api.webhook().await?.is_some_and(|webhook| webhook.failing_since.is_some()));
    let refused = person.api.resend_delivery(sent.id).await.err().context("it is pending")?;
    ensure!(refused.code() == Some("not_resendable"), "{refused}");
    // five seconds later, with the same id
    let second = receive(&listener, 204).await?;
    let id = |request: &str| {
        request.lines().find(|line| line.starts_with("webhook-id: ")).map(str::to_owned)
    };
    ensure!(id(&first).is_some() && id(&first) == id(&second), "{first} {second}");
    let done = until("the delivery succeeded", LONGEST, async || {
        let now = person.api.delivery(sent.id).await?;
        Ok((now.status == DeliveryStatus::Delivered).then_some(now))
    });
    ensure!(done.await?.attempts.len() == 2);
    ensure!(person.api.webhook().await?.is_some_and(|webhook| webhook.failing_since.is_none()));
    let again = person.api.resend_delivery(sent.id).await?;
    let third = receive(&listener, 204).await?;
    ensure!(id(&third) == id(&first), "{third}");
    let again = person.api.wait_for_attempt(again).await?;
    ensure!(again.attempts.len() == 3, "{again:?}");
    Ok(())
}

pub async fn a_receiver_that_is_gone_switches_its_webhook_off(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    person.api.set_webhook(&at(listener.local_addr()?)).await?;
    let sent = person.api.test_webhook().await?;
    receive(&listener, 410).await?;
    let failed = person.api.wait_for_attempt(sent).await?;
    ensure!(failed.status == DeliveryStatus::Failed, "{failed:?}");
    until("the webhook was switched off", LONGEST, async || {
        let webhook = person.api.webhook().await?;
        Ok(webhook.and_then(|webhook| webhook.disabled_at))
    })
    .await?;
    let refused = person.api.test_webhook().await.err().context("it is off")?;
    ensure!(refused.code() == Some("webhook_off"), "{refused}");
    stack.reconcile().await?;
    until("a mail about it came", LONGEST, async || {
        let mails = stack.mails(&person.email).await?;
        Ok(mails.iter().any(|mail| mail.subject.contains("webhook")).then_some(()))
    })
    .await?;
    // setting it again switches it on
    let set = person.api.set_webhook(&at(listener.local_addr()?)).await?;
    ensure!(set.webhook.disabled_at.is_none(), "{set:?}");
    Ok(())
}

pub async fn an_unreachable_webhook_says_why(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    for url in ["nonsense", "ftp://example.com/", "https://a:b@example.com/"] {
        let refused = person.api.set_webhook(&url.into()).await.err().context("it is invalid")?;
        ensure!(refused.code() == Some("invalid_request"), "{url}: {refused}");
    }
    person.api.set_webhook(&"https://nowhere.invalid/".into()).await?;
    let delivery = person.api.wait_for_attempt(person.api.test_webhook().await?).await?;
    let error = delivery.attempts[0].error.as_deref().unwrap_or_default();
    ensure!(error.contains("name cannot be resolved"), "{delivery:?}");
    person.api.delete_webhook().await?;
    person.api.delete_webhook().await?;
    ensure!(person.api.webhook().await?.is_none(), "it is gone");
    Ok(())
}

pub async fn calls_about_webhooks_are_limited(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let set = async || person.api.set_webhook(&"https://nowhere.invalid/".into()).await;
    for _ in 0..20 {
        set().await?;
    }
    let refused = set().await.err().context("more than 20 in an hour")?;
    ensure!(refused.code() == Some("rate_limited"), "{refused}");
    Ok(())
}

pub async fn another_users_webhook_is_invisible(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let mut receiver = ada.receive_events().await?;
    let sent = ada.api.test_webhook().await?;
    next(&mut receiver).await?;
    ensure!(bob.api.webhook().await?.is_none(), "Bob sees Ada's");
    ensure!(bob.api.deliveries().await?.is_empty(), "Bob sees Ada's deliveries");
    for error in [
        bob.api.test_webhook().await.err(),
        bob.api.delivery(sent.id).await.err(),
        bob.api.resend_delivery(sent.id).await.err(),
    ] {
        let error = error.context("Bob has none")?;
        ensure!(error.status() == Some(404), "{error}");
    }
    bob.api.delete_webhook().await?;
    ensure!(ada.api.webhook().await?.is_some(), "Ada's is still there");
    Ok(())
}

pub async fn a_repeated_delivery_has_no_effect(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let mut receiver = person.receive_events().await?;
    let video = person.api.create(&announcement("never.mp4", 10)).await?.video;
    person.api.delete(video.id).await?;
    let (id, ..) = next(&mut receiver).await?;
    let message = DeliveryMessage::new(video.owner, id.parse()?);
    stack.enqueue(Queue::Deliveries, &message).await?;
    stack.until_handled(&id).await?;
    let delivery = person.api.delivery(id.parse()?).await?;
    ensure!(delivery.attempts.len() == 1, "a repeated message has no effect: {delivery:?}");
    ensure!(delivery.event().data.status == Some(EventStatus::Deleted), "{delivery:?}");
    Ok(())
}
