//! How a picture lies in memory, and how it is to be turned.

use crate::FramesError;
use ffmpeg_next::{
    ffi,
    frame::{self, side_data},
};

/// How a picture is to be turned, if it says so.
pub(crate) fn display_matrix(picture: &frame::Video) -> Option<Vec<u8>> {
    picture.side_data(side_data::Type::DisplayMatrix).map(|data| data.data().to_vec())
}

/// Gives the matrix to a picture that does not have one.
pub(crate) fn turn(picture: &mut frame::Video, matrix: &[u8]) -> Result<(), FramesError> {
    if display_matrix(picture).is_some() {
        return Ok(());
    }
    let kind = ffi::AVFrameSideDataType::AV_FRAME_DATA_DISPLAYMATRIX;
    // SAFETY: the frame is valid and not shared; the new data is as long as asked for.
    unsafe {
        let data = ffi::av_frame_new_side_data(picture.as_mut_ptr(), kind, matrix.len());
        let Some(data) = data.as_ref() else {
            return Err(FramesError::library("a frame's side data", "no memory"));
        };
        data.data.copy_from_nonoverlapping(matrix.as_ptr(), matrix.len());
    }
    Ok(())
}

/// The picture with its rows in memory as they are shown. Some decoders begin with the lowest one and
/// step backwards, which other code does not expect.
pub(crate) fn top_down(picture: frame::Video) -> frame::Video {
    // SAFETY: the frame is valid for as long as it is borrowed.
    let strides = unsafe { (*picture.as_ptr()).linesize };
    if strides.iter().any(|stride| *stride < 0) { picture.clone() } else { picture }
}
