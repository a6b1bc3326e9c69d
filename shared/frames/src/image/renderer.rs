//! Renders a decoded picture as an image and encodes it as a file.

use super::{
    canvas::{Canvas, Rgb, Yuv},
    colour::{self, Colour, Matrix, Primaries, TransferFunction},
    deinterlace::deinterlaced,
    dolby_vision::{self, BaseLayer, Rpu},
    encode::Encoder,
    orientation::Orientation,
    resize::{ResizeOptions, ScaleAndCrop},
    scaler::{Scaler, ScalingQuality},
    size::Size,
    tone_map::{GamutMapping, RgbToSrgb},
    yuv_to_rgb::YuvToRgb,
};
use crate::FramesError;
use ffmpeg_next::{ffi, format::Pixel, frame};
use framezip_contract::{Extraction, Format};

/// An encoded image, as it is stored in the zip.
pub(crate) struct EncodedImage {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Whether the image is nearly uniform.
    pub(crate) blank: bool,
    pub(crate) file: Vec<u8>,
}

/// Renders pictures as images and encodes them.
pub(crate) struct ImageRenderer {
    resize: ResizeOptions,
    scaler: Scaler,
    /// The conversion that was used last, if any picture needed one.
    to_srgb: Option<RgbToSrgb>,
    encoder: Encoder,
    base: BaseLayer,
}

impl ImageRenderer {
    /// Returns a renderer with the options of `extraction`. Images have at most `pixels` pixels.
    pub(crate) fn new(extraction: &Extraction, pixels: u64) -> Result<Self, FramesError> {
        Ok(Self {
            resize: ResizeOptions::new(extraction, pixels),
            scaler: Scaler::new(ScalingQuality::Fine)?,
            to_srgb: None,
            encoder: Encoder::new(extraction)?,
            base: BaseLayer::default(),
        })
    }

    /// Sets how the stream's Dolby Vision base layer is rendered.
    pub(crate) fn with_base(self, base: BaseLayer) -> Self {
        Self { base, ..self }
    }

    /// Sets how the Dolby Vision base layer of the following pictures is rendered.
    pub(crate) fn set_base(&mut self, base: BaseLayer) {
        self.base = base;
    }

