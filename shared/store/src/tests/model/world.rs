//! The store of the model: real calls of [`Videos`], each made once per content of the table and time.
//!
//! A call depends on the content, the time and its parameters only, so its effect is remembered. The id of an
//! event is the exception; it is replaced by one that depends on the attempt.

use super::super::memory_table::{Attributes, Items, MemoryTable, Value};
use crate::{Check, Claim, Due, GivenUp, Lease, Record, Retry, Videos};
use framezip_contract::{Attempt, ErrorCode, Failure, Status, UserId, Verdict, VideoId, samples};
use jiff::{SignedDuration, Timestamp};
use std::{cell::Cell, collections::HashMap, rc::Rc, sync::Arc, time::Duration};
use tokio::runtime::Runtime;

/// The number of a content of the table.
pub(super) type TableId = u32;

/// The attempt of the retry.
pub(super) const RETRIED: Attempt = 1;

/// The minutes between two rounds of the reconciler. Every lease and check of the round before is over then.
const ROUND_MINUTES: i64 = 6;
/// The leases of workers, and the pause of the reconciler.
const LEASE: Duration = Duration::from_secs(5 * 60);
const PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The lease of the notifier.
const NOTICE_LEASE: Duration = Duration::from_secs(60);

thread_local! {
    /// The number of rounds so far, which is the time.
    static ROUNDS: Cell<u8> = const { Cell::new(0) };
}

fn created_at() -> Timestamp {
    samples::video(Status::AwaitingUpload).created_at
}

/// The clock of the store.
fn clock() -> Timestamp {
    created_at() + SignedDuration::from_mins(ROUND_MINUTES * i64::from(ROUNDS.get()))
}

/// A call of a method of [`Videos`]. `read` is the content that the caller's record is from, and `message`
/// the id of the caller's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Call {
    Due,
    Queue,
    Claim { attempt: Attempt, message: u16 },
    Progress { attempt: Attempt, message: u16 },
    Finish { attempt: Attempt, ready: bool },
    GiveUp { attempt: Attempt, message: u16 },
    ClaimNotice { attempt: Attempt, message: u16 },
    NoticeSent { attempt: Attempt, message: u16 },
    Announced { attempt: Attempt },
    Settle { read: TableId },
    Postpone { read: TableId },
    Retry { read: TableId },
    Delete,
}

impl Call {
    /// Returns the attempt of the caller's message.
    fn attempt(self) -> Option<Attempt> {
        match self {
            Self::Claim { attempt, .. }
            | Self::Progress { attempt, .. }
            | Self::Finish { attempt, .. }
            | Self::GiveUp { attempt, .. }
            | Self::ClaimNotice { attempt, .. }
            | Self::NoticeSent { attempt, .. }
            | Self::Announced { attempt } => Some(attempt),
            _ => None,
        }
    }

    /// Returns the content that the caller's record is from.
    fn read(self) -> Option<TableId> {
        match self {
            Self::Settle { read } | Self::Postpone { read } | Self::Retry { read } => Some(read),
            _ => None,
        }
    }
}

/// The answer to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Refused,
    /// The job of [`Claim::Early`].
    Early,
    /// The job of [`GivenUp::Held`].
    Held,
}

impl Answer {
    fn of(is_done: bool) -> Self {
        if is_done { Self::Done } else { Self::Refused }
    }
}

/// The repair of a video by the reconciler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repair {
    None,
    FindUpload,
    SendJob,
    SendOutcome,
    Settle,
}

/// Returns the repair and the time of the next check, as `decide` in `functions/reconcile` does, without
/// fan-outs, expired uploads and records, the mail before the expiry, giving up and the doubling of the pause.
fn decide(record: &Record, now: Timestamp) -> (Repair, Timestamp) {
    let next = now + PAUSE;
    match record.video.status {
        Status::AwaitingUpload => (Repair::FindUpload, next),
        Status::Queued => (Repair::SendJob, next),
        Status::Processing => match &record.lease {
            Some(lease) if lease.ends_at() > now => (Repair::None, lease.ends_at() + PAUSE),
            _ => (Repair::SendJob, next),
        },
        Status::Ready | Status::Failed if record.is_settled() => (Repair::Settle, next),
        Status::Ready | Status::Failed => (Repair::SendOutcome, next),
    }
}

