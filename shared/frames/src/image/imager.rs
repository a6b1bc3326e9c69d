//! From a picture to an image and its file.

use super::{
    canvas::{Canvas, Rgb, Yuv},
    colour::{self, Colour, Matrix, Primaries, Transfer},
    components::Decoder,
    deinterlace::deinterlaced,
    dolby_vision::{self, Base, Rpu},
    encode::Encoder,
    light::{Gamut, ToSrgb},
    orientation::Orientation,
    scaler::{Care, Scaler},
    size::{Size, Target},
};
use crate::FramesError;
use ffmpeg_next::{ffi, format::Pixel, frame};
use framezip_contract::{Extraction, Format};

/// An image as it goes into the zip.
pub(crate) struct Encoded {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Whether it is near-uniform.
    pub(crate) blank: bool,
    pub(crate) file: Vec<u8>,
}

/// Makes images of pictures, and files of those.
pub(crate) struct Imager {
    size: Size,
    scaler: Scaler,
    /// For colours that are not sRGB's already.
    to_srgb: Option<ToSrgb>,
    encoder: Encoder,
    base: Base,
}

impl Imager {
    /// Makes images as `extraction` says, of at most `pixels` pixels.
    pub(crate) fn new(extraction: &Extraction, pixels: u64) -> Result<Self, FramesError> {
        Ok(Self {
            size: Size::new(extraction, pixels),
            scaler: Scaler::new(Care::Fine)?,
            to_srgb: None,
            encoder: Encoder::new(extraction)?,
            base: Base::default(),
        })
    }

    /// Sets how the stream's Dolby Vision base layer is shown.
    pub(crate) fn with_base(self, base: Base) -> Self {
        Self { base, ..self }
    }

    /// Sets it for the pictures that follow.
    pub(crate) fn set_base(&mut self, base: Base) {
        self.base = base;
    }

    /// Returns a sentence for the user if the picture's image gets wrong colours. The picture must not have
    /// been drawn yet: drawing overwrites its code points.
    pub(crate) fn unconverted(&self, picture: &frame::Video) -> Option<&'static str> {
        if Rpu::needed(picture, self.base).is_some() {
            None
        } else if self.base == Base::Reshaped {
            Some(dolby_vision::WITHOUT_METADATA)
        } else {
            colour::unconverted(picture)
        }
    }

    /// The picture's image.
    pub(crate) fn draw(&mut self, picture: &mut frame::Video) -> Result<Canvas, FramesError> {
        let orientation = Orientation::of(picture);
        let Target { scaled, cut } = self.size.target(picture, orientation);
        let mut progressive = deinterlaced(picture)?;
        let picture = progressive.as_mut().unwrap_or(picture);
        let colour = Colour::of(picture);
        let kind = Kind::of(picture);
        if let Some(Decoding { decoder, colour, gamut }) = self.decoding(picture, colour) {
            let (format, channels) = match kind {
                Kind::Transparent => (Pixel::YUVA444P16LE, 4),
                _ => (Pixel::YUV444P16LE, 3),
            };
            let components = self.scaler.scale_components(picture, format, scaled)?;
            let rgb = decoder.decode(&components);
            let rgb = Rgb::of(&rgb, Some(self.map_for(colour, gamut)), channels, cut, orientation);
            return Ok(self.rgb_canvas(rgb));
        }
        if self.encoder.format() == Format::Jpeg && kind == Kind::Yuv && colour.is_srgb() {
            let done = Yuv::is_like(picture) && scaled == (picture.width(), picture.height());
            let resized = if done {
                None
            } else {
                Some(self.scaler.scale(picture, colour, Pixel::YUV420P, scaled)?)
            };
            let picture = resized.as_ref().unwrap_or(picture);
            return Ok(Canvas::Yuv(Yuv::of(picture, colour, cut, orientation)));
        }
        let (format, channels) = match (colour.is_srgb(), kind == Kind::Transparent) {
            (true, false) => (Pixel::RGB24, 3),
            (true, true) => (Pixel::RGBA, 4),
            (false, false) => (Pixel::RGB48LE, 3),
            (false, true) => (Pixel::RGBA64LE, 4),
        };
        let rgb = self.scaler.scale(picture, colour, format, scaled)?;
        let map = (!colour.is_srgb()).then(|| self.map_for(colour, Gamut::Desaturated));
        let rgb = Rgb::of(&rgb, map, channels, cut, orientation);
        Ok(self.rgb_canvas(rgb))
    }

    fn rgb_canvas(&self, rgb: Rgb) -> Canvas {
        let opaque = self.encoder.format() == Format::Jpeg;
        Canvas::Rgb(if opaque { rgb.over_black() } else { rgb })
    }

    /// Returns the conversion of a picture that FFmpeg's scaler cannot convert.
    fn decoding(&self, picture: &frame::Video, colour: Colour) -> Option<Decoding> {
        if let Some(rpu) = Rpu::needed(picture, self.base) {
            let colour = Colour {
                matrix: Matrix::Identity,
                full_range: true,
                transfer: Transfer::Pq(rpu.peak),
                primaries: Primaries::Bt2020,
            };
            let decoder = Decoder::of_dolby_vision(picture, &rpu);
            return Some(Decoding { decoder, colour, gamut: Gamut::Clipped });
        }
        let decoder = Decoder::of(picture, colour)?;
        Some(Decoding { decoder, colour, gamut: Gamut::Desaturated })
    }

    fn map_for(&mut self, colour: Colour, gamut: Gamut) -> &ToSrgb {
        let known = self.to_srgb.take_if(|known| known.is_for(colour, gamut));
        self.to_srgb.insert(known.unwrap_or_else(|| ToSrgb::new(colour, gamut)))
    }

    /// How large the picture's image is.
    pub(crate) fn image_size(&self, picture: &frame::Video) -> (u32, u32) {
        let orientation = Orientation::of(picture);
        orientation.turned(self.size.target(picture, orientation).cut)
    }

    pub(crate) fn encode(&mut self, canvas: &Canvas) -> Result<Encoded, FramesError> {
        let (width, height) = canvas.size();
        let file = self.encoder.encode(canvas)?;
        Ok(Encoded { width, height, blank: canvas.is_blank(), file })
    }
}

/// The conversion of a picture that FFmpeg's scaler cannot convert.
struct Decoding {
    decoder: Decoder,
    /// The colour of the decoder's signals.
    colour: Colour,
    gamut: Gamut,
}

/// What a pixel format has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Luma and colour differences.
    Yuv,
    /// Whatever else is opaque.
    Other,
    Transparent,
}

impl Kind {
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
