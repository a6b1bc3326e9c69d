//! `POST /videos/{id}/retry`: begins a new attempt.

use super::unfinished::check_room;
use crate::{
    openapi::responses::RetryProblems,
    problem::ApiError,
    request::{
        IdempotencyKey, JsonBody, User, bodies,
        parameters::{NoQuery, Parameters, PathId},
    },
    state::{AppState, SharedState},
};
use axum::{Json, extract::State, http::StatusCode};
use framezip_contract::{Attempt, Counts, Job, RetryVideo, Video, VideoId};
use framezip_runtime::{metric, sqs};
use framezip_store::{Earlier, Record, Retry};
use jiff::Timestamp;

/// `POST /videos/{id}/retry`: extracts the video again, after a failure or with other options.
///
/// The job is sent before the record is written. After a crash between the two, the video is unchanged
/// and the job is ignored. If several calls run at once, one begins the attempt. The others are refused
/// or, if they have the same key, answered with the video.
#[utoipa::path(
    post, path = "/videos/{id}/retry", tag = "videos", operation_id = "retryVideo",
    security(("idToken" = [])), summary = "Extract again",
    description = "Queues a video that is `ready` or has `failed` again, while its file is kept. \
        Its result and the links to it stay until the new attempt is ready, also if that fails. Without a body, or without `extraction` in it, the options \
        stay the same. Send an `Idempotency-Key` to repeat the call safely: within a day, a repeated \
        call begins nothing and answers 200 with the video as it is.",
    params(
        ("id" = VideoId, Path, description = "The video's id."),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$",
            description = "A unique name for this call, as for `POST /videos`. The same name with a \
                different body or for a different video is refused."),
    ),
    request_body(content = Option<RetryVideo>, example = json!({ "extraction": { "count": 9 } })),
    responses(
        (status = 202, description = "Queued.", body = Video),
        (status = 200, description = "An earlier call had this key. The video is as it is now.",
            body = Video),
        RetryProblems,
    ),
)]
pub(crate) async fn retry(
    State(state): SharedState,
    user: User,
    PathId(id): PathId<VideoId>,
    Parameters(NoQuery {}): Parameters<NoQuery>,
    key: IdempotencyKey,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Video>), ApiError> {
    let extraction = bodies::retry(&body)?;
    let key = key.for_retry(id, &body);
    let record = state.videos.get(&user.id, id).await?.ok_or(ApiError::NotFound)?;
    // after reading the record: a call that changed the record has also written its key
    if let Some(key) = &key
        && let Some(earlier) = state.videos.earlier_call(&user.id, key).await?
    {
        return repeated(&state, &user, id, earlier).await;
    }
    // avoids a needless job; the conditional write below decides
    if !record.video.status.is_final() {
        return Err(ApiError::NotFinished);
    }
    if let Some(earlier) = check_room(&state, &user, 1, key.as_ref()).await? {
        return repeated(&state, &user, id, earlier).await;
    }
    if state.objects.source_bytes(&record.video).await? != Some(record.video.bytes) {
        return Err(ApiError::SourceGone);
    }
    let next = next_attempt(&record);
    let job = Job::new(user.id.clone(), id).of_attempt(next);
    sqs::send(&state.sqs, &state.jobs_queue_url, &job).await?;
    let record = match state.videos.retry(record, next, extraction, key.as_ref()).await? {
        Retry::Begun(record) => record,
        Retry::Earlier(earlier) => return repeated(&state, &user, id, earlier).await,
        Retry::NotFinal => return Err(ApiError::NotFinished),
    };
    metric::record(&state.videos, &Counts::queued()).await;
    tracing::info!(video.id = %id, video.attempt = record.attempt, "began a new attempt at a video");
    Ok((StatusCode::ACCEPTED, Json(record.video)))
}

/// Returns the attempt of this call. Another call in the same millisecond may have the same one; then only one of the two
/// is written, and the job of the other repeats it: see [`Attempt`].
fn next_attempt(record: &Record) -> Attempt {
    let now = Timestamp::now().as_millisecond().unsigned_abs();
    now.max(record.attempt.saturating_add(1))
}

/// Answers with the current state of the video that an earlier call with the same key retried.
async fn repeated(
    state: &AppState,
    user: &User,
    id: VideoId,
    earlier: Earlier,
) -> Result<(StatusCode, Json<Video>), ApiError> {
    let Earlier::Same(_) = earlier else { return Err(ApiError::KeyReused) };
    let record = state.videos.get(&user.id, id).await?.ok_or(ApiError::NotFound)?;
    Ok((StatusCode::OK, Json(record.video)))
}
