//! Transfer functions in both directions, as formulas and as tables.
//!
//! Sources: SMPTE ST 2084 (PQ), ITU-R BT.2100 (HLG), IEC 61966-2-1 (sRGB), ITU-T H.273, table 3 (BT.709
//! and its equals).

use super::colour::TransferFunction;
use std::sync::LazyLock;

const STEPS: usize = 1 << 16;

/// A transfer function between signals and light, both from 0 to 1.
pub(crate) struct TransferTable {
    /// The light of signals in equal steps.
    light: Vec<f32>,
    /// The signals of light, in equal steps of its fourth root: dark light needs small steps.
    signal: Vec<f32>,
}

impl TransferTable {
    /// Returns the table that H.273's non-linear formulas use. PQ's light is 1 at 10,000 cd/m². HLG's
    /// light is that of the scene.
    pub(crate) fn of(transfer: TransferFunction) -> &'static Self {
        static STANDARD: LazyLock<TransferTable> =
            LazyLock::new(|| TransferTable::new(bt2020_light, bt2020_signal));
        static LINEAR: LazyLock<TransferTable> =
            LazyLock::new(|| TransferTable::new(|same| same, |same| same));
        static PQ: LazyLock<TransferTable> = LazyLock::new(|| {
            TransferTable::new(|signal| pq_light(signal) / 1e4, |light| pq_signal(light * 1e4))
        });
        static HLG: LazyLock<TransferTable> =
            LazyLock::new(|| TransferTable::new(hlg_scene, hlg_signal));
        match transfer {
            TransferFunction::Standard => &STANDARD,
            TransferFunction::Linear => &LINEAR,
            TransferFunction::Pq(_) => &PQ,
            TransferFunction::Hlg => &HLG,
        }
    }

    fn new(light: fn(f64) -> f64, signal: fn(f64) -> f64) -> Self {
        let fraction = |step: usize| step as f64 / (STEPS - 1) as f64;
        Self {
            light: (0..STEPS).map(|step| light(fraction(step)) as f32).collect(),
            signal: (0..STEPS).map(|step| signal(fraction(step).powi(4)) as f32).collect(),
        }
    }

    /// Returns the light of a signal. A signal out of range counts as the nearest in range.
    pub(crate) fn light(&self, signal: f32) -> f32 {
        self.light[step(signal)]
    }

    /// Returns the signal of light. Light out of range counts as the nearest in range.
    pub(crate) fn signal(&self, light: f32) -> f32 {
        self.signal[step(light.clamp(0.0, 1.0).sqrt().sqrt())]
    }
}

/// Returns the step of a number from 0 to 1.
fn step(number: f32) -> usize {
    (number.clamp(0.0, 1.0) * (STEPS - 1) as f32 + 0.5) as usize
}

const PQ_M1: f64 = 2610.0 / 16_384.0;
const PQ_M2: f64 = 2523.0 / 4096.0 * 128.0;
const PQ_C1: f64 = 3424.0 / 4096.0;
const PQ_C2: f64 = 2413.0 / 4096.0 * 32.0;
const PQ_C3: f64 = 2392.0 / 4096.0 * 32.0;

/// Returns the light of a PQ signal in candelas per square metre.
pub(crate) fn pq_light(signal: f64) -> f64 {
    let power = signal.max(0.0).powf(1.0 / PQ_M2);
    10_000.0 * ((power - PQ_C1).max(0.0) / (PQ_C2 - PQ_C3 * power)).powf(1.0 / PQ_M1)
}

/// Returns the PQ signal of light in candelas per square metre.
pub(crate) fn pq_signal(light: f64) -> f64 {
    let power = (light / 10_000.0).max(0.0).powf(PQ_M1);
    ((PQ_C1 + PQ_C2 * power) / (1.0 + PQ_C3 * power)).powf(PQ_M2)
}

const HLG_A: f64 = 0.178_832_77;
const HLG_B: f64 = 1.0 - 4.0 * HLG_A;

/// Returns the scene's light of an HLG signal. The brightest is 1.
pub(crate) fn hlg_scene(signal: f64) -> f64 {
    let c = 0.5 - HLG_A * (4.0 * HLG_A).ln();
    if signal <= 0.5 {
        signal * signal / 3.0
    } else {
        (((signal - c) / HLG_A).exp() + HLG_B) / 12.0
    }
}

/// Returns the HLG signal of the scene's light.
pub(crate) fn hlg_signal(scene: f64) -> f64 {
    let c = 0.5 - HLG_A * (4.0 * HLG_A).ln();
    if scene <= 1.0 / 12.0 { (3.0 * scene).sqrt() } else { HLG_A * (12.0 * scene - HLG_B).ln() + c }
}

/// Returns the light of an sRGB level, both from 0 to 1.
pub(crate) fn srgb_light(level: f64) -> f64 {
    if level <= 0.040_45 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
}

/// Returns the sRGB level of light, both from 0 to 1.
pub(crate) fn srgb_level(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

const ALPHA: f64 = 1.099_296_826_809_44;
const BETA: f64 = 0.018_053_968_510_807;

/// Returns the signal of light by the function that BT.709, BT.601 and BT.2020 share (H.273, table 3).
fn bt2020_signal(light: f64) -> f64 {
    if light < BETA { 4.5 * light } else { ALPHA * light.powf(0.45) - (ALPHA - 1.0) }
}

/// Returns the light of a signal by the function that BT.709, BT.601 and BT.2020 share.
fn bt2020_light(signal: f64) -> f64 {
    if signal < 4.5 * BETA {
        signal / 4.5
    } else {
        ((signal + ALPHA - 1.0) / ALPHA).powf(1.0 / 0.45)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pq_can_be_inverted_and_is_exact_at_known_points() {
        for light in [0.0, 0.01, 1.0, 100.0, 203.0, 1000.0, 10_000.0] {
            assert!((pq_light(pq_signal(light)) - light).abs() < 1e-6 * (1.0 + light));
        }
        // BT.2408, table 1
        assert!((pq_signal(203.0) - 0.58).abs() < 0.005);
        assert!((pq_signal(100.0) - 0.51).abs() < 0.005);
    }

    #[test]
    fn a_signal_can_be_restored_from_its_light() {
        for transfer in [
            TransferFunction::Standard,
            TransferFunction::Linear,
            TransferFunction::Pq(1000),
            TransferFunction::Hlg,
        ] {
            let table = TransferTable::of(transfer);
            assert!(table.light(1.0) > 0.9999 && table.light(0.0) < 1e-6, "{transfer:?}");
            for level in 0..=1023 {
                let signal = level as f32 / 1023.0;
                let back = table.signal(table.light(signal));
                assert!((back - signal).abs() < 1e-4, "{transfer:?} {signal} {back}");
            }
        }
    }
}
