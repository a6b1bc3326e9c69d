//! The tokens of a signed-in user.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A token is renewed this long before it expires, so that it does not expire before the server checks it.
const RENEWAL_MARGIN: SignedDuration = SignedDuration::from_mins(2);

/// A signed-in user's tokens. They are secrets: `Debug` does not show them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// The token that the API takes as `Authorization: Bearer`.
    pub id_token: String,
    /// The token that is exchanged for a new ID token.
    pub refresh_token: String,
    /// The expiry of the ID token.
    pub expires_at: Timestamp,
}

impl Tokens {
    /// Returns whether the ID token is still valid at `now`, with a margin for the request.
    pub(crate) fn is_valid_at(&self, now: Timestamp) -> bool {
        now + RENEWAL_MARGIN < self.expires_at
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let tokens = Tokens {
            id_token: "secret-id".to_owned(),
            refresh_token: "secret-refresh".to_owned(),
            expires_at: Timestamp::UNIX_EPOCH,
        };
        assert!(!format!("{tokens:?}").contains("secret"));
    }

    #[test]
    fn a_token_that_is_about_to_expire_is_not_valid() {
        let now = Timestamp::now();
        let expiring_in = |seconds| Tokens {
            id_token: String::new(),
            refresh_token: String::new(),
            expires_at: now + SignedDuration::from_secs(seconds),
        };
        assert!(expiring_in(121).is_valid_at(now));
        assert!(!expiring_in(120).is_valid_at(now));
    }
}
