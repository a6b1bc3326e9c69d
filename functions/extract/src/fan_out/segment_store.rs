//! The segments of a fan-out in S3: their names and objects.
//!
//! A segment is two objects: its zip entries, and its facts, which say what the entries are and what the
//! segment came to. Both are named after the execution that made them, so that a late worker never
//! overwrites an object that another worker has announced.
//!
//! No worker removes them: a message that is delivered again after the assembly finds everything that
//! it needs. The bucket's lifecycle, or the deletion of the video, removes them.
//!
//! Needs `s3:GetObject` and `s3:PutObject` under `segments/` in the results bucket.

use crate::extractor::Extractor;
use anyhow::Context;
use aws_sdk_s3::{Client, primitives::ByteStream};
use bytes::Bytes;
use framezip_archive::Entries;
use framezip_contract::{ObjectKey, Video};
use framezip_frames::{ExtractedSegment, Plan};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fmt, ops::Range, str::FromStr};
use uuid::Uuid;

/// A segment's name: `<first target>-<target after the last>-<execution>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct SegmentName {
    pub(crate) targets: Range<u32>,
    /// The execution of the worker that made it. A repeated message makes a segment with another name.
    execution: Uuid,
}

impl SegmentName {
    pub(crate) fn new(targets: Range<u32>, execution: Uuid) -> Self {
        Self { targets, execution }
    }
}

impl fmt::Display for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.targets.start, self.targets.end, self.execution.simple())
    }
}

impl From<SegmentName> for String {
    fn from(name: SegmentName) -> Self {
        name.to_string()
    }
}

/// A text that is not a segment's name.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a segment's name")]
pub(crate) struct InvalidSegmentName(String);

impl FromStr for SegmentName {
    type Err = InvalidSegmentName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = || {
            let mut words = text.splitn(3, '-');
            let first = words.next()?.parse().ok()?;
            let end = words.next()?.parse().ok()?;
            Some(Self { targets: first..end, execution: words.next()?.parse().ok()? })
        };
        parsed().ok_or_else(|| InvalidSegmentName(text.to_owned()))
    }
}

impl TryFrom<String> for SegmentName {
    type Error = InvalidSegmentName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A chain of segments from a target to the last one, found from its end.
struct ChainLink {
    /// The chain's first target.
    start: u32,
    /// The chain's first segment, and the index of the link after it; `None` at the end.
    segment: Option<(SegmentName, usize)>,
}

/// Chooses segments that follow each other from target 0 to `total`; `None` if some are missing. If
/// several segments begin at the same target, any of them will do.
pub(crate) fn chain(mut names: Vec<SegmentName>, total: u32) -> Option<Vec<SegmentName>> {
    // a segment may end where no other one begins; chains are built from the end, so none includes it
    names.sort_by_key(|name| (name.targets.end, name.targets.start));
    let mut links = vec![ChainLink { start: total, segment: None }];
    for name in names.into_iter().rev().filter(|name| !name.targets.is_empty()) {
        let next = links.iter().position(|link| link.start == name.targets.end);
        let is_new = links.iter().all(|link| link.start != name.targets.start);
        if let Some(next) = next.filter(|_| is_new) {
            links.push(ChainLink { start: name.targets.start, segment: Some((name, next)) });
        }
    }
    let mut at = links.iter().position(|link| link.start == 0)?;
    let mut chosen = Vec::new();
    while let Some((name, next)) = links[at].segment.clone() {
        chosen.push(name);
        at = next;
    }
    Some(chosen)
}

/// Returns the parts of `targets` that are in no finished segment, in order.
pub(crate) fn missing(targets: &[Range<u32>], finished: &[SegmentName]) -> Vec<Range<u32>> {
    let mut finished: Vec<_> = finished.iter().map(|name| name.targets.clone()).collect();
    finished.sort_by_key(|range| range.start);
    let mut missing = Vec::new();
    for Range { start, end } in targets.iter().cloned() {
        let mut next = start;
        for done in finished.iter().filter(|done| done.end > start && done.start < end) {
            if done.start > next {
                missing.push(next..done.start);
            }
            next = next.max(done.end);
        }
        if next < end {
            missing.push(next..end);
        }
    }
    missing
}

/// A description of a segment.
#[derive(Serialize, Deserialize)]
pub(crate) struct SegmentFacts {
    /// The key of the object that holds its entries.
    pub(crate) key: String,
    /// The entity tag of the object.
    pub(crate) e_tag: String,
    pub(crate) entries: Entries,
    pub(crate) extracted: ExtractedSegment,
}

/// The data that the first worker of a fan-out stores, for the other workers, and for itself in case its message
/// is delivered again.
#[derive(Serialize, Deserialize)]
pub(crate) struct FanOutStart {
    pub(crate) plan: Plan,
    /// The first worker's segment.
    pub(crate) first: SegmentName,
    /// The targets of the other segments.
    pub(crate) remaining: Vec<Range<u32>>,
}

/// The objects of a fan-out in the results bucket.
pub(crate) struct SegmentStore<'a> {
    s3: &'a Client,
    bucket: &'a str,
    prefix: String,
}

impl<'a> SegmentStore<'a> {
    /// The objects of a video's fan-out.
    pub(crate) fn new(extractor: &'a Extractor, video: &Video, fan_out: &str) -> Self {
        let prefix = format!("{}{fan_out}/", ObjectKey::segments_prefix(&video.owner, video.id));
        Self { s3: &extractor.s3, bucket: &extractor.results, prefix }
    }

