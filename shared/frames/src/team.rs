//! Several workers on one video, and their picks in time order.
//!
//! Each worker takes the next span that nobody has, and passes its picks through a pipe of the span's
//! own; the pipes are emptied in the order of the spans. A worker that is ahead of its turn waits when
//! its pipe is full, so memory is bounded by the workers, not by the video.

use crate::{
    FramesError,
    decoder::{Decoder, Work},
    opener::Opener,
    span::Span,
    worker::{Pick, Studio, Worker},
};
use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

/// How many bytes of picks of a span may wait for their turn, about: so many that a decoder which is a
/// span ahead need not wait for the others.
const WAITING: usize = 12 << 20;

/// How many spans each member may be ahead of its turn.
const AHEAD: usize = 4;

/// How many spans each member has left when the last ones begin.
const LAST_SPANS: usize = 4;

/// How many picks of so many bytes may wait.
pub(crate) fn waiting(bytes: usize) -> usize {
    (WAITING / bytes.max(1)).clamp(2, 256)
}

type Picks = Result<Pick, FramesError>;

/// A span to be done, and where its picks go.
type Task<'a> = (&'a Span, SyncSender<Picks>);

/// The spans that nobody has taken.
struct Queue<'a> {
    /// In their order.
    spans: &'a [Span],
    /// Those whose pipes are announced, the longest last.
    announced: Vec<Task<'a>>,
}

/// What every member of the team has.
#[derive(Clone)]
struct Desk<'a> {
    queue: &'a Mutex<Queue<'a>>,
    threads: usize,
    /// How many picks of a span may wait for their turn.
    waiting: usize,
    /// Where the pipes of spans are announced; closed when the last member leaves.
    pipes: SyncSender<Vec<Receiver<Picks>>>,
}

impl<'a> Desk<'a> {
    /// Takes a span and announces its pipe, in one step, so that pipes come in the order of the
    /// spans.
    ///
    /// The last spans, as far as all their picks may wait, are taken longest first: a long one taken last
    /// would leave the other members without work.
    fn take(&self) -> Option<Task<'a>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = queue.announced.pop() {
            return Some(task);
        }
        let picks = || queue.spans.iter().map(|span| span.targets.len() + 1).sum::<usize>();
        let are_last =
            queue.spans.len() <= LAST_SPANS * self.threads && picks() <= AHEAD * self.waiting;
        let count = if are_last { queue.spans.len() } else { 1 };
        let (spans, rest) = queue.spans.split_at(count);
        queue.spans = rest;
        let (senders, receivers): (Vec<_>, _) =
            spans.iter().map(|_| sync_channel(self.waiting)).unzip();
        // fails where nobody wants them
        self.pipes.send(receivers).ok()?;
        queue.announced = spans.iter().zip(senders).collect();
        queue.announced.sort_by_key(|(span, _)| span.length());
        queue.announced.pop()
    }

    /// Gives up a span, and with it those that are announced and that nobody has taken: the first of them
    /// tells why, and what comes behind it is not asked for.
    fn fail(&self, task: Task<'a>, error: FramesError) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let given_up = queue.announced.drain(..).chain([task]);
        let first = given_up.min_by_key(|(span, _)| span.first);
        drop(queue);
        if let Some((_, pipe)) = first {
            // fails where nobody listens any more, who then knows of another error
            let _ = pipe.send(Err(error));
        }
    }

    /// Does spans until none is left, or nobody wants them any more.
    fn work(self, mut worker: Worker) -> Work {
        while let Some((span, pipe)) = self.take() {
            let mut emit = |pick| pipe.send(Ok(pick)).map_err(|_| FramesError::Interrupted);
            if let Err(error) = worker.run(span, &mut emit) {
                self.fail((span, pipe), error);
                break;
            }
        }
        worker.decoder.work()
    }
}

/// Lets `first`, and as many others as `threads` allows, do all spans, of each of which `waiting` picks may
/// wait for their turn. Ends early where `sink` breaks. Returns what each has done.
///
/// # Errors
/// The first error in the order of the spans, or that of `sink`; then nothing more is emitted.
pub(crate) fn run(
    first: Decoder,
    opener: &Arc<Opener>,
    studio: impl Fn() -> Result<Studio, FramesError> + Sync,
    spans: &[Span],
    (threads, waiting): (usize, usize),
    sink: &mut dyn FnMut(Pick) -> Result<ControlFlow<()>, FramesError>,
) -> Result<Vec<Work>, FramesError> {
    let threads = threads.max(1);
    // so few spans are ahead of their turn, but for the last ones; enough for short ones beside a long one
    let (pipes, announced) = sync_channel(AHEAD * threads);
    let queue = Mutex::new(Queue { spans, announced: Vec::new() });
    let desk = Desk { queue: &queue, threads, waiting, pipes };
    let studio = &studio;
    thread::scope(|scope| {
        let mine = desk.clone();
        let member = move || Ok(mine.work(Worker::new(first, studio()?)));
        let mut members = vec![spawn(scope, 1, member)?];
        for number in 2..=threads.min(spans.len()) {
            let mine = desk.clone();
            let member = move || Ok(mine.work(Worker::new(Decoder::open(opener)?, studio()?)));
            members.push(spawn(scope, number, member)?);
        }
        drop(desk);
        // one pipe a span; where a span fails, its pipe says so
        let mut picks = announced.into_iter().flatten().flatten();
        let passed = picks.try_for_each(|pick| match pick.and_then(&mut *sink) {
            Ok(ControlFlow::Continue(())) => ControlFlow::Continue(()),
            Ok(ControlFlow::Break(())) => ControlFlow::Break(Ok(())),
            Err(error) => ControlFlow::Break(Err(error)),
        });
        if passed.is_break() {
            opener.halt();
        }
        drop(picks);
        let mut done = Vec::new();
        for member in members {
            let ended = member.join();
            match ended.map_err(|_| FramesError::library("a decoder", "it panicked"))? {
                Ok(work) => done.push(work),
                // it was halted before it had begun
                Err(_) if passed.is_break() => {}
                Err(error) => return Err(error),
            }
        }
        passed.break_value().unwrap_or(Ok(())).map(|()| done)
    })
}

type Member<'scope> = thread::ScopedJoinHandle<'scope, Result<Work, FramesError>>;

fn spawn<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    number: usize,
    member: impl FnOnce() -> Result<Work, FramesError> + Send + 'scope,
) -> Result<Member<'scope>, FramesError> {
    thread::Builder::new()
        .name(format!("decoder-{number}"))
        .spawn_scoped(scope, member)
        .map_err(|error| FramesError::library("a decoder's thread", error))
}
