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

/// A worker's pace.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    started: Instant,
    budget: Duration,
}

impl Pace {
    /// From now on.
    pub(crate) fn new(budget: Duration) -> Self {
        Self { started: Instant::now(), budget }
    }

    /// Whether `done` targets out of so many took so long that others should do the rest.
    pub(crate) fn is_too_slow(self, done: u32, total: u32) -> bool {
        is_too_slow(self.started.elapsed(), self.budget, done, total)
    }

    /// What others are to do of the targets that are left when `done` have been done: in pieces of
    /// equal length, each of which begins at a multiple of `step`.
    pub(crate) fn segments(self, done: u32, left: Range<u32>, step: u32) -> Vec<Range<u32>> {
        segments(self.started.elapsed(), self.budget, done, left, step)
    }
}

fn is_too_slow(elapsed: Duration, budget: Duration, done: u32, total: u32) -> bool {
    let whole = elapsed.as_secs_f64() * f64::from(total) / f64::from(done.max(1));
    elapsed > budget.mul_f64(MEASURED) && whole > budget.as_secs_f64() * TOLERANCE
}

fn segments(
    elapsed: Duration,
    budget: Duration,
    done: u32,
    left: Range<u32>,
    step: u32,
) -> Vec<Range<u32>> {
    let a_second = f64::from(done.max(1)) / elapsed.as_secs_f64().max(1e-3);
    let most = (a_second * budget.as_secs_f64() * SHARE).max(1.0);
    let steps = (left.end - left.start).div_ceil(step);
    let count =
        (f64::from(left.end - left.start) / most).ceil().clamp(1.0, f64::from(steps.max(1)));
    let length = steps.div_ceil(count as u32) * step;
    let starts = left.clone().step_by(length as usize);
    starts.map(|start| start..left.end.min(start.saturating_add(length))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Duration = Duration::from_secs(60);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn who_would_take_too_long_is_too_slow() {
        assert!(!is_too_slow(seconds(5), BUDGET, 1, 1000), "not measured yet");
        assert!(is_too_slow(seconds(7), BUDGET, 1, 1000));
        assert!(is_too_slow(seconds(7), BUDGET, 0, 1000));
        assert!(!is_too_slow(seconds(7), BUDGET, 100, 1000));
        assert!(!is_too_slow(seconds(70), BUDGET, 95, 100), "almost done");
    }

    #[test]
    fn segments_are_alike_and_cover_what_is_left() {
        // 10 a second, so 450 in three quarters of a minute
        assert_eq!(segments(seconds(10), BUDGET, 100, 100..1000, 1), [100..550, 550..1000]);
        assert_eq!(segments(seconds(10), BUDGET, 100, 100..1050, 1).len(), 3);
        assert_eq!(segments(seconds(10), BUDGET, 100, 100..101, 1), [100..101]);
    }

    #[test]
    fn segments_begin_at_steps() {
        let all = segments(seconds(10), BUDGET, 100, 100..1050, 100);
        assert_eq!(all, [100..500, 500..900, 900..1050]);
        assert_eq!(segments(seconds(60), BUDGET, 1, 100..350, 100), [100..200, 200..300, 300..350]);
        assert_eq!(segments(seconds(1), seconds(0), 0, 5..8, 1), [5..6, 6..7, 7..8]);
    }
}
