//! What a picture says of the display that it was mastered on (SMPTE ST 2086), and of its scenes.

use ffmpeg_next::{
    Rational,
    ffi::{self, AVFrameSideDataType as Kind, AVRational},
    frame,
};

/// The beginning of `AVMasteringDisplayMetadata`, which the bindings leave out.
#[repr(C)]
#[derive(Clone, Copy)]
struct Mastering {
    primaries: [[AVRational; 2]; 3],
    white_point: [AVRational; 2],
    min_luminance: AVRational,
    max_luminance: AVRational,
    has_primaries: i32,
    has_luminance: i32,
}

/// The brightest that the display could show, in candelas a square metre, if that is told and can be.
pub(crate) fn peak(picture: &frame::Video) -> Option<u32> {
    // SAFETY: the frame is valid for as long as it is borrowed; FFmpeg makes data of this kind as this
    // structure, and says how long it is.
    let mastering = unsafe {
        let kind = Kind::AV_FRAME_DATA_MASTERING_DISPLAY_METADATA;
        ffi::av_frame_get_side_data(picture.as_ptr(), kind)
            .as_ref()
            .filter(|data| data.size >= size_of::<Mastering>())
            .map(|data| data.data.cast::<Mastering>().read_unaligned())
    }?;
    let nits = f64::from(Rational::from(mastering.max_luminance));
    (mastering.has_luminance != 0 && (203.0..=10_000.0).contains(&nits)).then_some(nits as u32)
}

/// Makes a picture forget all that, so that FFmpeg's scaler does not act on it.
pub(crate) fn forget(picture: &mut frame::Video) {
    for kind in
        [Kind::AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, Kind::AV_FRAME_DATA_DYNAMIC_HDR_PLUS]
    {
        // SAFETY: the frame is valid and not shared; its side data is its own.
        unsafe { ffi::av_frame_remove_side_data(picture.as_mut_ptr(), kind) }
    }
}
