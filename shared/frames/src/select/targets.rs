//! The times that the options choose. A target is the latest time of the timeline at which its frame can have
//! appeared on screen.

use crate::time_base::{Moment, TimeBase};
use framezip_contract::{Extraction, Fraction, Position, Select};
use std::ops::Range;

/// The times that the options choose.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Targets {
    /// Times of the timeline in time order, each once.
    pub(crate) times: Vec<i64>,
    /// The number of requested times that lie outside the video or the range.
    pub(crate) outside: usize,
}

/// The part of a video from which frames are chosen.
#[derive(Clone, Copy)]
pub(crate) struct MomentRange {
    from: Moment,
    /// The end, which is not in the range.
    to: Moment,
}

impl MomentRange {
    /// Converts the range to times of the timeline.
    pub(crate) fn times(self, time_base: TimeBase) -> Range<i64> {
        time_base.timestamp(self.from)..time_base.timestamp(self.to)
    }
}

/// Returns the range that the options choose in a video of this length.
pub(crate) fn range(extraction: &Extraction, time_base: TimeBase, length: i64) -> MomentRange {
    let moment = |position: Position| moment_of(time_base, length, position);
    let end = time_base.moment(length);
    MomentRange {
        from: extraction.from.map_or(time_base.moment(0), moment),
        to: extraction.to.map(moment).filter(|to| to.is_before(end)).unwrap_or(end),
    }
}

fn moment_of(time_base: TimeBase, length: i64, position: Position) -> Moment {
    match position {
        Position::Seconds(seconds) => Moment::seconds(seconds),
        Position::Percent(percent) => time_base.moment(percentage(length, percent)),
    }
}

/// The error that the options choose more targets than allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooManyTargets;

/// Returns the targets in a video of this length. `found` are the times of its keyframes or scenes, if the options
/// choose these.
pub(crate) fn targets(
    extraction: &Extraction,
    time_base: TimeBase,
    length: i64,
    found: &[i64],
    most: usize,
) -> Result<Targets, TooManyTargets> {
    let MomentRange { from, to } = range(extraction, time_base, length);
    let end = time_base.moment(length);
    let steps = |step| (0..).map(move |index| from.after(index, step));
    // the last frame is still on screen at the length itself, given in seconds or as 100%; seconds may be rounded
    // up to the next microsecond
    let rounded = end.a_microsecond_later();
    let at = |position: Position| match moment_of(time_base, length, position) {
        moment if !moment.is_before(end) && !rounded.is_before(moment) => {
            time_base.moment(length - 1)
        }
        moment => moment,
    };
    let within = move |moment: &Moment| moment.is_before(to) && !moment.is_before(from);
    let moments: Box<dyn Iterator<Item = Moment>> = match &extraction.select {
        Select::Auto => {
            let seconds = time_base.seconds(time_base.timestamp(to) - time_base.timestamp(from));
            Box::new(steps(automatic(seconds)).take_while(within))
        }
        Select::Every(step) => Box::new(steps(*step).take_while(within)),
        // the contract excludes 0 frames a second
        Select::Fps(fps) => {
            Box::new(steps(fps.inverse().unwrap_or(Fraction::whole(1))).take_while(within))
        }
        Select::Count(count) => Box::new(centres(time_base, from, to, *count).filter(within)),
        Select::Keyframes | Select::Scenes(_) => {
            Box::new(found.iter().map(|time| time_base.moment(*time)).filter(within))
        }
        Select::At(places) => Box::new(places.iter().map(|place| at(*place)).filter(within)),
    };
    let mut times: Vec<_> =
        moments.take(most + 1).map(|moment| time_base.timestamp(moment)).collect();
    if times.len() > most {
        return Err(TooManyTargets);
    }
    let outside = match &extraction.select {
        Select::At(places) => places.len() - times.len(),
        _ => 0,
    };
    times.sort_unstable();
    times.dedup();
    Ok(Targets { times, outside })
}

/// Returns this percentage of a length.
fn percentage(length: i64, percent: Fraction) -> i64 {
    let above = i128::from(length) * i128::from(percent.numerator());
    (above / (100 * i128::from(percent.denominator()))) as i64
}

/// Returns the centres of equal slices, in whole units of the time base.
fn centres(
    time_base: TimeBase,
    from: Moment,
    to: Moment,
    count: u32,
) -> impl Iterator<Item = Moment> {
    let start = time_base.timestamp(from);
    let length = i128::from(time_base.timestamp(to).saturating_sub(start));
    (0..i128::from(count)).map(move |index| {
        let centre = (2 * index + 1) * length / (2 * i128::from(count));
        time_base.moment(start.saturating_add(centre as i64))
    })
}

