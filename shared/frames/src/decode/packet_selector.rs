//! Decides from the times of packets which of them contain the wanted frames, before anything is decoded.
//!
//! Packets come in decode order. The packet for target t is the one with the greatest presentation time that is not
//! after t. That is certain once the decode time of a packet is after t, since no later packet is presented before
//! its own decode time. Until then packets wait in the selector. It holds as few packets as the stream reorders,
//! whatever the length of the stream.

use crate::demux::packet::PacketTimes;
use std::collections::VecDeque;

/// The limit on the bytes of waiting packets. No stream reorders as many, but in a stream whose first frame seems to
/// be shown last, all packets would wait.
const MOST_WAITING: usize = 64 << 20;

/// A packet that waits for the decision on it.
struct WaitingPacket<P> {
    packet: P,
    /// The size in bytes.
    size: usize,
    /// The target for which it is the best packet so far.
    candidate: Option<usize>,
}

/// A packet with the decision on it.
pub(crate) struct DecidedPacket<P> {
    pub(crate) packet: P,
    /// Whether its frame is wanted.
    pub(crate) is_wanted: bool,
}

/// A wanted frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WantedFrame {
    /// The number of the first target with this frame.
    pub(crate) target: usize,
    /// The presentation time.
    pub(crate) pts: i64,
}

/// Selects packets of type `P`.
pub(crate) struct PacketSelector<'a, P> {
    targets: &'a [i64],
    waiting: VecDeque<WaitingPacket<P>>,
    /// The bytes of the waiting packets.
    size: usize,
    /// The number of the first target that is not decided.
    open: usize,
    /// The best presentation time for each target that is not decided.
    best: VecDeque<Option<i64>>,
    /// The wanted frames that were not yet taken, in presentation order.
    wanted: VecDeque<WantedFrame>,
    /// The time at which the last frame goes off screen.
    horizon: i64,
    /// Whether the first target was decided without a frame.
    is_late: bool,
}

impl<'a, P> PacketSelector<'a, P> {
    /// The targets are in time order.
    pub(crate) fn new(targets: &'a [i64]) -> Self {
        Self {
            targets,
            waiting: VecDeque::new(),
            size: 0,
            open: 0,
            best: VecDeque::from(vec![None; targets.len()]),
            wanted: VecDeque::new(),
            horizon: i64::MIN,
            is_late: false,
        }
    }

    /// Adds the next packet; `size` is in bytes.
    pub(crate) fn push(&mut self, packet: P, size: usize, times: PacketTimes) {
        let open = &self.targets[self.open..];
        self.decide(self.open + open.partition_point(|target| *target < times.dts));
        self.horizon = self.horizon.max(times.end);
        let target = self.targets.partition_point(|target| *target < times.pts);
        let best = (target >= self.open).then(|| self.best.get_mut(target - self.open)).flatten();
        let candidate = match best {
            Some(best) if !times.is_hidden && best.is_none_or(|best| best < times.pts) => {
                *best = Some(times.pts);
                for other in &mut self.waiting {
                    other.candidate.take_if(|other| *other == target);
                }
                Some(target)
            }
            _ => None,
        };
        self.waiting.push_back(WaitingPacket { packet, size, candidate });
        self.size += size;
    }

