//! From any transfer function and primaries to sRGB: what is brighter than white is tone-mapped, what lies
//! outside the gamut is brought into it.
//!
//! Sources: SMPTE ST 2084 (PQ), ITU-R BT.2100 (HLG), ITU-R BT.2390-11, 5.4.1 (the tone map), ITU-R BT.2408
//! (white at 203 cd/m²), IEC 61966-2-1 (sRGB). Matrices follow from the primaries by SMPTE RP 177.

use super::{
    colour::{Colour, Primaries, Transfer},
    rows::{applied_single, single},
};

/// Diffuse white, in candelas a square metre.
const WHITE: f64 = 203.0;
/// What HLG's brightest is on its reference display, in the same.
const HLG_PEAK: f64 = 1000.0;

type Light = [f32; 3];

/// How colours outside of sRGB are brought into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gamut {
    /// They move towards the gray of their luminance.
    Desaturated,
    /// Red, green and blue are each limited: colours stay saturated, and their hue may change.
    Clipped,
}

/// The map from one colour's signals to sRGB, with tables for what is a function of one number.
pub(crate) struct ToSrgb {
    colour: Colour,
    gamut: Gamut,
    /// From light of the colour's primaries to BT.709's, if that is another.
    to_bt709: Option<[Light; 3]>,
    /// For a signal of 16 bits its light, in parts of white; for HLG that of the scene.
    light: Vec<f32>,
    /// For light in equal steps up to the peak what the tone map multiplies it by.
    tone: Vec<f32>,
    /// Steps of `tone` in white.
    steps: f32,
    /// For light in equal steps up to white its level in sRGB.
    level: Vec<u8>,
}

const SIGNALS: usize = 1 << 16;
const TONES: usize = 1 << 12;

impl ToSrgb {
    pub(crate) fn new(colour: Colour, gamut: Gamut) -> Self {
        let (light, peak): (fn(f64) -> f64, _) = match colour.transfer {
            Transfer::Standard => (srgb_light, WHITE),
            Transfer::Linear => (|signal| signal, WHITE),
            Transfer::Pq(peak) => (|signal| pq_light(signal) / WHITE, f64::from(peak).max(WHITE)),
            Transfer::Hlg => (hlg_scene, HLG_PEAK),
        };
        let part = |index: usize, of: usize| index as f64 / (of - 1) as f64;
        let tone = |index: usize| {
            let light = part(index.max(1), TONES) * peak;
            (tone(light, peak) / light) as f32
        };
        let level = |index| (srgb_level(part(index, SIGNALS)) * 255.0).round() as u8;
        Self {
            colour,
            gamut,
            to_bt709: to_bt709(colour.primaries),
            light: (0..SIGNALS).map(|signal| light(part(signal, SIGNALS)) as f32).collect(),
            tone: (0..TONES).map(tone).collect(),
            steps: (WHITE / peak) as f32 * (TONES - 1) as f32,
            level: (0..SIGNALS).map(level).collect(),
        }
    }

    /// Whether it is for pictures of this colour.
    pub(crate) fn is_for(&self, colour: Colour, gamut: Gamut) -> bool {
        (self.colour, self.gamut) == (colour, gamut)
    }

    /// The levels for the signals of a pixel.
    pub(crate) fn map(&self, signals: [u16; 3]) -> [u8; 3] {
        let light = signals.map(|signal| self.light[usize::from(signal)]);
        let light = match self.colour.transfer {
            Transfer::Hlg => hlg_display(light),
            _ => light,
        };
        let brightest = light[0].max(light[1]).max(light[2]);
        let tone = self.tone[((brightest * self.steps) as usize).min(TONES - 1)];
        // what is beyond the peak is at the peak
        let scale = if brightest > 0.0 { tone.min(1.0 / brightest) } else { 0.0 };
        let light = light.map(|light| light * scale);
        let light = self.to_bt709.as_ref().map_or(light, |rows| applied_single(rows, light));
        let light = match self.gamut {
            Gamut::Desaturated => into_gamut(light),
            Gamut::Clipped => light.map(|light| light.clamp(0.0, 1.0)),
        };
        light.map(|light| self.level[(light * (SIGNALS - 1) as f32 + 0.5) as usize])
    }
}

