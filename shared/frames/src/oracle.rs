//! Random options on every real file, against a plain decode of all of it: the same frames, at the same
//! times, with the same pixels.

use crate::{
    FramesError, Output, Video, decoder::Decoder, image::Imager, opener::Opener, shown::time,
};
use framezip_contract::{ErrorCode, Extraction, ExtractionOptions, Limits};
use framezip_media::{path, special, truth};
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestRunner},
};
use std::{fs::File, sync::Arc};

/// A file, decoded from its first packet to its last.
struct Whole {
    name: String,
    frames: Vec<WholeFrame>,
    /// Seconds a tick, as a fraction.
    tick: (i128, i128),
}

struct WholeFrame {
    /// From the first frame's.
    tick: i128,
    keyframe: bool,
    image: Vec<u8>,
}

/// A moment in seconds, as a fraction.
type Seconds = (i128, i128);

fn is_after((one, of): Seconds, (other, of_other): Seconds) -> bool {
    one * of_other > other * of
}

impl Whole {
    fn decode(name: &str) -> Self {
        let file = path(name);
        let limits = Limits::default();
        let opener = Arc::new(Opener::new(move || File::open(&file), || false, limits));
        let mut decoder = Decoder::new(opener.open().unwrap(), opener).unwrap();
        let mut imager = Imager::new(&Extraction::default(), limits.pixels).unwrap();
        let (mut frames, mut start) = (Vec::new(), None);
        while let Some(mut picture) = decoder.next().unwrap() {
            let tick = time(&picture);
            let canvas = imager.draw(&mut picture).unwrap();
            frames.push(WholeFrame {
                tick: i128::from(tick - *start.get_or_insert(tick)),
                keyframe: picture.is_key(),
                image: imager.encode(&canvas).unwrap().file,
            });
        }
        let base = decoder.container.clock.time_base();
        Self { name: name.to_owned(), frames, tick: (base.num.into(), base.den.into()) }
    }

    fn seconds(&self, ticks: i128) -> Seconds {
        (ticks * self.tick.0, self.tick.1)
    }

    /// The frame on screen at a moment.
    fn shown(&self, moment: Seconds) -> usize {
        let shown = |frame: &WholeFrame| !is_after(self.seconds(frame.tick), moment);
        self.frames.iter().rposition(shown).unwrap_or(0)
    }
}

#[derive(Clone, Debug)]
enum Place {
    Milliseconds(u32),
    Percent(u32),
}

impl Place {
    fn json(&self) -> String {
        match self {
            Self::Milliseconds(time) => format!("\"{}.{:03}\"", time / 1000, time % 1000),
            Self::Percent(part) => format!("\"{part}%\""),
        }
    }

    fn seconds(&self, whole: &Whole, length: i128) -> Seconds {
        match self {
            Self::Milliseconds(time) => (i128::from(*time), 1000),
            Self::Percent(part) => whole.seconds(length * i128::from(*part) / 100),
        }
    }
}

#[derive(Clone, Debug)]
enum Choice {
    Every(u32),
    Fps(u32, u32),
    Count(u32),
    At(Vec<Place>),
    Keyframes,
}

#[derive(Clone, Debug)]
struct Wish {
    choice: Choice,
    from: Option<Place>,
    to: Option<Place>,
    threads: usize,
}

impl Wish {
    fn json(&self) -> String {
        let choice = match &self.choice {
            Choice::Every(step) => format!("\"every\":\"{step}/1000\""),
            Choice::Fps(frames, seconds) => format!("\"fps\":\"{frames}/{seconds}\""),
            Choice::Count(count) => format!("\"count\":{count}"),
            Choice::At(places) => {
                let places: Vec<_> = places.iter().map(Place::json).collect();
                format!("\"at\":[{}]", places.join(","))
            }
            Choice::Keyframes => "\"keyframes\":true".to_owned(),
        };
        let bound = |name: &str, place: &Option<Place>| {
            place.as_ref().map(|place| format!(",\"{name}\":{}", place.json())).unwrap_or_default()
        };
        format!("{{{choice}{}{}}}", bound("from", &self.from), bound("to", &self.to))
    }

