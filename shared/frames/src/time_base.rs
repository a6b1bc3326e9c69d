//! Presentation times as whole timestamps of a stream's time base.

use ffmpeg_next::{Rational, ffi::AVRational};
use framezip_contract::Fraction;
use serde::{Deserialize, Serialize};

/// The time base of a stream: the length of one unit of its timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimeBase {
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

    /// Returns the moment `count` steps later.
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

impl TimeBase {
    /// Returns `None` unless both numbers are positive.
    pub(crate) fn new(time_base: Rational) -> Option<Self> {
        let (numerator, denominator) = (time_base.numerator(), time_base.denominator());
        (numerator > 0 && denominator > 0)
            .then(|| Self { numerator: numerator.into(), denominator: denominator.into() })
    }

    /// Returns the time base as FFmpeg writes it.
    pub(crate) fn rational(self) -> AVRational {
        AVRational { num: self.numerator as i32, den: self.denominator as i32 }
    }

    /// Returns the last timestamp that is not after a moment.
    pub(crate) fn timestamp(self, moment: Moment) -> i64 {
        let above = moment.numerator * i128::from(self.denominator);
        let below = moment.denominator * i128::from(self.numerator);
        i64::try_from(above.div_euclid(below)).unwrap_or(i64::MAX)
    }

    /// Returns the moment of a timestamp.
    pub(crate) fn moment(self, timestamp: i64) -> Moment {
        let numerator = i128::from(timestamp) * i128::from(self.numerator);
        Moment { numerator, denominator: self.denominator.into() }
    }

    /// Converts microseconds, rounded down.
    pub(crate) fn of_microseconds(self, microseconds: i64) -> i64 {
        self.timestamp(Moment { numerator: microseconds.into(), denominator: 1_000_000 })
    }

    pub(crate) fn seconds(self, timestamp: i64) -> f64 {
        (i128::from(timestamp) * i128::from(self.numerator)) as f64 / self.denominator as f64
    }

    /// Returns a timestamp in milliseconds, rounded to the nearest one.
    pub(crate) fn milliseconds(self, timestamp: i64) -> i64 {
        let thousand = i128::from(timestamp) * i128::from(self.numerator) * 1000;
        let denominator = i128::from(self.denominator);
        (2 * thousand + denominator).div_euclid(2 * denominator) as i64
    }
}

/// A time as people read it.
pub(crate) struct ClockTime {
    pub(crate) hours: u64,
    pub(crate) minutes: u64,
    pub(crate) seconds: u64,
    pub(crate) milliseconds: u64,
}

impl ClockTime {
    pub(crate) fn of_milliseconds(milliseconds: u64) -> Self {
        let seconds = milliseconds / 1000;
        Self {
            hours: seconds / 3600,
            minutes: seconds / 60 % 60,
            seconds: seconds % 60,
            milliseconds: milliseconds % 1000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_at_29_97_frames_a_second_do_not_drift() {
        let time_base = TimeBase::new(Rational::new(1, 30_000)).unwrap();
        let start = Moment::seconds(Fraction::whole(0));
        let step = Fraction::new(1001, 30_000).unwrap();
        assert_eq!(time_base.timestamp(start.after(107_892, step)), 107_892 * 1001);
        assert_eq!(time_base.timestamp(start.after(1, Fraction::new(1, 3).unwrap())), 10_000);
    }

    #[test]
    fn a_timestamp_survives_the_way_to_a_moment_and_back() {
        let time_base = TimeBase::new(Rational::new(1001, 30_000)).unwrap();
        assert_eq!(time_base.timestamp(time_base.moment(12_345)), 12_345);
        assert!(time_base.moment(1).is_before(time_base.moment(2)));
        assert!(!time_base.moment(2).is_before(time_base.moment(2)));
    }

    #[test]
    fn milliseconds_are_rounded() {
        let time_base = TimeBase::new(Rational::new(1, 30)).unwrap();
        assert_eq!([0, 1, 2, 30].map(|time| time_base.milliseconds(time)), [0, 33, 67, 1000]);
    }
}
