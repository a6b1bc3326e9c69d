//! How large pictures may be so that decoding them fits into the function's memory.
//!
//! Measured with 8192 × 8192 pixels and one decoder (`extract --every 1 --threads 1`): HEVC in 10 bits with
//! 16 references takes 4.39 GB, H.264 in 8 bits with 16 references 2.52 GB, AV1 in 10 bits 1.80 GB, VP9 in
//! 8 bits 0.47 GB. The allowance is larger than each of these.

use crate::{FramesError, demux::container::Container};
use ffmpeg_next::{codec, ffi};
use framezip_contract::{ErrorCode, Limits, Source};

/// The memory for everything except pictures: the function itself, blocks of the source, parts of the zip.
const RESERVED: u64 = 256 << 20;
/// Bytes for each pixel of an image in the making, of 16 bits a component and of 8.
const IMAGE: u64 = 16;
/// The most bits of a pixel, for a format that is not known yet: 4:2:0 in 16 bits.
const UNKNOWN_BITS: u64 = 24;

/// The size of an entry of FFmpeg's index, in bytes; each decoder has an index of its own.
const INDEX_ENTRY: u64 = 48;
/// The memory that FFmpeg takes for each byte of an index that it loads whole, as of Matroska.
const LOADED_INDEX: u64 = 3;
/// The limit on the indexes of all decoders except the first, in bytes.
const INDEXES: u64 = 32 << 20;

/// How many pictures a decoder has at once: those that others refer to, and a few on their way.
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

/// The bits of a pixel in memory.
pub(crate) fn bits(parameters: &codec::Parameters) -> u64 {
    // SAFETY: the parameters are valid for as long as they are borrowed; a number that is not negative is
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

/// How many pixels fit into the memory, in the pictures of all decoders of such a video.
fn fitting(parameters: &codec::Parameters, limits: &Limits) -> u64 {
    let each = pictures(parameters.id()) * bits(parameters) / 8 + IMAGE;
    limits.memory_bytes.saturating_sub(RESERVED) / each
}

/// The most pixels of a picture that may be decoded before it is known what codec and format it has.
pub(crate) fn probed_pixels(limits: &Limits) -> u64 {
    let each = pictures(codec::Id::HEVC) * UNKNOWN_BITS / 8 + IMAGE;
    limits.pixels.min(limits.memory_bytes.saturating_sub(RESERVED) / each)
}

/// Makes sure that a video's pictures are no larger than allowed, and fit into the memory.
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

/// How many decoders of a video fit into the memory, and at least one.
fn decoders(source: &Source, parameters: &codec::Parameters, limits: &Limits) -> usize {
    let pixels = (u64::from(source.width) * u64::from(source.height)).max(1);
    usize::try_from(fitting(parameters, limits) / pixels).unwrap_or(usize::MAX).max(1)
}

impl Container {
    /// How many decoders of it fit into the memory, for their pictures and for what FFmpeg's index takes.
    pub(crate) fn decoders(&self, limits: &Limits) -> usize {
        let pictures =
            self.parameters().map_or(1, |parameters| decoders(&self.source, &parameters, limits));
        let loaded = self.recording.extent.index_size.saturating_mul(LOADED_INDEX);
        let index = self.indexed().unsigned_abs().saturating_mul(INDEX_ENTRY).max(loaded).max(1);
        let others = usize::try_from(INDEXES / index).unwrap_or(usize::MAX);
        pictures.min(others.saturating_add(1))
    }
}
