//! `/videos/{id}/upload`: the parts that have arrived, URLs for the others, and completion.

use crate::{
    openapi::responses::{CompleteUploadProblems, ReadUploadProblems},
    problem::ApiError,
    request::{
        User,
        parameters::{NoQuery, Parameters, PathId, UploadQuery},
    },
    state::{AppState, SharedState},
    storage::{Completion, MAX_PART_URLS},
};
use axum::{Json, extract::State};
use framezip_contract::{Status, Upload, Video, VideoId};
use framezip_store::Record;

/// The maximum number of ranges of missing parts in an answer.
const MAX_RANGES: usize = 20;

/// `GET /videos/{id}/upload`: returns a page of parts that have arrived and fresh URLs for the others.
#[utoipa::path(
    get, path = "/videos/{id}/upload", tag = "uploads", operation_id = "readUpload",
    security(("idToken" = [])), summary = "Resume an upload",
    description = "Returns fresh URLs for a video's bytes that have not arrived: one URL for the whole \
        file, or a page of the parts that have arrived and of URLs for the others.",
    params(("id" = VideoId, Path, description = "The video's id."), UploadQuery),
    responses((status = 200, description = "The upload.", body = Upload), ReadUploadProblems),
)]
pub(crate) async fn read(
    State(state): SharedState,
    user: User,
    PathId(id): PathId<VideoId>,
    Parameters(query): Parameters<UploadQuery>,
) -> Result<Json<Upload>, ApiError> {
    let record = owned(&state, &user, id).await?;
    if record.video.status != Status::AwaitingUpload {
        return Err(ApiError::UploadOver);
    }
    let upload = state.uploads.page(&record, query.after.unwrap_or(0), MAX_PART_URLS).await?;
    upload.map(Json).ok_or(ApiError::UploadOver)
}

/// `POST /videos/{id}/upload/complete`: completes the multipart upload, looks for the file and queues the video. A
/// repeated call has no effect.
///
/// S3's event usually queues the video too. The call makes the upload independent of it.
#[utoipa::path(
    post, path = "/videos/{id}/upload/complete", tag = "uploads", operation_id = "completeUpload",
    security(("idToken" = [])), summary = "Complete an upload",
    description = "Makes the file from its parts once all have arrived, and queues the video. For an upload by \
        one PUT, queues the video if the file has arrived. Usually S3 reports the file anyway; call this to \
        be sure. Repeating the call is safe.",
    params(("id" = VideoId, Path, description = "The video's id.")),
    responses((status = 200, description = "The video.", body = Video), CompleteUploadProblems),
)]
pub(crate) async fn complete(
    State(state): SharedState,
    user: User,
    PathId(id): PathId<VideoId>,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<Json<Video>, ApiError> {
    let record = owned(&state, &user, id).await?;
    if record.video.status != Status::AwaitingUpload {
        return Ok(Json(record.video));
    }
    match state.uploads.complete(&record).await? {
        Completion::Done => {
            if let Some(bytes) = state.objects.source_bytes(&record.video).await? {
                state.intake.accept(&record.video, bytes).await?;
            }
            Ok(Json(owned(&state, &user, id).await?.video))
        }
        Completion::Missing(missing) => {
            let detail = format!(
                "These parts have not arrived: {}. Send them, then complete the upload again.",
                ranges(&missing)
            );
            Err(ApiError::UploadIncomplete(detail))
        }
        Completion::NotSent => Err(ApiError::UploadIncomplete(
            "The file's bytes have not arrived. Send them, then complete the upload again."
                .to_owned(),
        )),
        Completion::Gone => Err(ApiError::UploadOver),
    }
}

/// Returns the user's own video. Another user's video answers 404.
async fn owned(state: &AppState, user: &User, id: VideoId) -> Result<Record, ApiError> {
    state.videos.get(&user.id, id).await?.ok_or(ApiError::NotFound)
}

/// Writes numbers in short, as in `1-3, 7`.
fn ranges(numbers: &[u16]) -> String {
    let ranges: Vec<_> = numbers
        .chunk_by(|one, next| one + 1 == *next)
        .map(|range| match range {
            [one] => one.to_string(),
            _ => format!("{}-{}", range[0], range[range.len() - 1]),
        })
        .collect();
    if ranges.len() > MAX_RANGES {
        return format!("{} and more", ranges[..MAX_RANGES].join(", "));
    }
    ranges.join(", ")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn missing_parts_are_written_as_ranges() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10");
        let odd: Vec<_> = (0..100).map(|index| 2 * index + 1).collect();
        assert!(ranges(&odd).ends_with("37, 39 and more"), "{}", ranges(&odd));
    }
}
