//! Targets that are decoded together. No span depends on another, so they may be decoded in any order,
//! by any decoder.

use crate::{
    FramesError,
    decode::decoder::Decoder,
    demux::{
        container::Container,
        opener::Opener,
        recording::Recording,
        timeline::{Piece, Timeline},
    },
};
use std::{ops::Range, sync::Arc};

/// Some targets of one piece of the timeline, in time order.
#[derive(Debug)]
pub(crate) struct Span {
    /// The first one's number among all.
    pub(crate) first: usize,
    pub(crate) piece: Piece,
    /// Their timestamps in the piece's recording.
    pub(crate) targets: Vec<i64>,
    /// The timestamp of the next target, or where the range or the piece ends.
    pub(crate) end: i64,
    /// About where decoding starts.
    keyframe: i64,
}

impl Span {
    /// About how much there is to decode.
    pub(crate) fn length(&self) -> i64 {
        self.targets.last().map_or(0, |last| last.saturating_sub(self.keyframe))
    }
}

/// Without an index, targets so many seconds apart are decoded apart.
const APART: i64 = 10;
/// Without an index, a span is so many seconds long at most.
const LONGEST: i64 = 30;

/// Every target in `range` in its span: those of one piece that the container's index gives the same
/// keyframe. In a container that is searched, or where the index has a gap, those near to each other; in one
/// that is neither indexed nor searched, all of a piece. `end` is where the range of times ends. `decoder` is
/// one of any of the recordings.
///
/// # Errors
/// Those of opening the other recordings.
pub(crate) fn spans(
    decoder: &Decoder,
    opener: &Arc<Opener>,
    recordings: &[Arc<Recording>],
    timeline: &Timeline,
    targets: &[i64],
    range: Range<usize>,
    end: i64,
) -> Result<Vec<Span>, FramesError> {
    let end = targets.get(range.end).copied().unwrap_or(end);
    let mut spans: Vec<Span> = Vec::new();
    let mut other: Option<Decoder> = None;
    let mut first = range.start;
    while first < range.end {
        let number = timeline.piece_at(targets[first]);
        let piece = &timeline.pieces()[number];
        let in_piece = targets[first..range.end].iter();
        let count = in_piece.take_while(|target| timeline.piece_at(**target) == number).count();
        let recording = &recordings[piece.recording];
        let container = if decoder.is_of(recording) {
            &decoder.container
        } else {
            let known = other.take().filter(|known| known.is_of(recording));
            let opened = known.map_or_else(|| Decoder::open(opener, recording), Ok)?;
            &other.insert(opened).container
        };
        let last = targets.get(first + count).copied().filter(|next| *next < piece.shown.end);
        let end = last.unwrap_or(end.min(piece.shown.end));
        let chosen = &targets[first..first + count];
        spans.extend(of_piece(container, piece, first, chosen, end));
        first += count;
    }
    Ok(spans)
}

/// The spans of a piece: `targets` are ticks of the timeline, the first of which has number `first`.
fn of_piece(
    container: &Container,
    piece: &Piece,
    first: usize,
    targets: &[i64],
    end: i64,
) -> Vec<Span> {
    let second = container.clock.ticks_of_microseconds(1_000_000).max(1);
    let is_searched =
        |target: i64| container.is_searched() || !container.is_indexed(target, APART * second);
    let keyframe = |target: i64| container.indexed_keyframe(target);
    let end = if end < piece.shown.end { piece.timestamp(end) } else { piece.media.end };
    let mut spans: Vec<Span> = Vec::new();
    for (number, target) in (first..).zip(targets) {
        let target = piece.timestamp(*target);
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
                let piece = piece.clone();
                spans.push(Span { first: number, piece, targets: vec![target], end, keyframe });
            }
        }
    }
    spans
}
