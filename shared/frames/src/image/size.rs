//! How large an image becomes.

use super::orientation::Orientation;
use ffmpeg_next::frame;
use framezip_contract::{Extraction, Fit};

/// What a user says of images' sizes.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    width: Option<u32>,
    height: Option<u32>,
    fit: Fit,
    /// How many pixels an image has at most.
    pixels: u64,
}

/// How large an image is, in pixels across and down, before it is turned.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// What the picture is scaled to.
    pub(crate) scaled: (u32, u32),
    /// What is cut out around its centre.
    pub(crate) cut: (u32, u32),
}

impl Size {
    pub(crate) fn new(extraction: &Extraction, pixels: u64) -> Self {
        let Extraction { width, height, fit, .. } = *extraction;
        Self { width, height, fit, pixels }
    }

    /// The picture's size with square pixels, made smaller to fit, never larger.
    pub(crate) fn target(self, picture: &frame::Video, orientation: Orientation) -> Target {
        let aspect = picture.aspect_ratio();
        let stretch = if aspect.numerator() > 0 && aspect.denominator() > 0 {
            f64::from(aspect)
        } else {
            1.0
        };
        let (width, height) = (f64::from(picture.width()) * stretch, f64::from(picture.height()));
        let (most_wide, most_high) = orientation.turned((self.width, self.height));
        let ratio = |most: Option<u32>, side: f64| most.map_or(1.0, |most| f64::from(most) / side);
        let (across, down) = (ratio(most_wide, width).min(1.0), ratio(most_high, height).min(1.0));
        let (across, down) = match self.fit {
            Fit::Inside => (across.min(down), across.min(down)),
            Fit::Cover => (across.max(down), across.max(down)),
            Fit::Fill => (across, down),
        };
        // WebP's largest side, the smallest of the formats'
        let pixels = |side: f64| side.round().clamp(1.0, 16_383.0) as u32;
        // a picture within the limit may claim to have pixels of any shape
        let area = (width * across) * (height * down);
        let bound = (self.pixels as f64 / area).sqrt().min(1.0);
        let scaled = (pixels(width * across * bound), pixels(height * down * bound));
        let within = |side: u32, most: Option<u32>| side.min(most.unwrap_or(side));
        let cut = (within(scaled.0, most_wide), within(scaled.1, most_high));
        Target { scaled, cut }
    }
}
