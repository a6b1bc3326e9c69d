//! The decision about one video, from its record alone.

use framezip_contract::Status;
use framezip_store::Record;
use jiff::{SignedDuration, Timestamp};

/// The pause between two looks at a video.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The most doublings of the pause while other jobs wait: the message may be among them.
const MOST_DOUBLINGS: u32 = 6;
/// The time for an upload to arrive.
const UPLOAD_TIME: SignedDuration = SignedDuration::from_hours(48);
/// The longest stay of a video in `queued` or `processing`, and of an outcome without its mail and event.
const LONGEST_STAY: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The repair of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repair {
    /// Everything is in order so far.
    None,
    /// Queue it if its file has arrived.
    FindUpload,
    /// Queue it if its file has arrived, else abort its upload and fail it.
    ExpireUpload,
    /// Send its job again.
    SendJob,
    /// Send a job that resumes its fan-out.
    ResumeFanOut,
    /// Fail it: it is not worth more repairs.
    GiveUp,
    /// Send its outcome again.
    SendOutcome,
    /// Its owner was notified.
    Settle,
    /// Send the mail about its expiry.
    Remind,
    /// Nothing is outstanding, or nothing can be done any more.
    End,
}

/// Returns the repair and the time of the next check. With `is_idle`, no job waits in the queue.
pub(crate) fn decide(record: &Record, now: Timestamp, is_idle: bool) -> (Repair, Timestamp) {
    let video = &record.video;
    let next = now + PAUSE;
    if video.expires_at <= now {
        return (Repair::End, next);
    }
    let later = now + pause(record, is_idle);
    match video.status {
        Status::AwaitingUpload if now >= video.created_at + UPLOAD_TIME => {
            (Repair::ExpireUpload, next)
        }
        Status::AwaitingUpload => (Repair::FindUpload, next),
        Status::Queued if video.updated_at + LONGEST_STAY < now => (Repair::GiveUp, next),
        Status::Queued => (Repair::SendJob, later),
        Status::Processing => processing(record, now, later),
        Status::Ready | Status::Failed => outcome(record, now, later),
    }
}

fn processing(record: &Record, now: Timestamp, later: Timestamp) -> (Repair, Timestamp) {
    let started = record.started_at.unwrap_or(record.video.updated_at);
    if started + LONGEST_STAY < now {
        return (Repair::GiveUp, now + PAUSE);
    }
    // workers write their progress every few seconds
    let quiet_since = record.video.updated_at;
    if record.fan_out.is_some() {
        return match quiet_since + PAUSE > now {
            true => (Repair::None, quiet_since + PAUSE),
            false => (Repair::ResumeFanOut, later),
        };
    }
    match &record.lease {
        Some(lease) if lease.ends_at() > now => (Repair::None, lease.ends_at() + PAUSE),
        _ => (Repair::SendJob, later),
    }
}

fn outcome(record: &Record, now: Timestamp, later: Timestamp) -> (Repair, Timestamp) {
    if record.is_settled() {
        let is_due = record.video.status == Status::Ready && record.reminder_at() <= now;
        let repair = match record.reminded_at {
            _ if !is_due => Repair::Settle,
            // else many messages would ask for one mail while SES refuses it
            None => return (Repair::Remind, later),
            Some(_) => Repair::End,
        };
        return (repair, now + PAUSE);
    }
    match record.video.updated_at + LONGEST_STAY < now {
        true => (Repair::End, now + PAUSE),
        false => (Repair::SendOutcome, later),
    }
}

/// The pause after a repair. It doubles with each repair, so that a long queue does not fill up with repeated
/// messages; but if no job waits, the message is lost for sure.
fn pause(record: &Record, is_idle: bool) -> SignedDuration {
    let repairs = record.check.as_ref().map_or(0, |check| check.repairs);
    let is_job = !record.video.status.is_final();
    let doublings = if is_idle && is_job { 0 } else { repairs.min(MOST_DOUBLINGS) };
    PAUSE * (1 << doublings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use framezip_contract::samples::video;
    use framezip_store::{Check, Lease, Notice, samples};
    use std::time::Duration;

    fn record(status: Status) -> Record {
        let record = samples::record(video(status));
        let check = Check::first(record.video.created_at);
        Record { check: Some(check), ..record }
    }

    /// The decision some minutes after the record's creation, while other jobs wait.
    fn after(record: &Record, minutes: i64) -> (Repair, i64) {
        let now = record.video.created_at + SignedDuration::from_mins(minutes);
        let (repair, next) = decide(record, now, false);
        (repair, next.duration_since(now).as_mins())
    }

    #[test]
    fn an_upload_is_looked_for_until_its_time_is_over() {
        let waiting = record(Status::AwaitingUpload);
        assert_eq!(after(&waiting, 6), (Repair::FindUpload, 5));
        assert_eq!(after(&waiting, 48 * 60 - 1), (Repair::FindUpload, 5));
        assert_eq!(after(&waiting, 48 * 60), (Repair::ExpireUpload, 5));
    }

    #[test]
    fn a_job_is_sent_again_less_and_less_often_while_others_wait() {
        let mut queued = record(Status::Queued);
        let pauses = [0, 1, 2, 9].map(|repairs| {
            queued.check.as_mut().unwrap().repairs = repairs;
            after(&queued, 6)
        });
        assert_eq!(pauses, [5, 10, 20, 320].map(|minutes| (Repair::SendJob, minutes)));
        let now = queued.video.created_at + SignedDuration::from_mins(6);
        assert_eq!(decide(&queued, now, true), (Repair::SendJob, now + PAUSE));
        assert_eq!(after(&queued, 3 * 24 * 60 + 1).0, Repair::GiveUp);
    }

    #[test]
    fn a_live_worker_is_left_alone() {
        let mut working = record(Status::Processing);
        let until = working.video.created_at + SignedDuration::from_mins(15);
        working.lease = Some(Lease { owner: "m".to_owned(), until: until.as_millisecond() });
        assert_eq!(after(&working, 14), (Repair::None, 6));
        assert_eq!(after(&working, 16), (Repair::SendJob, 5));
        working.fan_out = Some("m".to_owned());
        working.video.updated_at = working.video.created_at + SignedDuration::from_mins(30);
        assert_eq!(after(&working, 32), (Repair::None, 3));
        assert_eq!(after(&working, 36), (Repair::ResumeFanOut, 5));
        assert_eq!(after(&working, 3 * 24 * 60 + 31).0, Repair::GiveUp);
    }

    #[test]
    fn an_outcome_is_sent_again_until_its_owner_is_notified() {
        let mut ready = record(Status::Ready);
        assert_eq!(after(&ready, 6), (Repair::SendOutcome, 5));
        ready.announced_at = Some(ready.video.created_at);
        assert_eq!(after(&ready, 6), (Repair::SendOutcome, 5));
        let lease = Lease::of("m", Duration::ZERO);
        ready.notice = Some(Notice { lease, sent_at: Some(ready.video.created_at) });
        assert_eq!(after(&ready, 6).0, Repair::Settle);
        assert_eq!(after(&ready, 57 * 24 * 60 + 1).0, Repair::Remind);
        ready.reminded_at = Some(ready.video.created_at);
        assert_eq!(after(&ready, 57 * 24 * 60 + 1).0, Repair::End);
        assert_eq!(after(&record(Status::Failed), 3 * 24 * 60 + 1).0, Repair::End);
        assert_eq!(after(&record(Status::Queued), 61 * 24 * 60).0, Repair::End);
    }
}
