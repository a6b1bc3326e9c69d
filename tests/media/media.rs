//! The media fixtures for tests: their paths, the facts about them, and the number that a picture shows.
//! `README.md` in this folder says how the number is drawn.

use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// Facts from ffprobe about an intact file.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Truth {
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// The upright, square-pixelled picture's width.
    pub display_width: u32,
    /// The upright, square-pixelled picture's height.
    pub display_height: u32,
    /// The time base: the seconds of one unit of `pts`, as a fraction.
    pub timebase: String,
    /// The timestamp of every frame, from the first frame's, in presentation order.
    pub pts: Vec<i64>,
    /// The indices of the keyframes.
    pub keyframes: Vec<usize>,
    /// The number drawn in each frame.
    pub numbers: Vec<u32>,
}

/// Facts about a file that tests something other than times.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Special {
    /// The time base: the seconds of one unit of `pts`, as a fraction.
    pub timebase: String,
    /// The timestamp of every frame, from the first frame's, in presentation order.
    pub pts: Vec<i64>,
    /// The number drawn in each frame, if it has one.
    pub numbers: Vec<Option<u32>>,
    /// The first frame after each hard cut.
    #[serde(default)]
    pub cuts: Vec<usize>,
}

/// The right results for a file of a kind that other tools get wrong. Absent fields are not checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kind {
    /// The number of the kind: 1 edit lists, 2 clocks, 3 state, 6 colours, 8 cropping, 9 fields, 10 photos,
    /// 11 encryption, 12 headers, 13 damage.
    pub kind: u32,
    /// The options that show it, in the form of the API.
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
    /// The first frame of each size, and that width and height, in order.
    pub sizes: Option<Vec<[u32; 3]>>,
    /// Colours of the first image: x and y as fractions of its sides, red, green, blue.
    pub pixels: Option<Vec<[f64; 5]>>,
    /// Whether there are warnings.
    pub warns: Option<bool>,
    /// The error codes with which it may be refused.
    pub refuse: Option<Vec<String>>,
}

impl Truth {
    /// Returns the presentation time of a frame, in seconds from the first frame's.
    pub fn seconds(&self, frame: usize) -> f64 {
        let (numerator, denominator) = self.timebase.split_once('/').expect("a fraction");
        let parse = |text: &str| text.parse::<f64>().expect("a number");
        self.pts[frame] as f64 * parse(numerator) / parse(denominator)
    }

    /// Returns the frame that is on screen at a time: the last one that is not later.
    pub fn frame_at(&self, seconds: f64) -> usize {
        // two times are equal or differ by far more than a nanosecond
        let shown = (0..self.pts.len()).take_while(|frame| self.seconds(*frame) <= seconds + 1e-9);
        shown.last().unwrap_or(0)
    }
}

/// Returns a fixture's path.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Returns the facts about every intact file by its name.
pub fn truth() -> BTreeMap<String, Truth> {
    let json = std::fs::read(path("truth.json")).expect("truth.json exists");
    serde_json::from_slice(&json).expect("truth.json is as described")
}

/// Returns the facts about the other intact files by their names.
pub fn special() -> BTreeMap<String, Special> {
    let json = std::fs::read(path("special.json")).expect("special.json exists");
    serde_json::from_slice(&json).expect("special.json is as described")
}

/// Returns the right results for the files of the kinds that other tools get wrong, by their names.
pub fn kinds() -> BTreeMap<String, Kind> {
    let json = std::fs::read(path("kinds.json")).expect("kinds.json exists");
    serde_json::from_slice(&json).expect("kinds.json is as described")
}

/// A patch of one colour below the code.
#[derive(Clone, Debug, Deserialize)]
pub struct Patch {
    /// The middle of the patch, as a fraction of the width. Its vertical middle is at 0.625 of the height.
    pub x: f64,
    /// The colour to show, if the range is standard.
    pub srgb: Option<[u8; 3]>,
    /// The same, by matrix and range only, in the file's own primaries.
    pub rgb: Option<[u8; 3]>,
    /// The light of each channel in candela per square metre, in the primaries of BT.709, if the range is high.
    pub nits: Option<[f64; 3]>,
}

/// Returns the patches of each file that has some, from left to right.
pub fn colours() -> BTreeMap<String, Vec<Patch>> {
    let json = std::fs::read(path("colours.json")).expect("colours.json exists");
    serde_json::from_slice(&json).expect("colours.json is as described")
}

/// Returns the number that a picture shows, if it is upright and shows one.
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
