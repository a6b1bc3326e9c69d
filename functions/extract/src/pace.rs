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
/// video and to decode up to it, says nothing about the others, but whoever takes some of them over has
/// to do that again.
pub(crate) struct Pace {
    started: Instant,
    budget: Duration,
    /// What the worker has in all.
    limit: Duration,
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
    /// From now on, until `stop_at` at most.
    pub(crate) fn new(budget: Duration, stop_at: Instant) -> Self {
        let started = Instant::now();
        let limit = stop_at.saturating_duration_since(started);
        Self { started, budget, limit, first: None, latest: Mark::default() }
    }

    /// Notes how many targets are done.
    pub(crate) fn note(&mut self, done: u32) {
        self.mark(Mark { after: self.started.elapsed(), done });
    }

    fn mark(&mut self, mark: Mark) {
        self.first.get_or_insert(mark);
        self.latest = mark;
    }

    /// How many seconds it took to the first target.
    fn to_begin(&self) -> f64 {
        self.first.map_or(0.0, |first| first.after.as_secs_f64())
    }

    /// Targets a second; `None` before it is known well enough.
    fn a_second(&self) -> Option<f64> {
        let first = self.first?;
        let time = self.latest.after.saturating_sub(first.after);
        let done = self.latest.done.saturating_sub(first.done);
        let is_known = done > 0 && time > self.budget.mul_f64(MEASURED);
        is_known.then(|| f64::from(done) / time.as_secs_f64())
    }

    /// Whether so many targets would take so long that others should do what is left of them: longer
    /// than to begin anew, or than there is.
    pub(crate) fn is_too_slow(&self, total: u32) -> bool {
        let left = total.saturating_sub(self.latest.done);
        let Some(a_second) = self.a_second().filter(|_| left > 0) else { return false };
        let (yet, to_begin) = (f64::from(left) / a_second, self.to_begin());
        let all = self.latest.after.as_secs_f64() + yet;
        let most = self.budget.as_secs_f64() * TOLERANCE;
        all > self.limit.as_secs_f64() || (all - to_begin > most && yet > to_begin)
    }

    /// What others are to do of the targets that are left: in pieces of equal length, each of which
    /// begins at a multiple of `step`, and none of which takes less than to begin it.
    pub(crate) fn segments(&self, left: Range<u32>, step: u32) -> Vec<Range<u32>> {
        let count = left.end.saturating_sub(left.start);
        let steps = count.div_ceil(step);
        let time = (self.budget.as_secs_f64() * SHARE).max(self.to_begin());
        let most = self.a_second().map_or(f64::from(count), |a_second| a_second * time).max(1.0);
        let pieces = (f64::from(count) / most).ceil().clamp(1.0, f64::from(steps.max(1)));
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
        let limit = Instant::now() + Duration::from_secs(880);
        let mut pace = Pace::new(Duration::from_secs(budget), limit);
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
        assert!(!pace(60, &[(1, 1), (80, 2)]).is_too_slow(2), "done");
    }

    #[test]
    fn to_begin_takes_its_own_time() {
        // 20 s to the first one, but then 10 a second
        assert!(!pace(60, &[(20, 1), (30, 101)]).is_too_slow(500));
        assert!(!pace(60, &[(80, 1)]).is_too_slow(100), "not measured yet");
        // one a second: who takes over needs 200 s to begin with
        assert!(!pace(60, &[(200, 1), (210, 11)]).is_too_slow(210));
        let slow = pace(60, &[(200, 1), (210, 11)]);
        assert!(slow.is_too_slow(212));
        assert_eq!(slow.segments(11..411, 1), [11..211, 211..411]);
    }

    #[test]
    fn who_comes_to_its_end_hands_over_what_is_left() {
        let late = pace(60, &[(800, 1), (850, 51)]);
        assert!(!late.is_too_slow(80));
        assert!(late.is_too_slow(82));
        assert!(late.segments(51..82, 1).into_iter().eq(iter::once(51..82)));
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
        // one in ten seconds
        let slow = pace(60, &[(1, 1), (81, 9)]);
        assert_eq!(slow.segments(100..350, 100), [100..200, 200..300, 300..350]);
        assert_eq!(slow.segments(5..15, 1), [5..9, 9..13, 13..15]);
    }
}
