//! Converts red, green and blue of any transfer function and primaries to sRGB: light above white is
//! tone-mapped, and colours outside the gamut are mapped into it.
//!
//! Sources: ITU-R BT.2100 (HLG), ITU-R BT.2390-11, 5.4.1 (the tone map), ITU-R BT.2408 (white at 203
//! cd/m²). Matrices follow from the primaries by SMPTE RP 177.

use super::{
    colour::{Colour, Primaries, TransferFunction},
    matrix3::{to_f32, transformed_f32},
    transfer::{hlg_scene, pq_light, pq_signal, srgb_level, srgb_light},
};

/// Diffuse white, in candelas per square metre.
const WHITE: f64 = 203.0;
/// The peak luminance of HLG's reference display, in candelas per square metre.
const HLG_PEAK: f64 = 1000.0;

type Light = [f32; 3];

/// The way to map colours outside sRGB's gamut into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GamutMapping {
    /// Colours move towards the gray of their luminance.
    Desaturate,
    /// Red, green and blue are clipped: colours stay saturated, and their hue may change.
    Clip,
}

/// The conversion of one colour's signals to sRGB, with a table for each function of one number.
pub(crate) struct RgbToSrgb {
    colour: Colour,
    gamut: GamutMapping,
    /// From light of the colour's primaries to BT.709's, if they differ.
    to_bt709: Option<[Light; 3]>,
    /// The light of each 16-bit signal relative to white. For HLG, the light of the scene.
    light: Vec<f32>,
    /// The tone map's factor for light in equal steps up to the peak.
    tone: Vec<f32>,
    /// The number of steps of `tone` from black to white.
    steps: f32,
    /// The sRGB level of light in equal steps up to white.
    level: Vec<u8>,
}

/// The length of `light` and of `level`.
const SIGNALS: usize = 1 << 16;
/// The length of `tone`.
const TONES: usize = 1 << 12;

impl RgbToSrgb {
    pub(crate) fn new(colour: Colour, gamut: GamutMapping) -> Self {
        let (light, peak): (fn(f64) -> f64, _) = match colour.transfer {
            TransferFunction::Standard => (srgb_light, WHITE),
            TransferFunction::Linear => (|signal| signal, WHITE),
            TransferFunction::Pq(peak) => {
                (|signal| pq_light(signal) / WHITE, f64::from(peak).max(WHITE))
            }
            TransferFunction::Hlg => (hlg_scene, HLG_PEAK),
        };
        let fraction = |index: usize, count: usize| index as f64 / (count - 1) as f64;
        let tone = |index: usize| {
            let light = fraction(index.max(1), TONES) * peak;
            (tone_mapped(light, peak) / light) as f32
        };
        let level = |index| (srgb_level(fraction(index, SIGNALS)) * 255.0).round() as u8;
        Self {
            colour,
            gamut,
            to_bt709: to_bt709(colour.primaries),
            light: (0..SIGNALS).map(|signal| light(fraction(signal, SIGNALS)) as f32).collect(),
            tone: (0..TONES).map(tone).collect(),
            steps: (WHITE / peak) as f32 * (TONES - 1) as f32,
            level: (0..SIGNALS).map(level).collect(),
        }
    }

    /// Returns whether the conversion is for this colour and gamut mapping.
    pub(crate) fn is_for(&self, colour: Colour, gamut: GamutMapping) -> bool {
        (self.colour, self.gamut) == (colour, gamut)
    }

    /// Converts the signals of a pixel to sRGB levels.
    pub(crate) fn levels(&self, signals: [u16; 3]) -> [u8; 3] {
        let light = signals.map(|signal| self.light[usize::from(signal)]);
        let light = match self.colour.transfer {
            TransferFunction::Hlg => hlg_display(light),
            _ => light,
        };
        let brightest = light[0].max(light[1]).max(light[2]);
        let tone = self.tone[((brightest * self.steps) as usize).min(TONES - 1)];
        // light above the peak counts as the peak
        let scale = if brightest > 0.0 { tone.min(1.0 / brightest) } else { 0.0 };
        let light = light.map(|light| light * scale);
        let light = self.to_bt709.as_ref().map_or(light, |matrix| transformed_f32(matrix, light));
        let light = match self.gamut {
            GamutMapping::Desaturate => desaturated(light),
            GamutMapping::Clip => light.map(|light| light.clamp(0.0, 1.0)),
        };
        light.map(|light| self.level[(light * (SIGNALS - 1) as f32 + 0.5) as usize])
    }
}

/// Returns tone-mapped light in candelas per square metre. Up to a knee, light is unchanged. From there
/// to white it follows a Hermite spline of PQ signals.
fn tone_mapped(light: f64, peak: f64) -> f64 {
    let whole = pq_signal(peak);
    let most = pq_signal(WHITE) / whole;
    let signal = (pq_signal(light) / whole).min(1.0);
    let knee = 1.5 * most - 0.5;
    if signal <= knee {
        return light;
    }
    let t = (signal - knee) / (1.0 - knee);
    let (t2, t3) = (t * t, t * t * t);
    let spline = (2.0 * t3 - 3.0 * t2 + 1.0) * knee
        + (t3 - 2.0 * t2 + t) * (1.0 - knee)
        + (3.0 * t2 - 2.0 * t3) * most;
    pq_light(spline * whole)
}

/// Returns the light of the reference display relative to white. The system gamma at its peak is 1.2.
fn hlg_display(scene: Light) -> Light {
    let luminance = 0.2627 * scene[0] + 0.6780 * scene[1] + 0.0593 * scene[2];
    let gain = (HLG_PEAK / WHITE) as f32 * luminance.powf(0.2);
    scene.map(|scene| scene * gain)
}

