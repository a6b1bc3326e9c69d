//! Transfer functions in both directions, as tables.

use super::{
    colour::Transfer,
    light::{hlg_scene, hlg_signal, pq_light, pq_signal},
};
use std::sync::LazyLock;

const STEPS: usize = 1 << 16;

/// A transfer function between signals and light, each from 0 to 1.
pub(crate) struct Curve {
    /// For signals in equal steps their light.
    light: Vec<f32>,
    /// For the fourth root of light in equal steps its signal: dark light needs small steps.
    signal: Vec<f32>,
}

impl Curve {
    /// Returns the curve by which H.273's non-linear formulas convert. PQ's light is 1 at 10,000 cd/m²;
    /// HLG's is that of the scene.
    pub(crate) fn of(transfer: Transfer) -> &'static Self {
        static STANDARD: LazyLock<Curve> =
            LazyLock::new(|| Curve::new(bt2020_light, bt2020_signal));
        static LINEAR: LazyLock<Curve> = LazyLock::new(|| Curve::new(|same| same, |same| same));
        static PQ: LazyLock<Curve> = LazyLock::new(|| {
            Curve::new(|signal| pq_light(signal) / 1e4, |light| pq_signal(light * 1e4))
        });
        static HLG: LazyLock<Curve> = LazyLock::new(|| Curve::new(hlg_scene, hlg_signal));
        match transfer {
            Transfer::Standard => &STANDARD,
            Transfer::Linear => &LINEAR,
            Transfer::Pq(_) => &PQ,
            Transfer::Hlg => &HLG,
        }
    }

    fn new(light: fn(f64) -> f64, signal: fn(f64) -> f64) -> Self {
        let part = |step: usize| step as f64 / (STEPS - 1) as f64;
        Self {
            light: (0..STEPS).map(|step| light(part(step)) as f32).collect(),
            signal: (0..STEPS).map(|step| signal(part(step).powi(4)) as f32).collect(),
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

fn step(part: f32) -> usize {
    (part.clamp(0.0, 1.0) * (STEPS - 1) as f32 + 0.5) as usize
}

const ALPHA: f64 = 1.099_296_826_809_44;
const BETA: f64 = 0.018_053_968_510_807;

/// The signal of BT.709, BT.601 and BT.2020, which share it (H.273, table 3).
fn bt2020_signal(light: f64) -> f64 {
    if light < BETA { 4.5 * light } else { ALPHA * light.powf(0.45) - (ALPHA - 1.0) }
}

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
    fn a_signal_comes_back_from_its_light() {
        for transfer in [Transfer::Standard, Transfer::Linear, Transfer::Pq(1000), Transfer::Hlg] {
            let curve = Curve::of(transfer);
            assert!(curve.light(1.0) > 0.9999 && curve.light(0.0) < 1e-6, "{transfer:?}");
            for level in 0..=1023 {
                let signal = level as f32 / 1023.0;
                let back = curve.signal(curve.light(signal));
                assert!((back - signal).abs() < 1e-4, "{transfer:?} {signal} {back}");
            }
        }
    }
}
