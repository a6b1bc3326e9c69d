//! The user's webhook and its deliveries.

use crate::{ApiClient, Error, backoff::Backoff, http};
use framezip_contract::{Delivery, DeliveryPage, EventId, SetWebhook, Webhook, WebhookWithSecret};
use reqwest::Url;
use std::time::Duration;

/// The pause between two looks at a delivery.
const POLL_INTERVAL: Duration = Duration::from_millis(300);

impl ApiClient {
    /// Sets the URL that events about the user's videos are sent to, `PUT /webhook`. Returns the secret that
    /// events are signed with from now on. The server never shows it again. The previous secret signs too for a day,
    /// unless `expire_previous_secret` is set. Not repeated on failure: after a lost response, a second call returns
    /// another secret.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] for a URL that the server does not allow, and as for any request.
    pub async fn set_webhook(&self, webhook: &SetWebhook) -> Result<WebhookWithSecret, Error> {
        let request = self.server.http.put(self.webhook_url(&[])).json(webhook);
        self.send_once("set the webhook", request).await
    }

    /// Returns the user's webhook without its secret, `GET /webhook`; `None` if no webhook is set.
    ///
    /// # Errors
    ///
    /// As for any request.
    pub async fn webhook(&self) -> Result<Option<Webhook>, Error> {
        match self.get_json("read the webhook", self.webhook_url(&[])).await {
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
            let request = self.server.http.delete(self.webhook_url(&[]));
            let result = self.authorized(request, send).await;
            if !http::is_retryable(&result) || !backoff.pause().await {
                return result;
            }
        }
    }

    /// Makes the server send one signed event to the webhook, `POST /webhook/test`. Returns the delivery, which
    /// [`Self::wait_for_attempt`] follows. Not repeated on failure.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `not_found` if no webhook is set, with `webhook_off` if it was switched off;
    /// and as for any request.
    pub async fn test_webhook(&self) -> Result<Delivery, Error> {
        let request = self.server.http.post(self.webhook_url(&["test"]));
        self.send_once("test the webhook", request).await
    }

    /// Returns the last 100 deliveries, newest first, `GET /webhook/deliveries`.
    ///
    /// # Errors
    ///
    /// As for any request.
    pub async fn deliveries(&self) -> Result<Vec<Delivery>, Error> {
        let url = self.webhook_url(&["deliveries"]);
        let page: DeliveryPage = self.get_json("list the deliveries", url).await?;
        Ok(page.deliveries)
    }

    /// Returns one delivery, `GET /webhook/deliveries/{id}`.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `not_found` if there is none, and as for any request.
    pub async fn delivery(&self, id: EventId) -> Result<Delivery, Error> {
        let url = self.webhook_url(&["deliveries", &id.to_string()]);
        self.get_json("read the delivery", url).await
    }

    /// Makes the server deliver an event once more, `POST /webhook/deliveries/{id}/resend`. Not repeated on failure.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `not_resendable` while the delivery is pending, and as for any request.
    pub async fn resend_delivery(&self, id: EventId) -> Result<Delivery, Error> {
        let url = self.webhook_url(&["deliveries", &id.to_string(), "resend"]);
        self.send_once("resend the delivery", self.server.http.post(url)).await
    }

    /// Waits until one more attempt at a delivery has been made than it has now, or until it is over.
    ///
    /// # Errors
    ///
    /// As for any request.
    pub async fn wait_for_attempt(&self, delivery: Delivery) -> Result<Delivery, Error> {
        let before = delivery.attempts.len();
        loop {
            let now = self.delivery(delivery.id).await?;
            if now.attempts.len() > before || now.status.is_final() {
                return Ok(now);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    fn webhook_url(&self, rest: &[&str]) -> Url {
        self.server.url(&[&["webhook"], rest].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{CannedResponse, TestServer};
    use framezip_contract::DeliveryStatus;

    const WEBHOOK: &str = r#"{"url":"https://a.example/","createdAt":"2026-01-01T00:00:00Z",
        "updatedAt":"2026-01-01T00:00:00Z"}"#;
    const EVENT: &str = "evt_01990d2c-6a3e-7c51-9d0b-2f6c1a7be001";

    fn problem(status: u16, code: &str) -> CannedResponse {
        let body = format!(
            r#"{{"type":"about:blank","title":"","status":{status},"detail":"No.","code":"{code}"}}"#
        );
        CannedResponse::new(status, "application/problem+json", &body)
    }

    fn delivery(code: u16, status: &str, attempts: &str) -> CannedResponse {
        let body = format!(
            r#"{{"id":"{EVENT}","type":"webhook.test","status":"{status}","attempts":[{attempts}],
                "createdAt":"2026-01-01T00:00:00Z"}}"#
        );
        CannedResponse::json(code, &body)
    }

    fn new_webhook() -> SetWebhook {
        SetWebhook { url: "https://a.example".to_owned(), expire_previous_secret: false }
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
        let set = api.set_webhook(&new_webhook()).await.unwrap();
        assert_eq!(set.secret.as_str(), "whsec_abc");
        assert_eq!(api.set_webhook(&new_webhook()).await.unwrap_err().status(), Some(503));
        assert_eq!(api.webhook().await.unwrap(), Some(set.webhook));
        let [first, second, ..] = &server.requests()[..] else { panic!("too few") };
        assert_eq!(first.line, "PUT /api/webhook HTTP/1.1");
        assert_eq!(first.json()["url"], "https://a.example");
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
    async fn a_test_is_sent_once_and_followed() {
        let attempt = r#"{"at":"2026-01-01T00:00:00Z","status":204,"durationMs":12}"#;
        let answers = [
            delivery(202, "pending", ""),
            delivery(200, "pending", ""),
            delivery(200, "delivered", attempt),
            problem(409, "webhook_off"),
        ];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let sent = api.test_webhook().await.unwrap();
        let done = api.wait_for_attempt(sent).await.unwrap();
        assert_eq!((done.status, done.attempts[0].status), (DeliveryStatus::Delivered, Some(204)));
        assert_eq!(api.test_webhook().await.unwrap_err().code(), Some("webhook_off"));
        assert_eq!(server.requests().len(), 4);
    }

    #[tokio::test]
    async fn deliveries_are_listed_and_sent_again() {
        let list = format!(
            r#"{{"deliveries":[{{"id":"{EVENT}","type":"webhook.test","status":"failed",
                "attempts":[],"createdAt":"2026-01-01T00:00:00Z"}}]}}"#
        );
        let answers = [CannedResponse::json(200, &list), delivery(202, "pending", "")];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let [failed] = &api.deliveries().await.unwrap()[..] else { panic!("one delivery") };
        let again = api.resend_delivery(failed.id).await.unwrap();
        assert_eq!(again.status, DeliveryStatus::Pending);
        let line = format!("POST /api/webhook/deliveries/{EVENT}/resend HTTP/1.1");
        assert_eq!(server.requests()[1].line, line);
    }
}
