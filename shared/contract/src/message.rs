//! What stands on the queues: small tagged JSON, with a version that lets two releases meet on one
//! queue while a deployment runs.

use crate::{Failure, UserId, VideoId, Warning, ZipFacts};
use serde::{Deserialize, Serialize};

/// On `jobs`: extract the frames of this video, all or a segment of them. Everything else stands in
/// its record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    #[serde(rename = "type")]
    kind: JobKind,
    version: Version,
    /// Whose video.
    pub owner: UserId,
    /// Which video.
    pub video: VideoId,
    /// For which attempt at it: 0 for the first, and one more each time that its owner asks again. Of
    /// an attempt that is not the video's any more, nothing is wanted.
    #[serde(default, skip_serializing_if = "is_first")]
    pub attempt: u32,
    /// Which of its frames; all where absent, as in every video's first job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<Segment>,
}

impl Job {
    /// The first attempt's job for one video.
    pub fn new(owner: UserId, video: VideoId) -> Self {
        let (kind, version) = (JobKind::Extract, Version::V1);
        Self { kind, version, owner, video, attempt: 0, segment: None }
    }

    /// The same job for this attempt.
    pub fn of_attempt(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    /// The job for one segment of a video.
    pub fn segment(owner: UserId, video: VideoId, segment: Segment) -> Self {
        Self { segment: Some(segment), ..Self::new(owner, video) }
    }
}

/// Some of a video's targets, by their numbers in time order from 0, for one worker to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The id of the message whose worker split the video. Of a segment whose run is not the video's
    /// any more, nothing is wanted.
    pub run: String,
    /// The first target.
    pub first: u32,
    /// The target after the last.
    pub end: u32,
}

/// On `outcomes`: what came of a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    #[serde(rename = "type")]
    kind: OutcomeKind,
    version: Version,
    /// Whose video.
    pub owner: UserId,
    /// Which video.
    pub video: VideoId,
    /// Which attempt at it, as in [`Job::attempt`].
    #[serde(default, skip_serializing_if = "is_first")]
    pub attempt: u32,
    /// What came of it.
    pub verdict: Verdict,
}

impl Outcome {
    /// What came of the first attempt at one video.
    pub fn new(owner: UserId, video: VideoId, verdict: Verdict) -> Self {
        let (kind, version) = (OutcomeKind::Outcome, Version::V1);
        Self { kind, version, owner, video, attempt: 0, verdict }
    }

    /// The same of this attempt.
    pub fn of_attempt(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }
}

/// The first attempt is left out of messages: releases that knew no other wrote none.
fn is_first(attempt: &u32) -> bool {
    *attempt == 0
}

/// What came of a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Its zip is there.
    Ready {
        /// What the zip holds.
        result: ZipFacts,
        /// What could not be done all the same.
        warnings: Vec<Warning>,
    },
    /// There will be no zip.
    Failed(Failure),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum JobKind {
    Extract,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OutcomeKind {
    Outcome,
}

/// The form of a message. A consumer refuses those it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Version {
    #[serde(rename = "1")]
    V1,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn owner() -> UserId {
        UserId::try_from("u".to_owned()).unwrap()
    }

    #[test]
    fn a_job_is_tagged_and_versioned() {
        let job = Job::new(owner(), VideoId::now());
        let json = serde_json::to_value(&job).unwrap();
        assert_eq!(json["type"], "extract");
        assert_eq!(json["version"], "1");
        assert!(json.get("segment").is_none() && json.get("attempt").is_none(), "{json}");
        assert_eq!(serde_json::from_value::<Job>(json).unwrap(), job);
    }

    #[test]
    fn messages_tell_their_attempt() {
        let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "x"));
        let job = Job::new(owner(), VideoId::now()).of_attempt(2);
        let outcome = Outcome::new(owner(), VideoId::now(), failed).of_attempt(2);
        let (job, outcome) =
            (serde_json::to_value(job).unwrap(), serde_json::to_value(outcome).unwrap());
        assert_eq!((&job["attempt"], &outcome["attempt"]), (&2.into(), &2.into()));
        assert_eq!(serde_json::from_value::<Job>(job).unwrap().attempt, 2);
        assert_eq!(serde_json::from_value::<Outcome>(outcome).unwrap().attempt, 2);
    }

    #[test]
    fn a_segment_is_a_job_too() {
        let segment = Segment { run: "message".to_owned(), first: 40, end: 90 };
        let job = Job::segment(owner(), VideoId::now(), segment.clone());
        let json = serde_json::to_value(&job).unwrap();
        assert_eq!(json["type"], "extract");
        assert_eq!(json["version"], "1");
        assert_eq!(
            json["segment"],
            serde_json::json!({ "run": "message", "first": 40, "end": 90 })
        );
        let read: Job = serde_json::from_value(json).unwrap();
        assert_eq!(read.segment, Some(segment));
        assert_eq!(read, job);
    }

    #[test]
    fn other_messages_are_not_jobs() {
        let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "x"));
        let outcome = serde_json::to_value(Outcome::new(owner(), VideoId::now(), failed)).unwrap();
        assert!(serde_json::from_value::<Job>(outcome.clone()).is_err());
        assert!(serde_json::from_value::<Outcome>(outcome).is_ok());
        let mut newer = serde_json::to_value(Job::new(owner(), VideoId::now())).unwrap();
        newer["version"] = "2".into();
        assert!(serde_json::from_value::<Job>(newer).is_err());
    }
}
