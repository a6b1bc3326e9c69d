//! `/videos`: list, read.

use crate::{
    app::State,
    cursor::{List, Whose},
    openapi::problems::{OfList, OfRead},
    parameters::{CURSOR, Id, ListQuery, OwnerQuery, Parameters, invalid},
    problem::ApiError,
    user::User,
};
use axum::{Json, extract};
use framezip_contract::{VideoId, VideoPage, VideoView};
use std::sync::Arc;

type Shared = extract::State<Arc<State>>;

/// `GET /videos`: the user's own, or for administrators another's or everyone's, newest first.
#[utoipa::path(
    get, path = "/videos", tag = "videos", operation_id = "listVideos", security(("idToken" = [])),
    summary = "List videos, newest first",
    description = "One page of them. Only an answer without `cursor` is the last page: with `status`, \
        which looks at 1,000 videos at a time, a page may be short or empty before that.",
    params(ListQuery),
    responses((status = 200, description = "A page.", body = VideoPage), OfList),
)]
pub(crate) async fn list(
    extract::State(state): Shared,
    user: User,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<VideoPage>, ApiError> {
    let whose = query.whose(&user)?;
    let (status, limit) = (query.status, query.limit());
    let list = List { asker: &user.id, whose: &whose, status };
    let after = match &query.cursor {
        None => None,
        Some(cursor) => {
            let read = state.cursors.read(list, cursor);
            Some(read.ok_or_else(|| invalid("cursor", CURSOR))?)
        }
    };
    let page = match &whose {
        Whose::One(owner) => state.videos.list(owner, status, limit, after).await?,
        Whose::Everyone => state.videos.list_everyones(status, limit, after).await?,
    };
    Ok(Json(VideoPage {
        videos: page.records.into_iter().map(|record| record.video).collect(),
        cursor: page.next.map(|last| state.cursors.write(list, last)),
    }))
}

/// `GET /videos/{id}`: one of the user's own, or for administrators another's, with a fresh link when
/// its zip is there. What is another's, or no id at all, is not found.
#[utoipa::path(
    get, path = "/videos/{id}", tag = "videos", operation_id = "readVideo",
    security(("idToken" = [])), summary = "Read a video",
    description = "Where it stands; when it is `ready`, with a fresh link to its zip, which works for \
        an hour.",
    params(("id" = VideoId, Path, description = "The video's id."), OwnerQuery),
    responses((status = 200, description = "The video.", body = VideoView), OfRead),
)]
pub(crate) async fn read(
    extract::State(state): Shared,
    user: User,
    Id(id): Id,
    Parameters(query): Parameters<OwnerQuery>,
) -> Result<Json<VideoView>, ApiError> {
    let owner = query.owner(&user)?;
    let record = state.videos.get(&owner, id).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(state.links.view(record).await?))
}
