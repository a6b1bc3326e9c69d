//! Compares extractions with random options to a plain decode of the whole file: the frames, their times and their
//! pixels must be equal.

use crate::{
    FramesError, OutputFile, SourceVideo,
    decode::{decoder::Decoder, on_screen::pts, scenes::SceneDetector},
    demux::{container::Container, media_source::MediaSource},
    image::{ImageRenderer, Luma},
    probe::recording::ProbedRecording,
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
    /// The time base in seconds, as a fraction.
    time_base: Seconds,
}

struct WholeFrame {
    /// The presentation time from the first frame, in units of the time base.
    time: i128,
    keyframe: bool,
    picture: frame::Video,
}

/// A moment in seconds, as a fraction.
type Seconds = (i128, i128);

fn is_after((one, divisor): Seconds, (other, other_divisor): Seconds) -> bool {
    one * other_divisor > other * divisor
}

impl Whole {
    fn decode(name: &str) -> Self {
        let file = path(name);
        let limits = Limits::default();
        let media = Arc::new(MediaSource::new(move || File::open(&file), || false, limits));
        let recording = media.recordings().unwrap().remove(0);
        let recording = ProbedRecording::new(&media, recording).unwrap();
        let container = Container::open(&media, recording.recording()).unwrap();
        let mut decoder = Decoder::new(container, media).unwrap();
        let (mut frames, mut start) = (Vec::new(), None);
        while let Some(picture) = decoder.next().unwrap() {
            let time = pts(&picture);
            frames.push(WholeFrame {
                time: i128::from(time - *start.get_or_insert(time)),
                keyframe: picture.is_key(),
                picture,
            });
        }
        let base = decoder.container.time_base.rational();
        Self { name: name.to_owned(), frames, time_base: (base.num.into(), base.den.into()) }
    }

    fn seconds(&self, time: i128) -> Seconds {
        (time * self.time_base.0, self.time_base.1)
    }

    /// Returns the number of the frame on screen at a moment.
    fn on_screen(&self, moment: Seconds) -> usize {
        let has_appeared = |frame: &WholeFrame| !is_after(self.seconds(frame.time), moment);
        self.frames.iter().rposition(has_appeared).unwrap_or(0)
    }

    /// Checks its length, with a tolerance of two frames: some containers state the decode time of the last packet, but
    /// not how long its frame is shown.
    fn assert_length(&self, reported: i128) {
        let [.., before, last] = &self.frames[..] else { return };
        let step = last.time - before.time;
        let off = reported - (last.time + step);
        assert!(off.abs() <= 2 * step, "{}: {off} units longer than its frames", self.name);
    }

    /// Returns the moments at which the scenes of a range begin.
    fn scenes(&self, threshold: f64, from: Seconds, to: Seconds) -> Vec<Seconds> {
        let mut detector = SceneDetector::new(threshold);
        let range = self.frames[self.on_screen(from)..].iter();
        let range = range.take_while(|frame| is_after(to, self.seconds(frame.time)));
        let begin = range.filter(|frame| detector.begins(Luma::of(&frame.picture).unwrap()));
        let begin = begin.map(|frame| self.seconds(frame.time));
        begin.map(|moment| if is_after(from, moment) { from } else { moment }).collect()
    }
}

#[derive(Clone, Debug)]
enum RandomPosition {
    Milliseconds(u32),
    /// Milliseconds, written as a timecode.
    Timecode(u32),
    Percent(u32),
}