    /// Which frames it means, of a video so many ticks long.
    fn frames(&self, whole: &Whole, length: i128) -> Vec<usize> {
        let end = whole.seconds(length);
        let from = self.from.as_ref().map_or((0, 1), |place| place.seconds(whole, length));
        let to = self.to.as_ref().map_or(end, |place| place.seconds(whole, length));
        let to = if is_after(to, end) { end } else { to };
        let within = |moment: &Seconds| is_after(to, *moment) && !is_after(from, *moment);
        let steps = |frames: i128, seconds: i128| {
            let step =
                move |index: i128| (from.0 * frames + index * seconds * from.1, from.1 * frames);
            (0..).map(step).take_while(|moment| is_after(to, *moment)).collect::<Vec<_>>()
        };
        let ticks = |(seconds, of): Seconds| (seconds * whole.tick.1).div_euclid(of * whole.tick.0);
        let moments: Vec<Seconds> = match &self.choice {
            Choice::Every(step) => steps(1000, (*step).into()),
            Choice::Fps(frames, seconds) => steps((*frames).into(), (*seconds).into()),
            Choice::Count(count) => {
                let (first, slices) = (ticks(from), 2 * i128::from(*count));
                let long = ticks(to) - first;
                let centre = |index| whole.seconds(first + (2 * index + 1) * long / slices);
                (0..i128::from(*count)).map(centre).filter(within).collect()
            }
            Choice::At(places) => {
                let last = |place: &Place| match place {
                    Place::Percent(100) => whole.seconds(length - 1),
                    place => place.seconds(whole, length),
                };
                places.iter().map(last).filter(within).collect()
            }
            Choice::Keyframes => {
                let keyframes = whole.frames.iter().filter(|frame| frame.keyframe);
                keyframes.map(|frame| whole.seconds(frame.tick)).filter(within).collect()
            }
        };
        let mut frames: Vec<_> = moments.into_iter().map(|moment| whole.shown(moment)).collect();
        frames.sort_unstable();
        frames.dedup();
        frames
    }
}

fn wish() -> impl Strategy<Value = Wish> {
    let place = || {
        prop_oneof![
            (0u32..7000).prop_map(Place::Milliseconds),
            (0u32..=100).prop_map(Place::Percent)
        ]
    };
    let choice = prop_oneof![
        (5u32..3000).prop_map(Choice::Every),
        (1u32..40, 1u32..5).prop_map(|(frames, seconds)| Choice::Fps(frames, seconds)),
        (1u32..20).prop_map(Choice::Count),
        prop::collection::vec(place(), 1..6).prop_map(Choice::At),
        Just(Choice::Keyframes),
    ];
    let bound = || prop::option::weighted(0.3, place());
    (choice, bound(), bound(), 1usize..4).prop_map(|(choice, from, to, threads)| Wish {
        choice,
        from,
        to,
        threads,
    })
}

fn extract(whole: &Whole, wish: &Wish) -> Option<(Result<Vec<Output>, FramesError>, i128)> {
    let options: ExtractionOptions = serde_json::from_str(&wish.json()).unwrap();
    // a range that ends before it begins
    let extraction: Extraction = options.try_into().ok()?;
    let file = path(&whole.name);
    let open = move || File::open(&file);
    let video = Video::open(open, || false, &extraction, &Limits::default(), wish.threads).unwrap();
    let seconds = video.plan().source().duration.unwrap();
    let length = (seconds * whole.tick.1 as f64 / whole.tick.0 as f64).round() as i128;
    let mut outputs = Vec::new();
    let report = video.extract(wish.threads, |output| {
        outputs.extend(output.frame.is_some().then_some(output));
        Ok(())
    });
    Some((report.map(|_| outputs), length))
}

fn check(whole: &Whole, wish: &Wish) {
    let Some((outputs, length)) = extract(whole, wish) else { return };
    let wanted = wish.frames(whole, length);
    let what = || format!("{} {} with {} threads", whole.name, wish.json(), wish.threads);
    let outputs = match outputs {
        Ok(outputs) => outputs,
        Err(FramesError::Media(failure)) if failure.code == ErrorCode::NoFramesInRange => {
            Vec::new()
        }
        Err(error) => panic!("{}: {error}", what()),
    };
    let milliseconds = |frame: &usize| {
        let (seconds, of) = whole.seconds(whole.frames[*frame].tick);
        (2000 * seconds + of).div_euclid(2 * of)
    };
    let times = outputs.iter().map(|output| output.frame.as_ref().unwrap().milliseconds.into());
    let times: Vec<i128> = times.collect();
    assert_eq!(times, wanted.iter().map(milliseconds).collect::<Vec<_>>(), "{}", what());
    for (output, frame) in outputs.iter().zip(&wanted) {
        let frame = &whole.frames[*frame];
        assert_eq!(output.frame.as_ref().unwrap().keyframe, frame.keyframe, "{}", what());
        assert!(output.bytes == frame.image, "{}: other pixels in {}", what(), output.name);
    }
}

#[test]
fn random_options_give_what_a_plain_decode_does() {
    let names: Vec<_> = truth().into_keys().chain(special().into_keys()).collect();
    let config = ProptestConfig {
        cases: 6,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    };
    for name in names {
        let whole = Whole::decode(&name);
        let outcome = TestRunner::new(config.clone()).run(&wish(), |wish| {
            check(&whole, &wish);
            Ok(())
        });
        outcome.unwrap_or_else(|failure| panic!("{name}: {failure}"));
    }
}
