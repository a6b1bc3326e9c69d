//! `/videos`: create, list, read.

use crate::{
    app::State,
    problem::ApiError,
    request::{ListQuery, NewVideo},
    user::User,
};
use axum::{
    Json,
    extract::{self, Path, Query, rejection::QueryRejection},
    http::{HeaderName, StatusCode, header},
};
use bytes::Bytes;
use framezip_contract::{CreatedVideo, Status, Video, VideoId, VideoPage, VideoView};
use framezip_store::Record;
use jiff::Timestamp;
use std::sync::Arc;

type Shared = extract::State<Arc<State>>;

/// `POST /videos`: a record, and where the bytes go.
pub(crate) async fn create(
    extract::State(state): Shared,
    user: User,
    body: Bytes,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<CreatedVideo>), ApiError> {
    let new = NewVideo::parse(&body, &state.limits)?;
    let now = Timestamp::now().round(jiff::Unit::Millisecond)?;
    let video = Video {
        id: VideoId::now(),
        owner: user.id,
        file_name: new.file_name,
        bytes: new.bytes,
        content_type: new.content_type,
        extraction: new.extraction,
        status: Status::AwaitingUpload,
        created_at: now,
        updated_at: now,
        progress: None,
        result: None,
        warnings: Vec::new(),
        error: None,
    };
    let upload = state.links.upload(&video).await?;
    let record = Record { video, email: user.email, lease: None, notice: None, run: None };
    state.videos.create(&record).await?;
    tracing::info!(video.id = %record.video.id, video.bytes = record.video.bytes, "created a video");
    let location = [(header::LOCATION, format!("/videos/{}", record.video.id))];
    Ok((StatusCode::CREATED, location, Json(CreatedVideo { video: record.video, upload })))
}

/// `GET /videos`: the user's own, newest first.
pub(crate) async fn list(
    extract::State(state): Shared,
    user: User,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<VideoPage>, ApiError> {
    let Query(query) = query.map_err(|error| ApiError::Malformed(error.body_text()))?;
    let page = state.videos.list(&user.id, query.status, query.limit()?, query.after()?).await?;
    Ok(Json(VideoPage {
        videos: page.records.into_iter().map(|record| record.video).collect(),
        cursor: page.next.map(|id| id.to_string()),
    }))
}

/// `GET /videos/{id}`: one of the user's own, with a fresh link when its zip is there. What is
/// another's, or no id at all, is not found.
pub(crate) async fn read(
    extract::State(state): Shared,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<VideoView>, ApiError> {
    let id = id.parse().map_err(|_| ApiError::NotFound)?;
    let record = state.videos.get(&user.id, id).await?.ok_or(ApiError::NotFound)?;
    let video = record.video;
    let download = match &video.result {
        Some(result) => Some(state.links.download(&video, result.bytes).await?),
        None => None,
    };
    Ok(Json(VideoView { video, download }))
}
