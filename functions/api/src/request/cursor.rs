//! Cursors: the position in a list after which the next page starts.
//!
//! A cursor is base64url of the id of a page's last video and a digest of that id and the list. The
//! digest detects a cursor of another list and a damaged one. It is not a signature: anyone can compute
//! it. A made-up cursor grants nothing, because a position is only a [`VideoId`]. The claims decide which
//! videos a caller may list, and the query's partition is that of the [`CursorScope`].

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use framezip_contract::{Status, UserId, VideoId};
use sha2::{Digest, Sha256};

/// The length of a cursor's digest in bytes.
const DIGEST_BYTES: usize = 16;

/// The users whose videos a list contains.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CursorScope {
    /// This user only.
    User(UserId),
    Everyone,
}

/// A list of videos. A cursor is valid only for the list that it was made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VideoList<'a> {
    /// The user who asks for the list.
    pub(crate) asker: &'a UserId,
    pub(crate) scope: &'a CursorScope,
    pub(crate) status: Option<Status>,
}

impl VideoList<'_> {
    /// Returns the cursor of the page that follows the video `last`.
    pub(crate) fn cursor_after(self, last: VideoId) -> String {
        let position = last.to_bytes();
        BASE64_URL_SAFE_NO_PAD.encode([position, self.digest(position)].concat())
    }

    /// Returns the video that the page follows, or `None` if the cursor is not one of this list.
    pub(crate) fn position(self, cursor: &str) -> Option<VideoId> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (position, digest) = bytes.split_first_chunk()?;
        (self.digest(*position) == *digest).then(|| VideoId::from_bytes(*position))
    }

    fn digest(self, position: [u8; 16]) -> [u8; DIGEST_BYTES] {
        let scope = match self.scope {
            CursorScope::User(user) => user.as_str(),
            CursorScope::Everyone => "*",
        };
        let status = self.status.map_or("", Status::as_str);
        let mut sha256 = Sha256::new();
        for field in ["videos", self.asker.as_str(), scope, status] {
            sha256.update(field);
            // no field contains this byte, so two lists never yield the same bytes
            sha256.update([0]);
        }
        sha256.update(position);
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&sha256.finalize()[..DIGEST_BYTES]);
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::try_from(id.to_owned()).unwrap()
    }

    #[test]
    fn a_cursor_is_valid_only_for_its_own_list() {
        let (ada, bob) = (user("ada"), user("bob"));
        let (own, other) = (CursorScope::User(ada.clone()), CursorScope::User(bob.clone()));
        let list = VideoList { asker: &ada, scope: &own, status: None };
        let id = VideoId::now();
        let cursor = list.cursor_after(id);
        assert_eq!(list.position(&cursor), Some(id));
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        for another in [
            VideoList { asker: &bob, ..list },
            VideoList { scope: &other, ..list },
            VideoList { scope: &CursorScope::Everyone, ..list },
            VideoList { status: Some(Status::Ready), ..list },
        ] {
            assert_eq!(another.position(&cursor), None, "{another:?}");
        }
    }

    #[test]
    fn a_changed_cursor_is_refused() {
        let ada = user("ada");
        let list = VideoList { asker: &ada, scope: &CursorScope::Everyone, status: None };
        let cursor = list.cursor_after(VideoId::now());
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            let changed = BASE64_URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(list.position(&changed), None, "byte {index}");
        }
        let longer = format!("{cursor}AA");
        let id = VideoId::now().to_string();
        for text in ["", "x", "====", &cursor[1..], &cursor[..cursor.len() - 4], &longer, &id] {
            assert_eq!(list.position(text), None, "{text}");
        }
    }
}
