//! Cursors: where the next page of a list begins, as something that only we can make.
//!
//! A cursor holds the id of a page's last video, and a tag by which it is known to be ours, and of the
//! very list that it is sent for: one of another user, another filter or another kind of list is
//! refused. All instances of the function share the key, which the template has AWS make.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use framezip_contract::{Status, UserId, VideoId};
use hmac::{Hmac, KeyInit, Mac, digest::Key};
use sha2::{Digest, Sha256};

type HmacSha256 = Hmac<Sha256>;

/// Bytes of a tag: 128 bits cannot be guessed by asking.
const TAG: usize = 16;

/// Whose videos a list has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ListScope {
    /// This user's.
    User(UserId),
    Everyone,
}

/// A list, as its cursors are bound to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VideoList<'a> {
    /// Who asks.
    pub(crate) asker: &'a UserId,
    pub(crate) scope: &'a ListScope,
    pub(crate) status: Option<Status>,
}

/// Makes cursors, and knows its own.
pub(crate) struct Cursors(HmacSha256);

impl Cursors {
    pub(crate) fn new(key: &str) -> Self {
        // of exactly the length that HMAC takes as it is, so that it cannot be refused
        let mut block = Key::<HmacSha256>::default();
        let digest = Sha256::digest(key);
        block[..digest.len()].copy_from_slice(&digest);
        Self(HmacSha256::new(&block))
    }

    /// The cursor of the page behind the one that ends with `last`.
    pub(crate) fn write(&self, list: VideoList<'_>, last: VideoId) -> String {
        let position = last.to_bytes();
        let tag = self.signed(list, &position).finalize().into_bytes();
        BASE64_URL_SAFE_NO_PAD.encode([&position, &tag[..TAG]].concat())
    }

    /// Behind which video the page begins; `None` where the cursor is not one of this list.
    pub(crate) fn read(&self, list: VideoList<'_>, cursor: &str) -> Option<VideoId> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (position, tag) = bytes.split_first_chunk()?;
        let tag: &[u8; TAG] = tag.try_into().ok()?;
        self.signed(list, position).verify_truncated_left(tag).ok()?;
        Some(VideoId::from_bytes(*position))
    }

    /// The parts end with a byte that none of them has, so that no two lists are the same text.
    fn signed(&self, list: VideoList<'_>, position: &[u8; 16]) -> HmacSha256 {
        let whose = match list.scope {
            ListScope::User(user) => user.as_str(),
            ListScope::Everyone => "*",
        };
        let status = list.status.map_or("", Status::as_str);
        let mut mac = self.0.clone();
        for part in ["videos", list.asker.as_str(), whose, status] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.update(position);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::try_from(id.to_owned()).unwrap()
    }

    #[test]
    fn a_cursor_reads_back_on_its_own_list_only() {
        let (ada, bob) = (user("ada"), user("bob"));
        let (own, other) = (ListScope::User(ada.clone()), ListScope::User(bob.clone()));
        let list = VideoList { asker: &ada, scope: &own, status: None };
        let cursors = Cursors::new("a key");
        let id = VideoId::now();
        let cursor = cursors.write(list, id);
        assert_eq!(cursors.read(list, &cursor), Some(id));
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        for another in [
            VideoList { asker: &bob, ..list },
            VideoList { scope: &other, ..list },
            VideoList { scope: &ListScope::Everyone, ..list },
            VideoList { status: Some(Status::Ready), ..list },
        ] {
            assert_eq!(cursors.read(another, &cursor), None, "{another:?}");
        }
        assert_eq!(Cursors::new("another key").read(list, &cursor), None);
    }

    #[test]
    fn a_cursor_that_was_touched_is_refused() {
        let ada = user("ada");
        let list = VideoList { asker: &ada, scope: &ListScope::Everyone, status: None };
        let cursors = Cursors::new("a key");
        let cursor = cursors.write(list, VideoId::now());
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        for index in 0..bytes.len() {
            let mut touched = bytes.clone();
            touched[index] ^= 1;
            let touched = BASE64_URL_SAFE_NO_PAD.encode(touched);
            assert_eq!(cursors.read(list, &touched), None, "byte {index}");
        }
        let longer = format!("{cursor}AA");
        let id = VideoId::now().to_string();
        for text in ["", "x", "====", &cursor[1..], &cursor[..cursor.len() - 4], &longer, &id] {
            assert_eq!(cursors.read(list, text), None, "{text}");
        }
    }
}
