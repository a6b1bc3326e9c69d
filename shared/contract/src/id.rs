//! Names: of users, of videos, and of the objects that belong to them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A video's id: a UUID of version 7, so ids sort by the time of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VideoId(Uuid);

impl VideoId {
    /// A new id, greater than every id this process made before.
    pub fn now() -> Self {
        Self(Uuid::now_v7())
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

/// An object's key: `<user>/<video>/source` in the uploads bucket, `<user>/<video>/frames.zip` in
/// the results bucket. The video's record can be found from the key alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectKey {
    /// Whose video it is.
    pub owner: UserId,
    /// Which video it is.
    pub video: VideoId,
    file: &'static str,
}

const SOURCE: &str = "source";
const ZIP: &str = "frames.zip";

impl ObjectKey {
    /// The uploaded video.
    pub fn source(owner: &UserId, video: VideoId) -> Self {
        Self { owner: owner.clone(), video, file: SOURCE }
    }

    /// What the keys of a video's parts begin with, in the results bucket, while several workers are at
    /// it: apart from all zips, since they are kept for days only.
    pub fn parts_prefix(owner: &UserId, video: VideoId) -> String {
        format!("parts/{owner}/{video}/")
    }

    /// The zip of its frames.
    pub fn zip(owner: &UserId, video: VideoId) -> Self {
        Self { owner: owner.clone(), video, file: ZIP }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.owner, self.video, self.file)
    }
}

impl FromStr for ObjectKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let invalid = || InvalidKey(text.to_owned());
        let mut parts = text.split('/');
        let (Some(owner), Some(video), Some(file), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid());
        };
        Ok(Self {
            owner: UserId::try_from(owner.to_owned())?,
            video: video.parse().map_err(|_| invalid())?,
            file: [SOURCE, ZIP].into_iter().find(|known| *known == file).ok_or_else(invalid)?,
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
    fn foreign_keys_are_refused() {
        for text in ["", "a/b/source", "a/../source", "a/b/c/d", "/x/source"] {
            assert!(text.parse::<ObjectKey>().is_err(), "{text}");
        }
        assert!(UserId::try_from("a/b".to_owned()).is_err());
        assert!(UserId::try_from(String::new()).is_err());
    }

    #[test]
    fn ids_grow() {
        let ids: Vec<_> = (0..100).map(|_| VideoId::now()).collect();
        assert!(ids.is_sorted());
    }
}
