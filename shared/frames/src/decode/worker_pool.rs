//! Several workers on one video, and their picks in time order.
//!
//! Each worker takes the next span that nobody has, and passes its picks through a pipe of the span's
//! own; the pipes are emptied in the order of the spans. A worker that is ahead of its turn waits when
//! its pipe is full, so memory is bounded by the workers, not by the video.

use crate::{
    FramesError,
    decode::{
        decoder::{Decoder, Work},
        gop_span::Span,
        span_decoder::{Pick, Studio, Worker},
    },
    demux::{opener::Opener, recording::Recording},
};
use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
};

/// How many bytes of picks of a span may wait for their turn, about: so many that a decoder which is a
/// span ahead need not wait for the others.
const WAITING: usize = 12 << 20;

/// How many spans each member may be ahead of its turn; enough for short ones beside a long one. So many
/// for each are the last ones.
const AHEAD: usize = 4;

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
    /// Where the pipes of spans are announced, in the spans' order; closed when the last member leaves.
    pipes: Sender<Receiver<Picks>>,
}

/// What every member of the team has. Nothing else has the queue: what nobody has taken when the last
/// member leaves is not waited for.
#[derive(Clone)]
struct Desk<'a> {
    queue: Arc<Mutex<Queue<'a>>>,
    threads: usize,
    /// How many picks of a span may wait for their turn.
    waiting: usize,
    /// Takes something for each span that is begun, as long as there is room; it is given back when the
    /// span's picks have been emptied out.
    room: SyncSender<()>,
}

