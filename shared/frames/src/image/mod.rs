//! Turns a decoded picture into an image file: progressive, upright, with square pixels, in 8-bit sRGB
//! and at the requested size.

mod blank;
mod canvas;
mod colour;
#[cfg(test)]
mod conversion_tests;
mod deinterlace;
mod dolby_vision;
mod encode;
mod hdr_metadata;
mod luma;
mod matrix3;
mod orientation;
mod primaries;
mod renderer;
mod resize;
mod scaler;
mod size;
#[cfg(test)]
mod test_pictures;
mod tile;
mod tone_map;
mod transfer;
mod yuv_to_jpeg;
mod yuv_to_rgb;

pub(crate) use canvas::{Canvas, Rgb};
pub(crate) use dolby_vision::BaseLayer;
pub(crate) use encode::Encoder;
pub(crate) use luma::Luma;
pub(crate) use renderer::{EncodedImage, ImageRenderer};
pub(crate) use size::Size;
pub(crate) use tile::{Grid, TileMaker, TilePosition, tile_size};
