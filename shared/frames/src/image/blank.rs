//! Detects blank images.

/// The distance between two sampled pixels, across and down. It detects what a person would see.
const STEP: usize = 8;

/// The largest standard deviation of a blank image's levels: room for noise and compression artefacts.
const MOST_DEVIATION: f64 = 5.0;

/// Statistics of sampled levels of one channel.
#[derive(Default)]
pub(crate) struct Levels {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Levels {
    /// Samples a channel. The rows are `stride` bytes long, and the pixels `channels` bytes.
    pub(crate) fn of(bytes: &[u8], stride: usize, channel: usize, channels: usize) -> Self {
        let mut levels = Self::default();
        for row in bytes.chunks_exact(stride.max(1)).step_by(STEP) {
            for level in row.iter().skip(channel).step_by(channels * STEP) {
                let level = f64::from(*level);
                levels.count += 1.0;
                levels.sum += level;
                levels.squares += level * level;
            }
        }
        levels
    }

    /// Returns whether the levels are nearly all the same.
    pub(crate) fn are_uniform(&self) -> bool {
        let mean = self.sum / self.count.max(1.0);
        let variance = self.squares / self.count.max(1.0) - mean * mean;
        variance < MOST_DEVIATION * MOST_DEVIATION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_uniform_and_a_caption_is_not() {
        let noise: Vec<u8> = (0..160 * 90).map(|index| 16 + (index * 7919 % 5) as u8).collect();
        assert!(Levels::of(&noise, 160, 0, 1).are_uniform());
        let mut caption = vec![0; 160 * 90];
        caption[40 * 160..48 * 160].fill(235);
        assert!(!Levels::of(&caption, 160, 0, 1).are_uniform());
    }

    #[test]
    fn a_channel_is_sampled_alone() {
        let ramp: Vec<u8> = (0..=255).flat_map(|level| [9, level, 9]).collect();
        assert!(Levels::of(&ramp, 768, 0, 3).are_uniform());
        assert!(!Levels::of(&ramp, 768, 1, 3).are_uniform());
    }
}
