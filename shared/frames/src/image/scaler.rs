//! FFmpeg's scaler: another size, another pixel format.

use super::colour::Colour;
use crate::FramesError;
use ffmpeg_next::{ffi, format::Pixel, frame};

/// Keeps what is costly to set up from one picture to the next; pictures that differ from the one before
/// have it set up anew.
pub(crate) struct Scaler(*mut ffi::SwsContext);

// SAFETY: the context belongs to the scaler alone, and is bound to no thread.
unsafe impl Send for Scaler {}

impl Drop for Scaler {
    fn drop(&mut self) {
        // SAFETY: it was allocated by `sws_alloc_context`, and this is its only owner.
        unsafe { ffi::sws_free_context(&raw mut self.0) }
    }
}

/// How exactly to scale.
#[derive(Clone, Copy)]
pub(crate) enum Care {
    /// For images that people look at.
    Fine,
    /// For tiles, many times smaller than the picture.
    Coarse,
}

impl Scaler {
    pub(crate) fn new(care: Care) -> Result<Self, FramesError> {
        // SAFETY: it takes nothing, and its failure is seen below.
        let context = unsafe { ffi::sws_alloc_context() };
        if context.is_null() {
            return Err(FramesError::library("sws_alloc_context", "no memory"));
        }
        let flags = match care {
            Care::Fine => {
                ffi::SwsFlags::SWS_BICUBIC as u32
                    | ffi::SwsFlags::SWS_ACCURATE_RND as u32
                    | ffi::SwsFlags::SWS_FULL_CHR_H_INT as u32
            }
            Care::Coarse => ffi::SwsFlags::SWS_AREA as u32,
        };
        // SAFETY: the context was allocated above.
        unsafe {
            (*context).flags = flags;
            (*context).threads = 1;
        }
        Ok(Self(context))
    }

    /// Scales luma and colour differences, unconverted, into another format of such components. Their bits
    /// become the upper bits of that format.
    pub(crate) fn scale_components(
        &mut self,
        picture: &mut frame::Video,
        format: Pixel,
        size: (u32, u32),
    ) -> Result<frame::Video, FramesError> {
        // these formats imply full range, which the scaler would convert
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

    /// The picture in another format and size. Formats of red, green and blue are in full range.
    pub(crate) fn scale(
        &mut self,
        picture: &mut frame::Video,
        colour: Colour,
        format: Pixel,
        (width, height): (u32, u32),
    ) -> Result<frame::Video, FramesError> {
        colour.tag(picture);
        let mut scaled = frame::Video::empty();
        scaled.set_format(format);
        scaled.set_width(width);
        scaled.set_height(height);
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
