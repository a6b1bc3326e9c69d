//! Compares the luma of pictures.

use super::{
    colour::Colour,
    scaler::{Scaler, ScalingQuality},
    size::Size,
};
use crate::FramesError;
use ffmpeg_next::{ffi, format::Pixel, frame};

/// The luma of a picture.
pub(crate) struct Luma {
    picture: frame::Video,
    /// The bytes of a sample.
    bytes: usize,
    /// The largest level.
    white: f64,
}

impl Luma {
    pub(crate) fn of(picture: &frame::Video) -> Result<Self, FramesError> {
        // SAFETY: descriptors are static.
        let descriptor = unsafe { ffi::av_pix_fmt_desc_get(picture.format().into()).as_ref() };
        let depth = descriptor.filter(|descriptor| {
            let other =
                ffi::AV_PIX_FMT_FLAG_RGB | ffi::AV_PIX_FMT_FLAG_PAL | ffi::AV_PIX_FMT_FLAG_BE;
            let luma = &descriptor.comp[0];
            let step = if luma.depth > 8 { 2 } else { 1 };
            descriptor.flags & other as u64 == 0 && luma.step == step && luma.shift == 0
        });
        let mut own = frame::Video::empty();
        // SAFETY: both frames are valid; they share buffers, which are not written.
        let code = unsafe { ffi::av_frame_ref(own.as_mut_ptr(), picture.as_ptr()) };
        if code < 0 {
            return Err(FramesError::library("av_frame_ref", ffmpeg_next::Error::from(code)));
        }
        if let Some(depth) = depth.map(|descriptor| descriptor.comp[0].depth) {
            let white = f64::from((1u32 << depth) - 1);
            return Ok(Self { picture: own, bytes: if depth > 8 { 2 } else { 1 }, white });
        }
        let (colour, size) = (Colour::of(&own), Size::new(own.width(), own.height()));
        let gray =
            Scaler::new(ScalingQuality::Coarse)?.scale(&mut own, colour, Pixel::GRAY8, size)?;
        Ok(Self { picture: gray, bytes: 1, white: 255.0 })
    }

    /// Returns the mean difference of luma as a fraction of white, or 1 if the sizes differ.
    pub(crate) fn change(&self, other: &Self) -> f64 {
        let size = |luma: &Self| (luma.picture.width(), luma.picture.height(), luma.bytes);
        if size(self) != size(other) {
            return 1.0;
        }
        let (width, height, bytes) = size(self);
        let length = width as usize * bytes;
        let line = |luma: &Self, row: usize| {
            let start = row * luma.picture.stride(0);
            start..start + length
        };
        let sum: u64 = (0..height as usize)
            .map(|row| {
                let one = &self.picture.data(0)[line(self, row)];
                let other = &other.picture.data(0)[line(other, row)];
                if bytes == 1 { difference(one, other) } else { wide_difference(one, other) }
            })
            .sum();
        sum as f64 / (f64::from(width) * f64::from(height) * self.white)
    }
}

fn difference(one: &[u8], other: &[u8]) -> u64 {
    let line: u32 = one.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(*other))).sum();
    line.into()
}

fn wide_difference(one: &[u8], other: &[u8]) -> u64 {
    let (one, other) = (one.as_chunks::<2>().0, other.as_chunks::<2>().0);
    let level = |bytes: &[u8; 2]| u16::from_le_bytes(*bytes);
    let line: u32 = one
        .iter()
        .zip(other)
        .map(|(one, other)| u32::from(level(one).abs_diff(level(other))))
        .sum();
    line.into()
}
