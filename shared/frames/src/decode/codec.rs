//! FFmpeg's decoder for the video of a container.

use crate::{
    FramesError,
    demux::{container::Container, memory},
};
use ffmpeg_next::{codec, decoder};
use framezip_contract::ErrorCode;

/// Returns whether FFmpeg's decoder of this codec forgets all pictures when it is flushed. Other decoders conceal
/// damage with the picture that they decoded last.
pub(crate) fn forgets_pictures(codec: codec::Id) -> bool {
    use codec::Id;
    matches!(
        codec,
        Id::H264
            | Id::HEVC
            | Id::VVC
            | Id::VP8
            | Id::VP9
            | Id::AV1
            | Id::MPEG1VIDEO
            | Id::MPEG2VIDEO
            | Id::THEORA
    )
}

/// Returns the least size of a packet in bytes: that of an uncompressed picture, 0 for any other codec.
pub(crate) fn least_bytes(container: &Container) -> usize {
    let Some(parameters) = container.parameters() else { return 0 };
    if parameters.id() != codec::Id::RAWVIDEO {
        return 0;
    }
    let (width, height) = (u64::from(container.source.width), u64::from(container.source.height));
    // SAFETY: the parameters are valid for as long as they are borrowed.
    let stated = unsafe { (*parameters.as_ptr()).bits_per_coded_sample };
    let stated = u64::try_from(stated).ok().filter(|bits| *bits > 0);
    let bits = memory::bits(&parameters).min(stated.unwrap_or(u64::MAX));
    usize::try_from(width * height * bits / 8).unwrap_or(usize::MAX)
}

/// Opens a decoder for the video of a container. `pixels` limits the size of its pictures.
pub(crate) fn open(
    container: &Container,
    pixels: u64,
    threads: usize,
) -> Result<decoder::Video, FramesError> {
    let unsupported = || {
        FramesError::media(
            ErrorCode::UnsupportedCodec,
            format!(
                "We have no decoder for this video's codec, {}. Convert the video to H.264 and send it again.",
                container.source.codec
            ),
        )
    };
    let parameters = container.parameters().ok_or_else(unsupported)?;
    codec::decoder::find(parameters.id()).ok_or_else(unsupported)?;
    // with several threads, the other decoders conceal damage with pictures of any thread
    let threads = if forgets_pictures(parameters.id()) { threads } else { 1 };
    let mut context = codec::Context::from_parameters(parameters).map_err(FramesError::opening)?;
    // SAFETY: the context is not open yet, and this is the only reference to it.
    unsafe {
        (*context.as_mut_ptr()).max_pixels = pixels.try_into().unwrap_or(i64::MAX);
        (*context.as_mut_ptr()).pkt_timebase = container.time_base.rational();
        (*context.as_mut_ptr()).thread_count = threads.try_into().unwrap_or(1);
    }
    context.decoder().video().map_err(|_| unsupported())
}
