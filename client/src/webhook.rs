//! The user's webhook.

use crate::{ApiClient, Error, backoff::Backoff, http};
use framezip_contract::{SetWebhook, Webhook, WebhookTest, WebhookWithSecret};
use reqwest::Url;

impl ApiClient {
    /// Sets where the events about the user's videos go, `PUT /webhook`, and returns the secret that they
    /// are signed with from now on. It is shown this once, and the one before is worth nothing any more.
    /// Not repeated on failure: who gets no answer calls it again, for the next secret.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] for a URL that events may not go to, and as for any request.
    pub async fn set_webhook(&self, url: &str) -> Result<WebhookWithSecret, Error> {
        let body = SetWebhook { url: url.to_owned() };
        self.send("set the webhook", self.server.http.put(self.webhook_url()).json(&body)).await
    }

    /// The user's webhook without its secret, `GET /webhook`; `None` where they have none.
    ///
    /// # Errors
    ///
    /// As for any request.
    pub async fn webhook(&self) -> Result<Option<Webhook>, Error> {
        let found = self.read("read the webhook", self.webhook_url()).await;
        match found {
            Err(error) if error.code() == Some("not_found") => Ok(None),
            found => found.map(Some),
        }
    }

    /// Takes the user's webhook away, `DELETE /webhook`, if they have one.
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

    /// Lets the server send one signed event to the webhook, `POST /webhook/test`, and returns what came
    /// back. Not repeated on failure.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `webhook_unreachable` where nothing came back, with `not_found`
    /// where the user has no webhook; and as for any request.
    pub async fn test_webhook(&self) -> Result<WebhookTest, Error> {
        let url = self.server.url(&["webhook", "test"]);
        self.send("test the webhook", self.server.http.post(url)).await
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
    async fn a_webhook_is_set_once_and_read_again() {
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
    async fn who_has_no_webhook_is_told_so() {
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
        let answer = api.test_webhook().await.unwrap();
        assert_eq!(answer, WebhookTest { status: 204, duration_ms: 12 });
        let error = api.test_webhook().await.unwrap_err();
        assert_eq!(error.code(), Some("webhook_unreachable"));
        assert_eq!(server.requests().len(), 2);
    }
}
