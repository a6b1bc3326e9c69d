//! From a video's luma and colour differences to JPEG's, which are BT.601's in full range (ITU-T T.871),
//! without the way through red, green and blue: it costs a tenth and keeps the colours' sampling.

use super::colour::{Colour, Matrix};

/// Fixed-point numbers have so many bits behind the point. With 7 every product stays within 16 bits,
/// of which a vector holds eight or more.
const BITS: u32 = 7;
const ONE: f64 = (1 << BITS) as f64;

/// The map from one kind of luma and colour differences to JPEG's:
/// Y' = y·Y + yb·Cb + yr·Cr, Cb' = bb·Cb + br·Cr, Cr' = rb·Cb + rr·Cr, with Y from black and the
/// differences from grey. Grey stays grey, so the new differences do not depend on Y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ToJpeg {
    luma: [i16; 3],
    /// What half of the luma's scale becomes: whole levels, and what is left of one.
    middle: (i16, i16),
    blue: [i16; 2],
    red: [i16; 2],
}

/// The weights of red and blue in luma.
fn weights(matrix: Matrix) -> (f64, f64) {
    match matrix {
        Matrix::Bt601 | Matrix::Identity => (0.299, 0.114),
        // a formula's signals never come here
        Matrix::Bt709 | Matrix::Own(_) => (0.2126, 0.0722),
        Matrix::Bt2020 => (0.2627, 0.0593),
        Matrix::Fcc => (0.30, 0.11),
        Matrix::Smpte240 => (0.212, 0.087),
    }
}

impl ToJpeg {
    /// `None` where the picture's are JPEG's already.
    pub(crate) fn from(colour: Colour) -> Option<Self> {
        if colour.full_range && matches!(colour.matrix, Matrix::Bt601 | Matrix::Identity) {
            return None;
        }
        let (kr, kb) = weights(colour.matrix);
        let kg = 1.0 - kr - kb;
        let (range, difference, black) =
            if colour.full_range { (1.0, 1.0, 0.0) } else { (255.0 / 219.0, 255.0 / 224.0, 16.0) };
        // what Cb and Cr add to red, green and blue
        let from_blue = [0.0, -2.0 * (1.0 - kb) * kb / kg, 2.0 * (1.0 - kb)];
        let from_red = [2.0 * (1.0 - kr), -2.0 * (1.0 - kr) * kr / kg, 0.0];
        let (jr, jb) = weights(Matrix::Bt601);
        let luma = |[r, g, b]: [f64; 3]| jr * r + (1.0 - jr - jb) * g + jb * b;
        let to_blue = |rgb: [f64; 3]| (rgb[2] - luma(rgb)) / (2.0 * (1.0 - jb));
        let to_red = |rgb: [f64; 3]| (rgb[0] - luma(rgb)) / (2.0 * (1.0 - jr));
        let fixed = |number: f64| (number * ONE).round() as i16;
        let scaled = |number: f64| fixed(number * difference);
        let middle = (128.0 - black) * range;
        Some(Self {
            luma: [fixed(range), scaled(luma(from_blue)), scaled(luma(from_red))],
            middle: (middle.floor() as i16, fixed(middle.fract())),
            blue: [scaled(to_blue(from_blue)), scaled(to_blue(from_red))],
            red: [scaled(to_red(from_blue)), scaled(to_red(from_red))],
        })
    }

    /// Converts two rows of luma, of which the second may be missing, and the row of differences that
    /// belongs to them. `scratch` is as long as the row of differences.
    pub(crate) fn rows(
        &self,
        luma: [&mut [u8]; 2],
        blue: &mut [u8],
        red: &mut [u8],
        scratch: &mut [i16],
    ) {
        let [y, yb, yr] = self.luma;
        let (whole, part) = self.middle;
        let half = (1 << BITS) / 2;
        for ((add, blue), red) in scratch.iter_mut().zip(&mut *blue).zip(&mut *red) {
            let (b, r) = (i16::from(*blue) - 128, i16::from(*red) - 128);
            *add = yb * b + yr * r + part + half;
            let new = |[from_blue, from_red]: [i16; 2]| {
                let level = ((from_blue * b + from_red * r + half) >> BITS) + 128;
                level.clamp(0, 255) as u8
            };
            (*blue, *red) = (new(self.blue), new(self.red));
        }
        for row in luma {
            let level = |luma: u8, add: i16| {
                let level = (((i16::from(luma) - 128) * y + add) >> BITS) + whole;
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
    use crate::image::colour::{Primaries, Transfer};

    const MATRICES: [Matrix; 5] =
        [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020, Matrix::Fcc, Matrix::Smpte240];

    fn colour(matrix: Matrix, full_range: bool) -> Colour {
        Colour { matrix, full_range, transfer: Transfer::Standard, primaries: Primaries::Bt709 }
    }

    /// Luma and differences of a colour of 0 to 1, in real numbers.
    fn components(colour: Colour, [r, g, b]: [f64; 3]) -> [f64; 3] {
        let (kr, kb) = weights(colour.matrix);
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
    fn every_matrix_and_range_becomes_jpegs_to_a_level() {
        let jpeg = colour(Matrix::Bt601, true);
        assert_eq!(ToJpeg::from(jpeg), None);
        for (matrix, full_range) in MATRICES.into_iter().flat_map(|m| [(m, false), (m, true)]) {
            let Some(map) = ToJpeg::from(colour(matrix, full_range)) else { continue };
            for index in 0..125 {
                let rgb = [index / 25, index / 5 % 5, index % 5].map(|step| f64::from(step) / 4.0);
                let [y, b, r] =
                    components(colour(matrix, full_range), rgb).map(|c| c.round() as u8);
                let (mut row, mut other) = ([y, y, y], [y, y, y]);
                let (mut blue, mut red) = ([b, b], [r, r]);
                map.rows([&mut row, &mut other], &mut blue, &mut red, &mut [0, 0]);
                let wanted = components(jpeg, rgb);
                for (got, wanted) in [row[0], blue[0], red[0]].into_iter().zip(wanted) {
                    let off = (f64::from(got) - wanted.clamp(0.0, 255.0)).abs();
                    // half a level for each rounding, one of them stretched
                    assert!(off < 1.8, "{matrix:?} {full_range} {rgb:?}: {got} ≠ {wanted}");
                }
                assert_eq!((row, blue, red), ([row[0]; 3], [blue[0]; 2], [red[0]; 2]));
                assert_eq!(row, other);
            }
        }
    }
}
