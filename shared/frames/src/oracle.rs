//! Random options on every real file, against a plain decode of all of it: the same frames, at the same
//! times, with the same pixels.

use crate::{
    FramesError, Output, Video,
    decode::{decoder::Decoder, on_screen::time, scenes::Cuts},
    demux::opener::Opener,
    image::{Imager, Luma},
    probe::recording::Examined,
};
use ffmpeg_next::frame;
use framezip_contract::{ErrorCode, Extraction, ExtractionOptions, Limits};
use framezip_media::{path, special, truth};
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestRunner},
};
use std::{collections::BTreeMap, fs::File, sync::Arc};

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
    picture: frame::Video,
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
        let recording = Examined::new(&opener, opener.recordings().unwrap().remove(0)).unwrap();
        let container = opener.open(recording.recording()).unwrap();
        let mut decoder = Decoder::new(container, opener).unwrap();
        let (mut frames, mut start) = (Vec::new(), None);
        while let Some(picture) = decoder.next().unwrap() {
            let tick = time(&picture);
            frames.push(WholeFrame {
                tick: i128::from(tick - *start.get_or_insert(tick)),
                keyframe: picture.is_key(),
                picture,
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

    /// That this is its length in ticks, give or take two frames: some containers tell when the last packet
    /// is decoded, not how long its frame is shown.
    fn assert_length(&self, told: i128) {
        let [.., before, last] = &self.frames[..] else { return };
        let step = last.tick - before.tick;
        let off = told - (last.tick + step);
        assert!(off.abs() <= 2 * step, "{}: {off} ticks longer than its frames", self.name);
    }

    /// When the scenes of a range begin.
    fn scenes(&self, threshold: f64, from: Seconds, to: Seconds) -> Vec<Seconds> {
        let mut cuts = Cuts::new(threshold);
        let range = self.frames[self.shown(from)..].iter();
        let range = range.take_while(|frame| is_after(to, self.seconds(frame.tick)));
        let begin = range.filter(|frame| cuts.begins(Luma::of(&frame.picture).unwrap()));
        let begin = begin.map(|frame| self.seconds(frame.tick));
        begin.map(|moment| if is_after(from, moment) { from } else { moment }).collect()
    }
}

#[derive(Clone, Debug)]
enum Place {
    Milliseconds(u32),
    /// The same, as a timecode.
    Timecode(u32),
    Percent(u32),
}

impl Place {
    fn json(&self) -> String {
        match self {
            Self::Milliseconds(time) => format!("\"{}.{:03}\"", time / 1000, time % 1000),
            Self::Timecode(time) => format!("\"00:00:{:02}.{:03}\"", time / 1000, time % 1000),
            Self::Percent(part) => format!("\"{part}%\""),
        }
    }

    fn seconds(&self, whole: &Whole, length: i128) -> Seconds {
        match self {
            Self::Milliseconds(time) | Self::Timecode(time) => (i128::from(*time), 1000),
            Self::Percent(part) => whole.seconds(length * i128::from(*part) / 100),
        }
    }
}

#[derive(Clone, Debug)]
enum Choice {
    Auto,
    Every(u32),
    Fps(u32, u32),
    Count(u32),
    At(Vec<Place>),
    Keyframes,
    /// In hundredths.
    Scenes(u32),
}

/// What the images are to be, as options.
const LOOKS: [&str; 5] = [
    "",
    r#""format":"png""#,
    r#""width":100"#,
    r#""width":64,"height":64,"fit":"cover","format":"png""#,
    r#""height":90,"format":"webp","quality":60"#,
];

/// Of whose frames FFmpeg's decoder takes others for keyframes than the container says: every picture of
/// a PNG, and no recovery point. To go to, the container's count.
const DISPUTED: [&str; 2] = ["animated.apng", "h264-intra-refresh.mp4"];

#[derive(Clone, Debug)]
struct Wish {
    choice: Choice,
    from: Option<Place>,
    to: Option<Place>,
    look: &'static str,
    skip_blank: bool,
    threads: usize,
}

impl Wish {
    fn json(&self) -> String {
        let choice = match &self.choice {
            Choice::Auto => String::new(),
            Choice::Every(step) => format!("\"every\":\"{step}/1000\""),
            Choice::Fps(frames, seconds) => format!("\"fps\":\"{frames}/{seconds}\""),
            Choice::Count(count) => format!("\"count\":{count}"),
            Choice::At(places) => {
                let places: Vec<_> = places.iter().map(Place::json).collect();
                format!("\"at\":[{}]", places.join(","))
            }
            Choice::Keyframes => "\"keyframes\":true".to_owned(),
            Choice::Scenes(threshold) => format!("\"scenes\":0.{threshold:02}"),
        };
        let bound = |name: &str, place: &Option<Place>| {
            place.as_ref().map(|place| format!("\"{name}\":{}", place.json())).unwrap_or_default()
        };
        let (from, to) = (bound("from", &self.from), bound("to", &self.to));
        let skip_blank = format!("\"skipBlank\":{}", self.skip_blank);
        let mut fields = vec![choice, from, to, self.look.to_owned(), skip_blank];
        fields.retain(|field| !field.is_empty());
        format!("{{{}}}", fields.join(","))
    }

    /// Which moments it means, of a video so many ticks long, and the end of them all.
    fn moments(&self, whole: &Whole, length: i128) -> (Vec<Seconds>, Seconds) {
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
            // none of the files takes two minutes
            Choice::Auto => steps(1, 2),
            Choice::Every(step) => steps(1000, (*step).into()),
            Choice::Fps(frames, seconds) => steps((*frames).into(), (*seconds).into()),
            Choice::Count(count) => {
                let (first, slices) = (ticks(from), 2 * i128::from(*count));
                let long = ticks(to) - first;
                let centre = |index| whole.seconds(first + (2 * index + 1) * long / slices);
                (0..i128::from(*count)).map(centre).filter(within).collect()
            }
            Choice::At(places) => {
                let (end, of) = whole.seconds(length);
                let rounded = (end * 1_000_000 + of, of * 1_000_000);
                let last = |place: &Place| match place.seconds(whole, length) {
                    time if is_after((end, of), time) || is_after(time, rounded) => time,
                    _ => whole.seconds(length - 1),
                };
                places.iter().map(last).filter(within).collect()
            }
            Choice::Keyframes => {
                let keyframes = whole.frames.iter().filter(|frame| frame.keyframe);
                keyframes.map(|frame| whole.seconds(frame.tick)).filter(within).collect()
            }
            Choice::Scenes(threshold) => whole.scenes(f64::from(*threshold) / 100.0, from, to),
        };
        (moments, to)
    }

    /// Which frames it means, and their images.
    fn frames<'a>(
        &self,
        whole: &'a Whole,
        length: i128,
        extraction: &Extraction,
    ) -> Vec<(&'a WholeFrame, Vec<u8>)> {
        let mut imager = Imager::new(extraction, Limits::default().pixels).unwrap();
        let (mut moments, end) = self.moments(whole, length);
        moments.sort_unstable_by(|one, other| (one.0 * other.1).cmp(&(other.0 * one.1)));
        let ends = moments.iter().skip(1).chain([&end]);
        let mut chosen = BTreeMap::new();
        for (moment, end) in moments.iter().zip(ends) {
            for number in whole.shown(*moment).. {
                let Some(frame) = whole.frames.get(number) else { break };
                let tick = whole.seconds(frame.tick);
                if is_after(tick, *moment) && !is_after(*end, tick) {
                    break;
                }
                let canvas = imager.draw(&mut frame.picture.clone()).unwrap();
                if !self.skip_blank || !canvas.is_blank() {
                    chosen.insert(number, imager.encode(&canvas).unwrap().file);
                    break;
                }
            }
        }
        chosen.into_iter().map(|(number, image)| (&whole.frames[number], image)).collect()
    }
}

