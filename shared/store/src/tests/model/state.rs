//! A state of the model: the content of the table, the messages on the queues, and the position of every
//! function.

use super::world::TableId;
use framezip_contract::Attempt;
use std::collections::BTreeSet;

/// The deliveries of a message before it is given up. Less than in the template, so that it
/// is reached.
const MAX_RECEIVES: u8 = 2;

/// A message. Two messages with the same body differ by their ids, as on SQS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Message {
    pub(super) id: u16,
    pub(super) body: Body,
    /// The number of deliveries.
    pub(super) receives: u8,
}

/// The body of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Body {
    /// S3's event of the upload.
    Upload,
    Job {
        attempt: Attempt,
    },
    /// A job that was given up, with the id of its message.
    FailedJob {
        attempt: Attempt,
        message: u16,
    },
    Outcome {
        attempt: Attempt,
        ready: bool,
    },
}

/// The position of a notifier that handles a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Notice {
    /// The content that its record is from.
    pub(super) read: TableId,
    pub(super) mail: Mail,
    /// Whether the event is recorded.
    pub(super) is_announced: bool,
}

/// The mail of a notifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mail {
    Open,
    /// It is handed to SES, and not recorded.
    Sent,
    /// It is recorded, or another handling sends it.
    Done,
}

/// The position of the reconciler. The content is the one that its record is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Round {
    Idle,
    Read(TableId),
    /// The job is sent, and `queued` is not written.
    Queueing,
    Settling(TableId),
}

/// A state of the model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) table: TableId,
    /// The messages on the queues that are not hidden.
    pub(super) messages: BTreeSet<Message>,
    /// The messages that are hidden until the next round.
    pub(super) hidden: BTreeSet<Message>,
    /// The event that `enqueue` handles. Its job is sent, and `queued` is not written.
    pub(super) enqueuing: Option<Message>,
    /// The jobs of the workers that hold the video. Their order is without meaning.
    pub(super) workers: [Option<Message>; 2],
    /// The outcomes that `notify` handles. Their order is without meaning.
    pub(super) notifying: [Option<(Message, Notice)>; 2],
    pub(super) round: Round,
    /// The record of a call that retries. Its job is sent, and the attempt is not written.
    pub(super) retrying: Option<TableId>,
    /// The rounds of the reconciler so far, which are the time.
    pub(super) rounds: u8,
    pub(super) left: Budget,
    /// The mails about the outcome of each attempt.
    pub(super) mails: [u8; 2],
    /// The mails that may be repeated, since their handlers crashed before they recorded them.
    pub(super) repeatable: [u8; 2],
    /// Whether the event of each attempt's outcome was handed over. Its id makes repetitions harmless.
    pub(super) events: [bool; 2],
}

/// The steps that may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    /// Crashes, lost messages and repeated deliveries.
    pub(super) faults: u8,
    pub(super) rounds: u8,
    /// The most outcomes that are handled at once, 1 or 2.
    pub(super) notifiers: usize,
    pub(super) can_retry: bool,
    pub(super) can_delete: bool,
}

impl State {
    /// Returns the state after a video's creation. Its file has arrived.
    pub(super) fn first(table: TableId, left: Budget) -> Self {
        let upload = Message { id: 0, body: Body::Upload, receives: 0 };
        Self {
            table,
            messages: BTreeSet::from([upload]),
            hidden: BTreeSet::new(),
            enqueuing: None,
            workers: [None; 2],
            notifying: [None; 2],
            round: Round::Idle,
            retrying: None,
            rounds: 0,
            left,
            mails: [0; 2],
            repeatable: [0; 2],
            events: [false; 2],
        }
    }

    /// Whether nothing happens any more, unless a caller or the reconciler begins something.
    pub(super) fn is_quiet(&self) -> bool {
        self.messages.is_empty()
            && self.enqueuing.is_none()
            && self.workers == [None; 2]
            && self.notifying == [None; 2]
            && self.round == Round::Idle
            && self.retrying.is_none()
    }

    pub(super) fn send(&mut self, id: u16, body: Body) {
        self.messages.insert(Message { id, body, receives: 0 });
    }

    /// Returns the state after one fault more, if there may be one.
    pub(super) fn after_fault(&self) -> Option<Self> {
        let faults = self.left.faults.checked_sub(1)?;
        Some(Self { left: Budget { faults, ..self.left }, ..self.clone() })
    }

    /// Returns every way to receive a message: it is hidden, or by a fault it is delivered again too.
    pub(super) fn received(&self, is_wanted: impl Fn(Body) -> bool) -> Vec<(Message, Self)> {
        let mut found = Vec::new();
        for (message, next) in self.taken(is_wanted) {
            if let Some(mut faulty) = next.after_fault() {
                faulty.put_back(message);
                found.push((message, faulty));
            }
            found.push((message, next));
        }
        found
    }

    /// Returns each message with one delivery more, and the state without it.
    pub(super) fn taken(&self, is_wanted: impl Fn(Body) -> bool) -> Vec<(Message, Self)> {
        let wanted = self.messages.iter().filter(|message| is_wanted(message.body));
        let taken = wanted.map(|message| {
            let mut next = self.clone();
            next.messages.remove(message);
            (Message { receives: message.receives + 1, ..*message }, next)
        });
        taken.collect()
    }

    /// Makes a message visible again, or moves a job that was received too often to `outcomes`.
    pub(super) fn put_back(&mut self, message: Message) {
        match message.body {
            Body::Job { attempt } if message.is_last() => {
                self.send(message.id + 500, Body::FailedJob { attempt, message: message.id });
            }
            _ => {
                self.messages.insert(message);
            }
        }
    }
}

impl Message {
    /// Returns a number that no other delivery of the message has, if there is at most one fault.
    pub(super) fn delivery(&self) -> u16 {
        self.id + 1000 * u16::from(self.receives)
    }

    /// Whether this delivery is the last.
    pub(super) fn is_last(&self) -> bool {
        self.receives >= MAX_RECEIVES
    }
}