    /// The key of an execution's entries.
    pub(crate) fn entries_key(&self, execution: Uuid) -> String {
        format!("{}{}", self.prefix, execution.simple())
    }

    fn facts_key(&self, name: &SegmentName) -> String {
        format!("{}{name}", self.prefix)
    }

    fn start_key(&self) -> String {
        format!("{}start", self.prefix)
    }

    pub(crate) async fn start(&self) -> anyhow::Result<FanOutStart> {
        Ok(self.get(&self.start_key()).await?.0)
    }

    pub(crate) async fn put_start(&self, start: &FanOutStart) -> anyhow::Result<()> {
        self.put(&self.start_key(), start).await
    }

    /// Returns a segment's facts, and how many bytes they are in S3.
    pub(crate) async fn facts(&self, name: &SegmentName) -> anyhow::Result<(SegmentFacts, usize)> {
        self.get(&self.facts_key(name)).await
    }

    pub(crate) async fn put_facts(
        &self,
        name: &SegmentName,
        facts: &SegmentFacts,
    ) -> anyhow::Result<()> {
        self.put(&self.facts_key(name), facts).await
    }

    /// Returns some bytes of an object. An object with another entity tag is an error.
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
        let got = got.with_context(|| self.failed("GetObject", key))?;
        Ok(got.body.collect().await?.into_bytes())
    }

    async fn get<T: DeserializeOwned>(&self, key: &str) -> anyhow::Result<(T, usize)> {
        let got = self.s3.get_object().bucket(self.bucket).key(key).send().await;
        let got = got.map_err(aws_sdk_s3::Error::from);
        let got = got.with_context(|| self.failed("GetObject", key))?;
        let bytes = got.body.collect().await?.into_bytes();
        let value = ciborium::from_reader(&bytes[..]);
        let invalid = || format!("s3://{}/{key} could not be parsed", self.bucket);
        Ok((value.with_context(invalid)?, bytes.len()))
    }

    async fn put(&self, key: &str, value: &impl Serialize) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes)?;
        let put = self.s3.put_object().bucket(self.bucket).key(key).body(ByteStream::from(bytes));
        let put = put.send().await.map_err(aws_sdk_s3::Error::from);
        put.with_context(|| self.failed("PutObject", key))?;
        Ok(())
    }

    fn failed(&self, operation: &str, key: &str) -> String {
        format!("S3 {operation} of s3://{}/{key} failed", self.bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chained(targets: &[(u32, u32)], total: u32) -> Option<Vec<(u32, u32)>> {
        let name = |(first, end): &(u32, u32)| SegmentName::new(*first..*end, Uuid::now_v7());
        let chain = chain(targets.iter().map(name).collect(), total)?;
        Some(chain.into_iter().map(|name| (name.targets.start, name.targets.end)).collect())
    }

    #[test]
    fn names_parse_to_what_was_written() {
        let name = SegmentName::new(7..12, Uuid::now_v7());
        assert_eq!(name.to_string().parse::<SegmentName>().unwrap(), name);
        for text in ["", "1-2", "1-2-x", "a-2-0192", "-1-2-3"] {
            assert!(text.parse::<SegmentName>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_unfinished_targets_are_missing() {
        let name = |(first, end): &(u32, u32)| SegmentName::new(*first..*end, Uuid::now_v7());
        let missing = |targets: &[(u32, u32)], finished: &[(u32, u32)]| -> Vec<_> {
            let targets: Vec<_> = targets.iter().map(|(first, end)| *first..*end).collect();
            let finished: Vec<_> = finished.iter().map(name).collect();
            missing(&targets, &finished).into_iter().map(|range| (range.start, range.end)).collect()
        };
        let remaining = [(4, 9), (9, 20)];
        assert_eq!(missing(&remaining, &[]), remaining);
        let finished = [(0, 4), (9, 12), (4, 9), (15, 16)];
        assert_eq!(missing(&remaining, &finished), [(12, 15), (16, 20)]);
        assert_eq!(missing(&[(4, 9)], &[(0, 6), (5, 8)]), [(8, 9)]);
        assert!(missing(&[(4, 9)], &[(3, 10)]).is_empty());
    }

    #[test]
    fn a_chain_needs_every_segment() {
        assert_eq!(chained(&[(4, 9), (0, 4)], 9), Some(vec![(0, 4), (4, 9)]));
        assert_eq!(chained(&[(4, 9), (0, 3)], 9), None);
        assert_eq!(chained(&[(0, 4)], 9), None);
        assert_eq!(chained(&[], 9), None);
        assert_eq!(chained(&[(0, 9)], 9), Some(vec![(0, 9)]));
    }

    #[test]
    fn segments_that_end_elsewhere_are_left_out() {
        let all = [(0, 4), (4, 9), (4, 6), (6, 9), (9, 12), (4, 7), (0, 4)];
        let chain = chained(&all, 12).unwrap();
        assert_eq!((chain[0], chain.last()), ((0, 4), Some(&(9, 12))));
        assert!(chain.windows(2).all(|pair| pair[0].1 == pair[1].0), "{chain:?}");
        assert_eq!(chained(&[(0, 5), (0, 4), (4, 9)], 9), Some(vec![(0, 4), (4, 9)]));
        let chain = chained(&[(0, 5), (0, 4), (4, 5), (5, 9)], 9).unwrap();
        assert_eq!(chain.last(), Some(&(5, 9)));
    }
}
