//! Finished images in memory, before they are encoded.

use super::{
    blank::Levels, colour::Colour, orientation::Orientation, size::Size, tone_map::RgbToSrgb,
    yuv_to_jpeg::YuvToJpeg,
};
use ffmpeg_next::{format::Pixel, frame};
use serde::{Deserialize, Serialize};

/// A finished image in memory.
pub(crate) enum Canvas {
    /// For a JPEG, in the components that it stores.
    Yuv(Yuv),
    /// For any format.
    Rgb(Rgb),
}

/// Luma and colour differences of BT.601 in full range, with the differences at half the size.
pub(crate) struct Yuv {
    pub(crate) size: Size<usize>,
    /// Rows have no padding. Luma has an even number of columns and rows, because JPEG's blocks have.
    pub(crate) planes: [Vec<u8>; 3],
}

/// An image in sRGB, with or without transparency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rgb {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// 3, or 4 with transparency.
    pub(crate) channels: usize,
    /// Rows have no padding.
    #[serde(with = "serde_bytes")]
    pub(crate) pixels: Vec<u8>,
}

impl Canvas {
    pub(crate) fn size(&self) -> Size {
        let size = match self {
            Self::Yuv(yuv) => yuv.size,
            Self::Rgb(rgb) => Size::new(rgb.width, rgb.height),
        };
        size.map(|side| side as u32)
    }

    /// Returns whether the image is nearly uniform.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Yuv(yuv) => {
                let mut planes = yuv.planes.iter().zip(yuv.strides());
                planes.all(|(plane, stride)| Levels::of(plane, stride, 0, 1).are_uniform())
            }
            Self::Rgb(rgb) => {
                let stride = rgb.width * rgb.channels;
                let levels = |channel| Levels::of(&rgb.pixels, stride, channel, rgb.channels);
                (0..rgb.channels).all(|channel| levels(channel).are_uniform())
            }
        }
    }
}

impl Yuv {
    /// Returns whether [`Yuv::of`] accepts the pixel format of a picture: 4:2:0 with 8, 10 or 12 bits.
    pub(crate) fn accepts(picture: &frame::Video) -> bool {
        bits(picture.format()).is_some()
    }

    /// Crops a picture to `size` around its centre, makes it upright and converts it to JPEG's
    /// components.
    pub(crate) fn of(
        picture: &frame::Video,
        colour: Colour,
        size: Size,
        orientation: Orientation,
    ) -> Self {
        let Region { left, top, size } = Region::centred(picture, size);
        // two pixels share a colour difference, so the region begins at an even column and row
        let (left, top) = (left & !1, top & !1);
        let halves = size.map(|side| side.div_ceil(2));
        let mut planes = [0, 1, 2].map(|plane| {
            let region = match plane {
                0 => Region { left, top, size },
                _ => Region { left: left / 2, top: top / 2, size: halves },
            };
            match bits(picture.format()) {
                Some(bits) if bits > 8 => copy_reduced(picture, plane, region, bits - 8),
                _ => copy(picture, plane, region),
            }
        });
        if let Some(conversion) = YuvToJpeg::from(colour) {
            let mut scratch = vec![0; halves.width];
            let [luma, blue, red] = &mut planes;
            let differences =
                blue.chunks_exact_mut(halves.width).zip(red.chunks_exact_mut(halves.width));
            for (luma, (blue, red)) in luma.chunks_mut(2 * size.width).zip(differences) {
                let (first, second) = luma.split_at_mut(size.width);
                conversion.convert_rows([first, second], blue, red, &mut scratch);
            }
        }
        let upright = orientation.rotated(size);
        let [luma, blue, red] = planes;
        let luma = orientation.apply(luma, size, 1);
        let planes = [
            with_even_sides(luma, upright),
            orientation.apply(blue, halves, 1),
            orientation.apply(red, halves, 1),
        ];
        Self { size: upright, planes }
    }

    /// Returns the length of each plane's rows.
    pub(crate) fn strides(&self) -> [usize; 3] {
        let half = self.size.width.div_ceil(2);
        [2 * half, half, half]
    }
}

/// Returns the bits of a component in the accepted 4:2:0 formats.
fn bits(format: Pixel) -> Option<u32> {
    match format {
        Pixel::YUV420P | Pixel::YUVJ420P => Some(8),
        Pixel::YUV420P10LE => Some(10),
        Pixel::YUV420P12LE => Some(12),
        _ => None,
    }
}

