//! From a decoded picture to a JPEG: upright, with square pixels, at the size asked for.

use crate::{FramesError, orientation::Orientation};
use ffmpeg_next::{ffi, format::Pixel, frame, software::scaling};
use framezip_contract::{Extraction, Fit};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

/// An image as it goes into the zip.
pub(crate) struct Encoded {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) jpeg: Vec<u8>,
}

/// How large an image is, in pixels across and down.
struct Target {
    /// What the picture is scaled to.
    scaled: (u32, u32),
    /// What is cut out around its centre.
    cut: (u32, u32),
}

/// Makes images of pictures. Keeps the scaler, which is costly to set up, from one to the next.
pub(crate) struct Imager {
    width: Option<u32>,
    height: Option<u32>,
    fit: Fit,
    pixels: u64,
    compressor: Compressor,
    scaler: Option<(Layout, scaling::Context)>,
}

/// What a scaler is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Layout {
    input: scaling::context::Definition,
    output: (u32, u32),
    matrix: i32,
    full_range: bool,
}

impl Imager {
    /// Makes images as `extraction` says, of at most `pixels` pixels.
    pub(crate) fn new(extraction: &Extraction, pixels: u64) -> Result<Self, FramesError> {
        let mut compressor = Compressor::new().map_err(jpeg)?;
        compressor.set_quality(extraction.quality.into()).map_err(jpeg)?;
        compressor.set_subsamp(Subsamp::Sub2x2).map_err(jpeg)?;
        Ok(Self {
            width: extraction.width,
            height: extraction.height,
            fit: extraction.fit,
            pixels,
            compressor,
            scaler: None,
        })
    }

    pub(crate) fn encode(&mut self, picture: &frame::Video) -> Result<Encoded, FramesError> {
        let orientation = Orientation::of(picture);
        let Target { scaled, cut } = self.target(picture, orientation);
        let rgb = self.scale(picture, scaled)?;
        let stride = rgb.stride(0);
        let (left, top) = ((scaled.0 - cut.0) / 2, (scaled.1 - cut.1) / 2);
        let pixels = &rgb.data(0)[top as usize * stride + left as usize * 3..];
        let upright = orientation.apply(pixels, stride, cut.0 as usize, cut.1 as usize);
        let (width, height) = orientation.turned(cut);
        let (pixels, pitch) = match &upright {
            Some(pixels) => (pixels.as_slice(), width as usize * 3),
            None => (pixels, stride),
        };
        let image = Image {
            pixels,
            width: width as usize,
            pitch,
            height: height as usize,
            format: PixelFormat::RGB,
        };
        let jpeg = self.compressor.compress_to_vec(image).map_err(jpeg)?;
        Ok(Encoded { width, height, jpeg })
    }

    /// The image's size before it is turned: the picture's with square pixels, made smaller to fit,
    /// never larger.
    fn target(&self, picture: &frame::Video, orientation: Orientation) -> Target {
        let aspect = picture.aspect_ratio();
        let stretch = if aspect.numerator() > 0 && aspect.denominator() > 0 {
            f64::from(aspect)
        } else {
            1.0
        };
        let (width, height) = (f64::from(picture.width()) * stretch, f64::from(picture.height()));
        let (most_wide, most_high) = orientation.turned((self.width, self.height));
        let ratio = |most: Option<u32>, side: f64| most.map_or(1.0, |most| f64::from(most) / side);
        let (across, down) = (ratio(most_wide, width).min(1.0), ratio(most_high, height).min(1.0));
        let (across, down) = match self.fit {
            Fit::Inside => (across.min(down), across.min(down)),
            Fit::Cover => (across.max(down), across.max(down)),
            Fit::Fill => (across, down),
        };
        // 65,500 is what a JPEG can have
        let pixels = |side: f64| side.round().clamp(1.0, 65_500.0) as u32;
        // a picture within the limit may claim to have pixels of any shape
        let area = (width * across) * (height * down);
        let bound = (self.pixels as f64 / area).sqrt().min(1.0);
        let scaled = (pixels(width * across * bound), pixels(height * down * bound));
        let within = |side: u32, most: Option<u32>| side.min(most.unwrap_or(side));
        let cut = (within(scaled.0, most_wide), within(scaled.1, most_high));
        Target { scaled, cut }
    }

