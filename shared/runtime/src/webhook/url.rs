//! The checked URL of a webhook.

use super::{Reach, address::is_public};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use url::{Host, Url};

/// The longest URL, in characters.
const LONGEST: usize = 2048;

/// A URL that events may be sent to. If its host is a name, the addresses are checked on connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(Url);

/// An error in a webhook's URL. The texts follow the word "url".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWebhookUrl {
    /// The text is not a URL.
    #[error("must be a URL, such as https://example.com/framezip")]
    NoUrl,
    /// The scheme is not https.
    #[error("must begin with https://")]
    NotHttps,
    /// The URL is longer than many servers accept.
    #[error("must have at most {LONGEST} characters")]
    TooLong,
    /// The URL has a user name or password. The signature replaces them.
    #[error("must have neither a user name nor a password")]
    Credentials,
    /// The URL has a fragment, which is never sent.
    #[error("must have no fragment")]
    Fragment,
    /// The host is not public.
    #[error("must have a host on the public internet")]
    NotPublic,
}

impl WebhookUrl {
    /// Checks a URL. The parser normalizes addresses: `0x7f.1` becomes `127.0.0.1`.
    ///
    /// # Errors
    /// [`InvalidWebhookUrl`].
    pub fn parse(text: &str, reach: Reach) -> Result<Self, InvalidWebhookUrl> {
        if text.len() > LONGEST {
            return Err(InvalidWebhookUrl::TooLong);
        }
        let url = Url::parse(text).map_err(|_| InvalidWebhookUrl::NoUrl)?;
        match (url.scheme(), reach) {
            ("https", _) | ("http", Reach::Anywhere) => (),
            _ => return Err(InvalidWebhookUrl::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidWebhookUrl::Credentials);
        }
        if url.fragment().is_some() {
            return Err(InvalidWebhookUrl::Fragment);
        }
        // encoding may have made it longer
        if url.as_str().len() > LONGEST {
            return Err(InvalidWebhookUrl::TooLong);
        }
        if reach == Reach::Public && !may_be_public(&url) {
            return Err(InvalidWebhookUrl::NotPublic);
        }
        // the HTTP client accepts fewer URLs than the parser
        HttpRequest::get(url.as_str()).map_err(|_| InvalidWebhookUrl::NoUrl)?;
        Ok(Self(url))
    }

    /// Returns the URL in normal form.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn may_be_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.is_empty() && name != "localhost" && !name.ends_with(".localhost")
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> Result<String, InvalidWebhookUrl> {
        WebhookUrl::parse(text, Reach::Public).map(|target| target.as_str().to_owned())
    }

    #[test]
    fn public_urls_are_accepted() {
        for (text, url) in [
            ("https://example.com/hook?a=b", "https://example.com/hook?a=b"),
            ("https://Example.com:8443", "https://example.com:8443/"),
            ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
            ("https://1.1.1.1/", "https://1.1.1.1/"),
            ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
            (r#"https://example.com/?a={"b"}|^`"#, "https://example.com/?a={%22b%22}|^`"),
        ] {
            assert_eq!(public(text).as_deref(), Ok(url), "{text}");
        }
    }

    #[test]
    fn every_error_is_reported() {
        for (text, fault) in [
            ("", InvalidWebhookUrl::NoUrl),
            ("example.com", InvalidWebhookUrl::NoUrl),
            ("https://", InvalidWebhookUrl::NoUrl),
            ("http://example.com/", InvalidWebhookUrl::NotHttps),
            ("ftp://example.com/", InvalidWebhookUrl::NotHttps),
            ("file:///etc/passwd", InvalidWebhookUrl::NotHttps),
            ("https://ada@example.com/", InvalidWebhookUrl::Credentials),
            ("https://:secret@example.com/", InvalidWebhookUrl::Credentials),
            ("https://example.com/#a", InvalidWebhookUrl::Fragment),
        ] {
            assert_eq!(public(text), Err(fault), "{text}");
        }
        let long = |length: usize| format!("https://a.example/{}", "a".repeat(length - 18));
        assert!(public(&long(LONGEST)).is_ok());
        assert_eq!(public(&long(LONGEST + 1)), Err(InvalidWebhookUrl::TooLong));
        let grows = format!("https://a.example/{}", "ü".repeat(1000));
        assert_eq!(public(&grows), Err(InvalidWebhookUrl::TooLong));
    }

    #[test]
    fn private_hosts_are_refused_in_every_spelling() {
        for host in [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0177.0.0.1",
            "2130706433",
            "１２７.0.0.1",
            "169.254.169.254",
            "0xa9fea9fe",
            "[::1]",
            "[::ffff:10.0.0.1]",
            "[fd00:ec2::254]",
            "10.0.0.1",
            "0",
        ] {
            assert_eq!(
                public(&format!("https://{host}/")),
                Err(InvalidWebhookUrl::NotPublic),
                "{host}"
            );
        }
    }

    #[test]
    fn a_local_stack_may_use_this_machine() {
        for text in ["http://127.0.0.1:9000/hook", "http://localhost/", "https://example.com/"] {
            assert!(WebhookUrl::parse(text, Reach::Anywhere).is_ok(), "{text}");
        }
        let ftp = WebhookUrl::parse("ftp://127.0.0.1/", Reach::Anywhere);
        assert_eq!(ftp, Err(InvalidWebhookUrl::NotHttps));
    }
}