/// The store with every content that the table has had.
pub(super) struct World {
    runtime: Runtime,
    table: MemoryTable,
    videos: Videos,
    contents: Vec<Items>,
    ids: HashMap<Items, TableId>,
    records: HashMap<TableId, Option<Rc<Record>>>,
    effects: HashMap<(TableId, u8, Call), (TableId, Answer)>,
    /// The first violation of a rule by a call.
    pub(super) problem: Option<String>,
}

impl World {
    /// Returns a store with one video, which waits for its upload, and its content.
    pub(super) fn new() -> (Self, TableId) {
        let table = MemoryTable::default();
        let videos = Videos::new(table.client(), "Videos").at(clock);
        let mut world = Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            table,
            videos,
            contents: Vec::new(),
            ids: HashMap::new(),
            records: HashMap::new(),
            effects: HashMap::new(),
            problem: None,
        };
        ROUNDS.set(0);
        let video = samples::video(Status::AwaitingUpload);
        let check = Some(Check::first(created_at()));
        let record = Record { check, ..crate::samples::record(video) };
        let (owner, records) = (owner(), [record]);
        world.runtime.block_on(world.videos.create(&owner, &records, None)).unwrap();
        let items = world.table.items();
        let first = world.id_of(items);
        (world, first)
    }

    fn id_of(&mut self, items: Items) -> TableId {
        if let Some(id) = self.ids.get(&items) {
            return *id;
        }
        let id = TableId::try_from(self.contents.len()).unwrap();
        self.contents.push(items.clone());
        self.ids.insert(items, id);
        id
    }

    fn restore(&self, table: TableId) {
        self.table.restore(self.contents[table as usize].clone());
    }

    /// Returns the video's record in a content.
    pub(super) fn record(&mut self, table: TableId) -> Option<Rc<Record>> {
        if let Some(record) = self.records.get(&table) {
            return record.clone();
        }
        self.restore(table);
        let record = self.runtime.block_on(self.videos.get(&owner(), id())).unwrap().map(Rc::new);
        self.records.insert(table, record.clone());
        record
    }

    /// Returns the reconciler's repair of the video that it has read, after `rounds` rounds.
    pub(super) fn repair(&mut self, read: TableId, rounds: u8) -> Repair {
        ROUNDS.set(rounds);
        self.record(read).map_or(Repair::None, |record| decide(&record, clock()).0)
    }

    /// Makes a call after `rounds` rounds. Returns the content after it, and the answer.
    pub(super) fn call(&mut self, before: TableId, rounds: u8, call: Call) -> (TableId, Answer) {
        if let Some(effect) = self.effects.get(&(before, rounds, call)) {
            return *effect;
        }
        let read = call.read().and_then(|read| self.record(read));
        ROUNDS.set(rounds);
        self.restore(before);
        let answer = self.runtime.block_on(perform(&self.videos, call, read.as_deref()));
        let mut items = self.table.items();
        if let (Call::Finish { attempt, .. } | Call::GiveUp { attempt, .. }, Answer::Done) =
            (call, answer)
        {
            rename_event(&mut items, attempt);
        }
        let after = self.id_of(items);
        let (old, new) = (self.record(before), self.record(after));
        if let Err(problem) = check(old.as_deref(), call, new.as_deref(), before == after) {
            self.problem.get_or_insert(format!("{problem}: {call:?} at {old:?} wrote {new:?}"));
        }
        self.effects.insert((before, rounds, call), (after, answer));
        (after, answer)
    }
}