    /// Returns a warning for the user if the picture's image will have wrong colours. The picture must
    /// not have been drawn yet, because drawing overwrites its code points.
    pub(crate) fn unconverted(&self, picture: &frame::Video) -> Option<&'static str> {
        if Rpu::needed(picture, self.base).is_some() {
            None
        } else if self.base == BaseLayer::Reshaped {
            Some(dolby_vision::WITHOUT_METADATA)
        } else {
            colour::unconverted(picture)
        }
    }

    /// Renders a picture. This overwrites the picture's code points.
    pub(crate) fn draw(&mut self, picture: &mut frame::Video) -> Result<Canvas, FramesError> {
        let orientation = Orientation::of(picture);
        let ScaleAndCrop { scaled, cropped } = self.resize.of(picture, orientation);
        let mut progressive = deinterlaced(picture)?;
        let picture = progressive.as_mut().unwrap_or(picture);
        let colour = Colour::of(picture);
        let kind = PixelKind::of(picture);
        if let Some(YuvConversion { to_rgb, colour, gamut }) = self.yuv_conversion(picture, colour)
        {
            let (format, channels) = match kind {
                PixelKind::Transparent => (Pixel::YUVA444P16LE, 4),
                _ => (Pixel::YUV444P16LE, 3),
            };
            let components = self.scaler.scale_components(picture, format, scaled)?;
            let rgb = to_rgb.convert(&components);
            let to_srgb = Some(self.srgb_conversion(colour, gamut));
            let rgb = Rgb::of(&rgb, to_srgb, channels, cropped, orientation);
            return Ok(self.rgb_canvas(rgb));
        }
        if self.encoder.format() == Format::Jpeg && kind == PixelKind::Yuv && colour.is_srgb() {
            let unscaled = scaled == Size::new(picture.width(), picture.height());
            let resized = if unscaled && Yuv::accepts(picture) {
                None
            } else {
                Some(self.scaler.scale(picture, colour, Pixel::YUV420P, scaled)?)
            };
            let picture = resized.as_ref().unwrap_or(picture);
            return Ok(Canvas::Yuv(Yuv::of(picture, colour, cropped, orientation)));
        }
        let (format, channels) = match (colour.is_srgb(), kind == PixelKind::Transparent) {
            (true, false) => (Pixel::RGB24, 3),
            (true, true) => (Pixel::RGBA, 4),
            (false, false) => (Pixel::RGB48LE, 3),
            (false, true) => (Pixel::RGBA64LE, 4),
        };
        let rgb = self.scaler.scale(picture, colour, format, scaled)?;
        let to_srgb =
            (!colour.is_srgb()).then(|| self.srgb_conversion(colour, GamutMapping::Desaturate));
        let rgb = Rgb::of(&rgb, to_srgb, channels, cropped, orientation);
        Ok(self.rgb_canvas(rgb))
    }

    fn rgb_canvas(&self, rgb: Rgb) -> Canvas {
        let opaque = self.encoder.format() == Format::Jpeg;
        Canvas::Rgb(if opaque { rgb.over_black() } else { rgb })
    }

    /// Returns the conversion of a picture that FFmpeg's scaler cannot convert, or `None` for other
    /// pictures.
    fn yuv_conversion(&self, picture: &frame::Video, colour: Colour) -> Option<YuvConversion> {
        if let Some(rpu) = Rpu::needed(picture, self.base) {
            let colour = Colour {
                matrix: Matrix::Identity,
                full_range: true,
                transfer: TransferFunction::Pq(rpu.peak),
                primaries: Primaries::Bt2020,
            };
            let to_rgb = YuvToRgb::of_dolby_vision(picture, &rpu);
            return Some(YuvConversion { to_rgb, colour, gamut: GamutMapping::Clip });
        }
        let to_rgb = YuvToRgb::of(picture, colour)?;
        Some(YuvConversion { to_rgb, colour, gamut: GamutMapping::Desaturate })
    }

    /// Returns the conversion to sRGB. The last one is reused if it is for the same colour.
    fn srgb_conversion(&mut self, colour: Colour, gamut: GamutMapping) -> &RgbToSrgb {
        let last = self.to_srgb.take_if(|last| last.is_for(colour, gamut));
        self.to_srgb.insert(last.unwrap_or_else(|| RgbToSrgb::new(colour, gamut)))
    }

    /// Returns the size of the picture's image.
    pub(crate) fn image_size(&self, picture: &frame::Video) -> Size {
        let orientation = Orientation::of(picture);
        orientation.rotated(self.resize.of(picture, orientation).cropped)
    }

    pub(crate) fn encode(&mut self, canvas: &Canvas) -> Result<EncodedImage, FramesError> {
        let Size { width, height } = canvas.size();
        let file = self.encoder.encode(canvas)?;
        Ok(EncodedImage { width, height, blank: canvas.is_blank(), file })
    }
}

/// The conversion of a picture that FFmpeg's scaler cannot convert.
struct YuvConversion {
    to_rgb: YuvToRgb,
    /// The colour of the resulting signals.
    colour: Colour,
    gamut: GamutMapping,
}

/// The kind of a pixel format.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PixelKind {
    /// Opaque, in luma and colour differences.
    Yuv,
    /// Opaque, in any other components.
    Other,
    Transparent,
}

impl PixelKind {
    fn of(picture: &frame::Video) -> Self {
        // SAFETY: descriptors are static.
        let descriptor = unsafe { ffi::av_pix_fmt_desc_get(picture.format().into()).as_ref() };
        let Some(descriptor) = descriptor else { return Self::Other };
        let has = |flag: i32| descriptor.flags & flag as u64 != 0;
        match descriptor.nb_components {
            _ if has(ffi::AV_PIX_FMT_FLAG_ALPHA) || has(ffi::AV_PIX_FMT_FLAG_PAL) => {
                Self::Transparent
            }
            3 if !has(ffi::AV_PIX_FMT_FLAG_RGB) => Self::Yuv,
            _ => Self::Other,
        }
    }
}
