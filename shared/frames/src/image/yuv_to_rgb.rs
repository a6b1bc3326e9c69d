//! Converts luma and colour differences to red, green and blue by formulas that FFmpeg's scaler lacks.
//!
//! Sources: ITU-T H.273 (07/2024), 8.3; ITU-R BT.2100-2, table 7 (ICtCp); SMPTE ST 2128 (IPT-C2). The
//! responses of the eye's cones are those of Hunt, Pointer and Estevez, normalized to D65.

use super::{
    colour::{Colour, Formula, Matrix, Primaries, TransferFunction},
    dolby_vision::{Reshaping, Rpu},
    matrix3::{Matrix3, inverse, product, to_f32, transformed_f32},
    primaries::LumaWeights,
    transfer::TransferTable,
};
use ffmpeg_next::{ffi, format::Pixel, frame};

type Numbers = [f32; 3];

/// The conversion of a picture's components to signals of red, green and blue.
pub(crate) struct YuvToRgb {
    luma: CodeScale,
    difference: CodeScale,
    /// Applied to the components before the formula.
    reshaping: Option<Reshaping>,
    formula: SignalFormula,
}

/// The scale of 16-bit codes.
#[derive(Clone, Copy)]
struct CodeScale {
    /// The code of 0.
    zero: f32,
    /// The difference between the codes of 1 and 0.
    one: f32,
}

/// The formula from scaled components to signals.
enum SignalFormula {
    Linear([Numbers; 3]),
    /// YCgCo-R in integers. Red, green and blue are integers up to `white`.
    Lifting {
        white: i32,
    },
    ConstantLuminance {
        red: f32,
        blue: f32,
        transfer: &'static TransferTable,
    },
    /// A conversion by the light that the eye's cones receive.
    Cones {
        to_cones: [Numbers; 3],
        transfer: &'static TransferTable,
        to_rgb: [Numbers; 3],
    },
}

/// The bit depth of a picture's components and their range.
#[derive(Clone, Copy)]
struct CodeRange {
    depth: u32,
    full_range: bool,
}

impl YuvToRgb {
    /// Returns the conversion of pictures like this one, if the scaler lacks their formula.
    pub(crate) fn of(picture: &frame::Video, colour: Colour) -> Option<Self> {
        let Matrix::Formula(formula) = colour.matrix else { return None };
        let range = CodeRange { depth: depth(picture), full_range: colour.full_range };
        let (luma, difference) = (range.luma(), range.difference());
        let transfer = TransferTable::of(colour.transfer);
        let (luma, difference, formula) = match formula {
            Formula::Gbr => (luma, luma, linear(GBR)),
            // H.273 applies the range to red, green and blue, so differences are scaled like luma
            Formula::YCgCo => (luma, CodeScale { one: luma.one, ..difference }, linear(YCGCO)),
            Formula::YCgCoR(extra_bits) => {
                let code = (1 << (16 - range.depth)) as f32;
                let integers = |zero: f32| CodeScale { zero, one: code };
                let white = (1 << range.depth.saturating_sub(extra_bits)) - 1;
                (integers(0.0), integers(difference.zero), SignalFormula::Lifting { white })
            }
            Formula::Derived => (luma, difference, linear(by_weights(colour.primaries.weights()))),
            Formula::Bt2020Constant | Formula::DerivedConstant => {
                let primaries = match formula {
                    Formula::Bt2020Constant => Primaries::Bt2020,
                    _ => colour.primaries,
                };
                let LumaWeights { red, blue } = primaries.weights();
                let (red, blue) = (red as f32, blue as f32);
                (luma, difference, SignalFormula::ConstantLuminance { red, blue, transfer })
            }
            Formula::ICtCp => {
                let to_cones = inverse(over_4096(match colour.transfer {
                    TransferFunction::Hlg => ICTCP_HLG,
                    _ => ICTCP,
                }));
                (luma, difference, cones(to_cones, transfer, inverse(over_4096(RGB_TO_CONES))))
            }
            Formula::IptC2 => {
                let to_rgb = inverse(product(crosstalk(0.02), rgb_to_cones()));
                (luma, difference, cones(inverse(IPT), transfer, to_rgb))
            }
        };
        Some(Self { luma, difference, reshaping: None, formula })
    }

    /// Returns the conversion of a Dolby Vision picture that must be reshaped.
    pub(crate) fn of_dolby_vision(picture: &frame::Video, rpu: &Rpu) -> Self {
        // the metadata applies to unscaled codes in either range
        let scale = CodeRange { depth: depth(picture), full_range: true }.luma();
        let to_rgb = product(inverse(rgb_to_cones()), rpu.to_cones);
        let formula = cones(rpu.to_signals, TransferTable::of(TransferFunction::Pq(0)), to_rgb);
        Self { luma: scale, difference: scale, reshaping: Some(rpu.reshaping.clone()), formula }
    }

    /// Converts YUV444P16LE to RGB48LE, and YUVA444P16LE to RGBA64LE.
    pub(crate) fn convert(&self, picture: &frame::Video) -> frame::Video {
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
            let CodeScale { zero, one } = scales[component];
            (f32::from(codes[component]) - zero) / one
        });
        if let Some(reshaping) = &self.reshaping {
            numbers = reshaping.apply(numbers);
        }
        let signals = match &self.formula {
            SignalFormula::Linear(matrix) => transformed_f32(matrix, numbers),
            SignalFormula::Lifting { white } => lifted(numbers, *white),
            SignalFormula::ConstantLuminance { red, blue, transfer } => {
                constant_luminance(numbers, *red, *blue, transfer)
            }
            SignalFormula::Cones { to_cones, transfer, to_rgb } => {
                let light = transformed_f32(to_cones, numbers).map(|signal| transfer.light(signal));
                transformed_f32(to_rgb, light).map(|light| transfer.signal(light))
            }
        };
        signals.map(|signal| (signal.clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16)
    }
}

