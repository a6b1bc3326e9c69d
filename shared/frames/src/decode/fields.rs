//! Weaves fields into frames. HEVC codes fields as pictures of their own (ITU-T H.265, D.3.3, `field_seq_flag`).

use crate::FramesError;
use ffmpeg_next::{Error as FfmpegError, ffi, frame};

/// Returns whether two consecutive pictures are the fields of one frame.
pub(crate) fn belong_together(first: &frame::Video, second: &frame::Video) -> bool {
    is_top(first) != is_top(second)
        && (first.width(), first.height()) == (second.width(), second.height())
        && first.format() == second.format()
}

fn is_top(picture: &frame::Video) -> bool {
    picture.is_top_first()
}

/// Returns the frame of two fields, with the properties of the first one. The same field twice gives a frame of a
/// single moment.
///
/// # Errors
/// [`FramesError::Library`] if there is no memory.
pub(crate) fn woven(
    first: &frame::Video,
    second: &frame::Video,
) -> Result<frame::Video, FramesError> {
    let mut whole = frame::Video::new(first.format(), first.width(), 2 * first.height());
    // SAFETY: both frames are valid, and the new one is not shared.
    let code = unsafe {
        let frame = whole.as_mut_ptr();
        let code = ffi::av_frame_copy_props(frame, first.as_ptr());
        (*frame).duration = (*frame).duration.saturating_mul(2);
        code
    };
    if code < 0 {
        return Err(FramesError::library("a frame's copy", FfmpegError::from(code)));
    }
    let (top, bottom) = if is_top(first) { (first, second) } else { (second, first) };
    for plane in 0..whole.planes() {
        let stride = whole.stride(plane);
        let lines = whole.data_mut(plane).chunks_mut(stride);
        for (number, line) in lines.enumerate() {
            let field = if number % 2 == 0 { top } else { bottom };
            let rows = field.plane_height(plane) as usize;
            let from = field.stride(plane) * (number / 2).min(rows.saturating_sub(1));
            let length = line.len().min(field.stride(plane));
            line[..length].copy_from_slice(&field.data(plane)[from..from + length]);
        }
    }
    Ok(whole)
}
