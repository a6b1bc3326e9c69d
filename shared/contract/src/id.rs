//! Identifiers of users and videos, and the keys of their objects.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A video's id: a UUID of version 7, so that ids sort by time of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct VideoId(Uuid);

impl VideoId {
    /// Returns a new id, greater than every id that this process made before.
    pub fn now() -> Self {
        Self(Uuid::now_v7())
    }

    /// Returns the id with these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns its bytes, which sort as the id does.
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

/// An attempt at a video: 0 for the first; that of a retry is the time of its call, in milliseconds since 1970.
pub type Attempt = u64;

/// A user, by the `sub` claim of the identity provider: letters, digits, `-` and `_`, 1–128 of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_-]{1,128}$"))]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

impl UserId {
    /// Returns the `sub` claim.
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

/// The text is not a user's id or not the key of an upload.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a key of a user's video")]
pub struct InvalidKey(String);

/// The key of an uploaded video, `<user>/<video>/source` in the uploads bucket, and the keys of its results
/// in the results bucket. A key identifies the video's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectKey {
    /// The video's owner.
    pub owner: UserId,
    /// The video's id.
    pub video: VideoId,
}

const SOURCE: &str = "source";

impl ObjectKey {
    /// Returns the key of an uploaded video.
    pub fn source(owner: &UserId, video: VideoId) -> Self {
        Self { owner: owner.clone(), video }
    }

    /// Returns the prefix of all of a video's objects in either bucket, except the segments'.
    pub fn prefix(owner: &UserId, video: VideoId) -> String {
        format!("{owner}/{video}/")
    }

    /// Returns the prefix of the results of one attempt. Each attempt has its own, so that a late worker of an
    /// earlier attempt overwrites nothing.
    pub fn results_prefix(owner: &UserId, video: VideoId, attempt: Attempt) -> String {
        format!("{}{attempt}/", Self::prefix(owner, video))
    }

    /// Returns the prefix of a video's segments in the results bucket during a fan-out. It differs from that of
    /// the zips, since segments are kept for days only.
    pub fn segments_prefix(owner: &UserId, video: VideoId) -> String {
        format!("segments/{owner}/{video}/")
    }

    /// Returns the key of the zip of one attempt.
    pub fn zip(owner: &UserId, video: VideoId, attempt: Attempt) -> String {
        format!("{}frames.zip", Self::results_prefix(owner, video, attempt))
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
    fn a_key_round_trips() {
        let owner = UserId::try_from("user-1".to_owned()).unwrap();
        let key = ObjectKey::source(&owner, VideoId::now());
        assert_eq!(key.to_string().parse::<ObjectKey>().unwrap(), key);
    }

    #[test]
    fn each_attempt_has_its_own_zip() {
        let (owner, id) = (UserId::try_from("u".to_owned()).unwrap(), VideoId::now());
        let zips = [0, 1, 2].map(|attempt| ObjectKey::zip(&owner, id, attempt));
        assert_eq!(zips[0], format!("u/{id}/0/frames.zip"));
        assert!(zips.iter().all(|key| key.starts_with(&ObjectKey::prefix(&owner, id))));
        assert!(zips[0] != zips[1] && zips[1] != zips[2]);
    }

    #[test]
    fn foreign_keys_are_refused() {
        let zip = format!("a/{}/0/frames.zip", VideoId::now());
        for text in ["", "a/b/source", "a/../source", "a/b/c/d", "/x/source", &zip] {
            assert!(text.parse::<ObjectKey>().is_err(), "{text}");
        }
        assert!(UserId::try_from("a/b".to_owned()).is_err());
        assert!(UserId::try_from(String::new()).is_err());
    }

    #[test]
    fn an_id_round_trips_through_its_bytes() {
        let id = VideoId::now();
        assert_eq!(VideoId::from_bytes(id.to_bytes()), id);
    }

    #[test]
    fn ids_grow() {
        let ids: Vec<_> = (0..100).map(|_| VideoId::now()).collect();
        assert!(ids.is_sorted());
    }
}
