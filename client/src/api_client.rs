//! Calls to the API on behalf of one signed-in user.

use crate::{Error, OwnerFilter, Server, Tokens, UserPool, backoff::Backoff, http};
use framezip_contract::{
    CreateVideo, CreateVideos, CreatedVideo, CreatedVideos, Status, Upload, Video, VideoId,
    VideoPage, VideoView,
};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Url};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, mem, time::Duration};
use tokio::sync::Mutex;
use uuid::Uuid;

const FIRST_POLL_INTERVAL: Duration = Duration::from_millis(300);
const LAST_POLL_INTERVAL: Duration = Duration::from_secs(2);

/// An ID token for one request.
struct RequestToken {
    token: String,
    /// Whether it was renewed for this request.
    is_renewed: bool,
}

/// The tokens before and after a renewal.
#[derive(Clone, Copy, Debug)]
pub struct Renewal<'a> {
    /// The tokens that were renewed.
    pub before: &'a Tokens,
    /// The tokens that replace them.
    pub after: &'a Tokens,
}

/// A callback for each renewal.
type OnRenewal = Box<dyn Fn(Renewal<'_>) + Send + Sync>;

/// A client of one server's API for one user. It renews the user's tokens shortly before they expire.
pub struct ApiClient {
    pub(crate) server: Server,
    pool: UserPool,
    tokens: Mutex<Tokens>,
    on_renewal: Option<OnRenewal>,
}

impl fmt::Debug for ApiClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClient").field("server", &self.server).finish_non_exhaustive()
    }
}

impl ApiClient {
    /// Creates a client for the user whose tokens [`UserPool::sign_in`] returned.
    pub fn new(server: Server, pool: UserPool, tokens: Tokens) -> Self {
        Self { server, pool, tokens: Mutex::new(tokens), on_renewal: None }
    }

    /// Calls `store` after each renewal, so that it can store the new tokens.
    #[must_use]
    pub fn on_renewal(self, store: impl Fn(Renewal<'_>) + Send + Sync + 'static) -> Self {
        Self { on_renewal: Some(Box::new(store)), ..self }
    }

    /// Returns a valid ID token, which the API takes as `Authorization: Bearer`. Renews it if necessary.
    ///
    /// # Errors
    ///
    /// As for [`UserPool::refresh`].
    pub async fn id_token(&self) -> Result<String, Error> {
        Ok(self.valid_id_token().await?.token)
    }

    async fn valid_id_token(&self) -> Result<RequestToken, Error> {
        // locked during the renewal, so that concurrent requests renew the token once
        let mut tokens = self.tokens.lock().await;
        let is_renewed = !tokens.is_valid_at(Timestamp::now());
        if is_renewed {
            self.renew(&mut tokens).await?;
        }
        Ok(RequestToken { token: tokens.id_token.clone(), is_renewed })
    }

    /// Returns another ID token after the API has refused this one, even if it has not expired by the clock.
    /// Several requests that were refused with the same token renew it once.
    async fn replace_refused(&self, refused: &str) -> Result<String, Error> {
        let mut tokens = self.tokens.lock().await;
        if tokens.id_token == refused {
            self.renew(&mut tokens).await?;
        }
        Ok(tokens.id_token.clone())
    }

    async fn renew(&self, tokens: &mut Tokens) -> Result<(), Error> {
        let before = mem::replace(tokens, self.pool.refresh(tokens).await?);
        if let Some(store) = &self.on_renewal {
            store(Renewal { before: &before, after: tokens });
        }
        Ok(())
    }

    /// Creates a video's record, `POST /videos`. [`Self::upload`] then sends its bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] if the API refuses, and as for any request.
    pub async fn create(&self, video: &CreateVideo) -> Result<CreatedVideo, Error> {
        self.create_once("create the video", video).await
    }

    /// Creates the records of up to 20 videos, `POST /videos`: all of them or none.
    ///
    /// # Errors
    ///
    /// As for [`Self::create`].
    pub async fn create_all(&self, videos: &CreateVideos) -> Result<Vec<CreatedVideo>, Error> {
        let created: CreatedVideos = self.create_once("create the videos", videos).await?;
        Ok(created.videos)
    }

    /// Returns one page of an upload's state, `GET /videos/{id}/upload`: the parts that have arrived and the
    /// URLs for the others. The page starts after the part `after`; 0 gives the first page.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `upload_over` if all bytes have arrived, and as for any request.
    pub async fn upload_state(&self, id: VideoId, after: u16) -> Result<Upload, Error> {
        let mut url = self.server.url(&["videos", &id.to_string(), "upload"]);
        url.query_pairs_mut().append_pair("after", &after.to_string());
        self.get_json("read the upload", url).await
    }

    /// Joins the parts that were sent into the video, `POST /videos/{id}/upload/complete`. Safe to repeat.
    /// [`Self::upload`] calls it itself.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `upload_incomplete` if parts are missing, and as for any request.
    pub async fn complete_upload(&self, id: VideoId) -> Result<Video, Error> {
        let url = self.server.url(&["videos", &id.to_string(), "upload", "complete"]);
        self.send_with_retries("complete the upload", || self.server.http.post(url.clone())).await
    }

    /// Returns one video, `GET /videos/{id}`, with a fresh download link if it is ready.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] if there is no such video, and as for any request.
    pub async fn get(&self, id: VideoId) -> Result<VideoView, Error> {
        self.get_json("read the video", self.server.url(&["videos", &id.to_string()])).await
    }

    /// Returns one page of the user's videos, newest first: those in one status or all, at most `limit` of
    /// them, starting at the `cursor` of the previous page. Only a page without a `cursor` is the last one:
    /// with a status, a page may be short or empty although others follow.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] for a wrong limit or cursor, and as for any request.
    pub async fn list(
        &self,
        status: Option<Status>,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<VideoPage, Error> {
        self.list_of(&OwnerFilter::Own, status, limit, cursor).await
    }

    /// Polls a video until it is ready or failed, and calls `on_poll` with each result. The interval grows
    /// from 0.3 s to 2 s; there is no time limit.
    ///
    /// # Errors
    ///
    /// As for [`Self::get`]. A failed video is not an error: see its `status`.
    pub async fn wait(
        &self,
        id: VideoId,
        mut on_poll: impl FnMut(&Video),
    ) -> Result<VideoView, Error> {
        let mut interval = FIRST_POLL_INTERVAL;
        loop {
            let view = self.get(id).await?;
            on_poll(&view.video);
            if view.video.status.is_final() {
                return Ok(view);
            }
            tokio::time::sleep(interval).await;
            interval = interval.mul_f64(1.3).min(LAST_POLL_INTERVAL);
        }
    }

    /// Sends `POST /videos` with a new idempotency key, so that a repeated request creates nothing twice.
    async fn create_once<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let (url, key) = (self.server.url(&["videos"]), Uuid::now_v7().to_string());
        let post = || self.server.http.post(url.clone()).header("idempotency-key", &key).json(body);
        self.send_with_retries(operation, post).await
    }

    pub(crate) async fn get_json<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        url: Url,
    ) -> Result<T, Error> {
        self.send_with_retries(operation, || self.server.http.get(url.clone())).await
    }

