//! Retrying and deleting videos, and the calls by which administrators reach other users' videos.

use crate::{ApiClient, Error, OwnerFilter, backoff::Backoff, http};
use framezip_contract::{
    ExtractionOptions, RetryVideo, Status, UserId, Video, VideoId, VideoPage, VideoView,
};
use reqwest::Url;
use uuid::Uuid;

impl ApiClient {
    /// As [`Self::list`]. Administrators may list other users' videos as well.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] for an invalid limit, for a cursor of another list, or if the user is not an
    /// administrator; and as for any request.
    pub async fn list_of(
        &self,
        scope: &OwnerFilter,
        status: Option<Status>,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<VideoPage, Error> {
        let mut url = self.server.url(&["videos"]);
        let scope = match scope {
            OwnerFilter::Own => None,
            OwnerFilter::User(user) => Some(("user", user.to_string())),
            OwnerFilter::Everyone => Some(("all", true.to_string())),
        };
        let parameters = [
            scope,
            status.map(|status| ("status", status.to_string())),
            limit.map(|limit| ("limit", limit.to_string())),
            cursor.map(|cursor| ("cursor", cursor.to_owned())),
        ];
        for (name, value) in parameters.into_iter().flatten() {
            url.query_pairs_mut().append_pair(name, &value);
        }
        self.get_json("list the videos", url).await
    }

    /// As [`Self::get`], for a video of another user. For administrators.
    ///
    /// # Errors
    ///
    /// As for [`Self::get`], and [`Error::Problem`] if the user is not an administrator.
    pub async fn get_of(&self, owner: &UserId, id: VideoId) -> Result<VideoView, Error> {
        self.get_json("read the video", self.video_url(id, Some(owner))).await
    }

    /// Extracts the frames of a video again, `POST /videos/{id}/retry`: with its current options, or with
    /// `extraction` in place of all of them. The request has an idempotency key, so that it is safe to
    /// repeat.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `not_finished` if the video is neither ready nor failed, with
    /// `source_gone` if the uploaded file has been deleted; and as for any request.
    pub async fn retry(
        &self,
        id: VideoId,
        extraction: Option<ExtractionOptions>,
    ) -> Result<Video, Error> {
        let url = self.server.url(&["videos", &id.to_string(), "retry"]);
        let (key, body) = (Uuid::now_v7().to_string(), RetryVideo { extraction });
        let post =
            || self.server.http.post(url.clone()).header("idempotency-key", &key).json(&body);
        self.send_with_retries("retry the video", post).await
    }

    /// Deletes a video, `DELETE /videos/{id}`: its record, its file and its zip. A worker that is processing
    /// it stops.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] if there is no such video, and as for any request.
    pub async fn delete(&self, id: VideoId) -> Result<(), Error> {
        self.remove(self.video_url(id, None)).await
    }

    /// As [`Self::delete`], for a video of another user. For administrators.
    ///
    /// # Errors
    ///
    /// As for [`Self::delete`], and [`Error::Problem`] if the user is not an administrator.
    pub async fn delete_of(&self, owner: &UserId, id: VideoId) -> Result<(), Error> {
        self.remove(self.video_url(id, Some(owner))).await
    }

    fn video_url(&self, id: VideoId, owner: Option<&UserId>) -> Url {
        let mut url = self.server.url(&["videos", &id.to_string()]);
        if let Some(owner) = owner {
            url.query_pairs_mut().append_pair("user", owner.as_str());
        }
        url
    }

    async fn remove(&self, url: Url) -> Result<(), Error> {
        const OPERATION: &str = "delete the video";
        let mut backoff = Backoff::for_requests();
        let mut repeated = false;
        loop {
            let send = async |request| http::empty(OPERATION, request).await;
            let result = self.authorized(self.server.http.delete(url.clone()), send).await;
            // the response to an earlier request was lost, but that request was executed
            if repeated && result.as_ref().is_err_and(|error| error.status() == Some(404)) {
                return Ok(());
            }
            if !http::is_retryable(&result) || !backoff.pause().await {
                return result;
            }
            repeated = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{CannedResponse, TestServer};
    use serde_json::json;

    const ID: &str = "0198c0de-0000-7000-8000-000000000000";
    const VIDEO: &str = r#"{"id":"0198c0de-0000-7000-8000-000000000000","owner":"u",
        "fileName":"a.mp4","bytes":1,"contentType":"video/mp4","extraction":{},"status":"queued",
        "createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z",
        "expiresAt":"2026-03-02T00:00:00Z"}"#;

    fn id() -> VideoId {
        ID.parse().unwrap()
    }

    fn lines(server: &TestServer) -> Vec<String> {
        server.requests().into_iter().map(|request| request.line).collect()
    }

    #[tokio::test]
    async fn administrators_reach_the_videos_of_other_users() {
        let page = || CannedResponse::json(200, r#"{"videos":[]}"#);
        let answers =
            [page(), page(), CannedResponse::json(200, VIDEO), CannedResponse::json(204, "")];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let user = UserId::try_from("u-1".to_owned()).unwrap();
        api.list_of(&OwnerFilter::User(user.clone()), None, Some(5), None).await.unwrap();
        api.list_of(&OwnerFilter::Everyone, Some(Status::Failed), None, Some("c")).await.unwrap();
        api.get_of(&user, id()).await.unwrap();
        api.delete_of(&user, id()).await.unwrap();
        assert_eq!(
            lines(&server),
            [
                "GET /api/videos?user=u-1&limit=5 HTTP/1.1".to_owned(),
                "GET /api/videos?all=true&status=failed&cursor=c HTTP/1.1".to_owned(),
                format!("GET /api/videos/{ID}?user=u-1 HTTP/1.1"),
                format!("DELETE /api/videos/{ID}?user=u-1 HTTP/1.1"),
            ]
        );
    }

    #[tokio::test]
    async fn a_repeated_retry_has_the_same_key() {
        let answers = [
            CannedResponse::hang_up(),
            CannedResponse::json(202, VIDEO),
            CannedResponse::json(202, VIDEO),
        ];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let options = serde_json::from_value(json!({ "every": 2 })).unwrap();
        assert_eq!(api.retry(id(), Some(options)).await.unwrap().status, Status::Queued);
        api.retry(id(), None).await.unwrap();
        let [first, again, other] = server.requests().try_into().unwrap();
        assert_eq!(first.line, format!("POST /api/videos/{ID}/retry HTTP/1.1"));
        assert_eq!(first.json(), json!({ "extraction": { "every": 2 } }));
        assert_eq!((&again.line, &again.body), (&first.line, &first.body));
        assert_eq!(other.json(), json!({}));
        let keys = [first, again, other].map(|r| r.header("idempotency-key").unwrap().to_owned());
        assert!(keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
    }

    #[tokio::test]
    async fn a_deletion_is_repeated_after_a_lost_connection() {
        let problem = r#"{"type":"about:blank","title":"Not Found","status":404,
            "detail":"There is nothing here.","code":"not_found"}"#;
        let gone = || CannedResponse::new(404, "application/problem+json", problem);
        let server = TestServer::start([
            CannedResponse::hang_up(),
            gone(),
            gone(),
            CannedResponse::json(204, ""),
        ])
        .await;
        let api = server.api_client(3600);
        api.delete(id()).await.unwrap();
        assert_eq!(api.delete(id()).await.unwrap_err().code(), Some("not_found"));
        api.delete(id()).await.unwrap();
        assert_eq!(lines(&server), vec![format!("DELETE /api/videos/{ID} HTTP/1.1"); 4]);
    }
}
