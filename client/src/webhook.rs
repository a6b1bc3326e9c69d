//! The user's webhook.

use crate::{ApiClient, Error, backoff::Backoff, http};
use framezip_contract::{SetWebhook, Webhook, WebhookTest, WebhookWithSecret};
use reqwest::Url;

impl ApiClient {
    /// Sets the URL that events about the user's videos are sent to, `PUT /webhook`. Returns the secret that
    /// events are signed with from now on. The server never shows it again, and the previous secret becomes
    /// invalid. Not repeated on failure: after a lost response, a second call returns another secret.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] for a URL that the server does not allow, and as for any request.
    pub async fn set_webhook(&self, url: &str) -> Result<WebhookWithSecret, Error> {
        let body = SetWebhook { url: url.to_owned() };
        let request = self.server.http.put(self.webhook_url()).json(&body);
        self.send_once("set the webhook", request).await
    }

    /// Returns the user's webhook without its secret, `GET /webhook`; `None` if no webhook is set.
    ///
    /// # Errors
    ///
    /// As for any request.
    pub async fn webhook(&self) -> Result<Option<Webhook>, Error> {
        match self.get_json("read the webhook", self.webhook_url()).await {
            Err(error) if error.code() == Some("not_found") => Ok(None),
            result => result.map(Some),
        }
    }

    /// Deletes the user's webhook if one is set, `DELETE /webhook`.
    ///
    /// # Errors
    ///
    /// As for any request.
    pub async fn delete_webhook(&self) -> Result<(), Error> {
        let mut backoff = Backoff::for_requests();
        loop {
            let send = async |request| http::empty("delete the webhook", request).await;
            let request = self.server.http.delete(self.webhook_url());
            let result = self.authorized(request, send).await;
            if !http::is_retryable(&result) || !backoff.pause().await {
                return result;
            }
        }
    }

    /// Makes the server send one signed event to the webhook, `POST /webhook/test`, and returns the response
    /// of the webhook. Not repeated on failure.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `webhook_unreachable` if the webhook did not respond, with
    /// `not_found` if no webhook is set; and as for any request.
    pub async fn test_webhook(&self) -> Result<WebhookTest, Error> {
        let url = self.server.url(&["webhook", "test"]);
        self.send_once("test the webhook", self.server.http.post(url)).await
    }

    fn webhook_url(&self) -> Url {
        self.server.url(&["webhook"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{CannedResponse, TestServer};

    const WEBHOOK: &str = r#"{"url":"https://a.example/","createdAt":"2026-01-01T00:00:00Z",
        "updatedAt":"2026-01-01T00:00:00Z"}"#;

    fn problem(status: u16, code: &str) -> CannedResponse {
        let body = format!(
            r#"{{"type":"about:blank","title":"","status":{status},"detail":"No.","code":"{code}"}}"#
        );
        CannedResponse::new(status, "application/problem+json", &body)
    }

    #[tokio::test]
    async fn setting_a_webhook_is_not_repeated_and_reading_it_is() {
        let set = WEBHOOK.replace('{', r#"{"secret":"whsec_abc","#);
        let answers = [
            CannedResponse::json(201, &set),
            CannedResponse::json(503, "{}"),
            CannedResponse::json(503, "{}"),
            CannedResponse::json(200, WEBHOOK),
        ];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let set = api.set_webhook("https://a.example").await.unwrap();
        assert_eq!(set.secret.as_str(), "whsec_abc");
        assert_eq!(api.set_webhook("https://a.example").await.unwrap_err().status(), Some(503));
        assert_eq!(api.webhook().await.unwrap(), Some(set.webhook));
        let [first, second, ..] = &server.requests()[..] else { panic!("too few") };
        assert_eq!(first.line, "PUT /api/webhook HTTP/1.1");
        assert_eq!(first.json(), serde_json::json!({ "url": "https://a.example" }));
        assert_eq!(first.header("authorization"), Some("Bearer id"));
        assert_eq!(second.line, first.line);
    }

    #[tokio::test]
    async fn a_missing_webhook_is_reported() {
        let answers =
            [problem(404, "not_found"), problem(404, "not_found"), CannedResponse::json(204, "")];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        assert_eq!(api.webhook().await.unwrap(), None);
        assert_eq!(api.test_webhook().await.unwrap_err().code(), Some("not_found"));
        api.delete_webhook().await.unwrap();
        let lines: Vec<_> = server.requests().into_iter().map(|request| request.line).collect();
        let expected = ["GET /api/webhook", "POST /api/webhook/test", "DELETE /api/webhook"];
        assert_eq!(lines, expected.map(|line| format!("{line} HTTP/1.1")));
    }

    #[tokio::test]
    async fn a_test_is_sent_once() {
        let answers = [
            CannedResponse::json(200, r#"{"status":204,"durationMs":12}"#),
            problem(424, "webhook_unreachable"),
        ];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let response = api.test_webhook().await.unwrap();
        assert_eq!(response, WebhookTest { status: 204, duration_ms: 12 });
        let error = api.test_webhook().await.unwrap_err();
        assert_eq!(error.code(), Some("webhook_unreachable"));
        assert_eq!(server.requests().len(), 2);
    }
}
