//! Properties of pictures that only the container's header may state: cropping, pixel shape, colour.

use super::stream::codec_side_data;
use crate::FramesError;
use ffmpeg_next::{
    codec,
    ffi::{self, AVPacketSideDataType as Kind},
    format::stream::Stream,
    frame,
};

/// The header as the container states it, before anything is decoded. FFmpeg's probing overwrites it with values
/// of the bitstream, and with "unknown" if the bitstream has none.
///
/// The fields are plain numbers, since media may state values that FFmpeg's enums lack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamHeader {
    primaries: i32,
    transfer: i32,
    matrix: i32,
    range: i32,
    crop: Option<Crop>,
}

/// The pictures from which FFmpeg computes the shape of pixels if a container states the display size.
#[derive(Clone, Copy)]
pub(crate) enum PixelShape {
    /// Pictures before cropping, as for MP4.
    OfCoded,
    /// Pictures after cropping.
    OfCropped,
}

/// The number of pixels to cut off at each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Crop {
    top: u32,
    bottom: u32,
    left: u32,
    right: u32,
}

/// "Unknown" among primaries, transfer functions and matrices (ITU-T H.273).
const UNSPECIFIED: i32 = 2;
/// "Unknown" among FFmpeg's ranges.
const UNSPECIFIED_RANGE: i32 = 0;

impl Default for StreamHeader {
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

impl StreamHeader {
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

    /// Completes the colour properties of a picture. Values of the bitstream take precedence.
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

    /// Crops a picture as the container says. Returns the picture unchanged if there is nothing to crop, or
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
        // SAFETY: the frame is valid and not shared, and the function checks the values.
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
        // the rows of a copy end at the end of its memory
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

    /// Returns the shape of the remaining pixels. If an MP4 states no shape, FFmpeg computes one from the size of
    /// the track, which is the size after cropping, and the size before cropping.
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