/// Returns the step of `auto`. It grows with the length of the range.
fn automatic(seconds: f64) -> Fraction {
    let minutes = seconds / 60.0;
    Fraction::whole(match minutes {
        _ if minutes <= 2.0 => 2,
        _ if minutes <= 10.0 => 5,
        _ if minutes <= 30.0 => 10,
        _ if minutes <= 60.0 => 20,
        _ => 30,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::Rational;
    use framezip_contract::ExtractionOptions;

    fn chosen(json: &str, length: i64) -> Vec<i64> {
        let options: ExtractionOptions = serde_json::from_str(json).unwrap();
        let time_base = TimeBase::new(Rational::new(1, 1000)).unwrap();
        targets(&options.try_into().unwrap(), time_base, length, &[0, 500, 2500], 1000)
            .unwrap()
            .times
    }

    #[test]
    fn steps_end_with_the_video() {
        assert_eq!(chosen(r#"{"every":2}"#, 6000), [0, 2000, 4000]);
        assert_eq!(chosen(r#"{"every":2}"#, 6001), [0, 2000, 4000, 6000]);
        assert_eq!(chosen(r#"{"every":20}"#, 1), [0]);
        assert_eq!(chosen(r#"{"fps":"3/2"}"#, 2000), [0, 666, 1333]);
    }

    #[test]
    fn a_count_takes_the_centres() {
        assert_eq!(chosen(r#"{"count":3}"#, 6000), [1000, 3000, 5000]);
        assert_eq!(chosen(r#"{"count":2,"from":2,"to":4}"#, 6000), [2500, 3500]);
    }

    #[test]
    fn positions_are_sorted_and_taken_once() {
        assert_eq!(chosen(r#"{"at":["50%",5,"0:01",1,7]}"#, 6000), [1000, 3000, 5000]);
    }

    #[test]
    fn times_outside_are_counted_and_the_whole_length_is_inside() {
        for whole in [r#""100%""#, "6", "6.000001", r#""0:06""#, r#""100%",6,6.0"#] {
            let json = format!(r#"{{"at":[1,7,{whole},9,6.000002]}}"#);
            let options: ExtractionOptions = serde_json::from_str(&json).unwrap();
            let time_base = TimeBase::new(Rational::new(1, 1000)).unwrap();
            let chosen = targets(&options.try_into().unwrap(), time_base, 6000, &[], 1000);
            assert_eq!(chosen, Ok(Targets { times: vec![1000, 5999], outside: 3 }), "{whole}");
        }
    }

    #[test]
    fn the_reported_length_is_inside() {
        // 100 frames of 30000/1001 a second take 3.3366666… seconds
        let options: ExtractionOptions = serde_json::from_str(r#"{"at":[3.336667]}"#).unwrap();
        let time_base = TimeBase::new(Rational::new(1, 30_000)).unwrap();
        let chosen = targets(&options.try_into().unwrap(), time_base, 100_100, &[], 10);
        assert_eq!(chosen, Ok(Targets { times: vec![100_099], outside: 0 }));
    }

    #[test]
    fn the_length_is_outside_a_range_that_ends_earlier() {
        assert_eq!(chosen(r#"{"at":[1,"100%",6],"to":5}"#, 6000), [1000]);
    }

    #[test]
    fn keyframes_in_the_range_are_targets() {
        assert_eq!(chosen(r#"{"keyframes":true}"#, 6000), [0, 500, 2500]);
        assert_eq!(chosen(r#"{"keyframes":true,"from":0.1,"to":2}"#, 6000), [500]);
    }

    #[test]
    fn a_range_bounds_every_choice() {
        assert_eq!(chosen(r#"{"every":1,"from":1.5,"to":4.5}"#, 6000), [1500, 2500, 3500]);
        assert_eq!(chosen(r#"{"every":1,"from":"50%"}"#, 6000), [3000, 4000, 5000]);
        assert_eq!(chosen(r#"{"at":[1,2,3],"from":2,"to":3}"#, 6000), [2000]);
        assert_eq!(chosen(r#"{"every":1,"from":9}"#, 6000), [0i64; 0]);
        assert_eq!(chosen(r#"{"every":1,"to":9}"#, 2000), [0, 1000]);
    }

    #[test]
    fn auto_follows_the_length() {
        for (minutes, frames) in [(1, 30), (10, 120), (30, 180), (60, 180), (120, 240)] {
            assert_eq!(chosen("{}", minutes * 60_000).len(), frames);
        }
    }

    #[test]
    fn more_targets_than_allowed_are_refused() {
        let options: ExtractionOptions = serde_json::from_str(r#"{"every":0.001}"#).unwrap();
        let time_base = TimeBase::new(Rational::new(1, 1000)).unwrap();
        assert_eq!(
            targets(&options.try_into().unwrap(), time_base, 2000, &[], 1000),
            Err(TooManyTargets)
        );
    }
}