/// The tone map: as it is up to a knee, from there in a Hermite spline to white, all in PQ's signal.
fn tone(light: f64, peak: f64) -> f64 {
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

const PQ_M1: f64 = 2610.0 / 16_384.0;
const PQ_M2: f64 = 2523.0 / 4096.0 * 128.0;
const PQ_C1: f64 = 3424.0 / 4096.0;
const PQ_C2: f64 = 2413.0 / 4096.0 * 32.0;
const PQ_C3: f64 = 2392.0 / 4096.0 * 32.0;

pub(crate) fn pq_light(signal: f64) -> f64 {
    let power = signal.max(0.0).powf(1.0 / PQ_M2);
    10_000.0 * ((power - PQ_C1).max(0.0) / (PQ_C2 - PQ_C3 * power)).powf(1.0 / PQ_M1)
}

pub(crate) fn pq_signal(light: f64) -> f64 {
    let power = (light / 10_000.0).max(0.0).powf(PQ_M1);
    ((PQ_C1 + PQ_C2 * power) / (1.0 + PQ_C3 * power)).powf(PQ_M2)
}

const HLG_A: f64 = 0.178_832_77;
const HLG_B: f64 = 1.0 - 4.0 * HLG_A;

/// The scene's light, its brightest being 1.
pub(crate) fn hlg_scene(signal: f64) -> f64 {
    let c = 0.5 - HLG_A * (4.0 * HLG_A).ln();
    if signal <= 0.5 {
        signal * signal / 3.0
    } else {
        (((signal - c) / HLG_A).exp() + HLG_B) / 12.0
    }
}

/// The signal of the scene's light.
pub(crate) fn hlg_signal(scene: f64) -> f64 {
    let c = 0.5 - HLG_A * (4.0 * HLG_A).ln();
    if scene <= 1.0 / 12.0 { (3.0 * scene).sqrt() } else { HLG_A * (12.0 * scene - HLG_B).ln() + c }
}

/// The light of the reference display, in parts of white. The system gamma at its peak is 1.2.
fn hlg_display(scene: Light) -> Light {
    let luminance = 0.2627 * scene[0] + 0.6780 * scene[1] + 0.0593 * scene[2];
    let gain = (HLG_PEAK / WHITE) as f32 * luminance.powf(0.2);
    scene.map(|scene| scene * gain)
}

fn srgb_light(level: f64) -> f64 {
    if level <= 0.040_45 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
}

fn srgb_level(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// From light of these primaries to BT.709's, if that is another.
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
        // its white is greener than D65, and is made D65 here by Bradford's adaptation
        Primaries::DciP3 => Some([
            [1.1575, -0.1550, -0.0026],
            [-0.0415, 1.0456, -0.0041],
            [-0.0181, -0.0786, 1.0966],
        ]),
        _ => Some(single(primaries.to_bt709())),
    }
}

/// Brings a colour into the cube of 0 to 1, towards the gray of its luminance.
fn into_gamut(light: Light) -> Light {
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

    fn map(transfer: Transfer, primaries: Primaries) -> ToSrgb {
        let colour = Colour { matrix: Matrix::Bt2020, full_range: true, transfer, primaries };
        ToSrgb::new(colour, Gamut::Desaturated)
    }

    #[test]
    fn pq_is_its_own_inverse_and_has_its_known_points() {
        for light in [0.0, 0.01, 1.0, 100.0, 203.0, 1000.0, 10_000.0] {
            assert!((pq_light(pq_signal(light)) - light).abs() < 1e-6 * (1.0 + light));
        }
        // BT.2408, table 1
        assert!((pq_signal(203.0) - 0.58).abs() < 0.005);
        assert!((pq_signal(100.0) - 0.51).abs() < 0.005);
    }

    #[test]
    fn hlg_has_its_known_points() {
        // BT.2408: white at 75 % of the signal
        let white = hlg_display([hlg_scene(0.75) as f32; 3])[1];
        assert!((white - 1.0).abs() < 0.01, "{white}");
        let peak = hlg_display([hlg_scene(1.0) as f32; 3])[0] * WHITE as f32;
        assert!((peak - HLG_PEAK as f32).abs() < 0.5, "{peak}");
    }

    #[test]
    fn the_tone_map_ends_in_white_and_leaves_the_dark_as_it_is() {
        for peak in [203.0, 1000.0, 4000.0] {
            assert!((tone(peak, peak) - WHITE).abs() < 0.5, "{peak}");
            assert!((tone(5.0, peak) - 5.0).abs() < 0.01, "{peak}");
            let step = |step| tone(f64::from(step) * peak / 100.0, peak);
            assert!((0..100).map(step).is_sorted(), "{peak}");
        }
    }

    #[test]
    fn white_stays_white_and_standard_range_as_it_is() {
        for primaries in [
            Primaries::Bt2020,
            Primaries::DisplayP3,
            Primaries::DciP3,
            Primaries::Bt470m,
            Primaries::Film,
        ] {
            let white = map(Transfer::Standard, primaries).map([65_535; 3]);
            assert!(white.iter().all(|level| *level >= 254), "{white:?}");
        }
        let map = map(Transfer::Standard, Primaries::Bt709);
        for level in [0u8, 1, 64, 128, 255] {
            let [red, green, blue] = map.map([u16::from(level) * 257; 3]);
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
            transfer: Transfer::Standard,
            primaries: Primaries::Bt2020,
        };
        let levels = |gamut| ToSrgb::new(colour, gamut).map([65_535, 0, 0]);
        assert_eq!(levels(Gamut::Clipped), [255, 0, 0]);
        let [red, green, blue] = levels(Gamut::Desaturated);
        assert!(red == 255 && green > 50 && blue > 50, "{red} {green} {blue}");
    }

    #[test]
    fn any_signal_has_a_level_and_gray_stays_gray() {
        for transfer in [Transfer::Pq(203), Transfer::Pq(1000), Transfer::Pq(10_000), Transfer::Hlg]
        {
            let map = map(transfer, Primaries::Bt2020);
            let grays = (0..=255u16).map(|gray| map.map([gray * 257; 3]));
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
                map.map([0, 1, 2].map(|axis| 65_535 * (corner >> axis & 1)));
            }
        }
    }
}
