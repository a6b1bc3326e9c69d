//! `/videos/{id}`: begin again, delete.

use crate::{
    app::State,
    body::JsonBody,
    openapi::problems::{OfDelete, OfRetry},
    parameters::{Id, Nothing, OwnerQuery, Parameters},
    problem::ApiError,
    request,
    user::User,
};
use axum::{Json, extract, http::StatusCode};
use framezip_contract::{Counts, Job, RetryVideo, Video, VideoId};
use std::sync::Arc;

type Shared = extract::State<Arc<State>>;

/// `POST /videos/{id}/retry`: the same video again, after a failure or with other options.
///
/// The job goes out before the record says so, as with an upload: should this crash between the two,
/// the video stays as it was, and nobody takes the job. Run twice at once, one is refused.
#[utoipa::path(
    post, path = "/videos/{id}/retry", tag = "videos", operation_id = "retryVideo",
    security(("idToken" = [])), summary = "Extract again",
    description = "Queues a video that is `ready` or has `failed` again, while its file is kept. Its \
        result and its error are forgotten. Without a body, or without `extraction` in it, the \
        options stay as they were.",
    params(("id" = VideoId, Path, description = "The video's id.")),
    request_body(content = Option<RetryVideo>, example = json!({ "extraction": { "count": 9 } })),
    responses((status = 202, description = "Queued.", body = Video), OfRetry),
)]
pub(crate) async fn retry(
    extract::State(state): Shared,
    user: User,
    Id(id): Id,
    Parameters(Nothing {}): Parameters<Nothing>,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Video>), ApiError> {
    let extraction = request::retry(&body)?;
    let record = state.videos.get(&user.id, id).await?.ok_or(ApiError::NotFound)?;
    // saves a job; what decides is the write below
    if !record.video.status.is_final() {
        return Err(ApiError::NotFinished);
    }
    if !state.objects.has_source(&record.video).await? {
        return Err(ApiError::SourceGone);
    }
    let attempt = record.attempt;
    let job = Job::new(user.id.clone(), id).of_attempt(attempt.saturating_add(1));
    state.jobs.send(&job).await?;
    let begun = state.videos.retry(&user.id, id, attempt, extraction.as_ref()).await?;
    let record = begun.ok_or(ApiError::NotFinished)?;
    state.count(&Counts::queued()).await;
    tracing::info!(video.id = %id, video.attempt = record.attempt, "began a video again");
    Ok((StatusCode::ACCEPTED, Json(record.video)))
}

/// `DELETE /videos/{id}`: stops what runs, and removes record and objects. For administrators, of any
/// user.
///
/// The record goes first: without it no worker goes on, and no message is heeded. Should the objects'
/// removal fail, the same request finishes it, for it looks for objects without a record too.
#[utoipa::path(
    delete, path = "/videos/{id}", tag = "videos", operation_id = "deleteVideo",
    security(("idToken" = [])), summary = "Delete a video",
    description = "Removes the record, the file and the zips. A worker that is at it stops within \
        seconds, and nobody is mailed.",
    params(("id" = VideoId, Path, description = "The video's id."), OwnerQuery),
    responses((status = 204, description = "Gone."), OfDelete),
)]
pub(crate) async fn delete(
    extract::State(state): Shared,
    user: User,
    Id(id): Id,
    Parameters(query): Parameters<OwnerQuery>,
) -> Result<StatusCode, ApiError> {
    let owner = query.owner(&user)?;
    let record = state.videos.delete(&owner, id).await?;
    if let Some(record) = &record {
        state.uploads.abort(record).await?;
    }
    let objects = state.objects.remove(&owner, id).await?;
    if record.is_none() && objects == 0 {
        return Err(ApiError::NotFound);
    }
    tracing::info!(video.id = %id, objects.count = objects, "deleted a video");
    Ok(StatusCode::NO_CONTENT)
}
