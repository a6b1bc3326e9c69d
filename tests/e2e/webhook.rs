//! Webhooks: set, tested and deleted.

use anyhow::{Context, Result, ensure};
use framezip_tests::{Person, Stack, python};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// One received request.
struct Received {
    head: String,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> Result<&str> {
        let named = |line: &'_ str| {
            let (found, _) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(())
        };
        let line = self.head.lines().find(|line| named(line).is_some());
        let value = line.and_then(|line| line.split_once(": "));
        Ok(value.with_context(|| format!("there is a header {name}: {}", self.head))?.1)
    }
}

/// Receives one request and answers it with this status.
async fn receive(listener: &TcpListener, status: u16) -> Result<Received> {
    let (mut socket, _) = listener.accept().await?;
    let mut bytes = Vec::new();
    loop {
        ensure!(socket.read_buf(&mut bytes).await? > 0, "the sender closed the connection");
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let received = Received { head: head.to_owned(), body: body.to_owned() };
        if body.len() == received.header("content-length")?.parse::<usize>()? {
            let answer = format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\n\r\n");
            socket.write_all(answer.as_bytes()).await?;
            return Ok(received);
        }
    }
}

pub async fn a_webhook_is_set_tested_and_deleted(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    ensure!(person.api.webhook().await?.is_none(), "a new user has no webhook");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hook", listener.local_addr()?);
    let first = person.api.set_webhook(&url).await?;
    ensure!(first.webhook.url == url, "{first:?}");

    let (sent, received) = tokio::join!(person.api.test_webhook(), receive(&listener, 204));
    let (answer, received) = (sent?, received?);
    ensure!(answer.status == 204 && answer.duration_ms < 5000, "{answer:?}");
    let event: serde_json::Value = serde_json::from_str(&received.body)?;
    ensure!(event["type"] == "webhook.test", "{event}");
    let (id, time) = (received.header("webhook-id")?, received.header("webhook-timestamp")?);
    let signature =
        |secret: &str| python("webhook_signature.py", &[secret, id, time], &received.body);
    let found = received.header("webhook-signature")?;
    ensure!(found == signature(first.secret.as_str())?, "{}", received.head);

    let second = person.api.set_webhook(&url).await?;
    ensure!(second.secret != first.secret, "each PUT makes a new secret");
    ensure!(second.webhook.created_at == first.webhook.created_at, "{second:?}");
    ensure!(found != signature(second.secret.as_str())?, "both secrets give the same signature");
    ensure!(
        person.api.webhook().await?.as_ref() == Some(&second.webhook),
        "GET returns what PUT has set"
    );
    let (sent, _) = tokio::join!(person.api.test_webhook(), receive(&listener, 500));
    ensure!(sent?.status == 500, "the answer has the receiver's status");

    person.api.delete_webhook().await?;
    person.api.delete_webhook().await?;
    ensure!(person.api.webhook().await?.is_none(), "it is gone");
    Ok(())
}

pub async fn the_test_of_an_unreachable_webhook_says_why(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    for url in ["nonsense", "ftp://example.com/", "https://a:b@example.com/"] {
        let refused = person.api.set_webhook(url).await.err().context("the URL is invalid")?;
        ensure!(refused.code() == Some("invalid_request"), "{url}: {refused}");
    }
    person.api.set_webhook("https://nowhere.invalid/").await?;
    let error = person.api.test_webhook().await.err().context("there is no such host")?;
    ensure!(error.code() == Some("webhook_unreachable"), "{error}");
    ensure!(error.to_string().contains("name cannot be resolved"), "{error}");
    Ok(())
}

pub async fn another_users_webhook_is_invisible(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    ada.api.set_webhook("https://nowhere.invalid/").await?;
    ensure!(bob.api.webhook().await?.is_none(), "Bob sees Ada's");
    bob.api.delete_webhook().await?;
    let error = bob.api.test_webhook().await.err().context("Bob has none")?;
    ensure!(error.status() == Some(404), "{error}");
    ensure!(ada.api.webhook().await?.is_some(), "Ada's is still there");
    Ok(())
}
