//! The messages on the queues: small tagged JSON with a version, so that a consumer refuses a form that it
//! does not know while a deployment replaces one release by the next.

use crate::{Attempt, Failure, UserId, VideoId, Warning, ZipFacts};
use serde::{Deserialize, Serialize};

/// A message on `jobs`: extract the frames of a video, all of them or a segment. Everything else is in the
/// video's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    #[serde(rename = "type")]
    kind: JobKind,
    version: Version,
    /// The video's owner.
    pub owner: UserId,
    /// The video's id.
    pub video: VideoId,
    /// The attempt. Messages of superseded attempts are ignored.
    pub attempt: Attempt,
    /// The segment to extract. Absent in a video's first job, which is about all frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<Segment>,
    /// The fan-out to resume, because some of its messages may be lost: missing segments are sent again, or the
    /// zip is assembled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
}

impl Job {
    /// Returns the job for the first attempt at a video.
    pub fn new(owner: UserId, video: VideoId) -> Self {
        let (kind, version) = (JobKind::Extract, Version::V1);
        Self { kind, version, owner, video, attempt: 0, segment: None, resume: None }
    }

    /// Returns the same job for another attempt.
    pub fn of_attempt(self, attempt: Attempt) -> Self {
        Self { attempt, ..self }
    }

    /// Returns the job that resumes a fan-out.
    pub fn resuming(self, fan_out: String) -> Self {
        Self { resume: Some(fan_out), ..self }
    }

    /// Returns the job for one segment of a video.
    pub fn segment(owner: UserId, video: VideoId, segment: Segment) -> Self {
        Self { segment: Some(segment), ..Self::new(owner, video) }
    }

    /// Returns the fan-out of a job that is about a segment or resumes a fan-out.
    pub fn fan_out(&self) -> Option<&str> {
        let of_segment = self.segment.as_ref().map(|segment| &segment.fan_out);
        of_segment.or(self.resume.as_ref()).map(String::as_str)
    }
}

/// A contiguous range of a video's targets that one invocation extracts. Targets are numbered in time
/// order from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// The fan-out: the id of the message whose worker split the video. Segments of superseded fan-outs are
    /// ignored.
    pub fan_out: String,
    /// The first target.
    pub first: u32,
    /// The target after the last.
    pub end: u32,
    /// The number of splits that led to it, 1 or more.
    pub depth: u8,
}

/// A message on `outcomes`: the end of one attempt at a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    #[serde(rename = "type")]
    kind: OutcomeKind,
    version: Version,
    /// The video's owner.
    pub owner: UserId,
    /// The video's id.
    pub video: VideoId,
    /// The attempt, as in [`Job::attempt`].
    pub attempt: Attempt,
    /// The verdict on the attempt.
    pub verdict: Verdict,
}

impl Outcome {
    /// Returns the outcome of the first attempt at a video.
    pub fn new(owner: UserId, video: VideoId, verdict: Verdict) -> Self {
        let (kind, version) = (OutcomeKind::Outcome, Version::V1);
        Self { kind, version, owner, video, attempt: 0, verdict }
    }

    /// Returns the same outcome of another attempt.
    pub fn of_attempt(self, attempt: Attempt) -> Self {
        Self { attempt, ..self }
    }
}

/// A message on `outcomes`: a mail to send that is not about an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    #[serde(rename = "type")]
    kind: ReminderKind,
    version: Version,
    /// The receiver.
    pub owner: UserId,
    /// The subject of the mail.
    pub about: ReminderSubject,
}

impl Reminder {
    /// Returns the message that asks for this mail.
    pub fn new(owner: UserId, about: ReminderSubject) -> Self {
        Self { kind: ReminderKind::Reminder, version: Version::V1, owner, about }
    }
}

/// The subject of a [`Reminder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderSubject {
    /// The video expires in three days.
    Expiry(VideoId),
    /// The webhook was switched off.
    WebhookOff,
}

/// The verdict on an attempt at a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The zip is stored.
    Ready {
        /// Facts about the zip.
        result: ZipFacts,
        /// Problems that the zip has all the same.
        warnings: Vec<Warning>,
    },
    /// There is no zip, for this reason.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReminderKind {
    Reminder,
}

/// The form of a message. A consumer refuses any form that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Version {
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
        assert!(json.get("segment").is_none(), "{json}");
        assert_eq!(json["attempt"], 0);
        assert_eq!(serde_json::from_value::<Job>(json).unwrap(), job);
    }

    #[test]
    fn messages_carry_their_attempt() {
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
    fn a_segment_is_sent_as_a_job() {
        let segment = Segment { fan_out: "message".to_owned(), first: 40, end: 90, depth: 1 };
        let job = Job::segment(owner(), VideoId::now(), segment.clone());
        let json = serde_json::to_value(&job).unwrap();
        assert_eq!(json["type"], "extract");
        assert_eq!(json["version"], "1");
        assert_eq!(
            json["segment"],
            serde_json::json!({ "fanOut": "message", "first": 40, "end": 90, "depth": 1 })
        );
        let read: Job = serde_json::from_value(json).unwrap();
        assert_eq!(read.segment, Some(segment));
        assert_eq!(read, job);
    }

    #[test]
    fn jobs_of_a_fan_out_name_it() {
        let segment = Segment { fan_out: "message".to_owned(), first: 0, end: 9, depth: 1 };
        let job = Job::new(owner(), VideoId::now());
        assert_eq!(job.fan_out(), None);
        assert_eq!(job.resuming("message".to_owned()).fan_out(), Some("message"));
        let job = Job::segment(owner(), VideoId::now(), segment);
        assert_eq!(job.fan_out(), Some("message"));
    }

    #[test]
    fn messages_of_another_type_or_version_are_refused() {
        let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "x"));
        let outcome = serde_json::to_value(Outcome::new(owner(), VideoId::now(), failed)).unwrap();
        assert!(serde_json::from_value::<Job>(outcome.clone()).is_err());
        assert!(serde_json::from_value::<Outcome>(outcome).is_ok());
        let mut newer = serde_json::to_value(Job::new(owner(), VideoId::now())).unwrap();
        newer["version"] = "2".into();
        assert!(serde_json::from_value::<Job>(newer).is_err());
    }
}
