//! From luma and colour differences to red, green and blue, by the formulas that FFmpeg's scaler lacks.
//!
//! Sources: ITU-T H.273 (07/2024), 8.3; ITU-R BT.2100-2, table 7 (ICtCp); SMPTE ST 2128 (IPT-C2). The
//! responses of the eye's cones are those of Hunt, Pointer and Estevez, normalized to D65.

use super::{
    colour::{Colour, Formula, Matrix, Primaries, Transfer},
    curve::Curve,
    dolby_vision::{Reshaping, Rpu},
    rows::{Rows, after, applied_single, inverse, single},
};
use ffmpeg_next::{ffi, format::Pixel, frame};

type Numbers = [f32; 3];

/// Converts the components of a picture to signals of red, green and blue.
pub(crate) struct Decoder {
    luma: Scale,
    difference: Scale,
    /// Applied to the components first.
    reshaping: Option<Reshaping>,
    steps: Steps,
}

/// How codes of 16 bits become numbers.
#[derive(Clone, Copy)]
struct Scale {
    /// The code of 0.
    zero: f32,
    /// The codes from 0 to 1.
    one: f32,
}

/// From numbers to signals.
enum Steps {
    Linear([Numbers; 3]),
    /// The numbers are integers, and so are red, green and blue, up to `white`.
    Lifting {
        white: i32,
    },
    ConstantLuminance {
        red: f32,
        blue: f32,
        curve: &'static Curve,
    },
    /// By way of the light that the eye's cones receive.
    Cones {
        to_cones: [Numbers; 3],
        curve: &'static Curve,
        to_rgb: [Numbers; 3],
    },
}

/// The bits of a picture's components, and its range.
#[derive(Clone, Copy)]
struct Codes {
    depth: u32,
    full_range: bool,
}

impl Decoder {
    /// Returns the decoder for pictures like this one, if the scaler lacks their formula.
    pub(crate) fn of(picture: &frame::Video, colour: Colour) -> Option<Self> {
        let Matrix::Own(formula) = colour.matrix else { return None };
        let codes = Codes { depth: depth(picture), full_range: colour.full_range };
        let (luma, difference) = (codes.luma(), codes.difference());
        let curve = Curve::of(colour.transfer);
        let (luma, difference, steps) = match formula {
            Formula::Gbr => (luma, luma, linear(GBR)),
            // H.273 applies the range to red, green and blue here, so differences are scaled like luma
            Formula::YCgCo => (luma, Scale { one: luma.one, ..difference }, linear(YCGCO)),
            Formula::YCgCoR(more) => {
                let code = (1 << (16 - codes.depth)) as f32;
                let whole = |zero: f32| Scale { zero, one: code };
                let white = (1 << codes.depth.saturating_sub(more)) - 1;
                (whole(0.0), whole(difference.zero), Steps::Lifting { white })
            }
            Formula::Derived => (luma, difference, linear(by_weights(colour.primaries.weights()))),
            Formula::Bt2020Constant | Formula::DerivedConstant => {
                let primaries = match formula {
                    Formula::Bt2020Constant => Primaries::Bt2020,
                    _ => colour.primaries,
                };
                let (red, blue) = primaries.weights();
                let (red, blue) = (red as f32, blue as f32);
                (luma, difference, Steps::ConstantLuminance { red, blue, curve })
            }
            Formula::ICtCp => {
                let to_cones = inverse(over_4096(match colour.transfer {
                    Transfer::Hlg => ICTCP_HLG,
                    _ => ICTCP,
                }));
                (luma, difference, cones(to_cones, curve, inverse(over_4096(RGB_TO_CONES))))
            }
            Formula::IptC2 => {
                let to_rgb = inverse(after(crosstalk(0.02), rgb_to_cones()));
                (luma, difference, cones(inverse(IPT), curve, to_rgb))
            }
        };
        Some(Self { luma, difference, reshaping: None, steps })
    }

