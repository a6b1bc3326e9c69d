//! The attributes of a check.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The value of `check`, the index's partition key. One partition takes 1,000 writes a second, and a video
/// costs about twelve in its life.
pub(crate) const PENDING: &str = "pending";

/// The time until the first look at a video that waits for its upload, a worker or the handler of its outcome.
pub(crate) const FIRST_CHECK: SignedDuration = SignedDuration::from_mins(5);

/// The next check of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// The partition of the index.
    check: String,
    /// The time of the check, in seconds since 1970.
    pub check_at: i64,
    /// The number of repairs since the last step.
    #[serde(default)]
    pub repairs: u32,
}

impl Check {
    /// Returns the first check after a video is created or retried at `now`.
    pub fn first(now: Timestamp) -> Self {
        Self { check: PENDING.to_owned(), check_at: (now + FIRST_CHECK).as_second(), repairs: 0 }
    }
}
