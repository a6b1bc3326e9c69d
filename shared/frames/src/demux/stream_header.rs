//! Properties of pictures that only the container's header may state: cropping, pixel shape, colour.

use super::stream::codec_side_data;
use crate::FramesError;
use ffmpeg_next::{
    codec,
    ffi::{self, AVPacketSideDataType as Kind},
    format::stream::Stream,
    frame,
};

/// The header as the container states it before anything is decoded: FFmpeg's probing overwrites it with what the
/// bitstream says, and with "unknown" where that says nothing.
/// They are numbers, since media may state one that FFmpeg's enums do not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    primaries: i32,
    transfer: i32,
    matrix: i32,
    range: i32,
    crop: Option<Crop>,
}

/// Which pictures FFmpeg takes the shape of pixels from, if a container gives the size to show.
#[derive(Clone, Copy)]
pub(crate) enum PixelShape {
    /// Those before cropping, as for MP4.
    OfCoded,
    /// Those after it.
    OfCropped,
}

/// How many pixels are cut off at each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Crop {
    top: u32,
    bottom: u32,
    left: u32,
    right: u32,
}

/// "Unknown" among primaries, transfer functions and matrices (ITU-T H.273).
const UNSPECIFIED: i32 = 2;
/// The same among ranges, for FFmpeg.
const UNSPECIFIED_RANGE: i32 = 0;

impl Default for Header {
    fn default() -> Self {
        Self {
            primaries: UNSPECIFIED,
            transfer: UNSPECIFIED,
            matrix: UNSPECIFIED,
            range: UNSPECIFIED_RANGE,
            crop: None,
        }
    }
}

impl Header {
    pub(crate) fn of(stream: &Stream) -> Self {
        let parameters = stream.parameters();
        // SAFETY: the parameters are valid for as long as the stream is borrowed.
        unsafe {
            let stated = parameters.as_ptr();
            Self {
                primaries: (&raw const (*stated).color_primaries).cast::<i32>().read(),
                transfer: (&raw const (*stated).color_trc).cast::<i32>().read(),
                matrix: (&raw const (*stated).color_space).cast::<i32>().read(),
                range: (&raw const (*stated).color_range).cast::<i32>().read(),
                crop: Crop::of(&parameters),
            }
        }
    }

    /// Completes a picture's colour: the bitstream counts where it says something.
    pub(crate) fn complete_colour(&self, picture: &mut frame::Video) {
        let complete = |field: *mut i32, unspecified: i32, stated: i32| {
            // SAFETY: the field is one of the frame's below.
            unsafe {
                if field.read() == unspecified {
                    field.write(stated);
                }
            }
        };
        // SAFETY: the frame is valid and not shared.
        unsafe {
            let frame = picture.as_mut_ptr();
            complete((&raw mut (*frame).color_primaries).cast(), UNSPECIFIED, self.primaries);
            complete((&raw mut (*frame).color_trc).cast(), UNSPECIFIED, self.transfer);
            complete((&raw mut (*frame).colorspace).cast(), UNSPECIFIED, self.matrix);
            complete((&raw mut (*frame).color_range).cast(), UNSPECIFIED_RANGE, self.range);
        }
    }

    /// Cuts off what the container says. Returns the picture as it is if there is nothing to cut off, or
    /// nothing would be left.
    ///
    /// # Errors
    /// Those of [`FramesError::picture`].
    pub(crate) fn cropped(
        &self,
        mut picture: frame::Video,
        pixels: PixelShape,
    ) -> Result<frame::Video, FramesError> {
        let Some(crop) = self.crop else { return Ok(picture) };
        let fits = u64::from(crop.left) + u64::from(crop.right) < picture.width().into()
            && u64::from(crop.top) + u64::from(crop.bottom) < picture.height().into();
        if !fits {
            return Ok(picture);
        }
        let stated = picture.aspect_ratio();
        let aspect = match pixels {
            PixelShape::OfCropped => stated.into(),
            PixelShape::OfCoded => crop.pixel_aspect(&picture),
        };
        // SAFETY: the frame is valid and not shared, and the function checks the numbers.
        let code = unsafe {
            let frame = picture.as_mut_ptr();
            (*frame).crop_top = crop.top as usize;
            (*frame).crop_bottom = crop.bottom as usize;
            (*frame).crop_left = crop.left as usize;
            (*frame).crop_right = crop.right as usize;
            (*frame).sample_aspect_ratio = aspect;
            ffi::av_frame_apply_cropping(frame, ffi::AV_FRAME_CROP_UNALIGNED as i32)
        };
        if code < 0 {
            return Err(FramesError::picture("cropping", code.into()));
        }
        // a copy, whose rows end where its memory does
        Ok(picture.clone())
    }
}

impl Crop {
    fn of(parameters: &codec::Parameters) -> Option<Self> {
        let data = codec_side_data(parameters, Kind::AV_PKT_DATA_FRAME_CROPPING)?;
        let (numbers, _) = data.as_chunks::<4>();
        let &[top, bottom, left, right] = numbers else { return None };
        let [top, bottom, left, right] = [top, bottom, left, right].map(u32::from_le_bytes);
        Some(Self { top, bottom, left, right })
    }

    /// The shape of the pixels that are left. An MP4 without a shape of its own has one from its track's
    /// size, which is the size after cropping; FFmpeg compares it with the size before.
    fn pixel_aspect(self, picture: &frame::Video) -> ffi::AVRational {
        // SAFETY: the frame is valid for as long as it is borrowed.
        let stated = unsafe { (*picture.as_ptr()).sample_aspect_ratio };
        if stated.num <= 0 || stated.den <= 0 {
            return stated;
        }
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let across = width / (width - f64::from(self.left + self.right));
        let down = height / (height - f64::from(self.top + self.bottom));
        let corrected = f64::from(stated.num) / f64::from(stated.den) * across / down;
        if (corrected - 1.0).abs() < 0.02 { ffi::AVRational { num: 1, den: 1 } } else { stated }
    }
}
