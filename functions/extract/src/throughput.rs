//! The speed of a worker, and the decision to leave its remaining targets to others.
//!
//! A worker that would exceed its budget stops, and other workers do the rest. So a video takes about
//! one budget's time whatever its length, and no worker comes near its function's timeout.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

/// A worker that needs at most this multiple of its budget goes on, because a hand-over costs time too.
const TOLERANCE: f64 = 1.25;
/// The share of the budget that another worker should need for its segment.
const SEGMENT_SHARE: f64 = 0.75;
/// The share of the budget that must be measured before the throughput counts as known.
const MEASURED_SHARE: f64 = 0.1;

/// A worker's throughput: targets over time, from the first finished target on. The time before that,
/// for opening the video and decoding up to the first target, does not depend on the number of targets;
/// but every worker needs it again.
pub(crate) struct Throughput {
    started: Instant,
    budget: Duration,
    /// The time until the worker must stop.
    limit: Duration,
    first: Option<Measurement>,
    latest: Measurement,
}

/// The number of targets that were done, and the time since the start.
#[derive(Clone, Copy, Default)]
struct Measurement {
    elapsed: Duration,
    done: u32,
}

impl Throughput {
    /// Starts measuring. The worker must stop at `deadline`.
    pub(crate) fn new(budget: Duration, deadline: Instant) -> Self {
        let started = Instant::now();
        let limit = deadline.saturating_duration_since(started);
        Self { started, budget, limit, first: None, latest: Measurement::default() }
    }

    /// Records how many targets are done.
    pub(crate) fn record(&mut self, done: u32) {
        self.add(Measurement { elapsed: self.started.elapsed(), done });
    }

    fn add(&mut self, measurement: Measurement) {
        self.first.get_or_insert(measurement);
        self.latest = measurement;
    }

    /// Seconds until the first target was done.
    fn startup_seconds(&self) -> f64 {
        self.first.map_or(0.0, |first| first.elapsed.as_secs_f64())
    }

    /// Targets per second; `None` until enough was measured.
    fn targets_per_second(&self) -> Option<f64> {
        let first = self.first?;
        let time = self.latest.elapsed.saturating_sub(first.elapsed);
        let done = self.latest.done.saturating_sub(first.done);
        let is_known = done > 0 && time > self.budget.mul_f64(MEASURED_SHARE);
        is_known.then(|| f64::from(done) / time.as_secs_f64())
    }

    /// Returns whether other workers should do the rest of `total` targets: the worker would exceed its
    /// budget, and the rest takes longer than another worker's startup; or the worker would miss its
    /// deadline.
    pub(crate) fn is_too_slow(&self, total: u32) -> bool {
        let left = total.saturating_sub(self.latest.done);
        let Some(rate) = self.targets_per_second().filter(|_| left > 0) else { return false };
        let (seconds_left, startup) = (f64::from(left) / rate, self.startup_seconds());
        let all = self.latest.elapsed.as_secs_f64() + seconds_left;
        let most = self.budget.as_secs_f64() * TOLERANCE;
        all > self.limit.as_secs_f64() || (all - startup > most && seconds_left > startup)
    }

    /// Divides the targets that are left into segments of equal length. Each begins a multiple of `step`
    /// after the first one, and none takes less time than its startup.
    pub(crate) fn segments(&self, left: Range<u32>, step: u32) -> Vec<Range<u32>> {
        let count = left.end.saturating_sub(left.start);
        let steps = count.div_ceil(step);
        let time = (self.budget.as_secs_f64() * SEGMENT_SHARE).max(self.startup_seconds());
        let most = self.targets_per_second().map_or(f64::from(count), |rate| rate * time).max(1.0);
        let segments = (f64::from(count) / most).ceil().clamp(1.0, f64::from(steps.max(1)));
        let length = (steps.div_ceil(segments as u32) * step).max(1);
        let starts = left.clone().step_by(length as usize);
        starts.map(|start| start..left.end.min(start.saturating_add(length))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::iter;

    /// A throughput after these measurements: seconds from the start, and targets done.
    fn throughput(budget: u64, measurements: &[(u64, u32)]) -> Throughput {
        let limit = Instant::now() + Duration::from_secs(880);
        let mut throughput = Throughput::new(Duration::from_secs(budget), limit);
        for (seconds, done) in measurements {
            let elapsed = Duration::from_secs(*seconds);
            throughput.add(Measurement { elapsed, done: *done });
        }
        throughput
    }

    #[test]
    fn a_worker_that_would_exceed_its_budget_is_too_slow() {
        assert!(!throughput(60, &[]).is_too_slow(1000));
        assert!(!throughput(60, &[(5, 1), (10, 2)]).is_too_slow(1000), "not measured yet");
        assert!(throughput(60, &[(5, 1), (12, 2)]).is_too_slow(1000));
        assert!(!throughput(60, &[(5, 1), (12, 101)]).is_too_slow(700));
        assert!(!throughput(60, &[(1, 1), (70, 95)]).is_too_slow(100), "almost done");
        assert!(!throughput(60, &[(1, 1), (80, 2)]).is_too_slow(2), "done");
    }

    #[test]
    fn startup_does_not_count_as_throughput() {
        // 20 s until the first one, then 10 per second
        assert!(!throughput(60, &[(20, 1), (30, 101)]).is_too_slow(500));
        assert!(!throughput(60, &[(80, 1)]).is_too_slow(100), "not measured yet");
        // one per second, but another worker needs 200 s until its first one
        assert!(!throughput(60, &[(200, 1), (210, 11)]).is_too_slow(210));
        let slow = throughput(60, &[(200, 1), (210, 11)]);
        assert!(slow.is_too_slow(212));
        assert_eq!(slow.segments(11..411, 1), [11..211, 211..411]);
    }

    #[test]
    fn a_worker_near_its_deadline_leaves_the_rest_to_others() {
        let late = throughput(60, &[(800, 1), (850, 51)]);
        assert!(!late.is_too_slow(80));
        assert!(late.is_too_slow(82));
        assert!(late.segments(51..82, 1).into_iter().eq(iter::once(51..82)));
    }

    #[test]
    fn segments_are_equal_and_cover_what_is_left() {
        // 10 per second: 450 in three quarters of a minute
        let even = throughput(60, &[(2, 0), (12, 100)]);
        assert_eq!(even.segments(100..1000, 1), [100..550, 550..1000]);
        assert_eq!(even.segments(100..1050, 1).len(), 3);
        assert!(even.segments(100..101, 1).into_iter().eq(iter::once(100..101)));
        assert!(even.segments(100..100, 1).is_empty());
    }

    #[test]
    fn segments_begin_at_multiples_of_the_step() {
        let quick = throughput(60, &[(2, 0), (12, 100)]);
        assert_eq!(quick.segments(100..1050, 100), [100..500, 500..900, 900..1050]);
        // one in 10 seconds
        let slow = throughput(60, &[(1, 1), (81, 9)]);
        assert_eq!(slow.segments(100..350, 100), [100..200, 200..300, 300..350]);
        assert_eq!(slow.segments(5..15, 1), [5..9, 9..13, 13..15]);
    }
}
