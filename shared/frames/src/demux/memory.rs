//! The largest pictures whose decoding fits into the function's memory.
//!
//! Measured with 8192 × 8192 pixels and one decoder (`extract --every 1 --threads 1`): HEVC in 10 bits with
//! 16 references takes 4.39 GB, H.264 in 8 bits with 16 references 2.52 GB, AV1 in 10 bits 1.80 GB, VP9 in
//! 8 bits 0.47 GB. The allowance is larger than each of these.

use crate::FramesError;
use ffmpeg_next::{codec, ffi};
use framezip_contract::{ErrorCode, Limits, Source};

/// The memory for everything except pictures: the function itself, blocks of the source, parts of the zip.
const RESERVED: u64 = 256 << 20;
/// Bytes for each pixel of an unfinished image: once with 16 bits a component, once with 8.
const IMAGE: u64 = 16;
/// The largest number of bits of a pixel, for a format that is not known yet: 4:2:0 in 16 bits.
const UNKNOWN_BITS: u64 = 24;

/// The size of an entry of FFmpeg's index, in bytes. Each decoder has an index of its own.
const INDEX_ENTRY: u64 = 48;
/// The memory that FFmpeg takes for each byte of an index that it loads whole, such as Matroska's.
const LOADED_INDEX: u64 = 3;
/// The limit on the indexes of all decoders except the first, in bytes.
const INDEXES: u64 = 32 << 20;

/// Returns how many pictures a decoder holds at once: reference pictures, and a few in progress.
fn pictures(codec: codec::Id) -> u64 {
    use codec::Id;
    match codec {
        // ITU-T H.264, A.3.1, and H.265, A.4.2: 16 references
        Id::H264 | Id::HEVC | Id::VVC => 19,
        // 8 references
        Id::VP9 | Id::AV1 => 12,
        _ => 6,
    }
}

/// Returns the number of bits of a pixel in memory.
pub(crate) fn bits(parameters: &codec::Parameters) -> u64 {
    // SAFETY: the parameters are valid for as long as they are borrowed; a number of 0 or more is
    // one of FFmpeg's formats, and descriptors are static.
    let bits = unsafe {
        match (*parameters.as_ptr()).format {
            ..0 => 0,
            format => {
                let format = std::mem::transmute::<i32, ffi::AVPixelFormat>(format);
                let descriptor = ffi::av_pix_fmt_desc_get(format);
                if descriptor.is_null() { 0 } else { ffi::av_get_padded_bits_per_pixel(descriptor) }
            }
        }
    };
    u64::try_from(bits).ok().filter(|bits| *bits > 0).unwrap_or(UNKNOWN_BITS)
}

/// Returns how many pixels fit into the memory, in the pictures of all decoders of such a video.
fn fitting(parameters: &codec::Parameters, limits: &Limits) -> u64 {
    let each = pictures(parameters.id()) * bits(parameters) / 8 + IMAGE;
    limits.memory_bytes.saturating_sub(RESERVED) / each
}

/// Returns how many pixels a picture may have that is decoded before its codec and format are known.
pub(crate) fn probed_pixels(limits: &Limits) -> u64 {
    let each = pictures(codec::Id::HEVC) * UNKNOWN_BITS / 8 + IMAGE;
    limits.pixels.min(limits.memory_bytes.saturating_sub(RESERVED) / each)
}

/// Makes sure that a video's pictures fit into the memory and are not larger than allowed.
///
/// # Errors
/// [`ErrorCode::TooManyPixels`].
pub(crate) fn check_picture(
    source: &Source,
    parameters: &codec::Parameters,
    limits: &Limits,
) -> Result<(), FramesError> {
    let pixels = u64::from(source.width) * u64::from(source.height);
    let most = limits.pixels.min(fitting(parameters, limits));
    if pixels > most {
        return Err(FramesError::media(
            ErrorCode::TooManyPixels,
            format!(
                "This video's pictures have {} × {} pixels. At most {most} pixels are allowed for \
                 its codec, {}. Make the video smaller and send it again.",
                source.width, source.height, source.codec
            ),
        ));
    }
    Ok(())
}

/// The size of an index.
#[derive(Clone, Copy)]
pub(crate) struct IndexSize {
    /// The number of entries in FFmpeg's index.
    pub(crate) entries: u64,
    /// The bytes of the file's own index if FFmpeg loads it whole.
    pub(crate) loaded_index: u64,
}

/// Returns how many decoders of a video fit into the memory, with their pictures and their indexes; at least one.
pub(crate) fn decoders(
    source: &Source,
    parameters: &codec::Parameters,
    index: IndexSize,
    limits: &Limits,
) -> usize {
    let pixels = (u64::from(source.width) * u64::from(source.height)).max(1);
    let by_pictures =
        usize::try_from(fitting(parameters, limits) / pixels).unwrap_or(usize::MAX).max(1);
    let loaded = index.loaded_index.saturating_mul(LOADED_INDEX);
    let index = index.entries.saturating_mul(INDEX_ENTRY).max(loaded).max(1);
    let others = usize::try_from(INDEXES / index).unwrap_or(usize::MAX);
    by_pictures.min(others.saturating_add(1))
}
