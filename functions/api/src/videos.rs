//! `/videos`: list, read.

use crate::{app::State, problem::ApiError, request::ListQuery, user::User};
use axum::{
    Json,
    extract::{self, Path, Query, rejection::QueryRejection},
};
use framezip_contract::{VideoPage, VideoView};
use std::sync::Arc;

type Shared = extract::State<Arc<State>>;

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
