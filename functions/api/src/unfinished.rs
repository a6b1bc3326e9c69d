//! How many videos a user may have that are neither `ready` nor `failed`.

use crate::{app::State, problem::ApiError, user::User};
use axum::http::StatusCode;
use framezip_store::{CallKey, Earlier};

/// Refuses what would be too many videos at once. Calls at the same time can exceed the limit: it is
/// against abuse, and the videos are counted before they are written.
///
/// `Some`: there is no room, but an earlier call of this key has been found meanwhile. Its own videos may
/// be those that take the room.
pub(crate) async fn room_for(
    state: &State,
    user: &User,
    new: usize,
    key: Option<&CallKey>,
) -> Result<Option<Earlier>, ApiError> {
    let most = state.max_unfinished_videos;
    let count = state.videos.unfinished(&user.id, most).await?;
    if usize::try_from(count)? + new <= usize::try_from(most)? {
        return Ok(None);
    }
    let earlier = match key {
        Some(key) => state.videos.earlier_call(&user.id, key).await?,
        None => None,
    };
    earlier.map(Some).ok_or_else(|| too_many(most, count))
}

pub(crate) fn too_many(most: u32, count: u32) -> ApiError {
    let detail = format!(
        "You may have at most {most} unfinished videos, and have {count}. Wait until some are finished, \
         or delete some. An upload that does not come is removed after 48 hours."
    );
    ApiError::Refused(StatusCode::CONFLICT, "too_many_videos", detail)
}
