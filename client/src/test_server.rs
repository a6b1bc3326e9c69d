//! An HTTP server for the tests. It sends prepared responses one after another, one per connection, and
//! records the requests.

use crate::{ApiClient, Server, Tokens, UserPool};
use framezip_contract::WebConfig;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub(crate) struct CannedResponse(Vec<u8>);

impl CannedResponse {
    pub(crate) fn new(status: u16, kind: &str, body: &str) -> Self {
        Self::with_length(status, kind, body.as_bytes(), body.len())
    }

    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::new(status, "application/json", body)
    }

    /// Closes the connection after the request was read.
    pub(crate) fn hang_up() -> Self {
        Self(Vec::new())
    }

    /// Has a body that may end before the announced length.
    pub(crate) fn bytes(status: u16, body: &[u8], length: usize) -> Self {
        Self::with_length(status, "application/zip", body, length)
    }

    /// Adds the header `etag`.
    pub(crate) fn with_e_tag(self, e_tag: &str) -> Self {
        let end = self.0.windows(2).position(|window| window == b"\r\n").unwrap();
        let header = format!("\r\netag: {e_tag}");
        let (line, rest) = self.0.split_at(end);
        Self([line, header.as_bytes(), rest].concat())
    }

    fn with_length(status: u16, kind: &str, body: &[u8], length: usize) -> Self {
        let head = format!(
            "HTTP/1.1 {status} \r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n"
        );
        Self([head.as_bytes(), body].concat())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct RecordedRequest {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl RecordedRequest {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} came twice");
        value
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) struct TestServer {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
}

impl TestServer {
    pub(crate) async fn start(responses: impl IntoIterator<Item = CannedResponse>) -> Self {
        Self::start_with(|_| responses.into_iter().collect()).await
    }

    /// Starts a server whose responses contain the server's own URL.
    pub(crate) async fn start_with(responses: impl FnOnce(&str) -> Vec<CannedResponse>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let responses = responses(&url);
        let recorded = Arc::clone(&requests);
        tokio::spawn(async move {
            for response in responses {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = read(&mut socket).await;
                recorded.lock().unwrap().push(request);
                socket.write_all(&response.0).await.unwrap();
            }
        });
        Self { url, requests }
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns a client of this server's `/api` with a token that is valid for `seconds`.
    pub(crate) fn api_client(&self, seconds: i64) -> ApiClient {
        let server = Server::new(&format!("{}/api", self.url)).unwrap();
        let config = WebConfig {
            region: "eu-central-1".to_owned(),
            user_pool_id: "pool".to_owned(),
            user_pool_client_id: "client".to_owned(),
            cognito_endpoint: format!("{}/cognito", self.url),
        };
        let tokens = Tokens {
            id_token: "id".to_owned(),
            refresh_token: "refresh".to_owned(),
            expires_at: Timestamp::now() + SignedDuration::from_secs(seconds),
        };
        let pool = UserPool::new(&server, config);
        ApiClient::new(server, pool, tokens)
    }
}

async fn read(socket: &mut TcpStream) -> RecordedRequest {
    let mut bytes = Vec::new();
    let body_at = loop {
        assert_ne!(socket.read_buf(&mut bytes).await.unwrap(), 0, "the client hung up");
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8(bytes[..body_at].to_vec()).unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut request = RecordedRequest { line, headers, body: bytes.split_off(body_at) };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    while request.body.len() < length {
        assert_ne!(socket.read_buf(&mut request.body).await.unwrap(), 0, "the client hung up");
    }
    request
}
