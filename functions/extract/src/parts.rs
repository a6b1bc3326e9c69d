//! The parts of a video that several workers do: their names, and where they lie.
//!
//! A part is an object of zip entries, and beside it the facts: what the entries are and what the part
//! came to. Both have the name of the attempt that made them, so that a worker that comes late never
//! writes over what another has told of.
//!
//! Nobody removes them: a message that comes again behind the join finds all that it needs. The bucket's
//! lifecycle, or the video's deletion, takes them away.
//!
//! Needs `s3:GetObject` and `s3:PutObject` under `parts/` in the results bucket.

use anyhow::Context;
use aws_sdk_s3::{Client, primitives::ByteStream};
use bytes::Bytes;
use framezip_archive::Entries;
use framezip_contract::{ObjectKey, UserId, VideoId};
use framezip_frames::{ExtractedSegment as Part, Plan};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fmt, ops::Range, str::FromStr};
use uuid::Uuid;

/// A part's name: `<first target>-<the one behind the last>-<attempt>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct PartName {
    pub(crate) targets: Range<u32>,
    attempt: Uuid,
}

impl PartName {
    pub(crate) fn new(targets: Range<u32>, attempt: Uuid) -> Self {
        Self { targets, attempt }
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.targets.start, self.targets.end, self.attempt.simple())
    }
}

impl From<PartName> for String {
    fn from(name: PartName) -> Self {
        name.to_string()
    }
}

/// A name that is none of a part's.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a part's name")]
pub(crate) struct InvalidPartName(String);

impl FromStr for PartName {
    type Err = InvalidPartName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = || {
            let mut words = text.splitn(3, '-');
            let first = words.next()?.parse().ok()?;
            let end = words.next()?.parse().ok()?;
            Some(Self { targets: first..end, attempt: words.next()?.parse().ok()? })
        };
        parsed().ok_or_else(|| InvalidPartName(text.to_owned()))
    }
}

impl TryFrom<String> for PartName {
    type Error = InvalidPartName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Parts that follow each other from target 0 to `total`; `None` where some are missing. Of parts that
/// begin alike, made by several attempts, one is as good as another.
pub(crate) fn chain(mut names: Vec<PartName>, total: u32) -> Option<Vec<PartName>> {
    // an attempt may have stopped where no other part begins: from behind, that is a dead end
    names.sort_by_key(|name| (name.targets.end, name.targets.start));
    let mut behind = vec![(total, None)];
    for name in names.into_iter().rev().filter(|name| !name.targets.is_empty()) {
        let follows = behind.iter().position(|(start, _)| *start == name.targets.end);
        let is_new = behind.iter().all(|(start, _)| *start != name.targets.start);
        if let Some(next) = follows.filter(|_| is_new) {
            behind.push((name.targets.start, Some((name, next))));
        }
    }
    let mut at = behind.iter().position(|(start, _)| *start == 0)?;
    let mut found = Vec::new();
    while let Some((name, next)) = behind[at].1.clone() {
        found.push(name);
        at = next;
    }
    Some(found)
}

/// What a part is, beside its bytes.
#[derive(Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The object that has its bytes.
    pub(crate) key: String,
    /// That object's entity tag.
    pub(crate) e_tag: String,
    pub(crate) entries: Entries,
    pub(crate) part: Part,
}

/// How a run begins: what its first worker leaves for the others, and for itself should it come again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) plan: Plan,
    /// The first worker's part.
    pub(crate) first: PartName,
    /// What the others are to do.
    pub(crate) rest: Vec<Range<u32>>,
}

/// The folder of a video's run.
pub(crate) struct Folder<'a> {
    s3: &'a Client,
    bucket: &'a str,
    prefix: String,
}

const START: &str = "start";

impl<'a> Folder<'a> {
    pub(crate) fn new(
        s3: &'a Client,
        bucket: &'a str,
        (owner, video): (&UserId, VideoId),
        run: &str,
    ) -> Self {
        let prefix = format!("{}{run}/", ObjectKey::parts_prefix(owner, video));
        Self { s3, bucket, prefix }
    }

    /// Where an attempt's entries go.
    pub(crate) fn entries_key(&self, attempt: Uuid) -> String {
        format!("{}{}", self.prefix, attempt.simple())
    }

