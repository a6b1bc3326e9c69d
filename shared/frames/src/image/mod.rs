//! From a decoded picture to an image file: progressive, upright, square-pixelled, 8-bit sRGB, at the
//! size asked for.

mod blank;
mod canvas;
mod colour;
mod components;
mod curve;
mod deinterlace;
mod dolby_vision;
mod encode;
mod imager;
mod light;
mod luma;
mod mastering;
mod matrix;
mod orientation;
#[cfg(test)]
mod patches;
mod primaries;
mod rows;
mod scaler;
mod size;
mod tile;

pub(crate) use canvas::{Canvas, Rgb};
pub(crate) use dolby_vision::Base;
pub(crate) use encode::Encoder;
pub(crate) use imager::{Encoded, Imager};
pub(crate) use luma::Luma;
pub(crate) use tile::{Grid, TileMaker, tile_size};