fn wish() -> impl Strategy<Value = Wish> {
    let place = || {
        prop_oneof![
            (0u32..7000).prop_map(Place::Milliseconds),
            (0u32..7000).prop_map(Place::Timecode),
            (0u32..=100).prop_map(Place::Percent)
        ]
    };
    let choice = prop_oneof![
        (5u32..3000).prop_map(Choice::Every),
        (1u32..40, 1u32..5).prop_map(|(frames, seconds)| Choice::Fps(frames, seconds)),
        (1u32..20).prop_map(Choice::Count),
        prop::collection::vec(place(), 1..6).prop_map(Choice::At),
        Just(Choice::Keyframes),
        Just(Choice::Auto),
        (2u32..40).prop_map(Choice::Scenes),
    ];
    let bound = || prop::option::weighted(0.3, place());
    let look = prop::sample::select(&LOOKS[..]);
    (choice, bound(), bound(), look, any::<bool>(), 1usize..4).prop_map(
        |(choice, from, to, look, skip_blank, threads)| Wish {
            choice,
            from,
            to,
            look,
            skip_blank,
            threads,
        },
    )
}

/// Its frames, and its length in ticks.
fn extract(
    whole: &Whole,
    wish: &Wish,
    extraction: &Extraction,
) -> (Result<Vec<Output>, FramesError>, i128) {
    let file = path(&whole.name);
    let open = move || File::open(&file);
    let video = Video::open(open, || false, extraction, &Limits::default(), wish.threads).unwrap();
    let seconds = video.plan().source().duration.unwrap();
    let length = (seconds * whole.tick.1 as f64 / whole.tick.0 as f64).round() as i128;
    let mut outputs = Vec::new();
    let report = video.extract(wish.threads, |output| {
        outputs.extend(output.frame.is_some().then_some(output));
        Ok(())
    });
    (report.map(|_| outputs), length)
}