    /// Ends the input. Returns the targets at which no frame is on screen any more.
    pub(crate) fn finish(&mut self) -> &'a [i64] {
        let shown = self.targets.partition_point(|target| *target < self.horizon).max(self.open);
        self.decide(shown);
        &self.targets[shown..]
    }

    /// Decides all targets before this one.
    fn decide(&mut self, until: usize) {
        while self.open < until {
            let best = self.best.pop_front().flatten();
            self.is_late |= self.open == 0 && best.is_none();
            self.wanted.extend(best.map(|pts| WantedFrame { target: self.open, pts }));
            self.open += 1;
        }
    }

    /// Returns the next packet if it is decided.
    pub(crate) fn next(&mut self) -> Option<DecidedPacket<P>> {
        let decided = |candidate: Option<usize>| candidate.is_none_or(|target| target < self.open);
        let first = self.waiting.pop_front_if(|first| decided(first.candidate))?;
        self.size -= first.size;
        Some(DecidedPacket { packet: first.packet, is_wanted: first.candidate.is_some() })
    }

    /// Returns the next remaining packet after the input has ended.
    pub(crate) fn next_remaining(&mut self) -> Option<DecidedPacket<P>> {
        let first = self.waiting.pop_front()?;
        self.size -= first.size;
        let is_wanted = first.candidate.is_some_and(|target| target < self.open);
        Some(DecidedPacket { packet: first.packet, is_wanted })
    }

    /// Returns whether every target is decided and no waiting packet is wanted.
    pub(crate) fn is_done(&self) -> bool {
        self.open == self.targets.len()
            && self.waiting.iter().all(|waiting| waiting.candidate.is_none())
    }

    /// Returns whether no packet was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.horizon == i64::MIN
    }

    /// Returns whether more packets wait than allowed. A single packet may have any size.
    pub(crate) fn is_overfull(&self) -> bool {
        self.waiting.len() > 1 && self.size > MOST_WAITING
    }

    /// Returns whether the packets started too late for the first target.
    pub(crate) fn is_late(&self) -> bool {
        self.is_late
    }

    /// Returns the next wanted frame.
    pub(crate) fn next_wanted(&self) -> Option<WantedFrame> {
        self.wanted.front().copied()
    }

    /// Returns the first target whose frame was not taken, or the number of targets if all were.
    pub(crate) fn first_unsettled(&self) -> usize {
        self.wanted.front().map_or(self.open, |wanted| wanted.target)
    }

    /// Takes the next wanted frame off the list.
    pub(crate) fn take_wanted(&mut self) {
        self.wanted.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(pts: i64, dts: i64, length: i64) -> PacketTimes {
        PacketTimes { pts, dts, end: pts + length, is_hidden: false }
    }

    /// Selects among packets of (pts, dts) that are each shown for 10 units. Returns the wanted packets, and the
    /// largest number of waiting packets.
    fn wanted(targets: &[i64], packets: &[(i64, i64)]) -> (Vec<i64>, usize) {
        let mut selector = PacketSelector::new(targets);
        let (mut wanted, mut most) = (Vec::new(), 0);
        for &(pts, dts) in packets {
            selector.push(pts, 1, times(pts, dts, 10));
            most = most.max(selector.waiting.len());
            while let Some(decided) = selector.next() {
                wanted.extend(decided.is_wanted.then_some(decided.packet));
            }
        }
        selector.finish();
        while let Some(decided) = selector.next_remaining() {
            wanted.extend(decided.is_wanted.then_some(decided.packet));
        }
        (wanted, most)
    }

    #[test]
    fn the_greatest_time_that_is_not_after_the_target_wins_in_any_order() {
        // I0 P30 B10 B20 P60 B40 B50
        let packets = [(0, -10), (30, 0), (10, 10), (20, 20), (60, 30), (40, 40), (50, 50)];
        assert_eq!(wanted(&[0], &packets).0, [0]);
        assert_eq!(wanted(&[29], &packets).0, [20]);
        assert_eq!(wanted(&[30, 45, 49], &packets).0, [30, 40]);
        assert_eq!(wanted(&[69], &packets).0, [60]);
        assert_eq!(wanted(&[70], &packets).0, [0i64; 0], "no frame is on screen any more");
    }

    #[test]
    fn few_packets_wait() {
        let packets: Vec<_> = (0..10_000).map(|index| (index * 10, index * 10)).collect();
        let (wanted, most) = wanted(&[50_000], &packets);
        assert_eq!(wanted, [50_000]);
        assert!(most <= 2, "{most}");
    }

    #[test]
    fn waiting_packets_are_limited_if_the_first_frame_is_shown_last() {
        let hour = 3_600_000;
        let targets = [2 * hour];
        let mut selector = PacketSelector::new(&targets);
        let packets = (0..hour).map(|time| (if time == 0 { hour } else { time }, time));
        for (pts, dts) in packets {
            selector.push(pts, 1 << 20, times(pts, dts, 1));
            while selector.next().is_some() {}
            if selector.is_overfull() {
                break;
            }
        }
        assert_eq!(selector.waiting.len(), 65);
    }

    #[test]
    fn targets_of_taken_frames_are_settled() {
        let mut selector = PacketSelector::new(&[0, 10, 30]);
        for time in [0, 10, 20] {
            selector.push(time, 1, times(time, time, 10));
        }
        assert_eq!(selector.first_unsettled(), 0);
        selector.take_wanted();
        assert_eq!(selector.first_unsettled(), 1);
        selector.take_wanted();
        assert_eq!(selector.first_unsettled(), 2, "a target without a decision is not settled");
    }

    #[test]
    fn packets_that_start_too_late_are_noticed() {
        let mut selector = PacketSelector::new(&[5, 20]);
        for time in [10, 20, 30] {
            selector.push(time, 1, times(time, time, 10));
        }
        assert!(selector.is_late());
    }
}
