//! Several workers on one video, and their picks in time order.
//!
//! Each worker takes the next span that nobody has, and passes its picks through a pipe of the span's
//! own; the pipes are emptied in the order of the spans. A worker that is ahead of its turn waits when
//! its pipe is full, so memory is bounded by the workers, not by the video.

use crate::{
    FramesError,
    decoder::Decoder,
    picture::Imager,
    span::Span,
    worker::{Pick, Worker},
};
use std::{
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

/// How many picks of a span may wait for their turn.
const WAITING: usize = 4;

type Picks = Result<Pick, FramesError>;

/// The spans that nobody has taken.
type Queue<'a> = Mutex<std::slice::Iter<'a, Span>>;

/// What every member of the team has.
#[derive(Clone)]
struct Desk<'a> {
    queue: &'a Queue<'a>,
    /// Where the pipes of spans are announced; closed when the last member leaves.
    pipes: SyncSender<Receiver<Picks>>,
}

impl<'a> Desk<'a> {
    /// Takes a span and announces its pipe, in one step, so that pipes come in the order of the
    /// spans.
    fn take(&self) -> Option<(&'a Span, SyncSender<Picks>)> {
        let mut spans = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let span = spans.next()?;
        let (sender, receiver) = sync_channel(WAITING);
        self.pipes.send(receiver).ok()?;
        Some((span, sender))
    }

    /// Does spans until none is left, or nobody wants them any more.
    fn work(self, mut worker: Worker) -> Vec<i64> {
        while let Some((span, pipe)) = self.take() {
            let mut emit = |pick| pipe.send(Ok(pick)).map_err(|_| FramesError::Interrupted);
            if let Err(error) = worker.run(span, &mut emit) {
                // fails where nobody listens any more, who then knows of another error
                let _ = pipe.send(Err(error));
                break;
            }
        }
        worker.decoder.take_damaged()
    }
}

/// Lets `first`, and as many others as `threads` allows, do all spans. Returns the times of what could
/// not be decoded.
///
/// # Errors
/// The first error in the order of the spans, or that of `sink`; then nothing more is emitted.
pub(crate) fn run(
    first: Decoder,
    another: impl Fn() -> Result<Decoder, FramesError> + Sync,
    imager: impl Fn() -> Result<Imager, FramesError> + Sync,
    spans: &[Span],
    threads: usize,
    sink: &mut dyn FnMut(Pick) -> Result<(), FramesError>,
) -> Result<Vec<i64>, FramesError> {
    // so few spans are ahead of their turn
    let (pipes, announced) = sync_channel(threads.max(1));
    let queue = Mutex::new(spans.iter());
    let desk = Desk { queue: &queue, pipes };
    let (another, imager) = (&another, &imager);
    thread::scope(|scope| {
        let mine = desk.clone();
        let member = move || Ok(mine.work(Worker::new(first, imager()?)));
        let mut members = vec![spawn(scope, 1, member)?];
        for number in 2..=threads.min(spans.len()) {
            let mine = desk.clone();
            let member = move || Ok(mine.work(Worker::new(another()?, imager()?)));
            members.push(spawn(scope, number, member)?);
        }
        drop(desk);
        // one pipe a span; where a span fails, its pipe says so
        let passed = announced
            .into_iter()
            .try_for_each(|pipe| pipe.into_iter().try_for_each(|pick| sink(pick?)));
        let mut undecoded = Vec::new();
        for member in members {
            let ended = member.join();
            undecoded.extend(ended.map_err(|_| FramesError::library("a decoder", "it panicked"))??);
        }
        passed.map(|()| undecoded)
    })
}

type Member<'scope> = thread::ScopedJoinHandle<'scope, Result<Vec<i64>, FramesError>>;

fn spawn<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    number: usize,
    member: impl FnOnce() -> Result<Vec<i64>, FramesError> + Send + 'scope,
) -> Result<Member<'scope>, FramesError> {
    thread::Builder::new()
        .name(format!("decoder-{number}"))
        .spawn_scoped(scope, member)
        .map_err(|error| FramesError::library("a decoder's thread", error))
}
