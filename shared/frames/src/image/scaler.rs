//! Changes size and pixel format with FFmpeg's scaler.

use super::{colour::Colour, size::Size};
use crate::FramesError;
use ffmpeg_next::{ffi, format::Pixel, frame};

/// A scaling context. It is kept from one picture to the next, and FFmpeg sets it up again when the
/// format or size changes.
pub(crate) struct Scaler(*mut ffi::SwsContext);

// SAFETY: only the scaler uses the context, which is not bound to a thread.
unsafe impl Send for Scaler {}

impl Drop for Scaler {
    fn drop(&mut self) {
        // SAFETY: the context was allocated by `sws_alloc_context`, and this is its only owner.
        unsafe { ffi::sws_free_context(&raw mut self.0) }
    }
}

/// The quality of scaling.
#[derive(Clone, Copy)]
pub(crate) enum ScalingQuality {
    /// For images.
    Fine,
    /// For tiles, which are many times smaller than the picture.
    Coarse,
}

impl Scaler {
    pub(crate) fn new(quality: ScalingQuality) -> Result<Self, FramesError> {
        // SAFETY: the function has no preconditions, and its failure is checked below.
        let context = unsafe { ffi::sws_alloc_context() };
        if context.is_null() {
            return Err(FramesError::library("sws_alloc_context", "no memory"));
        }
        let flags = match quality {
            ScalingQuality::Fine => {
                ffi::SwsFlags::SWS_BICUBIC as u32
                    | ffi::SwsFlags::SWS_ACCURATE_RND as u32
                    | ffi::SwsFlags::SWS_FULL_CHR_H_INT as u32
            }
            ScalingQuality::Coarse => ffi::SwsFlags::SWS_AREA as u32,
        };
        // SAFETY: the context was allocated above.
        unsafe {
            (*context).flags = flags;
            (*context).threads = 1;
        }
        Ok(Self(context))
    }

    /// Scales luma and colour differences to another format of the same components without converting
    /// them. Their bits become the upper bits of that format.
    pub(crate) fn scale_components(
        &mut self,
        picture: &mut frame::Video,
        format: Pixel,
        size: Size,
    ) -> Result<frame::Video, FramesError> {
        // the scaler would convert these formats, because they imply full range
        picture.set_format(match picture.format() {
            Pixel::YUVJ411P => Pixel::YUV411P,
            Pixel::YUVJ420P => Pixel::YUV420P,
            Pixel::YUVJ422P => Pixel::YUV422P,
            Pixel::YUVJ440P => Pixel::YUV440P,
            Pixel::YUVJ444P => Pixel::YUV444P,
            other => other,
        });
        self.scale(picture, Colour::UNCONVERTED, format, size)
    }

    /// Returns the picture in another format and size. RGB formats are in full range.
    pub(crate) fn scale(
        &mut self,
        picture: &mut frame::Video,
        colour: Colour,
        format: Pixel,
        size: Size,
    ) -> Result<frame::Video, FramesError> {
        colour.tag(picture);
        let mut scaled = frame::Video::empty();
        scaled.set_format(format);
        scaled.set_width(size.width);
        scaled.set_height(size.height);
        colour.tag(&mut scaled);
        // SAFETY: the context and both frames are valid; the function allocates the image.
        let code = unsafe {
            (*scaled.as_mut_ptr()).chroma_location = (*picture.as_ptr()).chroma_location;
            ffi::sws_scale_frame(self.0, scaled.as_mut_ptr(), picture.as_ptr())
        };
        if code < 0 {
            return Err(FramesError::picture("scaling", code.into()));
        }
        Ok(scaled)
    }
}
