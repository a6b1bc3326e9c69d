//! `/videos/{id}/upload`: what has arrived of a video, where the rest goes, and that it is complete.

use crate::{
    app::State,
    openapi::problems::{OfComplete, OfUpload},
    parameters::{Id, Nothing, Parameters, UploadQuery},
    problem::ApiError,
    uploads::{Completion, MOST_URLS},
    user::User,
};
use axum::{Json, extract, http::StatusCode};
use framezip_contract::{Status, Upload, Video, VideoId};
use framezip_store::Record;
use std::sync::Arc;

type Shared = extract::State<Arc<State>>;

/// The most runs of missing parts that an answer names.
const MOST_RUNS: usize = 20;

/// `GET /videos/{id}/upload`: a page of what has arrived, with fresh URLs for what has not.
#[utoipa::path(
    get, path = "/videos/{id}/upload", tag = "uploads", operation_id = "readUpload",
    security(("idToken" = [])), summary = "Resume an upload",
    description = "What has arrived of a video's bytes, and fresh URLs for what has not: the one of \
        the whole file, or a page of parts.",
    params(("id" = VideoId, Path, description = "The video's id."), UploadQuery),
    responses((status = 200, description = "Where the bytes go.", body = Upload), OfUpload),
)]
pub(crate) async fn look(
    extract::State(state): Shared,
    user: User,
    Id(id): Id,
    Parameters(query): Parameters<UploadQuery>,
) -> Result<Json<Upload>, ApiError> {
    let record = owned(&state, &user, id).await?;
    if record.video.status != Status::AwaitingUpload {
        return Err(over());
    }
    let upload = state.uploads.look(&record, query.after.unwrap_or(0), MOST_URLS).await?;
    upload.map(Json).ok_or_else(over)
}

/// `POST /videos/{id}/upload/complete`: makes the video of its parts. Run again, it does nothing. That
/// the video is queued comes a little later, by S3's event.
#[utoipa::path(
    post, path = "/videos/{id}/upload/complete", tag = "uploads", operation_id = "completeUpload",
    security(("idToken" = [])), summary = "Complete an upload",
    description = "Makes the file of its parts, once all have arrived. It is queued a little later. An \
        upload by one PUT completes itself: for it the call checks that the bytes have arrived. \
        Repeating the call is safe.",
    params(("id" = VideoId, Path, description = "The video's id.")),
    responses((status = 200, description = "The video.", body = Video), OfComplete),
)]
pub(crate) async fn complete(
    extract::State(state): Shared,
    user: User,
    Id(id): Id,
    Parameters(Nothing {}): Parameters<Nothing>,
) -> Result<Json<Video>, ApiError> {
    let record = owned(&state, &user, id).await?;
    if record.video.status != Status::AwaitingUpload {
        return Ok(Json(record.video));
    }
    match state.uploads.complete(&record).await? {
        Completion::Done => Ok(Json(record.video)),
        Completion::Missing(missing) => Err(incomplete(&missing)),
        Completion::NotSent => Err(not_sent()),
        Completion::Gone => Err(over()),
    }
}

/// The user's own video. What is another's is not found.
async fn owned(state: &State, user: &User, id: VideoId) -> Result<Record, ApiError> {
    state.videos.get(&user.id, id).await?.ok_or(ApiError::NotFound)
}

pub(crate) fn over() -> ApiError {
    let detail = "This upload is over: its bytes have come, or it was given up.";
    ApiError::Refused(StatusCode::CONFLICT, "upload_over", detail.to_owned())
}

pub(crate) fn incomplete(missing: &[u16]) -> ApiError {
    let detail = format!("Parts are missing: {}. Send them first.", runs(missing));
    ApiError::Refused(StatusCode::CONFLICT, "upload_incomplete", detail)
}

fn not_sent() -> ApiError {
    let detail = "The file's bytes have not arrived. Send them first.";
    ApiError::Refused(StatusCode::CONFLICT, "upload_incomplete", detail.to_owned())
}

/// Numbers as one writes them: `1-3, 7`.
fn runs(numbers: &[u16]) -> String {
    let runs: Vec<_> = numbers
        .chunk_by(|one, next| one + 1 == *next)
        .map(|run| match run {
            [one] => one.to_string(),
            _ => format!("{}-{}", run[0], run[run.len() - 1]),
        })
        .collect();
    if runs.len() > MOST_RUNS {
        return format!("{} and more", runs[..MOST_RUNS].join(", "));
    }
    runs.join(", ")
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn missing_parts_are_named_in_short() {
        assert_eq!(runs(&[1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10");
        let odd: Vec<_> = (0..100).map(|index| 2 * index + 1).collect();
        assert!(runs(&odd).ends_with("37, 39 and more"), "{}", runs(&odd));
    }
}
