//! A pool of workers that decode the spans of one video, and their results in time order.
//!
//! Each worker takes the next unclaimed span and sends its results through a channel of the span's own. The channels
//! are drained in the order of the spans. A worker that is ahead blocks when its channel is full, so the number of
//! workers bounds the memory, whatever the length of the video.

use crate::{
    FramesError,
    decode::{
        decoder::Decoder,
        gop_span::GopSpan,
        span_decoder::{DecodeStats, SpanDecoder, SpanRenderer, TargetResult},
    },
    demux::{media_source::MediaSource, recording::Recording},
};
use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
};

/// The approximate limit on the bytes of a span's results in its channel. With this limit, a decoder that is one span
/// ahead does not block.
const QUEUED_BYTES: usize = 12 << 20;

/// The number of spans that each worker may be ahead, enough for short spans next to a long one. The last spans,
/// which are taken longest first, are this many for each worker.
const AHEAD: usize = 4;

/// The size of a pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolConfig {
    pub(crate) threads: usize,
    /// The maximum number of results of a span that wait in its channel.
    pub(crate) queue_depth: usize,
}

impl PoolConfig {
    /// Chooses the queue depth for images of this many bytes.
    pub(crate) fn new(threads: usize, image_bytes: usize) -> Self {
        Self { threads, queue_depth: (QUEUED_BYTES / image_bytes.max(1)).clamp(2, 256) }
    }
}

type SpanOutput = Result<TargetResult, FramesError>;

/// A span with the sender of its channel.
struct SpanTask<'a> {
    span: &'a GopSpan,
    sender: SyncSender<SpanOutput>,
}

/// The unclaimed spans.
struct SpanQueue<'a> {
    /// Spans without a channel, in order.
    spans: &'a [GopSpan],
    /// Spans with a channel, the longest last.
    announced: Vec<SpanTask<'a>>,
    /// Passes on the channels of spans, in the order of the spans. Closed when the last worker ends.
    channels: Sender<Receiver<SpanOutput>>,
}

/// The state that all workers share. Only workers own the queue, so its channels close when the last worker ends, and
/// unclaimed spans are not waited for.
#[derive(Clone)]
struct SharedQueue<'a> {
    queue: Arc<Mutex<SpanQueue<'a>>>,
    config: PoolConfig,
    /// Holds an item for each started span, up to a limit. The item is removed after the results of the span were
    /// drained.
    started: SyncSender<()>,
}

impl<'a> SharedQueue<'a> {
    /// Claims a span once there is room for its results. The channel of a span is announced under the same lock as
    /// the claim, so channels are in the order of the spans.
    ///
    /// The last spans are taken longest first, if all their results fit into their channels. A long span that is
    /// taken last would leave the other workers idle.
    fn claim(&self) -> Option<SpanTask<'a>> {
        // fails if no more results are wanted; must not block under the lock, which failing workers need
        self.started.send(()).ok()?;
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.announced.is_empty() {
            let PoolConfig { threads, queue_depth } = self.config;
            let results = || queue.spans.iter().map(|span| span.targets.len() + 1).sum::<usize>();
            let are_last = queue.spans.len() <= AHEAD * threads && results() <= AHEAD * queue_depth;
            let count = if are_last { queue.spans.len() } else { 1 };
            let (spans, rest) = queue.spans.split_at(count);
            queue.spans = rest;
            for span in spans {
                // a worker on a later span must never block: an earlier span may still be unclaimed
                let depth = if are_last { span.targets.len() + 1 } else { queue_depth };
                let (sender, receiver) = sync_channel(depth);
                queue.channels.send(receiver).ok()?;
                queue.announced.push(SpanTask { span, sender });
            }
            queue.announced.sort_by_key(|task| task.span.length());
        }
        queue.announced.pop()
    }

    /// Gives up a span and all announced spans. The earliest of them sends the error; results after it are not
    /// wanted.
    fn fail(&self, task: SpanTask<'a>, error: FramesError) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let given_up = queue.announced.drain(..).chain([task]);
        let earliest = given_up.min_by_key(|task| task.span.first);
        drop(queue);
        if let Some(earliest) = earliest {
            // fails if the receiver has stopped because of another error
            let _ = earliest.sender.send(Err(error));
        }
    }

    /// Decodes spans until none is left, or no more results are wanted.
    fn work(self, mut decoder: SpanDecoder<'_>) -> DecodeStats {
        while let Some(task) = self.claim() {
            let mut emit =
                |result| task.sender.send(Ok(result)).map_err(|_| FramesError::Interrupted);
            if let Err(error) = decoder.run(task.span, &mut emit) {
                self.fail(task, error);
                break;
            }
        }
        decoder.finish()
    }
}

