//! The request that sends one event, signed by Standard Webhooks.
//!
//! Users choose the URL, and functions can reach more than users may: the metadata service, a private
//! network. So a [`WebhookUrl`] is checked when it is set and again when it is used. Host names are resolved
//! here, and connections go to the addresses that passed the check, so that a second DNS answer cannot
//! redirect them. HTTP redirects are not followed. On a local stack receivers run on this machine without
//! TLS, so every address is accepted.
//!
//! The HTTP client is the SDK's. A second one would only enlarge the function.

use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    dns::{DnsFuture, ResolveDns, ResolveDnsError},
    http::HttpConnector,
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use framezip_contract::WebhookSecret;
use framezip_runtime::webhook::{InvalidWebhookUrl, Reach, WebhookUrl, is_public, sign};
use std::{
    error::Error,
    net::IpAddr,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The longest time from the first packet to the head of the response.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Sends events.
#[derive(Debug)]
pub(crate) struct WebhookSender {
    reach: Reach,
    timeout: Duration,
    /// Created on first use, since it reads the machine's certificates.
    connector: OnceLock<Connector>,
}

/// An event to deliver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'a> {
    /// Its id, the same for every delivery, so that receivers can ignore repetitions.
    pub(crate) id: &'a str,
    /// The event as JSON.
    pub(crate) body: &'a str,
}

/// The reason why there was no response. The texts contain nothing that the webhook's owner does not know.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// The host's name cannot be resolved.
    #[error("The host's name cannot be resolved. Check the webhook's URL.")]
    UnknownHost,
    /// None of the host's addresses is public.
    #[error("The host is not on the public internet. Use a public host for the webhook.")]
    NotPublic,
    /// The response took too long.
    #[error("The receiver did not answer within {} seconds.", TIMEOUT.as_secs())]
    Timeout,
    /// The host refused the connection, closed it, or has no valid certificate.
    #[error(
        "The connection failed or was closed. Check that the server runs and has a valid certificate."
    )]
    Connection(#[source] Box<ConnectorError>),
    /// The secret is invalid.
    #[error("The webhook's secret is damaged. Set the webhook again.")]
    Secret,
    /// The URL was stored under earlier rules and is not allowed any more.
    #[error("The webhook's URL {0}. Set another URL.")]
    Url(InvalidWebhookUrl),
}

impl WebhookSender {
    /// Returns a sender. It makes no connection yet.
    pub(crate) fn new(reach: Reach) -> Self {
        Self { reach, timeout: TIMEOUT, connector: OnceLock::new() }
    }

    /// Sends an event once, signed with each of the secrets, and waits for the head of the response. Returns
    /// its HTTP status; 3xx means a redirect that was not followed.
    ///
    /// # Errors
    /// [`DeliveryError`] if there is no response.
    pub(crate) async fn send(
        &self,
        url: &str,
        secrets: &[&WebhookSecret],
        event: Event<'_>,
    ) -> Result<u16, DeliveryError> {
        let target = WebhookUrl::parse(url, self.reach).map_err(DeliveryError::Url)?;
        let request = request(&target, secrets, event)?;
        let answer = tokio::time::timeout(self.timeout, self.connector().call(request)).await;
        let response = answer.map_err(|_| DeliveryError::Timeout)?.map_err(no_answer)?;
        Ok(response.status().as_u16())
    }

    fn connector(&self) -> &Connector {
        self.connector.get_or_init(|| {
            Connector::builder()
                // the next invocation may come hours later, so connections are not kept
                .pool_max_idle_per_host(0)
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .build_with_resolver(Resolver(self.reach))
        })
    }
}

/// Returns the signed request. During a rotation it has one signature for each secret, separated by spaces.
fn request(
    target: &WebhookUrl,
    secrets: &[&WebhookSecret],
    event: Event<'_>,
) -> Result<HttpRequest, DeliveryError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let signatures = secrets.iter().map(|secret| sign(secret, event.id, now, event.body));
    let signatures: Option<Vec<_>> = signatures.collect();
    let signatures = signatures.ok_or(DeliveryError::Secret)?.join(" ");
    let mut request = HttpRequest::new(SdkBody::from(event.body));
    let set = request.set_method("POST").and_then(|()| request.set_uri(target.as_str()));
    set.map_err(|error| DeliveryError::Connection(Box::new(ConnectorError::user(error.into()))))?;
    for (name, value) in [
        ("content-type", "application/json".to_owned()),
        ("user-agent", concat!("framezip/", env!("CARGO_PKG_VERSION")).to_owned()),
        ("webhook-id", event.id.to_owned()),
        ("webhook-timestamp", now.to_string()),
        ("webhook-signature", signatures),
    ] {
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// The reason why a host has no usable address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum NoAddress {
    #[error("the name is not known")]
    Unknown,
    #[error("no address is public")]
    NotPublic,
}

