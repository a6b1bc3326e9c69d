//! How fast a worker is, and what that means for its targets.
//!
//! A worker that would need longer than its budget stops, and others do the rest: so a video takes about
//! a budget's time however long it is, and no worker comes near its function's timeout.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

/// A worker that is this much slower than its budget allows, all in all, goes on nevertheless: to hand
/// over costs time too.
const TOLERANCE: f64 = 1.25;
/// The share of the budget that others are meant to need for what they are handed.
const SHARE: f64 = 0.75;
/// The share of the budget after which the pace is known well enough.
const MEASURED: f64 = 0.1;

/// A worker's pace: targets over time, from the first one that is done. What comes before it, to open the
/// video and to decode up to it, says nothing about the others.
pub(crate) struct Pace {
    started: Instant,
    budget: Duration,
    first: Option<Mark>,
    latest: Mark,
}

/// So many targets done after so long.
#[derive(Clone, Copy, Default)]
struct Mark {
    after: Duration,
    done: u32,
}

impl Pace {
    /// From now on.
    pub(crate) fn new(budget: Duration) -> Self {
        Self { started: Instant::now(), budget, first: None, latest: Mark::default() }
    }

    /// Notes how many targets are done.
    pub(crate) fn note(&mut self, done: u32) {
        self.mark(Mark { after: self.started.elapsed(), done });
    }

    fn mark(&mut self, mark: Mark) {
        self.first.get_or_insert(mark);
        self.latest = mark;
    }

    /// Targets a second; `None` before it is known well enough.
    fn a_second(&self) -> Option<f64> {
        let first = self.first?;
        let time = self.latest.after.saturating_sub(first.after);
        let done = self.latest.done.saturating_sub(first.done);
        let is_known = done > 0 && time > self.budget.mul_f64(MEASURED);
        is_known.then(|| f64::from(done) / time.as_secs_f64())
    }

    /// Whether so many targets would take so long that others should do what is left of them.
    pub(crate) fn is_too_slow(&self, total: u32) -> bool {
        let most = self.budget.as_secs_f64() * TOLERANCE;
        let left = f64::from(total.saturating_sub(self.latest.done));
        let yet = self.a_second().map_or(0.0, |a_second| left / a_second);
        left > 0.0 && self.latest.after.as_secs_f64() + yet > most
    }

    /// What others are to do of the targets that are left: in pieces of equal length, each of which
    /// begins at a multiple of `step`.
    pub(crate) fn segments(&self, left: Range<u32>, step: u32) -> Vec<Range<u32>> {
        let count = f64::from(left.end.saturating_sub(left.start));
        let steps = (left.end.saturating_sub(left.start)).div_ceil(step);
        // who has done one target in all its time is slow indeed
        let slowest = 1.0 / self.latest.after.as_secs_f64().max(1e-3);
        let a_second = self.a_second().unwrap_or(slowest);
        let most = (a_second * self.budget.as_secs_f64() * SHARE).max(1.0);
        let pieces = (count / most).ceil().clamp(1.0, f64::from(steps.max(1)));
        let length = (steps.div_ceil(pieces as u32) * step).max(1);
        let starts = left.clone().step_by(length as usize);
        starts.map(|start| start..left.end.min(start.saturating_add(length))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::iter;

    /// After these marks, each so many seconds from the start and so many targets done.
    fn pace(budget: u64, marks: &[(u64, u32)]) -> Pace {
        let mut pace = Pace::new(Duration::from_secs(budget));
        for (after, done) in marks {
            pace.mark(Mark { after: Duration::from_secs(*after), done: *done });
        }
        pace
    }

    #[test]
    fn who_would_take_too_long_is_too_slow() {
        assert!(!pace(60, &[]).is_too_slow(1000));
        assert!(!pace(60, &[(5, 1), (10, 2)]).is_too_slow(1000), "not measured yet");
        assert!(pace(60, &[(5, 1), (12, 2)]).is_too_slow(1000));
        assert!(!pace(60, &[(5, 1), (12, 101)]).is_too_slow(700));
        assert!(!pace(60, &[(1, 1), (70, 95)]).is_too_slow(100), "almost done");
        assert!(pace(60, &[(80, 1)]).is_too_slow(2), "beyond all that is allowed");
        assert!(!pace(60, &[(80, 2)]).is_too_slow(2), "done");
    }

    #[test]
    fn to_begin_takes_its_own_time() {
        // 20 s to the first one, but then 10 a second
        assert!(!pace(60, &[(20, 1), (30, 101)]).is_too_slow(500));
    }

    #[test]
    fn segments_are_alike_and_cover_what_is_left() {
        // 10 a second, so 450 in three quarters of a minute
        let pace = pace(60, &[(2, 0), (12, 100)]);
        assert_eq!(pace.segments(100..1000, 1), [100..550, 550..1000]);
        assert_eq!(pace.segments(100..1050, 1).len(), 3);
        assert!(pace.segments(100..101, 1).into_iter().eq(iter::once(100..101)));
        assert!(pace.segments(100..100, 1).is_empty());
    }

    #[test]
    fn segments_begin_at_steps() {
        let quick = pace(60, &[(2, 0), (12, 100)]);
        assert_eq!(quick.segments(100..1050, 100), [100..500, 500..900, 900..1050]);
        let slow = pace(60, &[(80, 1)]);
        assert_eq!(slow.segments(100..350, 100), [100..200, 200..300, 300..350]);
        assert_eq!(slow.segments(5..8, 1), [5..6, 6..7, 7..8]);
    }
}