/// Returns the matrix from light of these primaries to BT.709's, or `None` if they are treated as equal.
fn to_bt709(primaries: Primaries) -> Option<[Light; 3]> {
    match primaries {
        _ if primaries.are_like_bt709() => None,
        Primaries::Bt2020 => Some([
            [1.6605, -0.5876, -0.0728],
            [-0.1245, 1.1329, -0.0083],
            [-0.0182, -0.1006, 1.1187],
        ]),
        Primaries::DisplayP3 => {
            Some([[1.2249, -0.2249, 0.0], [-0.0421, 1.0421, 0.0], [-0.0196, -0.0786, 1.0983]])
        }
        // DCI's white is greener than D65; Bradford's adaptation converts it to D65
        Primaries::DciP3 => Some([
            [1.1575, -0.1550, -0.0026],
            [-0.0415, 1.0456, -0.0041],
            [-0.0181, -0.0786, 1.0966],
        ]),
        _ => Some(to_f32(primaries.to_bt709())),
    }
}

/// Maps a colour into the cube of 0 to 1, towards the gray of its luminance.
fn desaturated(light: Light) -> Light {
    let luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
    let gray = luminance.clamp(0.0, 1.0);
    let least = light.into_iter().fold(0.0, f32::min);
    let most = light.into_iter().fold(1.0, f32::max);
    let down = if least < 0.0 { gray / (gray - least) } else { 1.0 };
    let up = if most > 1.0 { (1.0 - gray) / (most - gray) } else { 1.0 };
    let keep = down.min(up);
    light.map(|light| (gray + keep * (light - gray)).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::colour::Matrix;

    fn conversion(transfer: TransferFunction, primaries: Primaries) -> RgbToSrgb {
        let colour = Colour { matrix: Matrix::Bt2020, full_range: true, transfer, primaries };
        RgbToSrgb::new(colour, GamutMapping::Desaturate)
    }

    #[test]
    fn hlg_is_exact_at_known_points() {
        // BT.2408: white has a signal of 75 %
        let white = hlg_display([hlg_scene(0.75) as f32; 3])[1];
        assert!((white - 1.0).abs() < 0.01, "{white}");
        let peak = hlg_display([hlg_scene(1.0) as f32; 3])[0] * WHITE as f32;
        assert!((peak - HLG_PEAK as f32).abs() < 0.5, "{peak}");
    }

    #[test]
    fn the_tone_map_ends_at_white_and_keeps_dark_light() {
        for peak in [203.0, 1000.0, 4000.0] {
            assert!((tone_mapped(peak, peak) - WHITE).abs() < 0.5, "{peak}");
            assert!((tone_mapped(5.0, peak) - 5.0).abs() < 0.01, "{peak}");
            let step = |step| tone_mapped(f64::from(step) * peak / 100.0, peak);
            assert!((0..100).map(step).is_sorted(), "{peak}");
        }
    }

    #[test]
    fn white_stays_white_and_standard_range_is_unchanged() {
        for primaries in [
            Primaries::Bt2020,
            Primaries::DisplayP3,
            Primaries::DciP3,
            Primaries::Bt470m,
            Primaries::Film,
        ] {
            let white = conversion(TransferFunction::Standard, primaries).levels([65_535; 3]);
            assert!(white.iter().all(|level| *level >= 254), "{white:?}");
        }
        let conversion = conversion(TransferFunction::Standard, Primaries::Bt709);
        for level in [0u8, 1, 64, 128, 255] {
            let [red, green, blue] = conversion.levels([u16::from(level) * 257; 3]);
            assert_eq!([red, green, blue], [level; 3]);
        }
    }

    #[test]
    fn the_matrices_follow_from_the_primaries() {
        for primaries in [Primaries::Bt2020, Primaries::DisplayP3, Primaries::DciP3] {
            let written = to_bt709(primaries).unwrap();
            for (written, computed) in
                written.iter().flatten().zip(primaries.to_bt709().as_flattened())
            {
                assert!(
                    (f64::from(*written) - computed).abs() < 2e-4,
                    "{primaries:?} {written} {computed}"
                );
            }
        }
    }

    #[test]
    fn a_clipped_gamut_keeps_saturation() {
        let colour = Colour {
            matrix: Matrix::Bt2020,
            full_range: true,
            transfer: TransferFunction::Standard,
            primaries: Primaries::Bt2020,
        };
        let levels = |gamut| RgbToSrgb::new(colour, gamut).levels([65_535, 0, 0]);
        assert_eq!(levels(GamutMapping::Clip), [255, 0, 0]);
        let [red, green, blue] = levels(GamutMapping::Desaturate);
        assert!(red == 255 && green > 50 && blue > 50, "{red} {green} {blue}");
    }

    #[test]
    fn every_signal_has_a_level_and_gray_stays_gray() {
        for transfer in [
            TransferFunction::Pq(203),
            TransferFunction::Pq(1000),
            TransferFunction::Pq(10_000),
            TransferFunction::Hlg,
        ] {
            let conversion = conversion(transfer, Primaries::Bt2020);
            let grays = (0..=255u16).map(|gray| conversion.levels([gray * 257; 3]));
            let grays: Vec<_> = grays.collect();
            assert!(grays.is_sorted_by_key(|gray| gray[1]), "{transfer:?}");
            assert!(grays[0] == [0; 3] && grays[255][1] >= 254, "{transfer:?}: {:?}", grays[255]);
            for gray in grays {
                assert!(
                    gray[0].abs_diff(gray[1]) <= 1 && gray[2].abs_diff(gray[1]) <= 1,
                    "{gray:?}"
                );
            }
            for corner in 0..8u16 {
                conversion.levels([0, 1, 2].map(|axis| 65_535 * (corner >> axis & 1)));
            }
        }
    }
}
