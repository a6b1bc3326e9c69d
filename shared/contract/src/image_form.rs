//! The form of the images: fitting and format.

use serde::{Deserialize, Serialize};

/// The way to fit an image to a width and a height.
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
