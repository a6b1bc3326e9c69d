//! Computes the size of an image.

use super::{orientation::Orientation, size::Size};
use ffmpeg_next::frame;
use framezip_contract::{Extraction, Fit};

/// The requested size of images.
#[derive(Clone, Copy)]
pub(crate) struct ResizeOptions {
    /// The largest width and height of an upright image.
    limits: Size<Option<u32>>,
    fit: Fit,
    /// The largest number of pixels of an image.
    pixels: u64,
}

/// The steps by which a picture is scaled and then cropped, before it is rotated.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ScaleAndCrop {
    /// The size that the whole picture is scaled to.
    pub(crate) scaled: Size,
    /// The size of the part around the centre that is kept.
    pub(crate) cropped: Size,
}

impl ResizeOptions {
    pub(crate) fn new(extraction: &Extraction, pixels: u64) -> Self {
        let Extraction { width, height, fit, .. } = *extraction;
        Self { limits: Size { width, height }, fit, pixels }
    }

    /// Returns the picture's size with square pixels, reduced to fit. A picture is never enlarged.
    pub(crate) fn of(self, picture: &frame::Video, orientation: Orientation) -> ScaleAndCrop {
        let aspect = picture.aspect_ratio();
        let stretch = if aspect.numerator() > 0 && aspect.denominator() > 0 {
            f64::from(aspect)
        } else {
            1.0
        };
        let (width, height) = (f64::from(picture.width()) * stretch, f64::from(picture.height()));
        let limits = orientation.rotated(self.limits);
        let ratio = |limit: Option<u32>, side: f64| {
            limit.map_or(1.0, |limit| f64::from(limit) / side).min(1.0)
        };
        let (across, down) = (ratio(limits.width, width), ratio(limits.height, height));
        let (across, down) = match self.fit {
            Fit::Inside => (across.min(down), across.min(down)),
            Fit::Cover => (across.max(down), across.max(down)),
            Fit::Fill => (across, down),
        };
        // the largest side of a WebP image, which is the smallest limit of all formats
        let pixels = |side: f64| side.round().clamp(1.0, 16_383.0) as u32;
        // a picture within the limit may declare pixels of any shape
        let area = (width * across) * (height * down);
        let bound = (self.pixels as f64 / area).sqrt().min(1.0);
        let scaled = Size::new(pixels(width * across * bound), pixels(height * down * bound));
        let within = |side: u32, limit: Option<u32>| side.min(limit.unwrap_or(side));
        let cropped =
            Size::new(within(scaled.width, limits.width), within(scaled.height, limits.height));
        ScaleAndCrop { scaled, cropped }
    }
}