/// Makes one call. `read` is the record that the caller has.
async fn perform(videos: &Videos, call: Call, read: Option<&Record>) -> Answer {
    let (owner, id) = (owner(), id());
    let lease = |message, length| Lease::from(&name(message), length, clock());
    let is_done = match call {
        Call::Due => {
            let due = videos.due(10).await.unwrap();
            due.contains(&Due::Video(owner, id))
        }
        Call::Queue => videos.queue(&owner, id).await.unwrap().is_some(),
        Call::Claim { attempt, message } => {
            match videos.claim(&owner, id, attempt, &lease(message, LEASE)).await.unwrap() {
                Claim::Taken(_) => true,
                Claim::Refused => false,
                Claim::Early => return Answer::Early,
            }
        }
        Call::Progress { message, .. } => {
            let progress = framezip_contract::Progress { done: 1, total: 2 };
            videos.progress(&owner, id, &name(message), progress).await.unwrap().is_some()
        }
        Call::Finish { attempt, ready } => {
            videos.finish(&owner, id, attempt, &verdict(ready)).await.unwrap().is_some()
        }
        Call::GiveUp { attempt, message } => {
            let message = name(message);
            match videos.give_up(&owner, id, attempt, &message, &failure()).await.unwrap() {
                GivenUp::Failed(_) => true,
                GivenUp::Refused => false,
                GivenUp::Held(_) => return Answer::Held,
            }
        }
        Call::ClaimNotice { attempt, message } => {
            let lease = lease(message, NOTICE_LEASE);
            videos.claim_notice(&owner, id, attempt, lease).await.unwrap().is_some()
        }
        Call::NoticeSent { message, .. } => {
            videos.notice_sent(&owner, id, &name(message)).await.unwrap().is_some()
        }
        Call::Announced { attempt } => {
            videos.announced(&owner, id, attempt).await.unwrap().is_some()
        }
        Call::Settle { .. } => videos.settle(read.unwrap()).await.unwrap(),
        Call::Postpone { .. } => {
            let record = read.unwrap();
            videos.postpone(record, decide(record, clock()).1, 1).await.unwrap()
        }
        Call::Retry { .. } => {
            let retry = videos.retry(read.unwrap().clone(), RETRIED, None, None).await.unwrap();
            matches!(retry, Retry::Begun(_))
        }
        Call::Delete => videos.delete(&owner, id, None).await.unwrap().is_some(),
    };
    Answer::of(is_done)
}

/// Checks the rules for the effect of a call.
fn check(
    before: Option<&Record>,
    call: Call,
    after: Option<&Record>,
    is_unchanged: bool,
) -> Result<(), &'static str> {
    let Some(before) = before else {
        return if after.is_none() { Ok(()) } else { Err("a deleted video came back") };
    };
    let Some(after) = after else {
        return if call == Call::Delete { Ok(()) } else { Err("a video was lost") };
    };
    if call.attempt().is_some_and(|attempt| attempt != before.attempt) && !is_unchanged {
        return Err("a message of another attempt changed the video");
    }
    if before.video.result.is_some() && after.video.result.is_none() {
        return Err("a result was lost");
    }
    if after.attempt > before.attempt {
        return if before.video.status.is_final() { Ok(()) } else { Err("a retry cut in") };
    }
    let (old, new) = (before.video.status, after.video.status);
    if after.attempt < before.attempt || rank(old) > rank(new) {
        return Err("a video went backwards");
    }
    if old.is_final() && (old != new || before.event != after.event) {
        return Err("an outcome was replaced");
    }
    if let Call::GiveUp { message, .. } = call
        && let Some(lease) = &before.lease
        && (lease.ends_at() > clock() && lease.owner != name(message) && !is_unchanged)
    {
        return Err("a job that was given up took the video from another message");
    }
    let is_mail_forgotten = before.notice.as_ref().is_some_and(|notice| notice.sent_at.is_some())
        && after.notice.as_ref().is_none_or(|notice| notice.sent_at.is_none());
    if is_mail_forgotten || before.announced_at.is_some() && after.announced_at.is_none() {
        return Err("an effect was forgotten");
    }
    if after.check.is_none() && !after.is_settled() {
        return Err("a check ended although something is outstanding");
    }
    Ok(())
}

fn rank(status: Status) -> usize {
    match status {
        Status::AwaitingUpload => 0,
        Status::Queued => 1,
        Status::Processing => 2,
        Status::Ready | Status::Failed => 3,
    }
}

/// Gives the event of an attempt's outcome an id that does not depend on the path to it.
fn rename_event(items: &mut Items, attempt: Attempt) {
    let is_video = |(_, sort): &&(String, String)| sort.starts_with("video#");
    let key = items.keys().find(is_video).cloned().expect("the video");
    let mut item = Attributes::clone(&items[&key]);
    let event = format!("evt_00000000-0000-7000-8000-{attempt:012}");
    let before = item.insert("event".to_owned(), Value::S(event));
    assert!(matches!(before, Some(Value::S(_))), "an outcome without an event: {before:?}");
    items.insert(key, Arc::new(item));
}

fn verdict(ready: bool) -> Verdict {
    if ready {
        let result = samples::video(Status::Ready).result.expect("a result");
        return Verdict::Ready { result, warnings: Vec::new() };
    }
    Verdict::Failed(failure())
}

fn failure() -> Failure {
    Failure::new(ErrorCode::Internal, "No.")
}

/// Returns the id of a message on the wire.
fn name(message: u16) -> String {
    format!("message-{message}")
}

fn owner() -> UserId {
    samples::video(Status::AwaitingUpload).owner
}

fn id() -> VideoId {
    samples::video(Status::AwaitingUpload).id
}