/// Decodes all spans with `first` and further decoders, one for each thread. Ends early if `sink` breaks. Returns the
/// statistics of each worker.
///
/// # Errors
/// The first error in the order of the spans, or that of `sink`. After an error no more results are emitted.
pub(crate) fn run(
    first: Decoder,
    media: &Arc<MediaSource>,
    recordings: &[Arc<Recording>],
    renderer: impl Fn() -> Result<SpanRenderer, FramesError> + Sync,
    spans: &[GopSpan],
    config: PoolConfig,
    sink: &mut dyn FnMut(TargetResult) -> Result<ControlFlow<()>, FramesError>,
) -> Result<Vec<DecodeStats>, FramesError> {
    let threads = config.threads.max(1);
    let (channels, announced) = channel();
    let (started, drained) = sync_channel(AHEAD * threads);
    let queue = Arc::new(Mutex::new(SpanQueue { spans, announced: Vec::new(), channels }));
    let shared = SharedQueue { queue, config: PoolConfig { threads, ..config }, started };
    let renderer = &renderer;
    thread::scope(|scope| {
        let own = shared.clone();
        let work = move || Ok(own.work(SpanDecoder::new(first, media, recordings, renderer()?)));
        let mut workers = vec![spawn(scope, 1, work)?];
        for number in 2..=threads.min(spans.len()) {
            let own = shared.clone();
            let recording = &recordings[spans[number - 1].clip.recording];
            let work = move || {
                let decoder = Decoder::open(media, recording)?;
                Ok(own.work(SpanDecoder::new(decoder, media, recordings, renderer()?)))
            };
            workers.push(spawn(scope, number, work)?);
        }
        drop(shared);
        let ended = drain(&announced, &drained, sink);
        if ended.is_break() {
            media.halt();
        }
        // lets workers fail that wait for room
        drop((announced, drained));
        let results = join(workers)?;
        match ended {
            ControlFlow::Continue(()) => results.into_iter().collect(),
            // a worker may have failed to start because the pool was halted
            ControlFlow::Break(result) => {
                result.map(|()| results.into_iter().filter_map(Result::ok).collect())
            }
        }
    })
}

/// Passes on the results of all spans, in their order. Breaks early if `sink` does, or at the first error.
fn drain(
    announced: &Receiver<Receiver<SpanOutput>>,
    drained: &Receiver<()>,
    sink: &mut dyn FnMut(TargetResult) -> Result<ControlFlow<()>, FramesError>,
) -> ControlFlow<Result<(), FramesError>> {
    let mut pass_on = |output: SpanOutput| match output.and_then(&mut *sink) {
        Ok(ControlFlow::Continue(())) => ControlFlow::Continue(()),
        Ok(ControlFlow::Break(())) => ControlFlow::Break(Ok(())),
        Err(error) => ControlFlow::Break(Err(error)),
    };
    // a span that fails sends its error through its channel
    announced.iter().try_for_each(|channel| {
        channel.iter().try_for_each(&mut pass_on)?;
        // the span was started, so there is an item
        let _ = drained.try_recv();
        ControlFlow::Continue(())
    })
}

type WorkerHandle<'scope> = thread::ScopedJoinHandle<'scope, Result<DecodeStats, FramesError>>;

/// Waits for all workers. Returns the result of each.
///
/// # Errors
/// [`FramesError`] if a worker panicked.
fn join(
    workers: Vec<WorkerHandle<'_>>,
) -> Result<Vec<Result<DecodeStats, FramesError>>, FramesError> {
    let panicked = |_| FramesError::library("a decoder", "it panicked");
    workers.into_iter().map(|worker| worker.join().map_err(panicked)).collect()
}

