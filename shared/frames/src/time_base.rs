//! Presentation times as whole ticks of the stream's time base.

use ffmpeg_next::{Rational, ffi::AVRational};
use framezip_contract::Fraction;
use serde::{Deserialize, Serialize};

/// A stream's clock: how long one tick is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clock {
    numerator: i64,
    denominator: i64,
}

/// An exact moment, in seconds from the first frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    numerator: i128,
    denominator: i128,
}

impl Moment {
    pub(crate) fn new(numerator: i128, denominator: i128) -> Self {
        Self { numerator, denominator }
    }

    pub(crate) fn seconds(seconds: Fraction) -> Self {
        Self { numerator: seconds.numerator().into(), denominator: seconds.denominator().into() }
    }

    /// The moment `count` steps later.
    pub(crate) fn after(self, count: u64, step: Fraction) -> Self {
        let denominator = i128::from(step.denominator());
        let steps = i128::from(count) * i128::from(step.numerator());
        Self {
            numerator: self.numerator * denominator + steps * self.denominator,
            denominator: self.denominator * denominator,
        }
    }

    pub(crate) fn a_microsecond_later(self) -> Self {
        Self {
            numerator: self.numerator * 1_000_000 + self.denominator,
            denominator: self.denominator * 1_000_000,
        }
    }

    pub(crate) fn is_before(self, other: Self) -> bool {
        self.numerator * other.denominator < other.numerator * self.denominator
    }
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

    /// The last tick that is not after a moment.
    pub(crate) fn ticks(self, moment: Moment) -> i64 {
        let above = moment.numerator * i128::from(self.denominator);
        let below = moment.denominator * i128::from(self.numerator);
        i64::try_from(above.div_euclid(below)).unwrap_or(i64::MAX)
    }

    /// The moment of a tick.
    pub(crate) fn moment(self, ticks: i64) -> Moment {
        let numerator = i128::from(ticks) * i128::from(self.numerator);
        Moment { numerator, denominator: self.denominator.into() }
    }

    /// How many ticks so many microseconds are, rounded down.
    pub(crate) fn ticks_of_microseconds(self, microseconds: i64) -> i64 {
        self.ticks(Moment { numerator: microseconds.into(), denominator: 1_000_000 })
    }

    pub(crate) fn seconds(self, ticks: i64) -> f64 {
        (i128::from(ticks) * i128::from(self.numerator)) as f64 / self.denominator as f64
    }

    /// To the nearest one.
    pub(crate) fn milliseconds(self, ticks: i64) -> i64 {
        let thousand = i128::from(ticks) * i128::from(self.numerator) * 1000;
        let denominator = i128::from(self.denominator);
        (2 * thousand + denominator).div_euclid(2 * denominator) as i64
    }
}

/// Hours, minutes, seconds and milliseconds.
pub(crate) fn split(milliseconds: u64) -> (u64, u64, u64, u64) {
    let seconds = milliseconds / 1000;
    (seconds / 3600, seconds / 60 % 60, seconds % 60, milliseconds % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_29_97_do_not_drift() {
        let clock = Clock::new(Rational::new(1, 30_000)).unwrap();
        let start = Moment::seconds(Fraction::whole(0));
        let step = Fraction::new(1001, 30_000).unwrap();
        assert_eq!(clock.ticks(start.after(107_892, step)), 107_892 * 1001);
        assert_eq!(clock.ticks(start.after(1, Fraction::new(1, 3).unwrap())), 10_000);
    }

    #[test]
    fn a_moment_of_a_tick_is_that_tick() {
        let clock = Clock::new(Rational::new(1001, 30_000)).unwrap();
        assert_eq!(clock.ticks(clock.moment(12_345)), 12_345);
        assert!(clock.moment(1).is_before(clock.moment(2)));
        assert!(!clock.moment(2).is_before(clock.moment(2)));
    }

    #[test]
    fn milliseconds_round() {
        let clock = Clock::new(Rational::new(1, 30)).unwrap();
        assert_eq!([0, 1, 2, 30].map(|ticks| clock.milliseconds(ticks)), [0, 33, 67, 1000]);
    }
}