fn check(whole: &Whole, wish: &Wish) {
    if DISPUTED.contains(&&*whole.name) && matches!(wish.choice, Choice::Keyframes) {
        return;
    }
    let options: ExtractionOptions = serde_json::from_str(&wish.json()).unwrap();
    // but for a range that ends before it begins
    let Ok(extraction) = options.try_into() else { return };
    let (outputs, length) = extract(whole, wish, &extraction);
    whole.assert_length(length);
    let wanted = wish.frames(whole, length, &extraction);
    let what = || format!("{} {} with {} threads", whole.name, wish.json(), wish.threads);
    let outputs = match outputs {
        Ok(outputs) => outputs,
        Err(FramesError::Media(failure)) if failure.code == ErrorCode::NoFramesInRange => {
            Vec::new()
        }
        Err(error) => panic!("{}: {error}", what()),
    };
    let milliseconds = |(frame, _): &(&WholeFrame, _)| {
        let (seconds, of) = whole.seconds(frame.tick);
        (2000 * seconds + of).div_euclid(2 * of)
    };
    let times = outputs.iter().map(|output| output.frame.as_ref().unwrap().milliseconds.into());
    let times: Vec<i128> = times.collect();
    assert_eq!(times, wanted.iter().map(milliseconds).collect::<Vec<_>>(), "{}", what());
    for (output, (frame, image)) in outputs.iter().zip(&wanted) {
        assert_eq!(output.frame.as_ref().unwrap().keyframe, frame.keyframe, "{}", what());
        assert!(output.bytes == *image, "{}: other pixels in {}", what(), output.name);
    }
}

#[test]
fn random_options_give_what_a_plain_decode_does() {
    let names: Vec<_> = truth().into_keys().chain(special().into_keys()).collect();
    let config = ProptestConfig {
        cases: 8,
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
