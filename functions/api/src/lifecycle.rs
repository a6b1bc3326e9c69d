//! `/videos/{id}`: begin again, delete.

use crate::{
    app::State,
    body::JsonBody,
    call_key::IdempotencyKey,
    create::key_reused,
    openapi::problems::{OfDelete, OfRetry},
    parameters::{Id, Nothing, OwnerQuery, Parameters},
    problem::ApiError,
    request,
    unfinished::room_for,
    user::User,
};
use axum::{Json, extract, http::StatusCode};
use framezip_contract::{Counts, Job, RetryVideo, Video, VideoId};
use framezip_store::{Earlier, Retry};
use std::sync::Arc;

type Shared = extract::State<Arc<State>>;

/// `POST /videos/{id}/retry`: the same video again, after a failure or with other options.
///
/// The job goes out before the record says so, as with an upload: if this crashes between the two, the
/// video stays as it was, and the job is ignored. Of several calls at once one begins the attempt. The
/// others are refused, or, under the same key, get the video.
#[utoipa::path(
    post, path = "/videos/{id}/retry", tag = "videos", operation_id = "retryVideo",
    security(("idToken" = [])), summary = "Extract again",
    description = "Queues a video that is `ready` or has `failed` again, while its file is kept. Its \
        result and its error are forgotten. Without a body, or without `extraction` in it, the \
        options stay as they were. Send an `Idempotency-Key` to repeat the call safely: it begins \
        nothing new within a day, and answers 200 with the video as it is.",
    params(
        ("id" = VideoId, Path, description = "The video's id."),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$",
            description = "A name for this call, as for `POST /videos`. For another body or another \
                video the same name is refused."),
    ),
    request_body(content = Option<RetryVideo>, example = json!({ "extraction": { "count": 9 } })),
    responses(
        (status = 202, description = "Queued.", body = Video),
        (status = 200, description = "A call of this key came before: the video as it is.",
            body = Video),
        OfRetry,
    ),
)]
pub(crate) async fn retry(
    extract::State(state): Shared,
    user: User,
    Id(id): Id,
    Parameters(Nothing {}): Parameters<Nothing>,
    key: IdempotencyKey,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Video>), ApiError> {
    let extraction = request::retry(&body)?;
    let key = key.of_retry(id, &body);
    let record = state.videos.get(&user.id, id).await?.ok_or(ApiError::NotFound)?;
    // after the record is read: a call that has changed it has written its key, too
    if let Some(key) = &key
        && let Some(earlier) = state.videos.earlier_call(&user.id, key).await?
    {
        return repeated(&state, &user, id, earlier).await;
    }
    // saves a job; what decides is the write below
    if !record.video.status.is_final() {
        return Err(ApiError::NotFinished);
    }
    if let Some(earlier) = room_for(&state, &user, 1, key.as_ref()).await? {
        return repeated(&state, &user, id, earlier).await;
    }
    if !state.objects.has_source(&record.video).await? {
        return Err(ApiError::SourceGone);
    }
    let job = Job::new(user.id.clone(), id).of_attempt(record.attempt.saturating_add(1));
    state.jobs.send(&job).await?;
    let record = match state.videos.retry(record, extraction, key.as_ref()).await? {
        Retry::Begun(record) => record,
        Retry::Earlier(earlier) => return repeated(&state, &user, id, earlier).await,
        Retry::NotFinal => return Err(ApiError::NotFinished),
    };
    state.count(&Counts::queued()).await;
    tracing::info!(video.id = %id, video.attempt = record.attempt, "began a video again");
    Ok((StatusCode::ACCEPTED, Json(record.video)))
}

/// The video that an earlier call of the same key retried, as it is now.
async fn repeated(
    state: &State,
    user: &User,
    id: VideoId,
    earlier: Earlier,
) -> Result<(StatusCode, Json<Video>), ApiError> {
    let Earlier::Same(_) = earlier else { return Err(key_reused()) };
    let record = state.videos.get(&user.id, id).await?.ok_or(ApiError::NotFound)?;
    Ok((StatusCode::OK, Json(record.video)))
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
