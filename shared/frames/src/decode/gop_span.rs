//! GOP spans: targets that are decoded together, usually from the same keyframe.
//!
//! Spans are independent of each other, so any decoder can decode them in any order.

use crate::{
    FramesError,
    decode::decoder::Decoder,
    demux::{
        container::Container,
        media_source::MediaSource,
        recording::Recording,
        timeline::{Clip, Timeline},
    },
};
use std::{ops::Range, sync::Arc};

/// Some targets of one clip of the timeline, in time order.
#[derive(Debug)]
pub(crate) struct GopSpan {
    /// The number of the first target among all.
    pub(crate) first: usize,
    pub(crate) clip: Clip,
    /// The timestamps of the targets in the clip's recording.
    pub(crate) targets: Vec<i64>,
    /// The timestamp of the next target, or of the end of the range or the clip.
    pub(crate) end: i64,
    /// The approximate timestamp at which decoding starts.
    keyframe: i64,
}

impl GopSpan {
    /// Returns the approximate length to decode.
    pub(crate) fn length(&self) -> i64 {
        self.targets.last().map_or(0, |last| last.saturating_sub(self.keyframe))
    }
}

/// Without an index, targets that are this many seconds apart are in different spans.
const APART: i64 = 10;
/// Without an index, a span has at most this length in seconds.
const LONGEST: i64 = 30;

/// Splits the targets in `range` into spans. A span has the targets of one clip that have the same keyframe in the
/// container's index. In a searched container, or in a gap of the index, it has targets that are near each other. If
/// there is neither an index nor a search, it has all targets of the clip. `end` is the end of the range of times.
/// `decoder` is a decoder of any of the recordings.
///
/// # Errors
/// Those of opening the other recordings.
pub(crate) fn gop_spans(
    decoder: &Decoder,
    media: &Arc<MediaSource>,
    recordings: &[Arc<Recording>],
    timeline: &Timeline,
    targets: &[i64],
    range: Range<usize>,
    end: i64,
) -> Result<Vec<GopSpan>, FramesError> {
    let end = targets.get(range.end).copied().unwrap_or(end);
    let mut spans: Vec<GopSpan> = Vec::new();
    let mut other: Option<Decoder> = None;
    let mut first = range.start;
    while first < range.end {
        let number = timeline.clip_at(targets[first]);
        let clip = &timeline.clips()[number];
        let in_clip = targets[first..range.end].iter();
        let count = in_clip.take_while(|target| timeline.clip_at(**target) == number).count();
        let recording = &recordings[clip.recording];
        let container = if decoder.is_of(recording) {
            &decoder.container
        } else {
            let known = other.take().filter(|known| known.is_of(recording));
            let opened = known.map_or_else(|| Decoder::open(media, recording), Ok)?;
            &other.insert(opened).container
        };
        let last = targets.get(first + count).copied().filter(|next| *next < clip.shown.end);
        let end = last.unwrap_or(end.min(clip.shown.end));
        let chosen = &targets[first..first + count];
        spans.extend(spans_of_clip(container, clip, first, chosen, end));
        first += count;
    }
    Ok(spans)
}

/// Returns the spans of a clip. `targets` and `end` are times of the timeline; `first` is the number of the first
/// target.
fn spans_of_clip(
    container: &Container,
    clip: &Clip,
    first: usize,
    targets: &[i64],
    end: i64,
) -> Vec<GopSpan> {
    let second = container.time_base.of_microseconds(1_000_000).max(1);
    let is_searched =
        |target: i64| container.is_searched() || !container.is_indexed(target, APART * second);
    let keyframe = |target: i64| container.indexed_keyframe(target);
    let end = if end < clip.shown.end { clip.timestamp(end) } else { clip.media.end };
    let mut spans: Vec<GopSpan> = Vec::new();
    for (number, target) in (first..).zip(targets) {
        let target = clip.timestamp(*target);
        let together = spans.last().is_some_and(|span| {
            let (first, last) = (span.targets[0], span.targets[span.targets.len() - 1]);
            if is_searched(target) {
                target - last < APART * second && target - first < LONGEST * second
            } else {
                keyframe(last) == keyframe(target)
            }
        });
        match spans.last_mut().filter(|_| together) {
            Some(span) => span.targets.push(target),
            None => {
                if let Some(span) = spans.last_mut() {
                    span.end = target;
                }
                let keyframe = keyframe(target).filter(|_| !is_searched(target)).unwrap_or(target);
                let clip = clip.clone();
                spans.push(GopSpan { first: number, clip, targets: vec![target], end, keyframe });
            }
        }
    }
    spans
}
