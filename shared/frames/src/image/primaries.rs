//! The chromaticities of primaries (ITU-T H.273, table 2) and the conversions between them (SMPTE RP
//! 177).

use super::{
    colour::Primaries,
    matrix3::{Matrix3, diagonal, inverse, product, transformed},
};

/// A point of the CIE 1931 chromaticity diagram.
#[derive(Clone, Copy)]
struct Chromaticity {
    x: f64,
    y: f64,
}

const fn xy(x: f64, y: f64) -> Chromaticity {
    Chromaticity { x, y }
}

const D65: Chromaticity = xy(0.3127, 0.3290);
const ILLUMINANT_C: Chromaticity = xy(0.310, 0.316);
const DCI_WHITE: Chromaticity = xy(0.314, 0.351);

/// The weights of red and blue in luma or luminance. The weights of red, green and blue add up to 1.
#[derive(Clone, Copy)]
pub(crate) struct LumaWeights {
    pub(crate) red: f64,
    pub(crate) blue: f64,
}

impl LumaWeights {
    pub(crate) fn green(self) -> f64 {
        1.0 - self.red - self.blue
    }
}

/// From CIE XYZ to the cone responses that Bradford's chromatic adaptation scales.
const BRADFORD: Matrix3 =
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];

impl Primaries {
    /// Returns the chromaticities of red, green and blue, and that of white.
    fn chromaticities(self) -> ([Chromaticity; 3], Chromaticity) {
        match self {
            Self::Bt709 | Self::Xyz => ([xy(0.64, 0.33), xy(0.30, 0.60), xy(0.15, 0.06)], D65),
            Self::Bt470m => ([xy(0.67, 0.33), xy(0.21, 0.71), xy(0.14, 0.08)], ILLUMINANT_C),
            Self::Bt470bg => ([xy(0.64, 0.33), xy(0.29, 0.60), xy(0.15, 0.06)], D65),
            Self::Smpte170m => ([xy(0.630, 0.340), xy(0.310, 0.595), xy(0.155, 0.070)], D65),
            Self::Film => ([xy(0.681, 0.319), xy(0.243, 0.692), xy(0.145, 0.049)], ILLUMINANT_C),
            Self::Bt2020 => ([xy(0.708, 0.292), xy(0.170, 0.797), xy(0.131, 0.046)], D65),
            Self::DciP3 => ([xy(0.680, 0.320), xy(0.265, 0.690), xy(0.150, 0.060)], DCI_WHITE),
            Self::DisplayP3 => ([xy(0.680, 0.320), xy(0.265, 0.690), xy(0.150, 0.060)], D65),
            Self::Ebu3213 => ([xy(0.630, 0.340), xy(0.295, 0.605), xy(0.155, 0.077)], D65),
        }
    }

    /// Returns the matrix from light of these primaries to CIE XYZ, where white has a Y of 1.
    pub(crate) fn to_xyz(self) -> Matrix3 {
        let ([red, green, blue], white) = self.chromaticities();
        let [r, g, b] = [red, green, blue].map(xyz);
        let columns = [0, 1, 2].map(|axis| [r[axis], g[axis], b[axis]]);
        product(columns, diagonal(transformed(inverse(columns), xyz(white))))
    }

    /// Returns the weights of luminance (H.273, equations 32 to 37).
    pub(crate) fn weights(self) -> LumaWeights {
        let [_, luminance, _] = self.to_xyz();
        LumaWeights { red: luminance[0], blue: luminance[2] }
    }

    /// Returns the matrix from light of these primaries to light of BT.709's. White stays white:
    /// Bradford's chromatic adaptation converts it to D65.
    pub(crate) fn to_bt709(self) -> Matrix3 {
        let (_, white) = self.chromaticities();
        let [from, to] = [white, D65].map(|white| transformed(BRADFORD, xyz(white)));
        let scale = diagonal([0, 1, 2].map(|response| to[response] / from[response]));
        let adapted = product(inverse(BRADFORD), product(scale, BRADFORD));
        product(inverse(Self::Bt709.to_xyz()), product(adapted, self.to_xyz()))
    }
}

/// Returns the CIE XYZ of a chromaticity, with a Y of 1.
fn xyz(Chromaticity { x, y }: Chromaticity) -> [f64; 3] {
    [x / y, 1.0, (1.0 - x - y) / y]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_those_of_the_standards() {
        for (primaries, red, blue) in [
            (Primaries::Bt709, 0.2126, 0.0722),
            (Primaries::Bt2020, 0.2627, 0.0593),
            // BT.601's and the FCC's luma
            (Primaries::Bt470m, 0.299, 0.114),
            (Primaries::Smpte170m, 0.212, 0.087),
        ] {
            let LumaWeights { red: kr, blue: kb } = primaries.weights();
            assert!((kr - red).abs() < 7e-4 && (kb - blue).abs() < 7e-4, "{primaries:?} {kr} {kb}");
        }
    }

    #[test]
    fn white_stays_white() {
        for primaries in [Primaries::Bt470m, Primaries::Film, Primaries::Bt2020, Primaries::DciP3] {
            let white = transformed(primaries.to_bt709(), [1.0; 3]);
            assert!(
                white.iter().all(|light| (light - 1.0).abs() < 1e-9),
                "{primaries:?} {white:?}"
            );
        }
    }

    #[test]
    fn the_conversion_keeps_the_chromaticity_of_a_primary() {
        // a colour keeps its chromaticity if both sets of primaries have the same white
        let light = transformed(Primaries::Bt2020.to_bt709(), [0.0, 1.0, 0.0]);
        let [x, y, z] = transformed(Primaries::Bt709.to_xyz(), light);
        let point = (x / (x + y + z), y / (x + y + z));
        assert!((point.0 - 0.170).abs() < 1e-9 && (point.1 - 0.797).abs() < 1e-9, "{point:?}");
    }
}
