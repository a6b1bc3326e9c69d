//! The limit on a user's videos that are neither `ready` nor `failed`.

use crate::{problem::ApiError, request::User, state::AppState};
use framezip_store::{CallKey, Earlier};

/// Checks that the user may have `new` more unfinished videos.
///
/// Calls that run at once can exceed the limit: the videos are counted before they are written. The
/// limit is against abuse and need not be exact.
///
/// Returns an earlier call with the same key if there is no room and such a call has been written in the
/// meantime: its own videos may be the ones that take the room.
///
/// # Errors
/// [`ApiError::TooManyVideos`] if there is no room and no earlier call.
pub(super) async fn check_room(
    state: &AppState,
    user: &User,
    new: usize,
    key: Option<&CallKey>,
) -> Result<Option<Earlier>, ApiError> {
    let limit = state.max_unfinished_videos;
    let count = state.videos.unfinished(&user.id, limit).await?;
    if usize::try_from(count)? + new <= usize::try_from(limit)? {
        return Ok(None);
    }
    let earlier = match key {
        Some(key) => state.videos.earlier_call(&user.id, key).await?,
        None => None,
    };
    earlier.map(Some).ok_or(ApiError::TooManyVideos { limit, count })
}
