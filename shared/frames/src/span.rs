//! Targets that are decoded together: those that the container's index gives the same keyframe. No
//! span depends on another, so they may be decoded in any order, by any decoder.

use crate::container::Container;

/// Some targets, in time order, as presentation times in ticks.
pub(crate) type Span = Vec<i64>;

/// Every target in its span. Without an index that is one span.
pub(crate) fn spans(container: &Container, targets: &[i64]) -> Vec<Span> {
    let keyframes: Vec<_> =
        targets.iter().map(|target| (container.indexed_keyframe(*target), *target)).collect();
    keyframes
        .chunk_by(|(one, _), (other, _)| one == other)
        .map(|span| span.iter().map(|(_, target)| *target).collect())
        .collect()
}