    /// Sends a request that is safe to repeat, until it succeeds or has failed a few times.
    pub(crate) async fn send_with_retries<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, Error> {
        let mut backoff = Backoff::for_requests();
        loop {
            let result = self.send_once(operation, request()).await;
            if !http::is_retryable(&result) || !backoff.pause().await {
                return result;
            }
        }
    }

    pub(crate) async fn send_once<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        request: RequestBuilder,
    ) -> Result<T, Error> {
        self.authorized(request, async |request| http::json(operation, request).await).await
    }

    /// Sends a request with the user's token, and once more with a new token if the API refuses the first.
    /// The token is renewed at most once, be it before or after the first request.
    pub(crate) async fn authorized<T>(
        &self,
        request: RequestBuilder,
        send: impl AsyncFn(RequestBuilder) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let RequestToken { token, is_renewed } = self.valid_id_token().await?;
        let second = request.try_clone();
        let result = send(request.bearer_auth(&token)).await;
        match (second, &result) {
            (Some(second), Err(error)) if error.status() == Some(401) && !is_renewed => {
                send(second.bearer_auth(self.replace_refused(&token).await?)).await
            }
            _ => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{CannedResponse, TestServer};
    use framezip_contract::ExtractionOptions;
    use std::sync::Arc;

    const PAGE: &str = r#"{"videos":[]}"#;

    #[tokio::test]
    async fn tokens_about_to_expire_are_renewed_once() {
        let granted = r#"{"AuthenticationResult":{"IdToken":"new","ExpiresIn":3600}}"#;
        let answers = [
            CannedResponse::json(200, granted),
            CannedResponse::json(200, PAGE),
            CannedResponse::json(200, PAGE),
        ];
        let server = TestServer::start(answers).await;
        let stored = Arc::new(std::sync::Mutex::new(Vec::new()));
        let copy = stored.clone();
        let store = move |renewal: Renewal<'_>| {
            copy.lock().unwrap().push(renewal.after.refresh_token.clone())
        };
        let api = server.api_client(60).on_renewal(store);
        api.list(None, None, None).await.unwrap();
        api.list(Some(Status::Ready), Some(5), Some("a/b")).await.unwrap();

        let [refresh, first, second] = server.requests().try_into().unwrap();
        assert_eq!(refresh.json()["AuthFlow"], "REFRESH_TOKEN_AUTH");
        assert_eq!(refresh.json()["AuthParameters"]["REFRESH_TOKEN"], "refresh");
        assert_eq!(first.line, "GET /api/videos HTTP/1.1");
        assert_eq!(first.header("authorization"), Some("Bearer new"));
        assert_eq!(second.line, "GET /api/videos?status=ready&limit=5&cursor=a%2Fb HTTP/1.1");
        assert_eq!(second.header("authorization"), Some("Bearer new"));
        assert_eq!(*stored.lock().unwrap(), ["refresh"]);
    }

    #[tokio::test]
    async fn a_refused_token_is_renewed_once() {
        let refused = || CannedResponse::json(401, r#"{"message":"Unauthorized"}"#);
        let granted = r#"{"AuthenticationResult":{"IdToken":"new","ExpiresIn":3600}}"#;
        let server = TestServer::start([
            refused(),
            CannedResponse::json(200, granted),
            CannedResponse::json(200, PAGE),
            refused(),
            CannedResponse::json(200, granted),
            refused(),
        ])
        .await;
        let api = server.api_client(3600);
        api.list(None, None, None).await.unwrap();
        let error = api.list(None, None, None).await.unwrap_err();
        assert!(error.is_about_credentials(), "{error:?}");
        assert!(error.to_string().contains("framezip sign-in"), "{error}");
        let requests = server.requests();
        assert_eq!(requests.len(), 6);
        assert_eq!(requests[0].header("authorization"), Some("Bearer id"));
        assert_eq!(requests[2].header("authorization"), Some("Bearer new"));
    }

    #[tokio::test]
    async fn concurrent_requests_that_are_refused_renew_the_token_once() {
        let refused = || CannedResponse::json(401, r#"{"message":"Unauthorized"}"#);
        let granted = r#"{"AuthenticationResult":{"IdToken":"new","ExpiresIn":3600}}"#;
        let page = || CannedResponse::json(200, PAGE);
        let answers = [refused(), refused(), CannedResponse::json(200, granted), page(), page()];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let list = || api.list(None, None, None);
        let (first, second) = tokio::join!(list(), list());
        first.and(second).unwrap();
        let tokens =
            server.requests().into_iter().map(|r| r.header("authorization").map(str::to_owned));
        let [id, new] = ["Bearer id", "Bearer new"].map(|token| Some(token.to_owned()));
        assert_eq!(tokens.collect::<Vec<_>>(), [id.clone(), id, None, new.clone(), new]);
    }

    #[tokio::test]
    async fn a_token_that_was_just_renewed_is_not_renewed_again() {
        let granted = r#"{"AuthenticationResult":{"IdToken":"new","ExpiresIn":3600}}"#;
        let refused = CannedResponse::json(401, r#"{"message":"Unauthorized"}"#);
        let server = TestServer::start([CannedResponse::json(200, granted), refused]).await;
        let error = server.api_client(60).list(None, None, None).await.unwrap_err();
        assert!(error.is_about_credentials(), "{error:?}");
        assert_eq!(server.requests().len(), 2);
    }

    #[tokio::test]
    async fn reads_are_repeated_after_a_lost_connection() {
        let server =
            TestServer::start([CannedResponse::hang_up(), CannedResponse::json(200, PAGE)]).await;
        server.api_client(3600).list(None, None, None).await.unwrap();
        assert_eq!(server.requests().len(), 2);
    }

    #[tokio::test]
    async fn a_repeated_creation_has_the_same_key() {
        let refused = CannedResponse::json(400, r#"{"message":"no"}"#);
        let server = TestServer::start([CannedResponse::json(503, "{}"), refused]).await;
        let video = CreateVideo {
            file_name: "a.mp4".to_owned(),
            bytes: 1,
            content_type: None,
            extraction: ExtractionOptions::default(),
        };
        let error = server.api_client(3600).create(&video).await.unwrap_err();
        assert_eq!(error.status(), Some(400));
        let [first, second] = server.requests().try_into().unwrap();
        assert!(first.header("idempotency-key").is_some_and(|key| key.len() == 36), "{first:?}");
        assert_eq!(first.header("idempotency-key"), second.header("idempotency-key"));
        assert_eq!(first.body, second.body);
        assert_eq!(
            first.json(),
            serde_json::json!({"fileName": "a.mp4", "bytes": 1, "extraction": {}})
        );
    }

    #[tokio::test]
    async fn waiting_ends_with_a_final_status() {
        let video = |status: &str| {
            let text = format!(
                r#"{{"id":"0198c0de-0000-7000-8000-000000000000","owner":"u","fileName":"a.mp4",
                "bytes":1,"contentType":"video/mp4","extraction":{{}},"status":"{status}",
                "createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z",
                "expiresAt":"2026-03-02T00:00:00Z"}}"#
            );
            CannedResponse::json(200, &text)
        };
        let server =
            TestServer::start([video("queued"), video("processing"), video("failed")]).await;
        let id = "0198c0de-0000-7000-8000-000000000000".parse().unwrap();
        let mut seen = Vec::new();
        let view = server.api_client(3600).wait(id, |v| seen.push(v.status)).await.unwrap();
        assert_eq!(view.video.status, Status::Failed);
        assert_eq!(seen, [Status::Queued, Status::Processing, Status::Failed]);
    }
}
