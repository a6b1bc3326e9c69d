//! Encodes images as files.

use super::{
    canvas::{Canvas, Rgb, Yuv},
    size::Size,
};
use crate::FramesError;
use framezip_contract::{Extraction, Format};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp, YuvPlanesImage};

/// Encodes images in one format.
pub(crate) struct Encoder {
    format: Format,
    quality: u8,
    jpeg: Compressor,
}

impl Encoder {
    pub(crate) fn new(extraction: &Extraction) -> Result<Self, FramesError> {
        Self::of(extraction.format, extraction.quality)
    }

    /// Returns an encoder for images that are always JPEGs.
    pub(crate) fn jpeg(quality: u8) -> Result<Self, FramesError> {
        Self::of(Format::Jpeg, quality)
    }

    fn of(format: Format, quality: u8) -> Result<Self, FramesError> {
        let mut jpeg = Compressor::new().map_err(jpeg_error)?;
        jpeg.set_quality(quality.into()).map_err(jpeg_error)?;
        jpeg.set_subsamp(Subsamp::Sub2x2).map_err(jpeg_error)?;
        Ok(Self { format, quality, jpeg })
    }

    /// Returns the approximate largest number of bytes of an image file.
    pub(crate) fn about(format: Format, size: Size) -> usize {
        let pixels = size.area() as usize;
        if format == Format::Png { 3 * pixels } else { pixels / 2 }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn encode(&mut self, canvas: &Canvas) -> Result<Vec<u8>, FramesError> {
        match (canvas, self.format) {
            (Canvas::Yuv(yuv), _) => self.yuv_jpeg(yuv),
            (Canvas::Rgb(rgb), Format::Jpeg) => self.rgb_jpeg(rgb),
            (Canvas::Rgb(rgb), Format::Png) => png(rgb),
            (Canvas::Rgb(rgb), Format::Webp) => self.webp(rgb),
        }
    }

    fn yuv_jpeg(&mut self, yuv: &Yuv) -> Result<Vec<u8>, FramesError> {
        let [y_plane, u_plane, v_plane] = &yuv.planes;
        let [y_stride, u_stride, v_stride] = yuv.strides();
        let image = YuvPlanesImage {
            y_plane: y_plane.as_slice(),
            u_plane: u_plane.as_slice(),
            v_plane: v_plane.as_slice(),
            width: yuv.size.width,
            height: yuv.size.height,
            y_stride,
            u_stride,
            v_stride,
            subsamp: Subsamp::Sub2x2,
        };
        self.jpeg.compress_yuv_planes_to_vec(&image).map_err(jpeg_error)
    }

    /// Encodes an image without transparency as a JPEG.
    pub(crate) fn rgb_jpeg(&mut self, rgb: &Rgb) -> Result<Vec<u8>, FramesError> {
        let image = Image {
            pixels: rgb.pixels.as_slice(),
            width: rgb.width,
            pitch: rgb.width * 3,
            height: rgb.height,
            format: PixelFormat::RGB,
        };
        self.jpeg.compress_to_vec(image).map_err(jpeg_error)
    }

    fn webp(&self, rgb: &Rgb) -> Result<Vec<u8>, FramesError> {
        let (width, height) = (rgb.width as u32, rgb.height as u32);
        let encoder = match rgb.channels {
            4 => webp::Encoder::from_rgba(&rgb.pixels, width, height),
            _ => webp::Encoder::from_rgb(&rgb.pixels, width, height),
        };
        let file = encoder.encode_simple(false, self.quality.into());
        file.map(|file| file.to_vec())
            .map_err(|error| FramesError::library("WebP encoding", format!("{error:?}")))
    }
}

fn png(rgb: &Rgb) -> Result<Vec<u8>, FramesError> {
    let write = || {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, rgb.width as u32, rgb.height as u32);
        encoder.set_color(if rgb.channels == 4 {
            png::ColorType::Rgba
        } else {
            png::ColorType::Rgb
        });
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header()?.write_image_data(&rgb.pixels)?;
        Ok(file)
    };
    write().map_err(|error: png::EncodingError| FramesError::library("PNG encoding", error))
}

fn jpeg_error(error: turbojpeg::Error) -> FramesError {
    FramesError::library("JPEG encoding", error)
}