impl RandomPosition {
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
enum RandomSelect {
    Auto,
    Every(u32),
    Fps(u32, u32),
    Count(u32),
    At(Vec<RandomPosition>),
    Keyframes,
    /// In hundredths.
    Scenes(u32),
}

/// Options for the images.
const LOOKS: [&str; 5] = [
    "",
    r#""format":"png""#,
    r#""width":100"#,
    r#""width":64,"height":64,"fit":"cover","format":"png""#,
    r#""height":90,"format":"webp","quality":60"#,
];

/// Files whose keyframes differ between FFmpeg's decoder and the container: to the decoder every picture of a PNG is
/// one, and a recovery point is not. Seeking uses the keyframes of the container.
const DISPUTED: [&str; 2] = ["animated.apng", "h264-intra-refresh.mp4"];

#[derive(Clone, Debug)]
struct RandomOptions {
    choice: RandomSelect,
    from: Option<RandomPosition>,
    to: Option<RandomPosition>,
    look: &'static str,
    skip_blank: bool,
    threads: usize,
}

impl RandomOptions {
    fn json(&self) -> String {
        let choice = match &self.choice {
            RandomSelect::Auto => String::new(),
            RandomSelect::Every(step) => format!("\"every\":\"{step}/1000\""),
            RandomSelect::Fps(frames, seconds) => format!("\"fps\":\"{frames}/{seconds}\""),
            RandomSelect::Count(count) => format!("\"count\":{count}"),
            RandomSelect::At(places) => {
                let places: Vec<_> = places.iter().map(RandomPosition::json).collect();
                format!("\"at\":[{}]", places.join(","))
            }
            RandomSelect::Keyframes => "\"keyframes\":true".to_owned(),
            RandomSelect::Scenes(threshold) => format!("\"scenes\":0.{threshold:02}"),
        };
        let bound = |name: &str, place: &Option<RandomPosition>| {
            place.as_ref().map(|place| format!("\"{name}\":{}", place.json())).unwrap_or_default()
        };
        let (from, to) = (bound("from", &self.from), bound("to", &self.to));
        let skip_blank = format!("\"skipBlank\":{}", self.skip_blank);
        let mut fields = vec![choice, from, to, self.look.to_owned(), skip_blank];
        fields.retain(|field| !field.is_empty());
        format!("{{{}}}", fields.join(","))
    }

    /// Returns the moments that the options choose in a video of this length, and the end of the range.
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
        let units = |(seconds, divisor): Seconds| {
            (seconds * whole.time_base.1).div_euclid(divisor * whole.time_base.0)
        };
        let moments: Vec<Seconds> = match &self.choice {
            // all of the files are shorter than two minutes
            RandomSelect::Auto => steps(1, 2),
            RandomSelect::Every(step) => steps(1000, (*step).into()),
            RandomSelect::Fps(frames, seconds) => steps((*frames).into(), (*seconds).into()),
            RandomSelect::Count(count) => {
                let (first, slices) = (units(from), 2 * i128::from(*count));
                let range = units(to) - first;
                let centre = |index| whole.seconds(first + (2 * index + 1) * range / slices);
                (0..i128::from(*count)).map(centre).filter(within).collect()
            }
            RandomSelect::At(places) => {
                let (end, divisor) = whole.seconds(length);
                let rounded = (end * 1_000_000 + divisor, divisor * 1_000_000);
                let last = |place: &RandomPosition| match place.seconds(whole, length) {
                    time if is_after((end, divisor), time) || is_after(time, rounded) => time,
                    _ => whole.seconds(length - 1),
                };
                places.iter().map(last).filter(within).collect()
            }
            RandomSelect::Keyframes => {
                let keyframes = whole.frames.iter().filter(|frame| frame.keyframe);
                keyframes.map(|frame| whole.seconds(frame.time)).filter(within).collect()
            }
            RandomSelect::Scenes(threshold) => {
                whole.scenes(f64::from(*threshold) / 100.0, from, to)
            }
        };
        (moments, to)
    }

    /// Returns the frames that the options choose, and their images.
    fn frames<'a>(
        &self,
        whole: &'a Whole,
        length: i128,
        extraction: &Extraction,
    ) -> Vec<(&'a WholeFrame, Vec<u8>)> {
        let mut renderer = ImageRenderer::new(extraction, Limits::default().pixels).unwrap();
        let (mut moments, end) = self.moments(whole, length);
        moments.sort_unstable_by(|one, other| (one.0 * other.1).cmp(&(other.0 * one.1)));
        let ends = moments.iter().skip(1).chain([&end]);
        let mut chosen = BTreeMap::new();
        for (moment, end) in moments.iter().zip(ends) {
            for number in whole.on_screen(*moment).. {
                let Some(frame) = whole.frames.get(number) else { break };
                let time = whole.seconds(frame.time);
                if is_after(time, *moment) && !is_after(*end, time) {
                    break;
                }
                let canvas = renderer.draw(&mut frame.picture.clone()).unwrap();
                if !self.skip_blank || !canvas.is_blank() {
                    chosen.insert(number, renderer.encode(&canvas).unwrap().file);
                    break;
                }
            }
        }
        chosen.into_iter().map(|(number, image)| (&whole.frames[number], image)).collect()
    }
}