/// Resolves host names to the addresses within reach. Addresses in place of names are checked by
/// [`WebhookUrl`].
#[derive(Clone, Copy, Debug)]
struct Resolver(Reach);

impl Resolver {
    async fn addresses(self, name: &str) -> Result<Vec<IpAddr>, NoAddress> {
        let found = tokio::net::lookup_host((name, 0)).await.map_err(|_| NoAddress::Unknown)?;
        let good = |address: &IpAddr| self.0 == Reach::Anywhere || is_public(*address);
        let addresses: Vec<_> = found.map(|socket| socket.ip()).filter(good).collect();
        if addresses.is_empty() { Err(NoAddress::NotPublic) } else { Ok(addresses) }
    }
}

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move { self.addresses(name).await.map_err(ResolveDnsError::new) })
    }
}

fn no_answer(error: ConnectorError) -> DeliveryError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(link) = cause {
        match link.downcast_ref() {
            Some(NoAddress::Unknown) => return DeliveryError::UnknownHost,
            Some(NoAddress::NotPublic) => return DeliveryError::NotPublic,
            None => cause = link.source(),
        }
    }
    DeliveryError::Connection(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use framezip_runtime::webhook::new_secret;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    const EVENT: Event<'_> = Event { id: "evt_1", body: r#"{"type":"webhook.test"}"# };

    /// Starts a server that sends one answer and returns the request.
    async fn server(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(EVENT.body.as_bytes()) {
                socket.read_buf(&mut request).await.unwrap();
            }
            socket.write_all(answer.as_bytes()).await.unwrap();
            // without an answer, the connection is closed
            String::from_utf8(request).unwrap()
        });
        (url, asked)
    }

    async fn send(sender: &WebhookSender, url: &str) -> Result<u16, DeliveryError> {
        sender.send(url, &[&new_secret().unwrap()], EVENT).await
    }

    #[tokio::test]
    async fn an_event_is_signed_by_both_secrets_and_redirects_are_not_followed() {
        let answer = "HTTP/1.1 302 \r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let (url, asked) = server(answer).await;
        let sender = WebhookSender::new(Reach::Anywhere);
        let (new, previous) = (new_secret().unwrap(), new_secret().unwrap());
        assert_eq!(sender.send(&url, &[&new, &previous], EVENT).await.unwrap(), 302);
        let request = asked.await.unwrap();
        let header = |name: &str| {
            let found = request.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            found.unwrap_or_default().to_owned()
        };
        assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("webhook-id"), EVENT.id);
        let time = header("webhook-timestamp").parse().unwrap();
        let signed = |secret| sign(secret, EVENT.id, time, EVENT.body).unwrap();
        let expected = format!("{} {}", signed(&new), signed(&previous));
        assert_eq!(header("webhook-signature"), expected);
    }

    #[tokio::test]
    async fn every_failure_has_its_own_error() {
        let sender = WebhookSender::new(Reach::Anywhere);
        let unknown = send(&sender, "http://nowhere.invalid/").await;
        assert!(matches!(unknown, Err(DeliveryError::UnknownHost)), "{unknown:?}");
        let (url, _asked) = server("").await;
        let broken = send(&sender, &url).await;
        assert!(matches!(broken, Err(DeliveryError::Connection(_))), "{broken:?}");
        let damaged = WebhookSecret::new("whsec_*".to_owned());
        let unsigned = sender.send(&url, &[&damaged], EVENT).await;
        assert!(matches!(unsigned, Err(DeliveryError::Secret)), "{unsigned:?}");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let hasty = WebhookSender { timeout: Duration::from_millis(100), ..sender };
        let silent = send(&hasty, &url).await;
        assert!(matches!(silent, Err(DeliveryError::Timeout)), "{silent:?}");
        let public = WebhookSender::new(Reach::Public);
        let refused = send(&public, "https://10.0.0.1/").await.unwrap_err().to_string();
        assert!(refused.contains("URL must have a host on the public internet"), "{refused}");
    }

    #[tokio::test]
    async fn a_name_with_a_private_address_is_refused() {
        let inner = Resolver(Reach::Public).addresses("localhost").await;
        assert_eq!(inner, Err(NoAddress::NotPublic));
        assert!(Resolver(Reach::Anywhere).addresses("localhost").await.is_ok());
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build_with_resolver(Resolver(Reach::Public));
        // as if the name had a public address when it was set
        let request = HttpRequest::get("https://localhost:1/").unwrap();
        let error = no_answer(connector.call(request).await.unwrap_err());
        assert!(matches!(error, DeliveryError::NotPublic), "{error:?}");
    }
}