    fn facts_key(&self, name: &PartName) -> String {
        format!("{}{name}", self.prefix)
    }

    pub(crate) async fn start(&self) -> anyhow::Result<Start> {
        Ok(self.get(&format!("{}{START}", self.prefix)).await?.0)
    }

    pub(crate) async fn put_start(&self, start: &Start) -> anyhow::Result<()> {
        self.put(&format!("{}{START}", self.prefix), start).await
    }

    /// With them, how many bytes they are.
    pub(crate) async fn facts(&self, name: &PartName) -> anyhow::Result<(Facts, usize)> {
        self.get(&self.facts_key(name)).await
    }

    pub(crate) async fn put_facts(&self, name: &PartName, facts: &Facts) -> anyhow::Result<()> {
        self.put(&self.facts_key(name), facts).await
    }

    /// Some bytes of an object, which must be the one of that entity tag.
    pub(crate) async fn bytes(
        &self,
        key: &str,
        e_tag: &str,
        range: Range<u64>,
    ) -> anyhow::Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let get = self.s3.get_object().bucket(self.bucket).key(key).if_match(e_tag);
        let get = get.range(format!("bytes={}-{}", range.start, range.end - 1));
        let got = get.send().await.map_err(aws_sdk_s3::Error::from);
        let got = got.with_context(|| format!("S3 GetObject of {key} failed"))?;
        Ok(got.body.collect().await?.into_bytes())
    }

    async fn get<T: DeserializeOwned>(&self, key: &str) -> anyhow::Result<(T, usize)> {
        let got = self.s3.get_object().bucket(self.bucket).key(key).send().await;
        let got = got.map_err(aws_sdk_s3::Error::from);
        let got = got.with_context(|| format!("S3 GetObject of {key} failed"))?;
        let bytes = got.body.collect().await?.into_bytes();
        let value = ciborium::from_reader(&bytes[..]);
        Ok((value.with_context(|| format!("{key} is not what it should be"))?, bytes.len()))
    }

    async fn put(&self, key: &str, value: &impl Serialize) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes)?;
        let put = self.s3.put_object().bucket(self.bucket).key(key).body(ByteStream::from(bytes));
        let put = put.send().await.map_err(aws_sdk_s3::Error::from);
        put.with_context(|| format!("S3 PutObject of {key} failed"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chained(targets: &[(u32, u32)], total: u32) -> Option<Vec<(u32, u32)>> {
        let name = |(first, end): &(u32, u32)| PartName::new(*first..*end, Uuid::now_v7());
        let chain = chain(targets.iter().map(name).collect(), total)?;
        Some(chain.into_iter().map(|name| (name.targets.start, name.targets.end)).collect())
    }

    #[test]
    fn names_read_back_as_written() {
        let name = PartName::new(7..12, Uuid::now_v7());
        assert_eq!(name.to_string().parse::<PartName>().unwrap(), name);
        for text in ["", "1-2", "1-2-x", "a-2-0192", "-1-2-3"] {
            assert!(text.parse::<PartName>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_are_complete_when_none_is_missing() {
        assert_eq!(chained(&[(4, 9), (0, 4)], 9), Some(vec![(0, 4), (4, 9)]));
        assert_eq!(chained(&[(4, 9), (0, 3)], 9), None);
        assert_eq!(chained(&[(0, 4)], 9), None);
        assert_eq!(chained(&[], 9), None);
        assert_eq!(chained(&[(0, 9)], 9), Some(vec![(0, 9)]));
    }

    #[test]
    fn attempts_that_stopped_elsewhere_do_not_matter() {
        let all = [(0, 4), (4, 9), (4, 6), (6, 9), (9, 12), (4, 7), (0, 4)];
        let chain = chained(&all, 12).unwrap();
        assert_eq!((chain[0], chain.last()), ((0, 4), Some(&(9, 12))));
        assert!(chain.windows(2).all(|pair| pair[0].1 == pair[1].0), "{chain:?}");
        assert_eq!(chained(&[(0, 5), (0, 4), (4, 9)], 9), Some(vec![(0, 4), (4, 9)]));
        let chain = chained(&[(0, 5), (0, 4), (4, 5), (5, 9)], 9).unwrap();
        assert_eq!(chain.last(), Some(&(5, 9)));
    }
}
