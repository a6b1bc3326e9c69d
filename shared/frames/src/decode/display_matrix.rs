//! The display matrix of a picture, and the order of its rows in memory.

use crate::FramesError;
use ffmpeg_next::{
    ffi,
    frame::{self, side_data},
};

/// Returns the display matrix of a picture, if it has one. The matrix says how to rotate or flip the picture.
pub(crate) fn display_matrix(picture: &frame::Video) -> Option<Vec<u8>> {
    picture.side_data(side_data::Type::DisplayMatrix).map(|data| data.data().to_vec())
}

/// Attaches a display matrix to a picture without one.
pub(crate) fn attach_display_matrix(
    picture: &mut frame::Video,
    matrix: &[u8],
) -> Result<(), FramesError> {
    if display_matrix(picture).is_some() {
        return Ok(());
    }
    let kind = ffi::AVFrameSideDataType::AV_FRAME_DATA_DISPLAYMATRIX;
    // SAFETY: the frame is valid and not shared; the new data has the requested length.
    unsafe {
        let data = ffi::av_frame_new_side_data(picture.as_mut_ptr(), kind, matrix.len());
        let Some(data) = data.as_ref() else {
            return Err(FramesError::library("a frame's side data", "no memory"));
        };
        data.data.copy_from_nonoverlapping(matrix.as_ptr(), matrix.len());
    }
    Ok(())
}

/// Returns a picture whose top row comes first in memory. Some decoders store the lowest row first and use a negative
/// stride, which other code does not expect.
pub(crate) fn top_down(picture: frame::Video) -> frame::Video {
    // SAFETY: the frame is valid for as long as it is borrowed.
    let strides = unsafe { (*picture.as_ptr()).linesize };
    if strides.iter().any(|stride| *stride < 0) { picture.clone() } else { picture }
}
