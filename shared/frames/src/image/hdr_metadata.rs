//! Reads a picture's HDR metadata: the mastering display (SMPTE ST 2086) and HDR10+.

use ffmpeg_next::{
    Rational,
    ffi::{self, AVFrameSideDataType as SideDataType, AVRational},
    frame,
};

/// The beginning of FFmpeg's `AVMasteringDisplayMetadata`, which the bindings lack.
#[repr(C)]
#[derive(Clone, Copy)]
struct MasteringDisplay {
    primaries: [[AVRational; 2]; 3],
    white_point: [AVRational; 2],
    min_luminance: AVRational,
    max_luminance: AVRational,
    has_primaries: i32,
    has_luminance: i32,
}

/// Returns the peak luminance of the mastering display in candelas per square metre, if it is stated and
/// plausible.
pub(crate) fn mastering_peak(picture: &frame::Video) -> Option<u32> {
    // SAFETY: the frame is valid for as long as it is borrowed; FFmpeg lays data of this kind out as
    // this structure, and its size is checked.
    let display = unsafe {
        let kind = SideDataType::AV_FRAME_DATA_MASTERING_DISPLAY_METADATA;
        ffi::av_frame_get_side_data(picture.as_ptr(), kind)
            .as_ref()
            .filter(|data| data.size >= size_of::<MasteringDisplay>())
            .map(|data| data.data.cast::<MasteringDisplay>().read_unaligned())
    }?;
    let peak = f64::from(Rational::from(display.max_luminance));
    (display.has_luminance != 0 && (203.0..=10_000.0).contains(&peak)).then_some(peak as u32)
}

/// Removes the HDR metadata from a picture, so that FFmpeg's scaler does not act on it.
pub(crate) fn remove_from(picture: &mut frame::Video) {
    for kind in [
        SideDataType::AV_FRAME_DATA_MASTERING_DISPLAY_METADATA,
        SideDataType::AV_FRAME_DATA_DYNAMIC_HDR_PLUS,
    ] {
        // SAFETY: the frame is valid and not shared; its side data is its own.
        unsafe { ffi::av_frame_remove_side_data(picture.as_mut_ptr(), kind) }
    }
}