    /// Returns the decoder for a Dolby Vision picture that must be reshaped.
    pub(crate) fn of_dolby_vision(picture: &frame::Video, rpu: &Rpu) -> Self {
        // the metadata applies to plain codes, in either range
        let codes = Codes { depth: depth(picture), full_range: true }.luma();
        let to_rgb = after(inverse(rgb_to_cones()), rpu.to_cones);
        let steps = cones(rpu.to_signals, Curve::of(Transfer::Pq(0)), to_rgb);
        Self { luma: codes, difference: codes, reshaping: Some(rpu.reshaping.clone()), steps }
    }

    /// Converts YUV444P16LE to RGB48LE, and YUVA444P16LE to RGBA64LE.
    pub(crate) fn decode(&self, picture: &frame::Video) -> frame::Video {
        let transparent = picture.planes() > 3;
        let format = if transparent { Pixel::RGBA64LE } else { Pixel::RGB48LE };
        let mut rgb = frame::Video::new(format, picture.width(), picture.height());
        let channels = if transparent { 4 } else { 3 };
        let (width, stride) = (picture.width() as usize, rgb.stride(0));
        for (row, line) in rgb.data_mut(0).chunks_mut(stride).enumerate() {
            if row == picture.height() as usize {
                break;
            }
            let planes: Vec<&[u8]> = (0..channels)
                .map(|plane| &picture.data(plane)[row * picture.stride(plane)..][..2 * width])
                .collect();
            for (column, pixel) in line.chunks_exact_mut(2 * channels).take(width).enumerate() {
                let code = |plane: usize| {
                    let bytes = &planes[plane][2 * column..];
                    u16::from_le_bytes([bytes[0], bytes[1]])
                };
                let signals = self.signals([0, 1, 2].map(code));
                for (channel, signal) in signals.into_iter().enumerate() {
                    pixel[2 * channel..][..2].copy_from_slice(&signal.to_le_bytes());
                }
                if transparent {
                    pixel[6..].copy_from_slice(&code(3).to_le_bytes());
                }
            }
        }
        rgb
    }

    fn signals(&self, codes: [u16; 3]) -> [u16; 3] {
        let scales = [self.luma, self.difference, self.difference];
        let mut numbers = [0, 1, 2].map(|component: usize| {
            let Scale { zero, one } = scales[component];
            (f32::from(codes[component]) - zero) / one
        });
        if let Some(reshaping) = &self.reshaping {
            numbers = reshaping.apply(numbers);
        }
        let signals = match &self.steps {
            Steps::Linear(rows) => applied_single(rows, numbers),
            Steps::Lifting { white } => lifted(numbers, *white),
            Steps::ConstantLuminance { red, blue, curve } => {
                constant_luminance(numbers, *red, *blue, curve)
            }
            Steps::Cones { to_cones, curve, to_rgb } => {
                let light = applied_single(to_cones, numbers).map(|signal| curve.light(signal));
                applied_single(to_rgb, light).map(|light| curve.signal(light))
            }
        };
        signals.map(|signal| (signal.clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16)
    }
}

impl Codes {
    /// The code of the brightest in full range, the component's bits being the upper ones of 16.
    fn most(self) -> f32 {
        (((1 << self.depth) - 1) << (16 - self.depth)) as f32
    }

    fn luma(self) -> Scale {
        if self.full_range {
            Scale { zero: 0.0, one: self.most() }
        } else {
            Scale { zero: 16.0 * 256.0, one: 219.0 * 256.0 }
        }
    }

    fn difference(self) -> Scale {
        let one = if self.full_range { self.most() } else { 224.0 * 256.0 };
        Scale { zero: 128.0 * 256.0, one }
    }
}

/// The bits of a picture's components, from 8 to 16.
fn depth(picture: &frame::Video) -> u32 {
    // SAFETY: descriptors are static.
    let descriptor = unsafe { ffi::av_pix_fmt_desc_get(picture.format().into()).as_ref() };
    descriptor.map_or(8, |descriptor| descriptor.comp[0].depth.clamp(8, 16) as u32)
}

/// From green, blue and red.
const GBR: Rows = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];

