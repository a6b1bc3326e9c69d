//! What is to be extracted: which frames, how large, in what form.

use crate::{ExtractionOptions, Fraction, Position, Tiles};
use serde::{Deserialize, Serialize};

/// Options that cannot be wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ExtractionOptions", into = "ExtractionOptions")]
pub struct Extraction {
    /// Which frames.
    pub select: Select,
    /// Where the range that they are chosen from starts.
    pub from: Option<Position>,
    /// Where that range ends, itself outside.
    pub to: Option<Position>,
    /// The images' largest width in pixels.
    pub width: Option<u32>,
    /// The images' largest height in pixels.
    pub height: Option<u32>,
    /// How an image takes on a width and a height that are both given.
    pub fit: Fit,
    /// The images' format.
    pub format: Format,
    /// The quality of JPEG and WebP, 1 to 100.
    pub quality: u8,
    /// Whether near-uniform frames are replaced by the next one that is not.
    pub skip_blank: bool,
    /// The contact sheet, if there is to be one.
    pub sheet: Option<Tiles>,
    /// The storyboard, if there is to be one.
    pub storyboard: Option<Tiles>,
}

/// Which frames of a video.
#[derive(Clone, Debug, PartialEq)]
pub enum Select {
    /// Every few seconds, the fewer the shorter the video.
    Auto,
    /// One frame every so many seconds.
    Every(Fraction),
    /// So many frames a second.
    Fps(Fraction),
    /// The centres of so many equal slices.
    Count(u32),
    /// The frames at these places.
    At(Vec<Position>),
    /// Every keyframe.
    Keyframes,
    /// The first frame of each scene: where the picture changes by at least so much, 0.01 to 1.
    Scenes(f64),
}

/// How an image takes on a width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// As large as it can be within both, keeping its proportions.
    #[default]
    Inside,
    /// As small as it can be over both, keeping its proportions, and cut to them around its centre.
    Cover,
    /// Exactly both, losing its proportions.
    Fill,
}

/// An image format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JPEG, with 4:2:0 subsampled colour and without transparency.
    #[default]
    Jpeg,
    /// PNG, lossless; keeps transparency.
    Png,
    /// WebP, lossy; keeps transparency.
    Webp,
}

impl Format {
    /// How its files' names end, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }
}

/// The quality where none is given.
pub(crate) const DEFAULT_QUALITY: u8 = 85;

impl Default for Extraction {
    fn default() -> Self {
        Self {
            select: Select::Auto,
            from: None,
            to: None,
            width: None,
            height: None,
            fit: Fit::Inside,
            format: Format::Jpeg,
            quality: DEFAULT_QUALITY,
            skip_blank: false,
            sheet: None,
            storyboard: None,
        }
    }
}
