//! Which times the options mean (DESIGN §4). A target is the last tick, counted from the first
//! frame, at which its frame may have come on screen.

use crate::time_base::{Clock, Moment};
use framezip_contract::{Extraction, Fraction, Position, Select};

/// What the options choose.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Targets {
    /// In time order, each once.
    pub(crate) ticks: Vec<i64>,
    /// How many times were asked for that lie outside the video or the range.
    pub(crate) outside: usize,
}

/// Times in ticks, counted from the first frame, that only the video itself has: of keyframes or scenes.
#[derive(Debug, Default)]
pub(crate) struct Found(pub(crate) Vec<i64>);

/// What frames are chosen from.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    from: Moment,
    /// Itself outside.
    to: Moment,
}

impl Bounds {
    /// The first tick, and the one behind the last.
    pub(crate) fn ticks(self, clock: Clock) -> (i64, i64) {
        (clock.ticks(self.from), clock.ticks(self.to))
    }
}

/// The range of a video that is `length` ticks long.
pub(crate) fn range(extraction: &Extraction, clock: Clock, length: i64) -> Bounds {
    let place = |position: Position| place(clock, length, position);
    let end = clock.moment(length);
    Bounds {
        from: extraction.from.map_or(clock.moment(0), place),
        to: extraction.to.map(place).filter(|to| to.is_before(end)).unwrap_or(end),
    }
}

fn place(clock: Clock, length: i64, position: Position) -> Moment {
    match position {
        Position::Seconds(seconds) => Moment::seconds(seconds),
        Position::Percent(percent) => clock.moment(part(length, percent)),
    }
}

/// More targets than allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// The targets of a video that is `length` ticks long. `found` are those that it tells itself.
pub(crate) fn targets(
    extraction: &Extraction,
    clock: Clock,
    length: i64,
    found: &Found,
    most: usize,
) -> Result<Targets, TooMany> {
    let Bounds { from, to } = range(extraction, clock, length);
    let end = clock.moment(length);
    let steps = |step| (0..).map(move |index| from.after(index, step));
    // The last frame is still on screen at the length itself, in seconds or as 100%. In seconds it may
    // be rounded up to the next microsecond.
    let rounded = end.a_microsecond_later();
    let at = |position: Position| match place(clock, length, position) {
        moment if !moment.is_before(end) && !rounded.is_before(moment) => clock.moment(length - 1),
        moment => moment,
    };
    let within = move |moment: &Moment| moment.is_before(to) && !moment.is_before(from);
    let moments: Box<dyn Iterator<Item = Moment>> = match &extraction.select {
        Select::Auto => {
            let seconds = clock.seconds(clock.ticks(to) - clock.ticks(from));
            Box::new(steps(automatic(seconds)).take_while(within))
        }
        Select::Every(step) => Box::new(steps(*step).take_while(within)),
        // the contract allows no 0 frames a second
        Select::Fps(fps) => {
            Box::new(steps(fps.inverse().unwrap_or(Fraction::whole(1))).take_while(within))
        }
        Select::Count(count) => Box::new(centres(clock, from, to, *count).filter(within)),
        Select::Keyframes | Select::Scenes(_) => {
            Box::new(found.0.iter().map(|tick| clock.moment(*tick)).filter(within))
        }
        Select::At(places) => Box::new(places.iter().map(|place| at(*place)).filter(within)),
    };
    let mut ticks: Vec<_> = moments.take(most + 1).map(|moment| clock.ticks(moment)).collect();
    if ticks.len() > most {
        return Err(TooMany);
    }
    let outside = match &extraction.select {
        Select::At(places) => places.len() - ticks.len(),
        _ => 0,
    };
    ticks.sort_unstable();
    ticks.dedup();
    Ok(Targets { ticks, outside })
}

/// `percent` hundredths of so many ticks.
fn part(length: i64, percent: Fraction) -> i64 {
    let above = i128::from(length) * i128::from(percent.numerator());
    (above / (100 * i128::from(percent.denominator()))) as i64
}

/// The centres of equal slices, to the tick.
fn centres(clock: Clock, from: Moment, to: Moment, count: u32) -> impl Iterator<Item = Moment> {
    let start = clock.ticks(from);
    let length = i128::from(clock.ticks(to).saturating_sub(start));
    (0..i128::from(count)).map(move |index| {
        let centre = (2 * index + 1) * length / (2 * i128::from(count));
        clock.moment(start.saturating_add(centre as i64))
    })
}

/// `auto`: the longer the range, the longer the step.
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

    fn chosen(json: &str, span: i64) -> Vec<i64> {
        let options: ExtractionOptions = serde_json::from_str(json).unwrap();
        let clock = Clock::new(Rational::new(1, 1000)).unwrap();
        targets(&options.try_into().unwrap(), clock, span, &Found(vec![0, 500, 2500]), 1000)
            .unwrap()
            .ticks
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
    fn places_are_taken_in_time_order_and_once() {
        assert_eq!(chosen(r#"{"at":["50%",5,"0:01",1,7]}"#, 6000), [1000, 3000, 5000]);
    }

    #[test]
    fn times_outside_are_counted_and_the_whole_length_is_inside() {
        for whole in [r#""100%""#, "6", "6.000001", r#""0:06""#, r#""100%",6,6.0"#] {
            let json = format!(r#"{{"at":[1,7,{whole},9,6.000002]}}"#);
            let options: ExtractionOptions = serde_json::from_str(&json).unwrap();
            let clock = Clock::new(Rational::new(1, 1000)).unwrap();
            let chosen =
                targets(&options.try_into().unwrap(), clock, 6000, &Found::default(), 1000);
            assert_eq!(chosen, Ok(Targets { ticks: vec![1000, 5999], outside: 3 }), "{whole}");
        }
    }

    #[test]
    fn the_length_as_reported_is_inside() {
        // 100 frames of 30000/1001 a second take 3.3366666… seconds
        let options: ExtractionOptions = serde_json::from_str(r#"{"at":[3.336667]}"#).unwrap();
        let clock = Clock::new(Rational::new(1, 30_000)).unwrap();
        let chosen = targets(&options.try_into().unwrap(), clock, 100_100, &Found::default(), 10);
        assert_eq!(chosen, Ok(Targets { ticks: vec![100_099], outside: 0 }));
    }

    #[test]
    fn the_length_is_outside_a_range_that_ends_earlier() {
        assert_eq!(chosen(r#"{"at":[1,"100%",6],"to":5}"#, 6000), [1000]);
    }

    #[test]
    fn keyframes_are_as_they_come() {
        assert_eq!(chosen(r#"{"keyframes":true}"#, 6000), [0, 500, 2500]);
        assert_eq!(chosen(r#"{"keyframes":true,"from":0.1,"to":2}"#, 6000), [500]);
    }

    #[test]
    fn a_range_bounds_them_all() {
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
    fn more_than_allowed_are_refused() {
        let options: ExtractionOptions = serde_json::from_str(r#"{"every":0.001}"#).unwrap();
        let clock = Clock::new(Rational::new(1, 1000)).unwrap();
        assert_eq!(
            targets(&options.try_into().unwrap(), clock, 2000, &Found::default(), 1000),
            Err(TooMany)
        );
    }
}