/// From Y, Cg and Co, which are G/2 + (R + B)/4, G/2 - (R + B)/4 and (R - B)/2.
const YCGCO: Rows = [[1.0, -1.0, 1.0], [1.0, 1.0, 0.0], [1.0, -1.0, -1.0]];

/// From the cones' signals to ICtCp in 4096ths, except for HLG.
const ICTCP: Rows =
    [[2048.0, 2048.0, 0.0], [6610.0, -13_613.0, 7003.0], [17_933.0, -17_390.0, -543.0]];

/// The same for HLG.
const ICTCP_HLG: Rows =
    [[2048.0, 2048.0, 0.0], [3625.0, -7465.0, 3840.0], [9500.0, -9212.0, -288.0]];

/// From light of BT.2020's primaries to ICtCp's cones in 4096ths, with four percent of crosstalk.
const RGB_TO_CONES: Rows = [[1688.0, 2146.0, 262.0], [683.0, 2951.0, 462.0], [99.0, 309.0, 3688.0]];

/// From the cones' signals to IPT.
const IPT: Rows = [[0.4, 0.4, 0.2], [4.455, -4.851, 0.396], [0.8056, 0.3572, -1.1628]];

/// From CIE XYZ to the light of the cones.
const XYZ_TO_CONES: Rows =
    [[0.400_24, 0.707_60, -0.080_81], [-0.226_30, 1.165_32, 0.045_70], [0.0, 0.0, 0.918_22]];

/// From light of BT.2020's primaries to that of the cones.
fn rgb_to_cones() -> Rows {
    after(XYZ_TO_CONES, Primaries::Bt2020.to_xyz())
}

/// Crosstalk: this part of each cone's light is added to each of the others.
fn crosstalk(part: f64) -> Rows {
    let own = 1.0 - 2.0 * part;
    [[own, part, part], [part, own, part], [part, part, own]]
}

fn over_4096(rows: Rows) -> Rows {
    rows.map(|row| row.map(|number| number / 4096.0))
}

fn linear(rows: Rows) -> Steps {
    Steps::Linear(single(rows))
}

fn cones(to_cones: Rows, curve: &'static Curve, to_rgb: Rows) -> Steps {
    Steps::Cones { to_cones: single(to_cones), curve, to_rgb: single(to_rgb) }
}

/// From luma of these weights and its differences.
fn by_weights((red, blue): (f64, f64)) -> Rows {
    let green = 1.0 - red - blue;
    let (from_red, from_blue) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
    [
        [1.0, 0.0, from_red],
        [1.0, -blue * from_blue / green, -red * from_red / green],
        [1.0, from_blue, 0.0],
    ]
}

/// The inverse of YCgCo-R: Co = R - B, t = B + Co/2, Cg = G - t, Y = t + Cg/2, with halves rounded down.
fn lifted(numbers: Numbers, white: i32) -> Numbers {
    let [luma, green, orange] = numbers.map(|number| number.round() as i32);
    let t = luma - (green >> 1);
    let b = t - (orange >> 1);
    [b + orange, green + t, b].map(|level| level as f32 / white as f32)
}

/// From the signal of luminance and the differences of blue and red from it (H.273, equations 50 to 57). Each
/// difference is stored divided by twice its largest amount, which is not the same below 0 and above.
fn constant_luminance([luma, cb, cr]: Numbers, red: f32, blue: f32, curve: &Curve) -> Numbers {
    let signal = |difference: f32, weight: f32| {
        let most =
            if difference < 0.0 { curve.signal(1.0 - weight) } else { 1.0 - curve.signal(weight) };
        luma + 2.0 * most * difference
    };
    let (r, b) = (signal(cr, red), signal(cb, blue));
    let light = [luma, r, b].map(|signal| curve.light(signal));
    let g = (light[0] - red * light[1] - blue * light[2]) / (1.0 - red - blue);
    [r, curve.signal(g), b]
}
