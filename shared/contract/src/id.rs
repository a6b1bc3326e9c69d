//! Names: of users, of videos, and of the objects that belong to them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A video's id: a UUID of version 7, so ids sort by the time of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct VideoId(Uuid);

impl VideoId {
    /// A new id, greater than every id this process made before.
    pub fn now() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id of these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Its bytes, which sort as it does.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }
}

impl fmt::Display for VideoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for VideoId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A user, by the `sub` claim of the identity provider: letters, digits, `-` and `_`, 1–128 of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_-]{1,128}$"))]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

impl UserId {
    /// The `sub` claim.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidKey;

    fn try_from(text: String) -> Result<Self, InvalidKey> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if (1..=128).contains(&text.len()) && text.chars().all(plain) {
            Ok(Self(text))
        } else {
            Err(InvalidKey(text))
        }
    }
}

impl From<UserId> for String {
    fn from(user: UserId) -> Self {
        user.0
    }
}

/// A name that is not one of ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a key of a user's video")]
pub struct InvalidKey(String);

/// The key of an uploaded video, `<user>/<video>/source` in the uploads bucket; and the keys of what
/// is made of it, in the results bucket. The video's record can be found from the key alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectKey {
    /// Whose video it is.
    pub owner: UserId,
    /// Which video it is.
    pub video: VideoId,
}

const SOURCE: &str = "source";

impl ObjectKey {
    /// The uploaded video.
    pub fn source(owner: &UserId, video: VideoId) -> Self {
        Self { owner: owner.clone(), video }
    }

    /// What the keys of all of a video's objects begin with, in either bucket, but those of its parts.
    pub fn prefix(owner: &UserId, video: VideoId) -> String {
        format!("{owner}/{video}/")
    }

    /// What the keys of its poster, contact sheet and storyboard begin with, as one attempt makes them.
    pub fn extras_prefix(owner: &UserId, video: VideoId, attempt: u32) -> String {
        format!("{}{attempt}/", Self::prefix(owner, video))
    }

    /// What the keys of a video's parts begin with, in the results bucket, while several workers are at
    /// it: apart from all zips, since they are kept for days only.
    pub fn parts_prefix(owner: &UserId, video: VideoId) -> String {
        format!("parts/{owner}/{video}/")
    }

    /// The zip of its frames, as one attempt makes it. Each attempt has a key of its own, so that a late
    /// worker of an earlier one writes over nothing.
    pub fn zip(owner: &UserId, video: VideoId, attempt: u32) -> String {
        let prefix = Self::prefix(owner, video);
        match attempt {
            0 => format!("{prefix}frames.zip"),
            _ => format!("{prefix}frames-{attempt}.zip"),
        }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{SOURCE}", Self::prefix(&self.owner, self.video))
    }
}

impl FromStr for ObjectKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let invalid = || InvalidKey(text.to_owned());
        let mut parts = text.split('/');
        let (Some(owner), Some(video), Some(SOURCE), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid());
        };
        Ok(Self {
            owner: UserId::try_from(owner.to_owned())?,
            video: video.parse().map_err(|_| invalid())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_written() {
        let owner = UserId::try_from("user-1".to_owned()).unwrap();
        let key = ObjectKey::source(&owner, VideoId::now());
        assert_eq!(key.to_string().parse::<ObjectKey>().unwrap(), key);
    }

    #[test]
    fn attempts_share_no_zip() {
        let (owner, id) = (UserId::try_from("u".to_owned()).unwrap(), VideoId::now());
        let zips = [0, 1, 2].map(|attempt| ObjectKey::zip(&owner, id, attempt));
        assert_eq!(zips[0], format!("u/{id}/frames.zip"));
        assert!(zips.iter().all(|key| key.starts_with(&ObjectKey::prefix(&owner, id))));
        assert!(zips[0] != zips[1] && zips[1] != zips[2]);
    }

    #[test]
    fn foreign_keys_are_refused() {
        let zip = format!("a/{}/frames.zip", VideoId::now());
        for text in ["", "a/b/source", "a/../source", "a/b/c/d", "/x/source", &zip] {
            assert!(text.parse::<ObjectKey>().is_err(), "{text}");
        }
        assert!(UserId::try_from("a/b".to_owned()).is_err());
        assert!(UserId::try_from(String::new()).is_err());
    }

    #[test]
    fn ids_read_back_from_their_bytes() {
        let id = VideoId::now();
        assert_eq!(VideoId::from_bytes(id.to_bytes()), id);
    }

    #[test]
    fn ids_grow() {
        let ids: Vec<_> = (0..100).map(|_| VideoId::now()).collect();
        assert!(ids.is_sorted());
    }
}
