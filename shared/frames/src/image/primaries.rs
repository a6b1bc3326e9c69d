//! Red, green and blue as points of the CIE 1931 diagram (ITU-T H.273, table 2), and the maps between
//! them (SMPTE RP 177).

use super::{
    colour::Primaries,
    rows::{Rows, after, applied, diagonal, inverse},
};

/// A point of the diagram, x and y.
type Point = (f64, f64);

const D65: Point = (0.3127, 0.3290);
const ILLUMINANT_C: Point = (0.310, 0.316);
const DCI_WHITE: Point = (0.314, 0.351);

/// From CIE XYZ to the responses in which Bradford's adaptation scales white.
const BRADFORD: Rows =
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];

impl Primaries {
    /// Red, green, blue and white.
    fn points(self) -> ([Point; 3], Point) {
        match self {
            Self::Bt709 | Self::Xyz => ([(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], D65),
            Self::Bt470m => ([(0.67, 0.33), (0.21, 0.71), (0.14, 0.08)], ILLUMINANT_C),
            Self::Bt470bg => ([(0.64, 0.33), (0.29, 0.60), (0.15, 0.06)], D65),
            Self::Smpte170m => ([(0.630, 0.340), (0.310, 0.595), (0.155, 0.070)], D65),
            Self::Film => ([(0.681, 0.319), (0.243, 0.692), (0.145, 0.049)], ILLUMINANT_C),
            Self::Bt2020 => ([(0.708, 0.292), (0.170, 0.797), (0.131, 0.046)], D65),
            Self::DciP3 => ([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], DCI_WHITE),
            Self::DisplayP3 => ([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], D65),
            Self::Ebu3213 => ([(0.630, 0.340), (0.295, 0.605), (0.155, 0.077)], D65),
        }
    }

    /// From light of these primaries to CIE XYZ, white's Y being 1.
    pub(crate) fn to_xyz(self) -> Rows {
        let ([red, green, blue], white) = self.points();
        let [r, g, b] = [red, green, blue].map(xyz);
        let columns = [0, 1, 2].map(|axis| [r[axis], g[axis], b[axis]]);
        after(columns, diagonal(applied(inverse(columns), xyz(white))))
    }

    /// The weights of red and blue in luminance (H.273, equations 32 to 37).
    pub(crate) fn weights(self) -> (f64, f64) {
        let [_, luminance, _] = self.to_xyz();
        (luminance[0], luminance[2])
    }

    /// From light of these primaries to light of BT.709's. White stays white: if it is not D65, Bradford's
    /// adaptation makes it so.
    pub(crate) fn to_bt709(self) -> Rows {
        let (_, white) = self.points();
        let [from, to] = [white, D65].map(|white| applied(BRADFORD, xyz(white)));
        let scale = diagonal([0, 1, 2].map(|response| to[response] / from[response]));
        let adapted = after(inverse(BRADFORD), after(scale, BRADFORD));
        after(inverse(Self::Bt709.to_xyz()), after(adapted, self.to_xyz()))
    }
}

/// CIE XYZ of a point with a Y of 1.
fn xyz((x, y): Point) -> [f64; 3] {
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
            let (kr, kb) = primaries.weights();
            assert!((kr - red).abs() < 7e-4 && (kb - blue).abs() < 7e-4, "{primaries:?} {kr} {kb}");
        }
    }

    #[test]
    fn white_stays_white() {
        for primaries in [Primaries::Bt470m, Primaries::Film, Primaries::Bt2020, Primaries::DciP3] {
            let white = applied(primaries.to_bt709(), [1.0; 3]);
            assert!(
                white.iter().all(|light| (light - 1.0).abs() < 1e-9),
                "{primaries:?} {white:?}"
            );
        }
    }

    #[test]
    fn the_map_moves_a_primary_to_its_place() {
        // the diagram's place of a map's output is that of its input where white is the same
        let light = applied(Primaries::Bt2020.to_bt709(), [0.0, 1.0, 0.0]);
        let [x, y, z] = applied(Primaries::Bt709.to_xyz(), light);
        let point = (x / (x + y + z), y / (x + y + z));
        assert!((point.0 - 0.170).abs() < 1e-9 && (point.1 - 0.797).abs() < 1e-9, "{point:?}");
    }
}
