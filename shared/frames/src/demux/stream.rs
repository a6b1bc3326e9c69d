//! The video stream of a container, and the facts that the container states about it.

use crate::{FramesError, image::Size, time_base::TimeBase};
use ffmpeg_next::{
    Packet, codec, ffi,
    format::{
        context::Input,
        stream::{Disposition, Stream},
    },
    media,
    packet::Ref,
};
use framezip_contract::{ErrorCode, Source};

/// Returns the number of the stream that a person would call the file's video. Cover art is no video. Default
/// streams come before others, then moving pictures before the photo that an animated AVIF also has, then the
/// largest picture.
///
/// # Errors
/// [`ErrorCode::NoVideoStream`].
pub(crate) fn best_video(input: &Input) -> Result<usize, FramesError> {
    let still = Disposition::ATTACHED_PIC;
    input
        .streams()
        .filter(|stream| stream.parameters().medium() == media::Type::Video)
        .filter(|stream| !stream.disposition().intersects(still))
        .max_by_key(|stream| {
            let default = stream.disposition().contains(Disposition::DEFAULT);
            let moves = stream.frames() != 1;
            (default, moves, size(&stream.parameters()).area(), std::cmp::Reverse(stream.index()))
        })
        .map(|stream| stream.index())
        .ok_or_else(|| {
            FramesError::media(
                ErrorCode::NoVideoStream,
                "This file contains no video, only sound, text or a cover picture.",
            )
        })
}

fn size(parameters: &codec::Parameters) -> Size {
    // SAFETY: the parameters are valid for as long as they are borrowed.
    let size = unsafe { Size::new((*parameters.as_ptr()).width, (*parameters.as_ptr()).height) };
    size.map(|side| side.max(0) as u32)
}

/// The facts that a container states about a stream.
pub(crate) struct StreamFacts {
    pub(crate) time_base: TimeBase,
    pub(crate) source: Source,
}

impl StreamFacts {
    /// # Errors
    /// [`ErrorCode::CorruptVideo`] if there is no such stream, or it has no time base.
    pub(crate) fn of(input: &Input, stream: usize) -> Result<Self, FramesError> {
        let broken =
            || FramesError::media(ErrorCode::CorruptVideo, "This video's header is damaged.");
        let stream = input.stream(stream).ok_or_else(broken)?;
        let parameters = stream.parameters();
        let Size { width, height } = size(&parameters);
        let rate = stream.avg_frame_rate();
        let source = Source {
            container: input.format().name().to_owned(),
            codec: parameters.id().name().to_owned(),
            width,
            height,
            duration: None,
            frame_rate: (rate.numerator() > 0 && rate.denominator() > 0).then(|| rate.into()),
        };
        Ok(Self { time_base: TimeBase::new(stream.time_base()).ok_or_else(broken)?, source })
    }
}

/// Makes sure that the header of a stream does not announce encryption.
///
/// # Errors
/// [`ErrorCode::Encrypted`].
pub(crate) fn check_encryption(stream: &Stream) -> Result<(), FramesError> {
    // SAFETY: the parameters are valid for as long as the stream is borrowed.
    let tag = unsafe { (*stream.parameters().as_ptr()).codec_tag }.to_le_bytes();
    // the sample entries of common encryption (ISO/IEC 14496-12, 8.12) and of Apple's
    let has_tag = matches!(&tag, b"encv" | b"drmi");
    // Matroska's ContentEncKeyID
    let has_key = stream.metadata().get("enc_key_id").is_some();
    let has_system = codec_side_data(
        &stream.parameters(),
        ffi::AVPacketSideDataType::AV_PKT_DATA_ENCRYPTION_INIT_INFO,
    )
    .is_some();
    if has_tag || has_key || has_system { Err(encrypted()) } else { Ok(()) }
}

/// Makes sure that a packet is not encrypted.
///
/// # Errors
/// [`ErrorCode::Encrypted`].
pub(crate) fn check_packet(packet: &Packet) -> Result<(), FramesError> {
    let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_ENCRYPTION_INFO;
    // SAFETY: the packet is valid for as long as it is borrowed.
    let data = unsafe { ffi::av_packet_get_side_data(packet.as_ptr(), kind, std::ptr::null_mut()) };
    if data.is_null() { Ok(()) } else { Err(encrypted()) }
}

pub(crate) fn encrypted() -> FramesError {
    FramesError::media(
        ErrorCode::Encrypted,
        "This video is encrypted, so its frames cannot be read. Send a copy without protection.",
    )
}

/// Returns the side data of this kind that a container's header gives for all packets of a stream.
pub(crate) fn codec_side_data(
    parameters: &codec::Parameters,
    kind: ffi::AVPacketSideDataType,
) -> Option<&[u8]> {
    // SAFETY: the parameters are valid for as long as they are borrowed, and their side data has the
    // stated length.
    unsafe {
        let parameters = &*parameters.as_ptr();
        let (data, count) = (parameters.coded_side_data, parameters.nb_coded_side_data);
        let found = ffi::av_packet_side_data_get(data, count, kind).as_ref()?;
        Some(std::slice::from_raw_parts(found.data, found.size))
    }
}
