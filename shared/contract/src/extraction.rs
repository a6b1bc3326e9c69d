//! A checked choice of frames, with their size and form.

use crate::{ExtractionOptions, Fraction, Position, Tiles};
use serde::{Deserialize, Serialize};

/// Valid extraction options, made from [`ExtractionOptions`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ExtractionOptions", into = "ExtractionOptions")]
pub struct Extraction {
    /// The choice of frames.
    pub select: Select,
    /// The start of the range in which frames are chosen.
    pub from: Option<Position>,
    /// The end of that range, exclusive.
    pub to: Option<Position>,
    /// The images' largest width in pixels.
    pub width: Option<u32>,
    /// The images' largest height in pixels.
    pub height: Option<u32>,
    /// How images are fitted if both width and height are given.
    pub fit: Fit,
    /// The images' format.
    pub format: Format,
    /// The quality of JPEG and WebP, 1 to 100.
    pub quality: u8,
    /// Whether a near-uniform frame is replaced by the next frame that is not.
    pub skip_blank: bool,
    /// The contact sheet, if one is wanted.
    pub sheet: Option<Tiles>,
    /// The storyboard, if one is wanted.
    pub storyboard: Option<Tiles>,
}

/// A choice of a video's frames.
#[derive(Clone, Debug, PartialEq)]
pub enum Select {
    /// One frame every few seconds; the interval grows with the length of the video.
    Auto,
    /// One frame per interval of this length in seconds.
    Every(Fraction),
    /// This number of frames a second.
    Fps(Fraction),
    /// The frames at the centres of this number of equal slices.
    Count(u32),
    /// The frames at these positions.
    At(Vec<Position>),
    /// Every keyframe.
    Keyframes,
    /// The first frame of each scene: where the picture changes by at least this score, 0.01 to 1.
    Scenes(f64),
}

/// How an image is fitted to a width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Scales to the largest size within both, keeping the proportions.
    #[default]
    Inside,
    /// Scales to the smallest size that covers both, keeping the proportions, and crops around the centre.
    Cover,
    /// Scales to exactly both, without keeping the proportions.
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
    /// Returns the extension of its files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }
}

/// The default quality.
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
