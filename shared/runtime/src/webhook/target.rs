//! Where events go.

use super::{Reach, address::is_public};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use url::{Host, Url};

/// The longest URL, in characters.
const LONGEST: usize = 2048;

/// A URL that events may be sent to. Where its host is a name, its addresses are checked when it is
/// connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(Url);

/// What is wrong with a webhook's URL. The texts read after "url".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// It does not parse.
    #[error("must be a URL, such as https://example.com/framezip")]
    NoUrl,
    /// Another scheme.
    #[error("must begin with https://")]
    NotHttps,
    /// More characters than URLs have that work everywhere.
    #[error("must have at most {LONGEST} characters")]
    TooLong,
    /// A name or a password, which the signature makes superfluous.
    #[error("must have neither a user name nor a password")]
    Credentials,
    /// What is never sent.
    #[error("must have no fragment")]
    Fragment,
    /// An address of a private network, or of a machine of ours.
    #[error("must have a host on the public internet")]
    NotPublic,
}

impl Target {
    /// Checks a URL. All spellings of an address are one: the parser makes `127.0.0.1` of `0x7f.1`.
    pub(super) fn parse(text: &str, reach: Reach) -> Result<Self, InvalidTarget> {
        if text.len() > LONGEST {
            return Err(InvalidTarget::TooLong);
        }
        let url = Url::parse(text).map_err(|_| InvalidTarget::NoUrl)?;
        match (url.scheme(), reach) {
            ("https", _) | ("http", Reach::Anywhere) => (),
            _ => return Err(InvalidTarget::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTarget::Credentials);
        }
        if url.fragment().is_some() {
            return Err(InvalidTarget::Fragment);
        }
        // encoded, it may have become longer
        if url.as_str().len() > LONGEST {
            return Err(InvalidTarget::TooLong);
        }
        if reach == Reach::Public && !may_be_public(&url) {
            return Err(InvalidTarget::NotPublic);
        }
        // the HTTP client takes fewer URLs than the parser does
        HttpRequest::get(url.as_str()).map_err(|_| InvalidTarget::NoUrl)?;
        Ok(Self(url))
    }

    /// The URL in the parser's form.
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

    fn public(text: &str) -> Result<String, InvalidTarget> {
        Target::parse(text, Reach::Public).map(|target| target.as_str().to_owned())
    }

    #[test]
    fn urls_of_the_internet_are_good() {
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
    fn every_fault_is_told() {
        for (text, fault) in [
            ("", InvalidTarget::NoUrl),
            ("example.com", InvalidTarget::NoUrl),
            ("https://", InvalidTarget::NoUrl),
            ("http://example.com/", InvalidTarget::NotHttps),
            ("ftp://example.com/", InvalidTarget::NotHttps),
            ("file:///etc/passwd", InvalidTarget::NotHttps),
            ("https://ada@example.com/", InvalidTarget::Credentials),
            ("https://:secret@example.com/", InvalidTarget::Credentials),
            ("https://example.com/#a", InvalidTarget::Fragment),
        ] {
            assert_eq!(public(text), Err(fault), "{text}");
        }
        let long = |length: usize| format!("https://a.example/{}", "a".repeat(length - 18));
        assert!(public(&long(LONGEST)).is_ok());
        assert_eq!(public(&long(LONGEST + 1)), Err(InvalidTarget::TooLong));
        let grows = format!("https://a.example/{}", "ü".repeat(1000));
        assert_eq!(public(&grows), Err(InvalidTarget::TooLong));
    }

    #[test]
    fn inner_hosts_are_refused_however_they_are_spelt() {
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
                Err(InvalidTarget::NotPublic),
                "{host}"
            );
        }
    }

    #[test]
    fn a_local_stack_reaches_this_machine() {
        for text in ["http://127.0.0.1:9000/hook", "http://localhost/", "https://example.com/"] {
            assert!(Target::parse(text, Reach::Anywhere).is_ok(), "{text}");
        }
        let ftp = Target::parse("ftp://127.0.0.1/", Reach::Anywhere);
        assert_eq!(ftp, Err(InvalidTarget::NotHttps));
    }
}
