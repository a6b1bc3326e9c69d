//! One request and its response: what counts as success, and what an error response says.

use crate::{CognitoError, Error};
use framezip_contract::Problem;
use reqwest::{RequestBuilder, Response, header::CONTENT_TYPE};
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;

/// The longest that a small request may take in total. API Gateway itself gives up after 30 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(35);

/// The longest that a transfer may go without moving any data.
pub(crate) const STALL_TIMEOUT: Duration = Duration::from_secs(120);

/// The largest number of characters of an unknown response that an error shows.
const MAX_SHOWN_CHARACTERS: usize = 200;

/// Sends a small request and parses the JSON of its response.
pub(crate) async fn json<T: DeserializeOwned>(
    operation: &'static str,
    request: RequestBuilder,
) -> Result<T, Error> {
    let network = |source| Error::network(operation, source);
    let response = request.timeout(REQUEST_TIMEOUT).send().await.map_err(network)?;
    let body = success(operation, response).await?.bytes().await.map_err(network)?;
    serde_json::from_slice(&body).map_err(|source| Error::InvalidResponse { operation, source })
}

/// Sends a small request whose response has no body.
pub(crate) async fn empty(operation: &'static str, request: RequestBuilder) -> Result<(), Error> {
    let network = |source| Error::network(operation, source);
    let response = request.timeout(REQUEST_TIMEOUT).send().await.map_err(network)?;
    success(operation, response).await.map(drop)
}

/// Returns whether the same request should be sent again.
pub(crate) fn is_retryable<T>(result: &Result<T, Error>) -> bool {
    result.as_ref().is_err_and(Error::is_transient)
}

/// Returns the response if its status means success, and otherwise the error that its body describes.
pub(crate) async fn success(
    operation: &'static str,
    response: Response,
) -> Result<Response, Error> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_problem = kind.is_some_and(|kind| kind.starts_with("application/problem+json"));
    let body = with_stall_timeout(operation, response.text()).await?;
    if is_problem && let Ok(problem) = serde_json::from_str::<Problem>(&body) {
        return Err(Error::Problem { operation, problem: Box::new(problem) });
    }
    if !status.is_server_error()
        && let Some(error) = cognito_error(&body)
    {
        return Err(error.into());
    }
    let message = message(&body)
        .unwrap_or_else(|| status.canonical_reason().unwrap_or("no explanation").to_owned());
    Err(Error::Status { operation, status: status.as_u16(), message })
}

/// Waits for one step of a transfer, and fails if it takes longer than [`STALL_TIMEOUT`].
pub(crate) async fn with_stall_timeout<T>(
    operation: &'static str,
    step: impl Future<Output = Result<T, reqwest::Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(STALL_TIMEOUT, step).await {
        Ok(result) => result.map_err(|source| Error::network(operation, source)),
        Err(_) => Err(Error::Stalled { operation, seconds: STALL_TIMEOUT.as_secs() }),
    }
}

/// Parses an error response of Cognito. A namespace and a `#` may precede the type.
fn cognito_error(body: &str) -> Option<CognitoError> {
    #[derive(Deserialize)]
    struct CognitoErrorBody {
        #[serde(rename = "__type")]
        kind: String,
        #[serde(default)]
        message: String,
    }
    let CognitoErrorBody { kind, message } = serde_json::from_str(body).ok()?;
    let kind = kind.rsplit_once('#').map_or(kind.as_str(), |(_, kind)| kind).to_owned();
    Some(CognitoError { kind, message })
}

/// Returns the message of an error body other than problem details. API Gateway sends JSON, S3 sends XML.
fn message(body: &str) -> Option<String> {
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(body) {
        return Some(json.get("message")?.as_str()?.to_owned());
    }
    if let Some(code) = element(body, "Code") {
        return Some(format!("{code}: {}", element(body, "Message").unwrap_or_default()));
    }
    let start: String = body.trim().chars().take(MAX_SHOWN_CHARACTERS).collect();
    (!start.is_empty()).then_some(start)
}

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{CannedResponse, TestServer};

    async fn error_of(response: CannedResponse) -> Error {
        let server = TestServer::start([response]).await;
        let request = reqwest::Client::new().get(&server.url);
        json::<serde_json::Value>("do it", request).await.unwrap_err()
    }

    #[tokio::test]
    async fn the_message_of_a_problem_lists_the_invalid_fields() {
        let body = r#"{"type":"about:blank","title":"Bad Request","status":400,"code":"invalid_request",
            "detail":"Two fields are wrong.","errors":[{"field":"extraction.every","detail":"must be more"}]}"#;
        let error = error_of(CannedResponse::new(400, "application/problem+json", body)).await;
        assert_eq!((error.status(), error.code()), (Some(400), Some("invalid_request")));
        assert_eq!(
            error.to_string(),
            "cannot do it: Two fields are wrong. (invalid_request)\n  extraction.every: must be more"
        );
    }

    #[tokio::test]
    async fn the_message_of_a_server_error_contains_the_request_id() {
        let body = r#"{"type":"about:blank","title":"Internal Server Error","status":500,
            "code":"internal","detail":"Something went wrong.","requestId":"JKJaXmPLvHcESHA="}"#;
        let error = error_of(CannedResponse::new(500, "application/problem+json", body)).await;
        let expected = "cannot do it: Something went wrong. (internal, request JKJaXmPLvHcESHA=)";
        assert_eq!(error.to_string(), expected);
    }

    #[tokio::test]
    async fn error_responses_other_than_problems_are_reported() {
        let xml = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has \
                   expired</Message><RequestId>1</RequestId></Error>";
        for (response, message) in [
            (
                CannedResponse::json(401, r#"{"message":"Unauthorized"}"#),
                "401: Unauthorized (sign in again: framezip sign-in --email <address>)",
            ),
            (
                CannedResponse::new(403, "application/xml", xml),
                "403: AccessDenied: Request has expired",
            ),
            (CannedResponse::new(404, "text/plain", " gone \n"), "404: gone"),
            (CannedResponse::new(404, "text/plain", ""), "404: Not Found"),
            (CannedResponse::new(400, "application/problem+json", "{}"), "400: Bad Request"),
        ] {
            let error = error_of(response).await;
            assert_eq!(error.to_string(), format!("cannot do it: the server answered {message}"));
            assert_eq!(error.is_about_credentials(), error.status() == Some(401));
        }
    }

    #[tokio::test]
    async fn the_error_for_an_unreachable_server_names_the_host_without_the_url() {
        let url = "http://127.0.0.1:1/key?X-Amz-Signature=secret";
        let error = json::<()>("do it", reqwest::Client::new().get(url)).await.unwrap_err();
        assert_eq!(error.to_string(), "cannot do it: the request to 127.0.0.1:1 failed");
        assert!(!format!("{error:?}").contains("secret"));
    }
}
