//! Which times the options mean (DESIGN §4). A target is the last tick, counted from the first
//! frame, at which its frame may have come on screen.

use crate::time::Clock;
use framezip_contract::{Seconds, Select};

/// The targets in time order.
#[derive(Clone, Debug)]
pub(crate) struct Targets {
    clock: Clock,
    rule: Rule,
    next: u64,
    total: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    Every(Seconds),
    /// The centres of `slices` equal parts of `span` ticks.
    Centres {
        slices: u32,
        span: i64,
    },
}

/// `auto`: the longer the video, the longer the step.
fn automatic(seconds: f64) -> Seconds {
    let minutes = seconds / 60.0;
    Seconds::whole(match minutes {
        _ if minutes <= 2.0 => 2,
        _ if minutes <= 10.0 => 5,
        _ if minutes <= 30.0 => 10,
        _ if minutes <= 60.0 => 20,
        _ => 30,
    })
}

impl Targets {
    /// Where the video's `span` is unknown, equal slices are those of one tick, and steps go on for
    /// as long as there are frames.
    pub(crate) fn new(select: Select, clock: Clock, span: Option<i64>) -> Self {
        let rule = match select {
            Select::Auto => Rule::Every(automatic(span.map_or(0.0, |span| clock.seconds(span)))),
            Select::Every(step) => Rule::Every(step),
            Select::Count(slices) => Rule::Centres { slices, span: span.unwrap_or(1) },
        };
        let total = match rule {
            Rule::Every(step) => span.map(|span| clock.steps_before(span, step)),
            Rule::Centres { slices, .. } => Some(slices.into()),
        };
        Self { clock, rule, next: 0, total }
    }

    /// How many there are, where the length is known.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }
}

impl Iterator for Targets {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        if self.total.is_some_and(|total| self.next >= total) {
            return None;
        }
        let index = self.next;
        self.next += 1;
        Some(match self.rule {
            Rule::Every(step) => {
                self.clock.ticks(index, step.numerator().into(), step.denominator().into())
            }
            Rule::Centres { slices, span } => {
                let centre = (2 * i128::from(index) + 1) * i128::from(span);
                (centre / (2 * i128::from(slices))) as i64
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::Rational;

    fn targets(select: Select, span: Option<i64>) -> Targets {
        Targets::new(select, Clock::new(Rational::new(1, 1000)).unwrap(), span)
    }

    #[test]
    fn steps_end_with_the_video() {
        let every = Select::Every(Seconds::whole(2));
        assert_eq!(targets(every, Some(6000)).collect::<Vec<_>>(), [0, 2000, 4000]);
        assert_eq!(targets(every, Some(6001)).count(), 4);
        assert_eq!(targets(every, None).nth(1000), Some(2_000_000));
    }

    #[test]
    fn a_count_takes_the_centres() {
        let count = targets(Select::Count(3), Some(6000));
        assert_eq!(count.collect::<Vec<_>>(), [1000, 3000, 5000]);
    }

    #[test]
    fn auto_follows_the_length() {
        for (minutes, frames) in [(1, 30), (10, 120), (30, 180), (60, 180), (120, 240)] {
            assert_eq!(targets(Select::Auto, Some(minutes * 60_000)).count(), frames);
        }
    }
}
