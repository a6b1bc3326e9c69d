//! Converts a video's luma and colour differences to JPEG's, which are BT.601's in full range (ITU-T
//! T.871). Compared with a conversion to red, green and blue, this costs a tenth and keeps the chroma
//! subsampling.

use super::{
    colour::{Colour, Matrix},
    primaries::LumaWeights,
};

/// The number of fractional bits of fixed-point numbers. With 7, every product stays within 16 bits,
/// and a vector holds eight or more of them.
const BITS: u32 = 7;
const ONE: f64 = (1 << BITS) as f64;

/// The conversion from one kind of luma and colour differences to JPEG's: Y' = y·Y + yb·Cb + yr·Cr, Cb'
/// = bb·Cb + br·Cr, Cr' = rb·Cb + rr·Cr, where Y is relative to black and the differences are relative
/// to gray. Gray stays gray, so the new differences do not depend on Y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct YuvToJpeg {
    luma: [i16; 3],
    /// The new luma of the middle level: whole levels.
    middle_levels: i16,
    /// The rest of it, a fixed-point number below 1.
    middle_fraction: i16,
    blue: [i16; 2],
    red: [i16; 2],
}

/// Returns the weights of a matrix in luma.
fn weights(matrix: Matrix) -> LumaWeights {
    let (red, blue) = match matrix {
        Matrix::Bt601 | Matrix::Identity => (0.299, 0.114),
        // pictures with a formula are converted to RGB instead
        Matrix::Bt709 | Matrix::Formula(_) => (0.2126, 0.0722),
        Matrix::Bt2020 => (0.2627, 0.0593),
        Matrix::Fcc => (0.30, 0.11),
        Matrix::Smpte240 => (0.212, 0.087),
    };
    LumaWeights { red, blue }
}

impl YuvToJpeg {
    /// Returns `None` if the picture's components are JPEG's already.
    pub(crate) fn from(colour: Colour) -> Option<Self> {
        if colour.full_range && matches!(colour.matrix, Matrix::Bt601 | Matrix::Identity) {
            return None;
        }
        let weights_of_source = weights(colour.matrix);
        let LumaWeights { red: kr, blue: kb } = weights_of_source;
        let kg = weights_of_source.green();
        let (range, difference, black) =
            if colour.full_range { (1.0, 1.0, 0.0) } else { (255.0 / 219.0, 255.0 / 224.0, 16.0) };
        // the contributions of Cb and Cr to red, green and blue
        let from_blue = [0.0, -2.0 * (1.0 - kb) * kb / kg, 2.0 * (1.0 - kb)];
        let from_red = [2.0 * (1.0 - kr), -2.0 * (1.0 - kr) * kr / kg, 0.0];
        let LumaWeights { red: jr, blue: jb } = weights(Matrix::Bt601);
        let luma = |[r, g, b]: [f64; 3]| jr * r + (1.0 - jr - jb) * g + jb * b;
        let to_blue = |rgb: [f64; 3]| (rgb[2] - luma(rgb)) / (2.0 * (1.0 - jb));
        let to_red = |rgb: [f64; 3]| (rgb[0] - luma(rgb)) / (2.0 * (1.0 - jr));
        let fixed = |number: f64| (number * ONE).round() as i16;
        let scaled = |number: f64| fixed(number * difference);
        let middle = (128.0 - black) * range;
        Some(Self {
            luma: [fixed(range), scaled(luma(from_blue)), scaled(luma(from_red))],
            middle_levels: middle.floor() as i16,
            middle_fraction: fixed(middle.fract()),
            blue: [scaled(to_blue(from_blue)), scaled(to_blue(from_red))],
            red: [scaled(to_red(from_blue)), scaled(to_red(from_red))],
        })
    }

