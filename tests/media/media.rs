//! The media fixtures, for tests: where they lie, what is true of them, and what number a picture of
//! one shows (`README.md` beside this file tells how it is drawn).

use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// What ffprobe says of a file that is whole.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Truth {
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// The upright, square-pixelled picture's width.
    pub display_width: u32,
    /// The upright, square-pixelled picture's height.
    pub display_height: u32,
    /// Seconds per tick, as a fraction.
    pub timebase: String,
    /// Every frame's presentation time, in ticks from the first's, in presentation order.
    pub pts: Vec<i64>,
    /// Which of them are keyframes.
    pub keyframes: Vec<usize>,
    /// The number drawn in each.
    pub numbers: Vec<u32>,
}

/// What is true of a file of which something else is the point than its times.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Special {
    /// Seconds per tick, as a fraction.
    pub timebase: String,
    /// Every frame's presentation time, in ticks from the first's, in presentation order.
    pub pts: Vec<i64>,
    /// The number drawn in each, where there is one.
    pub numbers: Vec<Option<u32>>,
    /// The first frame after each hard cut.
    #[serde(default)]
    pub cuts: Vec<usize>,
}

/// What is right for a file of a kind that others extract wrongly. Each field holds if it is there.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kind {
    /// The number of the kind: 1 edit lists, 2 clocks, 3 state, 6 colours, 8 cropping, 9 fields, 10 photos,
    /// 11 encryption, 12 headers, 13 damage.
    pub kind: u32,
    /// The options that show it, as the API takes them.
    #[serde(default)]
    pub options: serde_json::Value,
    /// The number drawn in each frame, in order.
    pub numbers: Option<Vec<u32>>,
    /// The time of each frame in seconds from the first.
    pub times: Option<Vec<f64>>,
    /// The length in seconds.
    pub duration: Option<f64>,
    /// Frames per second.
    pub frame_rate: Option<f64>,
    /// The width and height of every image.
    pub size: Option<[u32; 2]>,
    /// The first frame with a width and height, in order.
    pub sizes: Option<Vec<[u32; 3]>>,
    /// Colours of the first image: x and y as parts of its sides, red, green, blue.
    pub pixels: Option<Vec<[f64; 5]>>,
    /// Whether there are warnings.
    pub warns: Option<bool>,
    /// The error codes that it may be refused with.
    pub refuse: Option<Vec<String>>,
}

impl Truth {
    /// The presentation time of a frame, in seconds from the first's.
    pub fn seconds(&self, frame: usize) -> f64 {
        let (numerator, denominator) = self.timebase.split_once('/').expect("a fraction");
        let parse = |text: &str| text.parse::<f64>().expect("a number");
        self.pts[frame] as f64 * parse(numerator) / parse(denominator)
    }

    /// Which frame is on screen at a time: the last that is not after it.
    pub fn frame_at(&self, seconds: f64) -> usize {
        // times are fractions of a tick apart or equal, never a nanosecond
        let shown = (0..self.pts.len()).take_while(|frame| self.seconds(*frame) <= seconds + 1e-9);
        shown.last().unwrap_or(0)
    }
}

/// A fixture's place.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What is true of every file that is whole, by its name.
pub fn truth() -> BTreeMap<String, Truth> {
    let json = std::fs::read(path("truth.json")).expect("truth.json is there");
    serde_json::from_slice(&json).expect("truth.json is as described")
}

/// What is true of the other files that are whole, by their names.
pub fn special() -> BTreeMap<String, Special> {
    let json = std::fs::read(path("special.json")).expect("special.json is there");
    serde_json::from_slice(&json).expect("special.json is as described")
}

/// What is right for the files of every kind that others extract wrongly, by their names.
pub fn kinds() -> BTreeMap<String, Kind> {
    let json = std::fs::read(path("kinds.json")).expect("kinds.json is there");
    serde_json::from_slice(&json).expect("kinds.json is as described")
}

/// A patch of one colour, below the code.
#[derive(Clone, Debug, Deserialize)]
pub struct Patch {
    /// The middle of the patch, as a part of the width; 0.625 of the height is the middle of its height.
    pub x: f64,
    /// The colour to show, of standard range.
    pub srgb: Option<[u8; 3]>,
    /// The same by matrix and range alone, in the file's own primaries.
    pub rgb: Option<[u8; 3]>,
    /// The light of red, green and blue of BT.709, in candelas a square metre, of high range.
    pub nits: Option<[f64; 3]>,
}

/// The patches of the files that have some, from left to right.
pub fn colours() -> BTreeMap<String, Vec<Patch>> {
    let json = std::fs::read(path("colours.json")).expect("colours.json is there");
    serde_json::from_slice(&json).expect("colours.json is as described")
}

/// The number that a picture shows, if it is upright and shows one.
pub fn number(jpeg: &[u8]) -> Option<u32> {
    let image = turbojpeg::decompress(jpeg, turbojpeg::PixelFormat::GRAY).ok()?;
    let level = |column: usize| {
        let (left, right) =
            ((4 * column + 1) * image.width / 56, (4 * column + 3) * image.width / 56);
        let rows = image.height / 16..(3 * image.height / 16).max(image.height / 16 + 1);
        let mut levels = Vec::<&u8>::new();
        for row in rows {
            levels.extend(&image.pixels[row * image.pitch + left..row * image.pitch + right]);
        }
        levels.iter().map(|level| u32::from(**level)).sum::<u32>() / levels.len().max(1) as u32
    };
    let (white, black) = (level(0), level(13));
    let middle = (white + black) / 2;
    let bits = (0..12).filter(|bit| level(bit + 1) > middle).map(|bit| 1 << bit);
    (white >= black + 100).then(|| bits.sum())
}
