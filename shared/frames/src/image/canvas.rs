//! A finished image, before it is encoded.

use super::{
    blank::Levels, colour::Colour, light::ToSrgb, matrix::ToJpeg, orientation::Orientation,
};
use ffmpeg_next::{format::Pixel, frame};
use serde::{Deserialize, Serialize};

/// An image in memory.
pub(crate) enum Canvas {
    /// As JPEG stores it.
    Yuv(Yuv),
    /// Any other.
    Rgb(Rgb),
}

/// Luma and colour differences of BT.601 in full range, the differences at half the size.
pub(crate) struct Yuv {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Without gaps between rows. Luma has an even number of columns and rows, as JPEG's blocks do.
    pub(crate) planes: [Vec<u8>; 3],
}

/// sRGB, with transparency or without.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rgb {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// 3, or 4 with transparency.
    pub(crate) channels: usize,
    /// Without gaps between rows.
    #[serde(with = "serde_bytes")]
    pub(crate) pixels: Vec<u8>,
}

impl Canvas {
    pub(crate) fn size(&self) -> (u32, u32) {
        let (width, height) = match self {
            Self::Yuv(yuv) => (yuv.width, yuv.height),
            Self::Rgb(rgb) => (rgb.width, rgb.height),
        };
        (width as u32, height as u32)
    }

    /// Whether it is near-uniform.
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
    /// Whether a picture is of luma and colour differences that need nothing but conversion: 4:2:0, in
    /// bytes or in pairs of bytes.
    pub(crate) fn is_like(picture: &frame::Video) -> bool {
        bits(picture.format()).is_some()
    }

    /// The middle of such a picture, cut to `size`, converted and turned.
    pub(crate) fn of(
        picture: &frame::Video,
        colour: Colour,
        size: (u32, u32),
        orientation: Orientation,
    ) -> Self {
        let (left, top) = corner(picture, size);
        // where a colour difference is one for two pixels, a cut goes between two
        let (left, top) = (left & !1, top & !1);
        let (width, height) = (size.0 as usize, size.1 as usize);
        let mut planes = [0, 1, 2].map(|plane| {
            let half = |side: usize| if plane == 0 { side } else { side.div_ceil(2) };
            let (left, top) = if plane == 0 { (left, top) } else { (left / 2, top / 2) };
            let size = (half(width), half(height));
            match bits(picture.format()) {
                Some(bits) if bits > 8 => lower(picture, plane, (left, top), size, bits - 8),
                _ => copy(picture, plane, (left, top), size),
            }
        });
        if let Some(map) = ToJpeg::from(colour) {
            let half = width.div_ceil(2);
            let mut scratch = vec![0; half];
            let [luma, blue, red] = &mut planes;
            let differences = blue.chunks_exact_mut(half).zip(red.chunks_exact_mut(half));
            for (luma, (blue, red)) in luma.chunks_mut(2 * width).zip(differences) {
                let (first, second) = luma.split_at_mut(width);
                map.rows([first, second], blue, red, &mut scratch);
            }
        }
        let turned = orientation.turned((width, height));
        let halves = (width.div_ceil(2), height.div_ceil(2));
        let [luma, blue, red] = planes;
        let luma = orientation.apply(luma, (width, height), 1);
        let planes = [
            even(luma, turned),
            orientation.apply(blue, halves, 1),
            orientation.apply(red, halves, 1),
        ];
        Self { width: turned.0, height: turned.1, planes }
    }

    /// How long the planes' rows are.
    pub(crate) fn strides(&self) -> [usize; 3] {
        let half = self.width.div_ceil(2);
        [2 * half, half, half]
    }
}

/// The bits of a component in 4:2:0 formats.
fn bits(format: Pixel) -> Option<u32> {
    match format {
        Pixel::YUV420P | Pixel::YUVJ420P => Some(8),
        Pixel::YUV420P10LE => Some(10),
        Pixel::YUV420P12LE => Some(12),
        _ => None,
    }
}

/// The same with the last column and row twice, where their number is odd.
fn even(plane: Vec<u8>, (width, height): (usize, usize)) -> Vec<u8> {
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
    /// The middle of a picture of packed red, green and blue, cut to `size` and turned. With a map it has
    /// signals of 16 bits, which are mapped, else levels of 8.
    pub(crate) fn of(
        picture: &frame::Video,
        map: Option<&ToSrgb>,
        channels: usize,
        size: (u32, u32),
        orientation: Orientation,
    ) -> Self {
        let (left, top) = corner(picture, size);
        let (width, height) = (size.0 as usize, size.1 as usize);
        let bytes = if map.is_some() { 2 * channels } else { channels };
        let pixels = copy(picture, 0, (left * bytes, top), (width * bytes, height));
        let pixels = match map {
            Some(map) => mapped(map, &pixels, channels),
            None => pixels,
        };
        let pixels = orientation.apply(pixels, (width, height), channels);
        let (width, height) = orientation.turned((width, height));
        Self { width, height, channels, pixels }
    }

    /// The same without transparency, where that lets black through.
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

/// The levels for little-endian signals of 16 bits; of transparency, which is none, the upper half.
fn mapped(map: &ToSrgb, signals: &[u8], channels: usize) -> Vec<u8> {
    let mut levels = Vec::with_capacity(signals.len() / 2);
    for pixel in signals.chunks_exact(2 * channels) {
        let signal = [0, 1, 2].map(|at| u16::from_le_bytes([pixel[2 * at], pixel[2 * at + 1]]));
        levels.extend_from_slice(&map.map(signal));
        levels.extend(pixel.get(7));
    }
    levels
}

/// Where the middle part of so large a size begins.
fn corner(picture: &frame::Video, (width, height): (u32, u32)) -> (usize, usize) {
    (((picture.width() - width) / 2) as usize, ((picture.height() - height) / 2) as usize)
}

/// Copies bytes of a plane, without gaps between rows.
fn copy(
    picture: &frame::Video,
    plane: usize,
    (left, top): (usize, usize),
    (width, height): (usize, usize),
) -> Vec<u8> {
    let (data, stride) = (picture.data(plane), picture.stride(plane));
    let mut bytes = Vec::with_capacity(width * height);
    for row in top..top + height {
        let start = row * stride + left;
        bytes.extend_from_slice(&data[start..start + width]);
    }
    bytes
}

/// Copies little-endian components of a plane, each with so many bits less, rounded.
fn lower(
    picture: &frame::Video,
    plane: usize,
    (left, top): (usize, usize),
    (width, height): (usize, usize),
    bits: u32,
) -> Vec<u8> {
    let (data, stride) = (picture.data(plane), picture.stride(plane));
    let mut bytes = Vec::with_capacity(width * height);
    let half = 1 << (bits - 1);
    for row in top..top + height {
        let (components, _) = data[row * stride + 2 * left..][..2 * width].as_chunks::<2>();
        let lowered = |component: &[u8; 2]| {
            ((u32::from(u16::from_le_bytes(*component)) + half) >> bits).min(255) as u8
        };
        bytes.extend(components.iter().map(lowered));
    }
    bytes
}