    /// Converts two rows of luma and the row of colour differences that they share. The second row of
    /// luma may be empty. `scratch` is as long as a row of differences.
    pub(crate) fn convert_rows(
        &self,
        luma: [&mut [u8]; 2],
        blue: &mut [u8],
        red: &mut [u8],
        scratch: &mut [i16],
    ) {
        let [y, yb, yr] = self.luma;
        let half = (1 << BITS) / 2;
        for ((add, blue), red) in scratch.iter_mut().zip(&mut *blue).zip(&mut *red) {
            let (b, r) = (i16::from(*blue) - 128, i16::from(*red) - 128);
            *add = yb * b + yr * r + self.middle_fraction + half;
            let new = |[from_blue, from_red]: [i16; 2]| {
                let level = ((from_blue * b + from_red * r + half) >> BITS) + 128;
                level.clamp(0, 255) as u8
            };
            (*blue, *red) = (new(self.blue), new(self.red));
        }
        for row in luma {
            let level = |luma: u8, add: i16| {
                let level = (((i16::from(luma) - 128) * y + add) >> BITS) + self.middle_levels;
                level.clamp(0, 255) as u8
            };
            let (pairs, last) = row.as_chunks_mut::<2>();
            for (pair, add) in pairs.iter_mut().zip(&*scratch) {
                *pair = [level(pair[0], *add), level(pair[1], *add)];
            }
            if let ([last], Some(add)) = (last, scratch.last()) {
                *last = level(*last, *add);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::colour::{Primaries, TransferFunction};

    const MATRICES: [Matrix; 5] =
        [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020, Matrix::Fcc, Matrix::Smpte240];

    fn colour(matrix: Matrix, full_range: bool) -> Colour {
        Colour {
            matrix,
            full_range,
            transfer: TransferFunction::Standard,
            primaries: Primaries::Bt709,
        }
    }

    /// Returns the luma and differences of red, green and blue from 0 to 1, not rounded.
    fn components(colour: Colour, [r, g, b]: [f64; 3]) -> [f64; 3] {
        let LumaWeights { red: kr, blue: kb } = weights(colour.matrix);
        let luma = kr * r + (1.0 - kr - kb) * g + kb * b;
        let (black, range, difference) =
            if colour.full_range { (0.0, 255.0, 255.0) } else { (16.0, 219.0, 224.0) };
        [
            black + range * luma,
            128.0 + difference * (b - luma) / (2.0 * (1.0 - kb)),
            128.0 + difference * (r - luma) / (2.0 * (1.0 - kr)),
        ]
    }

    #[test]
    fn every_matrix_and_range_is_converted_within_two_levels() {
        let jpeg = colour(Matrix::Bt601, true);
        assert_eq!(YuvToJpeg::from(jpeg), None);
        for (matrix, full_range) in MATRICES.into_iter().flat_map(|m| [(m, false), (m, true)]) {
            let Some(conversion) = YuvToJpeg::from(colour(matrix, full_range)) else { continue };
            for index in 0..125 {
                let rgb = [index / 25, index / 5 % 5, index % 5].map(|step| f64::from(step) / 4.0);
                let [y, b, r] =
                    components(colour(matrix, full_range), rgb).map(|c| c.round() as u8);
                let (mut row, mut other) = ([y, y, y], [y, y, y]);
                let (mut blue, mut red) = ([b, b], [r, r]);
                conversion.convert_rows([&mut row, &mut other], &mut blue, &mut red, &mut [0, 0]);
                let wanted = components(jpeg, rgb);
                for (got, wanted) in [row[0], blue[0], red[0]].into_iter().zip(wanted) {
                    let off = (f64::from(got) - wanted.clamp(0.0, 255.0)).abs();
                    // half a level for each rounding, and one rounding is scaled up
                    assert!(off < 1.8, "{matrix:?} {full_range} {rgb:?}: {got} ≠ {wanted}");
                }
                assert_eq!((row, blue, red), ([row[0]; 3], [blue[0]; 2], [red[0]; 2]));
                assert_eq!(row, other);
            }
        }
    }
}
