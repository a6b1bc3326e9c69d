//! Targets that are decoded together. No span depends on another, so they may be decoded in any order,
//! by any decoder.

use crate::container::Container;
use std::ops::Range;

/// Some targets, in time order.
#[derive(Debug)]
pub(crate) struct Span {
    /// The first one's number among all.
    pub(crate) first: usize,
    /// Their presentation times in ticks.
    pub(crate) targets: Vec<i64>,
    /// The time of the next target, or the end of the range.
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

/// Every target in `range` in its span: those that the container's index gives the same keyframe. In a
/// container that is searched, or where the index has a gap, those near to each other; in one that is
/// neither indexed nor searched, all. `end` is that of the range of times.
pub(crate) fn spans(
    container: &Container,
    targets: &[i64],
    range: Range<usize>,
    end: i64,
) -> Vec<Span> {
    let second = container.clock.ticks_of_microseconds(1_000_000).max(1);
    let is_searched =
        |target: i64| container.is_searched() || !container.is_indexed(target, APART * second);
    let keyframe = |target: i64| container.indexed_keyframe(target);
    let end = targets.get(range.end).copied().unwrap_or(end);
    let mut spans: Vec<Span> = Vec::new();
    for number in range {
        let target = targets[number];
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
                spans.push(Span { first: number, targets: vec![target], end, keyframe });
            }
        }
    }
    spans
}