/// Repeats the last column and row of a plane where their number is odd.
fn with_even_sides(plane: Vec<u8>, Size { width, height }: Size<usize>) -> Vec<u8> {
    if width % 2 == 0 && height % 2 == 0 {
        return plane;
    }
    let mut wide = Vec::with_capacity((width + 1) * (height + 1));
    for row in plane
        .chunks_exact(width)
        .chain(plane.chunks_exact(width).last().filter(|_| height % 2 == 1))
    {
        wide.extend_from_slice(row);
        wide.extend(row.last().filter(|_| width % 2 == 1));
    }
    wide
}

impl Rgb {
    /// Crops a picture of packed red, green and blue to `size` around its centre and makes it upright.
    /// With a conversion the picture has 16-bit signals, which are converted. Otherwise it has 8-bit
    /// levels.
    pub(crate) fn of(
        picture: &frame::Video,
        conversion: Option<&RgbToSrgb>,
        channels: usize,
        size: Size,
        orientation: Orientation,
    ) -> Self {
        let Region { left, top, size } = Region::centred(picture, size);
        let bytes = if conversion.is_some() { 2 * channels } else { channels };
        let in_bytes = Size { width: size.width * bytes, ..size };
        let pixels = copy(picture, 0, Region { left: left * bytes, top, size: in_bytes });
        let pixels = match conversion {
            Some(conversion) => converted(conversion, &pixels, channels),
            None => pixels,
        };
        let pixels = orientation.apply(pixels, size, channels);
        let Size { width, height } = orientation.rotated(size);
        Self { width, height, channels, pixels }
    }

    /// Returns the image over a black background, without transparency.
    pub(crate) fn over_black(self) -> Self {
        if self.channels == 3 {
            return self;
        }
        let (pixels, _) = self.pixels.as_chunks::<4>();
        let shown =
            |level: u8, alpha: u8| ((u32::from(level) * u32::from(alpha) + 127) / 255) as u8;
        let over = |[red, green, blue, alpha]: &[u8; 4]| {
            [red, green, blue].map(|level| shown(*level, *alpha))
        };
        Self { channels: 3, pixels: pixels.iter().flat_map(over).collect(), ..self }
    }
}

/// Converts little-endian 16-bit signals to levels. Transparency is not a colour: its upper 8 bits are
/// kept.
fn converted(conversion: &RgbToSrgb, signals: &[u8], channels: usize) -> Vec<u8> {
    let mut levels = Vec::with_capacity(signals.len() / 2);
    for pixel in signals.chunks_exact(2 * channels) {
        let signal = [0, 1, 2].map(|at| u16::from_le_bytes([pixel[2 * at], pixel[2 * at + 1]]));
        levels.extend_from_slice(&conversion.levels(signal));
        levels.extend(pixel.get(7));
    }
    levels
}

/// A part of a plane.
#[derive(Clone, Copy)]
struct Region {
    left: usize,
    top: usize,
    size: Size<usize>,
}

impl Region {
    /// Returns the region of this size around a picture's centre.
    fn centred(picture: &frame::Video, size: Size) -> Self {
        let left = ((picture.width() - size.width) / 2) as usize;
        let top = ((picture.height() - size.height) / 2) as usize;
        Self { left, top, size: size.in_memory() }
    }
}

/// Copies a region of a plane, in bytes. The copied rows have no padding.
fn copy(picture: &frame::Video, plane: usize, region: Region) -> Vec<u8> {
    let Region { left, top, size: Size { width, height } } = region;
    let (data, stride) = (picture.data(plane), picture.stride(plane));
    let mut bytes = Vec::with_capacity(width * height);
    for row in top..top + height {
        let start = row * stride + left;
        bytes.extend_from_slice(&data[start..start + width]);
    }
    bytes
}

/// Copies a region of a plane of little-endian 16-bit components as bytes: each component is divided by
/// 2 to the power of `bits` and rounded.
fn copy_reduced(picture: &frame::Video, plane: usize, region: Region, bits: u32) -> Vec<u8> {
    let Region { left, top, size: Size { width, height } } = region;
    let (data, stride) = (picture.data(plane), picture.stride(plane));
    let mut bytes = Vec::with_capacity(width * height);
    let half = 1 << (bits - 1);
    for row in top..top + height {
        let (components, _) = data[row * stride + 2 * left..][..2 * width].as_chunks::<2>();
        let reduced = |component: &[u8; 2]| {
            ((u32::from(u16::from_le_bytes(*component)) + half) >> bits).min(255) as u8
        };
        bytes.extend(components.iter().map(reduced));
    }
    bytes
}
