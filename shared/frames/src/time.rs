//! Presentation times as whole ticks of the stream's time base.

use ffmpeg_next::{Rational, ffi::AVRational};
use framezip_contract::Seconds;

/// A stream's clock: how long one tick is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    numerator: i128,
    denominator: i128,
}

impl Clock {
    /// `None` for a time base that is no positive fraction.
    pub(crate) fn new(time_base: Rational) -> Option<Self> {
        let (numerator, denominator) = (time_base.numerator(), time_base.denominator());
        (numerator > 0 && denominator > 0)
            .then(|| Self { numerator: numerator.into(), denominator: denominator.into() })
    }

    /// One tick, as FFmpeg writes it.
    pub(crate) fn time_base(self) -> AVRational {
        AVRational { num: self.numerator as i32, den: self.denominator as i32 }
    }

    /// The last tick that is not after `count` × `numerator / denominator` seconds.
    pub(crate) fn ticks(self, count: u64, numerator: u64, denominator: u64) -> i64 {
        let above = i128::from(count) * i128::from(numerator) * self.denominator;
        let below = i128::from(denominator) * self.numerator;
        i64::try_from(above.div_euclid(below)).unwrap_or(i64::MAX)
    }

    pub(crate) fn seconds(self, ticks: i64) -> f64 {
        (i128::from(ticks) * self.numerator) as f64 / self.denominator as f64
    }

    /// To the nearest one.
    pub(crate) fn milliseconds(self, ticks: i64) -> i64 {
        let thousand = i128::from(ticks) * self.numerator * 1000;
        ((2 * thousand + self.denominator).div_euclid(2 * self.denominator)) as i64
    }

    /// How many multiples of `step`, from 0 on, lie before `ticks`.
    pub(crate) fn steps_before(self, ticks: i64, step: Seconds) -> u64 {
        let above = i128::from(ticks) * self.numerator * i128::from(step.denominator());
        let below = self.denominator * i128::from(step.numerator());
        u64::try_from((above + below - 1).div_euclid(below)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_29_97_do_not_drift() {
        let clock = Clock::new(Rational::new(1, 30_000)).unwrap();
        assert_eq!(clock.ticks(107_892, 1001, 30_000), 107_892 * 1001);
        assert_eq!(clock.ticks(1, 1, 3), 10_000);
    }

    #[test]
    fn a_step_at_the_very_end_does_not_count() {
        let clock = Clock::new(Rational::new(1, 15_360)).unwrap();
        let six = 6 * 15_360;
        assert_eq!(clock.steps_before(six, Seconds::whole(1)), 6);
        assert_eq!(clock.steps_before(six + 1, Seconds::whole(1)), 7);
        assert_eq!(clock.steps_before(1, Seconds::whole(20)), 1);
        assert_eq!(clock.steps_before(0, Seconds::whole(20)), 0);
    }

    #[test]
    fn milliseconds_round() {
        let clock = Clock::new(Rational::new(1, 30)).unwrap();
        assert_eq!([0, 1, 2, 30].map(|ticks| clock.milliseconds(ticks)), [0, 33, 67, 1000]);
    }
}
