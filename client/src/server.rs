//! A framezip server: its address and its settings.

use crate::{Error, backoff::Backoff, http};
use framezip_contract::WebConfig;
use reqwest::{Client, Url};
use std::{fmt, time::Duration};

/// The longest that connecting may take. Transfers have no limit in total.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A framezip server.
#[derive(Clone, Debug)]
pub struct Server {
    pub(crate) http: Client,
    base: Url,
}

impl Server {
    /// Creates the server from its address, which may have a path. Sends nothing yet.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidAddress`] if the address is not an `http` or `https` URL; [`Error::Tls`] if TLS cannot
    /// be set up.
    pub fn new(address: &str) -> Result<Self, Error> {
        let invalid = || Error::InvalidAddress { text: address.to_owned() };
        let mut base = Url::parse(address).map_err(|_| invalid())?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(invalid());
        }
        base.set_query(None);
        base.set_fragment(None);
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        let http = Client::builder()
            .user_agent(concat!("framezip/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(Error::Tls)?;
        Ok(Self { http, base })
    }

    /// Reads the settings for clients, `config.json`.
    ///
    /// # Errors
    ///
    /// As for any request; [`Error::InvalidResponse`] if the address is not one of a framezip server.
    pub async fn config(&self) -> Result<WebConfig, Error> {
        const OPERATION: &str = "read the server's settings";
        let url = self.url(&["config.json"]);
        let mut backoff = Backoff::for_requests();
        loop {
            let result = http::json(OPERATION, self.http.get(url.clone())).await;
            if !http::is_retryable(&result) || !backoff.pause().await {
                return result;
            }
        }
    }

    /// Returns the address with these path segments appended. `Url::join` would replace a path that the
    /// address has.
    pub(crate) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

/// The address without a trailing slash. Two servers are the same if their addresses are equal.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{CannedResponse, TestServer};

    #[test]
    fn paths_are_appended() {
        for (base, url) in [
            ("https://a.example", "https://a.example/videos/1"),
            ("https://a.example/", "https://a.example/videos/1"),
            ("http://h:1/_aws/execute-api/x", "http://h:1/_aws/execute-api/x/videos/1"),
            ("http://h:1/_aws/execute-api/x//?a=b#c", "http://h:1/_aws/execute-api/x/videos/1"),
        ] {
            assert_eq!(Server::new(base).unwrap().url(&["videos", "1"]).as_str(), url);
        }
    }

    #[test]
    fn the_address_is_normalised() {
        for address in ["https://A.example", "https://a.example:443/"] {
            assert_eq!(Server::new(address).unwrap().to_string(), "https://a.example");
        }
    }

    #[test]
    fn invalid_addresses_are_refused() {
        for address in ["", "a.example", "/x", "ftp://a.example", "localhost:8080"] {
            assert!(matches!(Server::new(address), Err(Error::InvalidAddress { .. })), "{address}");
        }
    }

    #[tokio::test]
    async fn the_settings_are_read_again_after_a_server_error() {
        let config = r#"{"region":"r","userPoolId":"p","userPoolClientId":"c","cognitoEndpoint":"http://c/"}"#;
        let answers =
            [CannedResponse::json(503, r#"{"message":"busy"}"#), CannedResponse::json(200, config)];
        let server = TestServer::start(answers).await;
        let found = Server::new(&format!("{}/base/", server.url)).unwrap().config().await.unwrap();
        assert_eq!(found.user_pool_client_id, "c");
        let lines: Vec<_> = server.requests().into_iter().map(|request| request.line).collect();
        assert_eq!(lines, ["GET /base/config.json HTTP/1.1"; 2]);
    }

    #[tokio::test]
    async fn a_server_of_another_kind_is_recognised() {
        let server = TestServer::start([CannedResponse::new(200, "text/html", "<html>")]).await;
        let error = Server::new(&server.url).unwrap().config().await.unwrap_err();
        assert!(matches!(error, Error::InvalidResponse { .. }), "{error:?}");
    }
}
