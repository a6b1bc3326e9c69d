//! The findings about all packets of a recording: jumps of the clock, and changes of the decoder's state.
//!
//! FFmpeg seeks in streams without an index (MPEG-TS and -PS, FLV) by packet times, so a clock that goes back
//! would hide the packets after the jump. Each stretch between two jumps has an offset that lets it follow the
//! stretch before. With the offsets, times only grow.

use super::decoder_state::{DecoderState, DecoderStates};
use serde::{Deserialize, Serialize};

/// The findings, in the order of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Survey {
    /// At least one.
    pub(super) stretches: Vec<Stretch>,
    pub(super) changes: Vec<StateChange>,
    /// Keyframes in presentation order, for seeking.
    pub(super) keyframes: Vec<Keyframe>,
    /// The timestamp after the last frame.
    pub(crate) end: i64,
    /// The end of this video and the start of another one that follows in the file.
    #[serde(skip)]
    pub(crate) joint: Option<Joint>,
}

/// Positions in a file where one video stream ends and another one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joint {
    /// The position of the last packet of the first stream.
    pub(crate) last: i64,
    /// The position of the first packet of the second stream.
    pub(crate) next: i64,
}

/// Packets whose clock does not jump.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Stretch {
    /// The position of the first packet in the file.
    pub(super) position: i64,
    /// The number to add to its times.
    pub(super) offset: i64,
    /// The presentation time of the first frame, with the offset.
    pub(super) start: i64,
    /// The position of the last packet but one, if another stretch follows.
    pub(super) last_position: i64,
    /// Whether it begins with a keyframe. Pictures that lead this keyframe cannot be decoded.
    pub(super) is_cut: bool,
}

/// A decoder state with the position of its first packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StateChange {
    pub(super) position: i64,
    pub(super) state: DecoderState,
}

/// The position of a keyframe, and its times with the offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keyframe {
    pub(crate) position: i64,
    pub(crate) pts: i64,
    pub(crate) dts: i64,
}

/// The place of a packet on the continued clock.
pub(crate) struct PacketPlacement {
    /// The number to add to its times.
    pub(crate) offset: i64,
    /// The earliest presentation time that is shown here, with the offset.
    pub(crate) start: i64,
    /// The number of its decoder state; 0 is the state of the header.
    pub(crate) state: usize,
    /// Whether it is next to a jump. A container that finds no connection there marks whole packets as corrupt.
    pub(crate) is_at_jump: bool,
}

impl Survey {
    /// Returns whether it has nothing that a decoder would not find by itself: there is no jump, and no state
    /// after that of the first packet.
    pub(crate) fn is_plain(&self) -> bool {
        let first = self.stretches[0].position;
        self.stretches.len() == 1 && self.changes.iter().all(|change| change.position <= first)
    }

    /// Returns the times of the jumps, on the continued clock.
    pub(crate) fn jumps(&self) -> impl Iterator<Item = i64> {
        self.stretches.iter().skip(1).map(|stretch| stretch.start)
    }

    /// Returns the keyframes that are shown at `time` or before, latest first.
    pub(crate) fn keyframes_before(&self, time: i64) -> impl Iterator<Item = Keyframe> {
        let until = self.keyframes.partition_point(|keyframe| keyframe.pts <= time);
        self.keyframes[..until].iter().rev().copied()
    }

    /// Returns all states, that of the header first.
    pub(crate) fn states(&self, header: DecoderState) -> DecoderStates {
        DecoderStates::new(header, self.changes.iter().map(|change| change.state.clone()))
    }

    /// Returns the place of the packet at this position of the file.
    pub(crate) fn placement(&self, position: i64) -> PacketPlacement {
        let until = self.stretches.partition_point(|stretch| stretch.position <= position).max(1);
        let state = self.changes.partition_point(|change| change.position <= position);
        let stretch = &self.stretches[until - 1];
        let start = if stretch.is_cut && until > 1 { stretch.start } else { i64::MIN };
        let is_first = until > 1 && position == stretch.position;
        let is_at_jump = is_first || position >= stretch.last_position;
        PacketPlacement { offset: stretch.offset, start, state, is_at_jump }
    }
}

/// Returns whether times from equally distant positions in a file do not grow, or one of their steps is more than
/// `unusual` times the median.
pub(crate) fn is_uneven(times: &[i64], unusual: i64) -> bool {
    let mut steps: Vec<_> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    steps.sort_unstable();
    let (Some(least), Some(most)) = (steps.first(), steps.last()) else { return false };
    let median = steps[steps.len() / 2];
    *least < 0 || *most > median.saturating_mul(unusual).max(1)
}
