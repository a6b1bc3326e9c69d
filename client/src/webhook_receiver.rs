//! A receiver of events, for tests of a webhook on one's own machine. Signatures are verified by the reference library
//! of Standard Webhooks.

use bytes::Bytes;
use framezip_contract::{WebhookEvent, WebhookSecret};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Method, Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, io, net::SocketAddr, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinHandle,
};

/// The most bytes of an event that are read.
const MOST_BYTES: usize = 64 * 1024;

/// The reason why there is no receiver.
#[derive(Debug, thiserror::Error)]
pub enum ReceiverError {
    /// The secret is not one of a webhook.
    #[error("the secret is not valid: it begins with whsec_ and is shown when the webhook is set")]
    Secret,
    /// The port cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
}

/// A request that was received.
#[derive(Clone, Debug, PartialEq)]
pub enum ReceivedEvent {
    /// An event with a valid signature. It was answered with 204.
    Verified {
        /// Its id, the same in every delivery.
        id: String,
        /// The event.
        event: WebhookEvent,
    },
    /// A request that is not an event, or whose signature is not valid, and the reason. It was answered with 400, 401
    /// or 405.
    Refused(String),
}

/// A server on a local port that takes events. It stops when it is dropped.
#[derive(Debug)]
pub struct WebhookReceiver {
    address: SocketAddr,
    received: UnboundedReceiver<ReceivedEvent>,
    server: JoinHandle<()>,
}

impl WebhookReceiver {
    /// Listens on an address for events that are signed with this secret.
    ///
    /// # Errors
    ///
    /// [`ReceiverError`].
    pub async fn listen(
        address: SocketAddr,
        secret: &WebhookSecret,
    ) -> Result<Self, ReceiverError> {
        let verifier = standardwebhooks::Webhook::new(secret.as_str());
        let verifier = Arc::new(verifier.map_err(|_| ReceiverError::Secret)?);
        let failed = |source| ReceiverError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (sender, received) = mpsc::unbounded_channel();
        let server = tokio::spawn(serve(listener, verifier, sender));
        Ok(Self { address, received, server })
    }

    /// Returns the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the next request.
    pub async fn next(&mut self) -> ReceivedEvent {
        match self.received.recv().await {
            Some(event) => event,
            // the server runs as long as this receiver
            None => std::future::pending().await,
        }
    }
}

impl Drop for WebhookReceiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    listener: TcpListener,
    verifier: Arc<standardwebhooks::Webhook>,
    sender: UnboundedSender<ReceivedEvent>,
) {
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let (verifier, sender) = (verifier.clone(), sender.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let (verifier, sender) = (verifier.clone(), sender.clone());
                async move { Ok::<_, Infallible>(answer(request, &verifier, &sender).await) }
            });
            // a sender that breaks the connection gets no answer
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    verifier: &standardwebhooks::Webhook,
    sender: &UnboundedSender<ReceivedEvent>,
) -> Response<Empty<Bytes>> {
    let (status, received) = match read(request, verifier).await {
        Ok(event) => (StatusCode::NO_CONTENT, event),
        Err((status, reason)) => (status, ReceivedEvent::Refused(reason)),
    };
    // the receiver may be gone
    let _ = sender.send(received);
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    response
}

async fn read(
    request: Request<Incoming>,
    verifier: &standardwebhooks::Webhook,
) -> Result<ReceivedEvent, (StatusCode, String)> {
    if request.method() != Method::POST {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "the request is not a POST".to_owned()));
    }
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MOST_BYTES).collect().await;
    let body = body.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?.to_bytes();
    let verified = verifier.verify(&body, &head.headers);
    verified.map_err(|error| (StatusCode::UNAUTHORIZED, error.to_string()))?;
    let event = serde_json::from_slice(&body);
    let event = event.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    let id = head.headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    Ok(ReceivedEvent::Verified { id: id.to_owned(), event })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{SystemTime, UNIX_EPOCH};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const EVENT: &str =
        r#"{"type":"webhook.test","timestamp":"2026-11-28T00:00:00.000Z","data":{}}"#;

    async fn receiver() -> WebhookReceiver {
        let secret = WebhookSecret::new(SECRET.to_owned());
        WebhookReceiver::listen(([127, 0, 0, 1], 0).into(), &secret).await.unwrap()
    }

    async fn send(receiver: &WebhookReceiver, signed_body: &str, body: &str) -> u16 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        let signer = standardwebhooks::Webhook::new(SECRET).unwrap();
        let signature = signer.sign("evt_1", now, signed_body.as_bytes()).unwrap();
        let url = format!("http://{}/", receiver.address());
        let request = reqwest::Client::new().post(url).body(body.to_owned());
        let request = request.header("webhook-id", "evt_1").header("webhook-timestamp", now);
        let request = request.header("webhook-signature", signature);
        request.send().await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn only_signed_events_are_accepted() {
        let mut receiver = receiver().await;
        assert_eq!(send(&receiver, EVENT, EVENT).await, 204);
        let event = serde_json::from_str(EVENT).unwrap();
        let id = "evt_1".to_owned();
        assert_eq!(receiver.next().await, ReceivedEvent::Verified { id, event });
        assert_eq!(send(&receiver, "{}", EVENT).await, 401);
        assert!(matches!(receiver.next().await, ReceivedEvent::Refused(_)));
        assert_eq!(send(&receiver, "{}", "{}").await, 400);
    }

    #[tokio::test]
    async fn a_secret_of_another_form_is_refused() {
        let secret = WebhookSecret::new("whsec_*".to_owned());
        let listened = WebhookReceiver::listen(([127, 0, 0, 1], 0).into(), &secret).await;
        assert!(matches!(listened, Err(ReceiverError::Secret)));
    }
}