fn random_options() -> impl Strategy<Value = RandomOptions> {
    let place = || {
        prop_oneof![
            (0u32..7000).prop_map(RandomPosition::Milliseconds),
            (0u32..7000).prop_map(RandomPosition::Timecode),
            (0u32..=100).prop_map(RandomPosition::Percent)
        ]
    };
    let choice = prop_oneof![
        (5u32..3000).prop_map(RandomSelect::Every),
        (1u32..40, 1u32..5).prop_map(|(frames, seconds)| RandomSelect::Fps(frames, seconds)),
        (1u32..20).prop_map(RandomSelect::Count),
        prop::collection::vec(place(), 1..6).prop_map(RandomSelect::At),
        Just(RandomSelect::Keyframes),
        Just(RandomSelect::Auto),
        (2u32..40).prop_map(RandomSelect::Scenes),
    ];
    let bound = || prop::option::weighted(0.3, place());
    let look = prop::sample::select(&LOOKS[..]);
    (choice, bound(), bound(), look, any::<bool>(), 1usize..4).prop_map(
        |(choice, from, to, look, skip_blank, threads)| RandomOptions {
            choice,
            from,
            to,
            look,
            skip_blank,
            threads,
        },
    )
}

/// Extracts the frames. Returns them and the length of the video in units of the time base.
fn extract(
    whole: &Whole,
    options: &RandomOptions,
    extraction: &Extraction,
) -> (Result<Vec<OutputFile>, FramesError>, i128) {
    let file = path(&whole.name);
    let open = move || File::open(&file);
    let video =
        SourceVideo::open(open, || false, extraction, &Limits::default(), options.threads).unwrap();
    let seconds = video.plan().source().duration.unwrap();
    let length = (seconds * whole.time_base.1 as f64 / whole.time_base.0 as f64).round() as i128;
    let mut outputs = Vec::new();
    let report = video.extract(options.threads, |output| {
        outputs.extend(output.frame.is_some().then_some(output));
        Ok(())
    });
    (report.map(|_| outputs), length)
}

fn check(whole: &Whole, random: &RandomOptions) {
    if DISPUTED.contains(&&*whole.name) && matches!(random.choice, RandomSelect::Keyframes) {
        return;
    }
    let options: ExtractionOptions = serde_json::from_str(&random.json()).unwrap();
    // invalid only if the range ends before it begins
    let Ok(extraction) = options.try_into() else { return };
    let (outputs, length) = extract(whole, random, &extraction);
    whole.assert_length(length);
    let wanted = random.frames(whole, length, &extraction);
    let what = || format!("{} {} with {} threads", whole.name, random.json(), random.threads);
    let outputs = match outputs {
        Ok(outputs) => outputs,
        Err(FramesError::Media(failure)) if failure.code == ErrorCode::NoFramesInRange => {
            Vec::new()
        }
        Err(error) => panic!("{}: {error}", what()),
    };
    let milliseconds = |(frame, _): &(&WholeFrame, _)| {
        let (seconds, divisor) = whole.seconds(frame.time);
        (2000 * seconds + divisor).div_euclid(2 * divisor)
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
fn extractions_equal_a_plain_decode() {
    let names: Vec<_> = truth().into_keys().chain(special().into_keys()).collect();
    let config = ProptestConfig {
        cases: 8,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    };
    for name in names {
        let whole = Whole::decode(&name);
        let outcome = TestRunner::new(config.clone()).run(&random_options(), |random| {
            check(&whole, &random);
            Ok(())
        });
        outcome.unwrap_or_else(|failure| panic!("{name}: {failure}"));
    }
}
