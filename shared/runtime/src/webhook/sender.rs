//! One event, sent once.

use super::{InvalidTarget, Reach, Target, address::is_public, signature::sign};
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
use std::{
    error::Error,
    net::IpAddr,
    sync::OnceLock,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How long a receiver may take, from the first packet to the answer's head.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Sends events.
#[derive(Debug)]
pub struct Sender {
    reach: Reach,
    timeout: Duration,
    /// Made when it is first needed, for it reads the machine's certificates.
    connector: OnceLock<Connector>,
}

/// One event.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its id, the same each time that it is sent: receivers drop what they know.
    pub id: &'a str,
    /// It, as JSON.
    pub body: &'a str,
}

/// What a receiver answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status. One of 3xx is where a redirect was not followed.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
}

/// Why no answer came. The texts tell nothing that the webhook's owner does not know.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The name server does not know the host.
    #[error("The host's name is not known.")]
    UnknownHost,
    /// All its addresses are such that events do not go there.
    #[error("The host is not on the public internet.")]
    NotPublic,
    /// It took too long.
    #[error("No answer came within {} seconds.", TIMEOUT.as_secs())]
    Timeout,
    /// The host refused, has no good certificate, or hung up.
    #[error(
        "No connection came about, or it broke off: is there a server with a good certificate?"
    )]
    Connection(#[source] Box<ConnectorError>),
    /// The secret is not one that was made here.
    #[error("The webhook's secret is damaged. Set the webhook again.")]
    Secret,
}

impl Sender {
    /// A sender of this reach. Makes no connection.
    pub fn new(reach: Reach) -> Self {
        Self { reach, timeout: TIMEOUT, connector: OnceLock::new() }
    }

    /// Where events may be sent to.
    ///
    /// # Errors
    /// What is wrong with the URL.
    pub fn target(&self, url: &str) -> Result<Target, InvalidTarget> {
        Target::parse(url, self.reach)
    }

    /// Sends a message, once, and waits for the head of the answer.
    ///
    /// # Errors
    /// Where none came.
    pub async fn send(
        &self,
        target: &Target,
        secret: &WebhookSecret,
        message: Message<'_>,
    ) -> Result<Answer, SendError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let signature = sign(secret, message.id, now, message.body).ok_or(SendError::Secret)?;
        let mut request = HttpRequest::new(SdkBody::from(message.body));
        let set = request.set_method("POST").and_then(|()| request.set_uri(target.as_str()));
        set.map_err(|error| SendError::Connection(Box::new(ConnectorError::user(error.into()))))?;
        for (name, value) in [
            ("content-type", "application/json".to_owned()),
            ("user-agent", concat!("framezip/", env!("CARGO_PKG_VERSION")).to_owned()),
            ("webhook-id", message.id.to_owned()),
            ("webhook-timestamp", now.to_string()),
            ("webhook-signature", signature),
        ] {
            request.headers_mut().insert(name, value);
        }
        let started = Instant::now();
        let answer = tokio::time::timeout(self.timeout, self.connector().call(request)).await;
        let response = answer.map_err(|_| SendError::Timeout)?.map_err(no_answer)?;
        Ok(Answer { status: response.status().as_u16(), took: started.elapsed() })
    }

    fn connector(&self) -> &Connector {
        self.connector.get_or_init(|| {
            Connector::builder()
                // an invocation may be the last for hours: its connections are of no use to the next
                .pool_max_idle_per_host(0)
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .build_with_resolver(Resolver(self.reach))
        })
    }
}

/// Why a host has no address to send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum NoAddress {
    #[error("the name is not known")]
    Unknown,
    #[error("no address is public")]
    NotPublic,
}

/// Finds the addresses that may be connected to. An address in place of a name does not come here; such
/// are checked in [`Target`].
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

fn no_answer(error: ConnectorError) -> SendError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(link) = cause {
        match link.downcast_ref() {
            Some(NoAddress::Unknown) => return SendError::UnknownHost,
            Some(NoAddress::NotPublic) => return SendError::NotPublic,
            None => cause = link.source(),
        }
    }
    SendError::Connection(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::new_secret;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    const MESSAGE: Message<'_> = Message { id: "m1", body: r#"{"type":"webhook.test"}"# };

    /// A server that gives one answer, and tells what it was asked.
    async fn server(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(MESSAGE.body.as_bytes()) {
                socket.read_buf(&mut request).await.unwrap();
            }
            socket.write_all(answer.as_bytes()).await.unwrap();
            // closed without an answer, where there is none
            String::from_utf8(request).unwrap()
        });
        (url, asked)
    }

    async fn send(sender: &Sender, url: &str) -> Result<Answer, SendError> {
        let secret = new_secret().unwrap();
        sender.send(&sender.target(url).unwrap(), &secret, MESSAGE).await
    }

    #[tokio::test]
    async fn a_message_goes_out_signed_and_redirects_are_not_followed() {
        let answer = "HTTP/1.1 302 \r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let (url, asked) = server(answer).await;
        let sender = Sender::new(Reach::Anywhere);
        let secret = new_secret().unwrap();
        let answer = sender.send(&sender.target(&url).unwrap(), &secret, MESSAGE).await.unwrap();
        assert_eq!(answer.status, 302);
        let request = asked.await.unwrap();
        let header = |name: &str| {
            let found = request.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            found.unwrap_or_default().to_owned()
        };
        assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("webhook-id"), "m1");
        let time = header("webhook-timestamp").parse().unwrap();
        let signature = sign(&secret, "m1", time, MESSAGE.body).unwrap();
        assert_eq!(header("webhook-signature"), signature);
    }

    #[tokio::test]
    async fn every_failure_is_told_apart() {
        let sender = Sender::new(Reach::Anywhere);
        let unknown = send(&sender, "http://nowhere.invalid/").await;
        assert!(matches!(unknown, Err(SendError::UnknownHost)), "{unknown:?}");
        let (url, _asked) = server("").await;
        let broken = send(&sender, &url).await;
        assert!(matches!(broken, Err(SendError::Connection(_))), "{broken:?}");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let hasty = Sender { timeout: Duration::from_millis(100), ..sender };
        let silent = send(&hasty, &url).await;
        assert!(matches!(silent, Err(SendError::Timeout)), "{silent:?}");
    }

    #[tokio::test]
    async fn a_name_of_an_inner_address_is_not_connected_to() {
        let inner = Resolver(Reach::Public).addresses("localhost").await;
        assert_eq!(inner, Err(NoAddress::NotPublic));
        assert!(Resolver(Reach::Anywhere).addresses("localhost").await.is_ok());
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build_with_resolver(Resolver(Reach::Public));
        // as if the name had led elsewhere when it was set
        let request = HttpRequest::get("https://localhost:1/").unwrap();
        let error = no_answer(connector.call(request).await.unwrap_err());
        assert!(matches!(error, SendError::NotPublic), "{error:?}");
    }
}