    fn scale(
        &mut self,
        picture: &frame::Video,
        output: (u32, u32),
    ) -> Result<frame::Video, FramesError> {
        let layout = Layout {
            input: scaling::context::Definition {
                format: picture.format(),
                width: picture.width(),
                height: picture.height(),
            },
            output,
            matrix: matrix(picture),
            full_range: is_full_range(picture),
        };
        if self.scaler.as_ref().is_none_or(|(known, _)| *known != layout) {
            self.scaler = Some((layout, layout.scaler()?));
        }
        let mut rgb = frame::Video::empty();
        rgb.set_format(Pixel::RGB24);
        rgb.set_width(output.0);
        rgb.set_height(output.1);
        if let Some((_, scaler)) = &mut self.scaler {
            // SAFETY: the context and both frames are valid; the function allocates the image. Unlike
            // the wrapper's, its failures can be seen.
            let code = unsafe {
                ffi::sws_scale_frame(scaler.as_mut_ptr(), rgb.as_mut_ptr(), picture.as_ptr())
            };
            if code < 0 {
                return Err(FramesError::library("scaling", ffmpeg_next::Error::from(code)));
            }
        }
        Ok(rgb)
    }
}

impl Layout {
    fn scaler(&self) -> Result<scaling::Context, FramesError> {
        let mut scaler = scaling::Context::get(
            self.input.format,
            self.input.width,
            self.input.height,
            Pixel::RGB24,
            self.output.0,
            self.output.1,
            scaling::Flags::BICUBIC | scaling::Flags::ACCURATE_RND,
        )
        .map_err(|error| FramesError::library("the scaler's set-up", error))?;
        // SAFETY: the context is valid; the tables are static.
        unsafe {
            let table = ffi::sws_getCoefficients(self.matrix);
            let rgb = ffi::sws_getCoefficients(ffi::SWS_CS_DEFAULT);
            let one = 1 << 16;
            let range = i32::from(self.full_range);
            // formats that have no colour matrix refuse this, and need none
            ffi::sws_setColorspaceDetails(scaler.as_mut_ptr(), table, range, rgb, 1, 0, one, one);
        }
        Ok(scaler)
    }
}

/// The matrix the picture was made with, as its number in ISO/IEC 23091-2. Where it does not say, what
/// players assume: BT.709 for high definition, BT.601 below.
fn matrix(picture: &frame::Video) -> i32 {
    // SAFETY: the frame is valid for as long as it is borrowed. The field is read as the number it is
    // in C: a decoder may put one there that the enum does not have.
    let space = unsafe { (&raw const (*picture.as_ptr()).colorspace).cast::<i32>().read() };
    match space {
        1 => ffi::SWS_CS_ITU709,
        4 => ffi::SWS_CS_FCC,
        5 | 6 => ffi::SWS_CS_ITU601,
        7 => ffi::SWS_CS_SMPTE240M,
        9 | 10 => ffi::SWS_CS_BT2020,
        _ if picture.height() >= 720 => ffi::SWS_CS_ITU709,
        _ => ffi::SWS_CS_ITU601,
    }
}

/// Whether black is 0 and white is 255, rather than 16 and 235.
fn is_full_range(picture: &frame::Video) -> bool {
    // SAFETY: as above.
    let range = unsafe { (&raw const (*picture.as_ptr()).color_range).cast::<i32>().read() };
    range == ffi::AVColorRange::AVCOL_RANGE_JPEG as i32
}

fn jpeg(error: turbojpeg::Error) -> FramesError {
    FramesError::library("JPEG encoding", error)
}