fn spawn<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    number: usize,
    work: impl FnOnce() -> Result<DecodeStats, FramesError> + Send + 'scope,
) -> Result<WorkerHandle<'scope>, FramesError> {
    thread::Builder::new()
        .name(format!("decoder-{number}"))
        .spawn_scoped(scope, work)
        .map_err(|error| FramesError::library("a decoder's thread", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode::gop_span::gop_spans, demux::timeline::Timeline, image::ImageRenderer};
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

    /// A GOP of this video lasts two seconds, so it has eight spans.
    const VIDEO: &str = "sample.mp4";
    const MILLISECONDS: i64 = 16_000;
    /// Longer than any run takes.
    const HANGS: Duration = Duration::from_secs(60);

    #[derive(Clone, Debug)]
    struct Case {
        /// Milliseconds between targets.
        every: i64,
        config: PoolConfig,
        /// After how many calls the interrupt returns `true`, if it does.
        interrupt_after: Option<usize>,
        /// The number of wanted results.
        wanted: usize,
    }

    /// Returns the numbers of the emitted targets, and whether the pool succeeded.
    fn run_case(case: &Case) -> (Vec<usize>, bool) {
        let (calls, limit) = (AtomicUsize::new(0), case.interrupt_after.unwrap_or(usize::MAX));
        let interrupt = Arc::new(move || calls.fetch_add(1, Ordering::Relaxed) > limit);
        let interrupt = move || interrupt();
        let open = || File::open(path(VIDEO));
        let media = Arc::new(MediaSource::new(open, interrupt, Limits::default()));
        let recordings: Vec<_> = match media.recordings() {
            Ok(recordings) => recordings.into_iter().map(Arc::new).collect(),
            Err(_) => return (Vec::new(), false),
        };
        let Ok(first) = Decoder::open(&media, &recordings[0]) else {
            return (Vec::new(), false);
        };
        let time_base = first.container.time_base;
        let mut timeline = Timeline::new(time_base);
        timeline.push(0, time_base, 0..time_base.of_microseconds(MILLISECONDS * 1000), 0);
        let count = MILLISECONDS / case.every;
        let targets: Vec<_> =
            (0..count).map(|index| time_base.of_microseconds(index * case.every * 1000)).collect();
        let all = 0..targets.len();
        let spans = gop_spans(&first, &media, &recordings, &timeline, &targets, all, i64::MAX);
        let spans = spans.unwrap();
        assert_eq!(spans.len(), 8, "{spans:?}");
        let renderer = || {
            let small = Extraction { width: Some(32), ..Extraction::default() };
            let images = ImageRenderer::new(&small, u64::MAX)?;
            Ok(SpanRenderer { images, sheet: None, storyboard: None, skip_blank: false })
        };
        let mut emitted = Vec::new();
        let ran = run(first, &media, &recordings, renderer, &spans, case.config, &mut |result| {
            emitted.push(result.target);
            let is_enough = emitted.len() >= case.wanted;
            Ok(if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        (emitted, ran.is_ok())
    }

    #[test]
    fn a_pool_always_ends() {
        let cases = (
            prop::sample::select(vec![100, 200, 400, 1000, 2000]),
            1..=4usize,
            1..=12usize,
            prop::option::of(0..600usize),
            prop_oneof![Just(usize::MAX), 1..40usize],
        );
        let cases = cases.prop_map(|(every, threads, queue_depth, interrupt_after, wanted)| {
            let config = PoolConfig { threads, queue_depth };
            Case { every, config, interrupt_after, wanted }
        });
        let mut runner = TestRunner::new(ProptestConfig::with_cases(40));
        let result = runner.run(&cases, |case| {
            let (sender, receiver) = channel();
            let running = case.clone();
            thread::spawn(move || sender.send(run_case(&running)));
            let (emitted, is_ok) = match receiver.recv_timeout(HANGS) {
                Err(RecvTimeoutError::Timeout) => panic!("the pool hangs"),
                ended => ended.expect("the pool did not panic"),
            };
            prop_assert!(emitted.iter().copied().eq(0..emitted.len()), "{emitted:?}");
            let all = (MILLISECONDS / case.every) as usize;
            if is_ok {
                prop_assert_eq!(emitted.len(), all.min(case.wanted));
            } else {
                prop_assert!(case.interrupt_after.is_some());
            }
            Ok(())
        });
        result.unwrap();
    }
}
