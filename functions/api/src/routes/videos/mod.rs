//! `/videos` and `/videos/{id}`: list, read and delete. The files of this folder create and retry.

pub(super) mod create;
pub(super) mod retry;
mod unfinished;

use crate::{
    openapi::responses::{DeleteProblems, ListProblems, ReadProblems},
    problem::ApiError,
    request::{
        User,
        cursor::{CursorScope, VideoList},
        parameters::{CURSOR, ListQuery, OwnerQuery, Parameters, PathId},
    },
    routes::webhook::send_message,
    state::SharedState,
};
use axum::{Json, extract::State, http::StatusCode};
use framezip_contract::{EventType, VideoId, VideoPage, VideoView};
use framezip_store::NewDelivery;

/// `GET /videos`: lists the user's own videos, or for administrators another user's or everyone's.
#[utoipa::path(
    get, path = "/videos", tag = "videos", operation_id = "listVideos", security(("idToken" = [])),
    summary = "List videos, newest first",
    description = "Returns one page. A video with a result has a fresh link to its poster, which works for an \
        hour, and no other links: `GET /videos/{id}` has them. Only an answer without `cursor` is the last \
        page: a call with `status` examines at most 1,000 videos, so an earlier page may be short or \
        empty.",
    params(ListQuery),
    responses((status = 200, description = "A page.", body = VideoPage), ListProblems),
)]
pub(crate) async fn list(
    State(state): SharedState,
    user: User,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<VideoPage>, ApiError> {
    let scope = query.scope(&user)?;
    let (status, limit) = (query.status, query.limit());
    let list = VideoList { asker: &user.id, scope: &scope, status };
    let after = match &query.cursor {
        None => None,
        Some(cursor) => {
            let position = list.position(cursor);
            Some(position.ok_or_else(|| ApiError::invalid("cursor", CURSOR))?)
        }
    };
    let page = match &scope {
        CursorScope::User(owner) => state.videos.list(owner, status, limit, after).await?,
        CursorScope::Everyone => state.videos.list_everyones(status, limit, after).await?,
    };
    let mut videos = Vec::with_capacity(page.records.len());
    for record in page.records {
        videos.push(state.links.view_in_list(record).await?);
    }
    Ok(Json(VideoPage { videos, cursor: page.next.map(|last| list.cursor_after(last)) }))
}

/// `GET /videos/{id}`: returns one of the user's own videos, or for administrators another user's, with
/// fresh links if it has a result. Another user's video and an invalid id answer 404.
#[utoipa::path(
    get, path = "/videos/{id}", tag = "videos", operation_id = "readVideo",
    security(("idToken" = [])), summary = "Read a video",
    description = "Returns the video and, once it has a result, a fresh link to its zip. The link works \
        for an hour.",
    params(("id" = VideoId, Path, description = "The video's id."), OwnerQuery),
    responses((status = 200, description = "The video.", body = VideoView), ReadProblems),
)]
pub(crate) async fn read(
    State(state): SharedState,
    user: User,
    PathId(id): PathId<VideoId>,
    Parameters(query): Parameters<OwnerQuery>,
) -> Result<Json<VideoView>, ApiError> {
    let owner = query.owner(&user)?;
    let record = state.videos.get(&owner, id).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(state.links.view(record).await?))
}

/// `DELETE /videos/{id}`: removes the record and the objects of one of the user's own videos, or for
/// administrators of any user's.
///
/// The record is removed first: without it every worker stops and every message is ignored. If the
/// removal of the objects fails, a repeated request finishes it, because it looks for objects even if
/// there is no record.
#[utoipa::path(
    delete, path = "/videos/{id}", tag = "videos", operation_id = "deleteVideo",
    security(("idToken" = [])), summary = "Delete a video",
    description = "Removes the record, the file and the zips. A worker that processes the video stops \
        within seconds, and no mail is sent. Your webhook receives `video.deleted`.",
    params(("id" = VideoId, Path, description = "The video's id."), OwnerQuery),
    responses((status = 204, description = "Deleted."), DeleteProblems),
)]
pub(crate) async fn delete(
    State(state): SharedState,
    user: User,
    PathId(id): PathId<VideoId>,
    Parameters(query): Parameters<OwnerQuery>,
) -> Result<StatusCode, ApiError> {
    let owner = query.owner(&user)?;
    let has_webhook = state.videos.webhook(&owner).await?.is_some();
    let event = has_webhook.then(|| NewDelivery::now(EventType::VideoDeleted, Some(id)));
    let record = state.videos.delete(&owner, id, event.as_ref()).await?;
    if let (Some(_), Some(event)) = (&record, event) {
        send_message(&state, &owner, event.event).await;
    }
    let objects = state.objects.remove(&owner, id).await?;
    if let Some(record) = &record {
        // last: a repeated request finishes the removal of objects, but has no record to abort an upload by
        state.uploads.abort(record).await?;
    }
    if record.is_none() && objects == 0 {
        return Err(ApiError::NotFound);
    }
    tracing::info!(video.id = %id, objects.count = objects, "deleted a video");
    Ok(StatusCode::NO_CONTENT)
}