impl CodeRange {
    /// Returns the largest code in full range. The component's bits are the upper bits of 16.
    fn largest(self) -> f32 {
        (((1 << self.depth) - 1) << (16 - self.depth)) as f32
    }

    fn luma(self) -> CodeScale {
        if self.full_range {
            CodeScale { zero: 0.0, one: self.largest() }
        } else {
            CodeScale { zero: 16.0 * 256.0, one: 219.0 * 256.0 }
        }
    }

    fn difference(self) -> CodeScale {
        let one = if self.full_range { self.largest() } else { 224.0 * 256.0 };
        CodeScale { zero: 128.0 * 256.0, one }
    }
}

/// Returns the bit depth of a picture's components, limited to 8 to 16.
fn depth(picture: &frame::Video) -> u32 {
    // SAFETY: descriptors are static.
    let descriptor = unsafe { ffi::av_pix_fmt_desc_get(picture.format().into()).as_ref() };
    descriptor.map_or(8, |descriptor| descriptor.comp[0].depth.clamp(8, 16) as u32)
}

/// From green, blue and red.
const GBR: Matrix3 = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];

/// From Y, Cg and Co, which are G/2 + (R + B)/4, G/2 - (R + B)/4 and (R - B)/2.
const YCGCO: Matrix3 = [[1.0, -1.0, 1.0], [1.0, 1.0, 0.0], [1.0, -1.0, -1.0]];

/// From the cones' signals to ICtCp in 4096ths, except for HLG.
const ICTCP: Matrix3 =
    [[2048.0, 2048.0, 0.0], [6610.0, -13_613.0, 7003.0], [17_933.0, -17_390.0, -543.0]];

/// From the cones' signals to ICtCp in 4096ths for HLG.
const ICTCP_HLG: Matrix3 =
    [[2048.0, 2048.0, 0.0], [3625.0, -7465.0, 3840.0], [9500.0, -9212.0, -288.0]];

/// From light of BT.2020's primaries to ICtCp's cones in 4096ths, with four percent of crosstalk.
const RGB_TO_CONES: Matrix3 =
    [[1688.0, 2146.0, 262.0], [683.0, 2951.0, 462.0], [99.0, 309.0, 3688.0]];

/// From the cones' signals to IPT.
const IPT: Matrix3 = [[0.4, 0.4, 0.2], [4.455, -4.851, 0.396], [0.8056, 0.3572, -1.1628]];

/// From CIE XYZ to the light of the cones.
const XYZ_TO_CONES: Matrix3 =
    [[0.400_24, 0.707_60, -0.080_81], [-0.226_30, 1.165_32, 0.045_70], [0.0, 0.0, 0.918_22]];

/// Returns the matrix from light of BT.2020's primaries to the light of the cones.
fn rgb_to_cones() -> Matrix3 {
    product(XYZ_TO_CONES, Primaries::Bt2020.to_xyz())
}

/// Returns the matrix of crosstalk: this fraction of each cone's light is moved to each other cone.
fn crosstalk(fraction: f64) -> Matrix3 {
    let own = 1.0 - 2.0 * fraction;
    [[own, fraction, fraction], [fraction, own, fraction], [fraction, fraction, own]]
}

fn over_4096(matrix: Matrix3) -> Matrix3 {
    matrix.map(|row| row.map(|number| number / 4096.0))
}

fn linear(matrix: Matrix3) -> SignalFormula {
    SignalFormula::Linear(to_f32(matrix))
}

fn cones(to_cones: Matrix3, transfer: &'static TransferTable, to_rgb: Matrix3) -> SignalFormula {
    SignalFormula::Cones { to_cones: to_f32(to_cones), transfer, to_rgb: to_f32(to_rgb) }
}

/// Returns the matrix from luma with these weights and its colour differences.
fn by_weights(weights: LumaWeights) -> Matrix3 {
    let LumaWeights { red, blue } = weights;
    let green = weights.green();
    let (from_red, from_blue) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
    [
        [1.0, 0.0, from_red],
        [1.0, -blue * from_blue / green, -red * from_red / green],
        [1.0, from_blue, 0.0],
    ]
}

/// Inverts YCgCo-R: Co = R - B, t = B + Co/2, Cg = G - t, Y = t + Cg/2, with halves rounded down.
fn lifted(numbers: Numbers, white: i32) -> Numbers {
    let [luma, green, orange] = numbers.map(|number| number.round() as i32);
    let t = luma - (green >> 1);
    let b = t - (orange >> 1);
    [b + orange, green + t, b].map(|level| level as f32 / white as f32)
}

/// Converts the signal of luminance and the differences of blue and red from it (H.273, equations 50 to
/// 57). Each difference is stored divided by twice its largest amount, which differs between negative
/// and positive ones.
fn constant_luminance(
    [luma, cb, cr]: Numbers,
    red: f32,
    blue: f32,
    transfer: &TransferTable,
) -> Numbers {
    let signal = |difference: f32, weight: f32| {
        let most = if difference < 0.0 {
            transfer.signal(1.0 - weight)
        } else {
            1.0 - transfer.signal(weight)
        };
        luma + 2.0 * most * difference
    };
    let (r, b) = (signal(cr, red), signal(cb, blue));
    let light = [luma, r, b].map(|signal| transfer.light(signal));
    let g = (light[0] - red * light[1] - blue * light[2]) / (1.0 - red - blue);
    [r, transfer.signal(g), b]
}