impl<'a> Desk<'a> {
    /// Takes a span, when there is room for its picks. Its pipe was announced in one step with taking it
    /// from the others, so that pipes come in the order of the spans.
    ///
    /// The last spans, as far as all their picks may wait, are taken longest first: a long one taken last
    /// would leave the other members without work.
    fn take(&self) -> Option<Task<'a>> {
        // fails where nobody wants more. Not under the lock: who fails needs that
        self.room.send(()).ok()?;
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.announced.is_empty() {
            let picks = || queue.spans.iter().map(|span| span.targets.len() + 1).sum::<usize>();
            let are_last =
                queue.spans.len() <= AHEAD * self.threads && picks() <= AHEAD * self.waiting;
            let count = if are_last { queue.spans.len() } else { 1 };
            let (spans, rest) = queue.spans.split_at(count);
            queue.spans = rest;
            for span in spans {
                // who is at a late one must never wait: the early ones may be nobody's yet
                let room = if are_last { span.targets.len() + 1 } else { self.waiting };
                let (sender, receiver) = sync_channel(room);
                queue.pipes.send(receiver).ok()?;
                queue.announced.push((span, sender));
            }
            queue.announced.sort_by_key(|(span, _)| span.length());
        }
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
    fn work(self, mut worker: Worker<'_>) -> Work {
        while let Some((span, pipe)) = self.take() {
            let mut emit = |pick| pipe.send(Ok(pick)).map_err(|_| FramesError::Interrupted);
            if let Err(error) = worker.run(span, &mut emit) {
                self.fail((span, pipe), error);
                break;
            }
        }
        worker.work()
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
    recordings: &[Arc<Recording>],
    studio: impl Fn() -> Result<Studio, FramesError> + Sync,
    spans: &[Span],
    (threads, waiting): (usize, usize),
    sink: &mut dyn FnMut(Pick) -> Result<ControlFlow<()>, FramesError>,
) -> Result<Vec<Work>, FramesError> {
    let threads = threads.max(1);
    let (pipes, announced) = channel();
    let (room, begun) = sync_channel(AHEAD * threads);
    let queue = Arc::new(Mutex::new(Queue { spans, announced: Vec::new(), pipes }));
    let desk = Desk { queue, threads, waiting, room };
    let studio = &studio;
    thread::scope(|scope| {
        let mine = desk.clone();
        let member = move || Ok(mine.work(Worker::new(first, opener, recordings, studio()?)));
        let mut members = vec![spawn(scope, 1, member)?];
        for number in 2..=threads.min(spans.len()) {
            let mine = desk.clone();
            let recording = &recordings[spans[number - 1].piece.recording];
            let member = move || {
                let decoder = Decoder::open(opener, recording)?;
                Ok(mine.work(Worker::new(decoder, opener, recordings, studio()?)))
            };
            members.push(spawn(scope, number, member)?);
        }
        drop(desk);
        let mut pass = |pick: Picks| match pick.and_then(&mut *sink) {
            Ok(ControlFlow::Continue(())) => ControlFlow::Continue(()),
            Ok(ControlFlow::Break(())) => ControlFlow::Break(Ok(())),
            Err(error) => ControlFlow::Break(Err(error)),
        };
        // one pipe a span; where a span fails, its pipe says so
        let passed = announced.iter().try_for_each(|pipe| {
            pipe.iter().try_for_each(&mut pass)?;
            // it was begun, so there is something to give back
            let _ = begun.try_recv();
            ControlFlow::Continue(())
        });
        if passed.is_break() {
            opener.halt();
        }
        // who waits for its turn, or for room, is not wanted any more
        drop((announced, begun));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode::gop_span::spans, demux::timeline::Timeline, image::Imager};
    use framezip_contract::{Extraction, Limits};
    use framezip_media::path;
    use proptest::{prelude::*, test_runner::TestRunner};
    use std::{
        fs::File,
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc::RecvTimeoutError,
        },
        time::Duration,
    };

    /// A GOP has two seconds here: eight spans.
    const VIDEO: &str = "sample.mp4";
    const MILLISECONDS: i64 = 16_000;
    /// Longer than any run takes.
    const HANGS: Duration = Duration::from_secs(60);

    #[derive(Clone, Debug)]
    struct Case {
        /// Milliseconds between targets.
        every: i64,
        threads: usize,
        waiting: usize,
        /// When every operation is interrupted, if it is.
        patience: Option<usize>,
        /// How many picks are wanted.
        wanted: usize,
    }

    /// The numbers of the targets that were picked, and how it ended.
    fn run_case(case: &Case) -> (Vec<usize>, bool) {
        let (asked, patience) = (AtomicUsize::new(0), case.patience.unwrap_or(usize::MAX));
        let interrupt = Arc::new(move || asked.fetch_add(1, Ordering::Relaxed) > patience);
        let asked = move || interrupt();
        let open = || File::open(path(VIDEO));
        let opener = Arc::new(Opener::new(open, asked, Limits::default()));
        let recordings: Vec<_> = match opener.recordings() {
            Ok(recordings) => recordings.into_iter().map(Arc::new).collect(),
            Err(_) => return (Vec::new(), false),
        };
        let Ok(first) = Decoder::open(&opener, &recordings[0]) else {
            return (Vec::new(), false);
        };
        let clock = first.container.clock;
        let mut timeline = Timeline::new(clock);
        timeline.push(0, clock, 0..clock.ticks_of_microseconds(MILLISECONDS * 1000), 0);
        let count = MILLISECONDS / case.every;
        let targets: Vec<_> = (0..count)
            .map(|index| clock.ticks_of_microseconds(index * case.every * 1000))
            .collect();
        let all = 0..targets.len();
        let spans = spans(&first, &opener, &recordings, &timeline, &targets, all, i64::MAX);
        let spans = spans.unwrap();
        assert_eq!(spans.len(), 8, "{spans:?}");
        let studio = || {
            let small = Extraction { width: Some(32), ..Extraction::default() };
            let imager = Imager::new(&small, u64::MAX)?;
            Ok(Studio { imager, sheet: None, storyboard: None, skip_blank: false })
        };
        let mut picked = Vec::new();
        let pool = (case.threads, case.waiting);
        let ran = run(first, &opener, &recordings, studio, &spans, pool, &mut |pick| {
            picked.push(pick.target);
            let enough = picked.len() >= case.wanted;
            Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        (picked, ran.is_ok())
    }

    #[test]
    fn a_team_always_ends() {
        let cases = (
            prop::sample::select(vec![100, 200, 400, 1000, 2000]),
            1..=4usize,
            1..=12usize,
            prop::option::of(0..600usize),
            prop_oneof![Just(usize::MAX), 1..40usize],
        );
        let cases = cases.prop_map(|(every, threads, waiting, patience, wanted)| Case {
            every,
            threads,
            waiting,
            patience,
            wanted,
        });
        let mut runner = TestRunner::new(ProptestConfig::with_cases(40));
        let result = runner.run(&cases, |case| {
            let (tell, told) = channel();
            let running = case.clone();
            thread::spawn(move || tell.send(run_case(&running)));
            let (picked, is_ok) = match told.recv_timeout(HANGS) {
                Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
                ended => ended.expect("it did not panic"),
            };
            prop_assert!(picked.iter().copied().eq(0..picked.len()), "{picked:?}");
            let all = (MILLISECONDS / case.every) as usize;
            if is_ok {
                prop_assert_eq!(picked.len(), all.min(case.wanted));
            } else {
                prop_assert!(case.patience.is_some());
            }
            Ok(())
        });
        result.unwrap();
    }
}
