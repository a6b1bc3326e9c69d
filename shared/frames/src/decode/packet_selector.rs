//! Which packets hold the wanted frames, told from the packets alone, before anything is decoded.
//!
//! Packets come in decode order. A packet with presentation time p is the one for target t if p is the
//! greatest time that is not after t, and that is certain once a packet's decode time is after t: no
//! later packet is presented before its own decode time. Until then packets wait in here, which are
//! as few as the stream reorders, however long it is.

use std::collections::VecDeque;

/// What the chooser must know of a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    /// When it is presented.
    pub(crate) presented: i64,
    /// When it is decoded.
    pub(crate) decoded: i64,
    /// Until when it may stay on screen if none follows.
    pub(crate) end: i64,
    /// Whether it is decoded but never shown.
    pub(crate) hidden: bool,
}

/// How many bytes of packets may wait for the decision on one. No stream reorders so many, but one that
/// says that its first frame is shown last would have all of it wait.
const MOST_WAITING: usize = 64 << 20;

/// A packet that waits for the decision on it.
struct Waiting<P> {
    packet: P,
    /// How many bytes it takes.
    size: usize,
    /// For which target it is the best so far.
    candidate: Option<usize>,
}

/// Decides on packets of type `P`.
pub(crate) struct Chooser<'a, P> {
    targets: &'a [i64],
    waiting: VecDeque<Waiting<P>>,
    /// How many bytes these take.
    size: usize,
    /// Targets before this one are decided.
    open: usize,
    /// The best for each target that is not decided, with its presentation time.
    best: VecDeque<Option<i64>>,
    /// The frames that are wanted and not yet taken, in presentation order: target and time.
    wanted: VecDeque<(usize, i64)>,
    /// When the last frame goes off screen.
    horizon: i64,
    /// Whether the first target was decided without a frame.
    late: bool,
}

impl<'a, P> Chooser<'a, P> {
    /// For targets in time order.
    pub(crate) fn new(targets: &'a [i64]) -> Self {
        let best = VecDeque::from(vec![None; targets.len()]);
        let (waiting, wanted) = (VecDeque::new(), VecDeque::new());
        Self { targets, waiting, size: 0, open: 0, best, wanted, horizon: i64::MIN, late: false }
    }

    /// Takes the next packet, of so many bytes.
    pub(crate) fn push(&mut self, packet: P, size: usize, stamp: Stamp) {
        let open = &self.targets[self.open..];
        self.close(self.open + open.partition_point(|target| *target < stamp.decoded));
        self.horizon = self.horizon.max(stamp.end);
        let target = self.targets.partition_point(|target| *target < stamp.presented);
        let best = (target >= self.open).then(|| self.best.get_mut(target - self.open)).flatten();
        let candidate = match best {
            Some(best) if !stamp.hidden && best.is_none_or(|best| best < stamp.presented) => {
                *best = Some(stamp.presented);
                for other in &mut self.waiting {
                    other.candidate.take_if(|other| *other == target);
                }
                Some(target)
            }
            _ => None,
        };
        self.waiting.push_back(Waiting { packet, size, candidate });
        self.size += size;
    }

    /// Says that no packet follows. Returns the targets after which nothing is on screen any more.
    pub(crate) fn finish(&mut self) -> &'a [i64] {
        let shown = self.targets.partition_point(|target| *target < self.horizon).max(self.open);
        self.close(shown);
        &self.targets[shown..]
    }

    fn close(&mut self, until: usize) {
        while self.open < until {
            let best = self.best.pop_front().flatten();
            self.late |= self.open == 0 && best.is_none();
            self.wanted.extend(best.map(|best| (self.open, best)));
            self.open += 1;
        }
    }

    /// The next packet that is decided on, and whether its frame is wanted.
    pub(crate) fn next(&mut self) -> Option<(P, bool)> {
        let decided = |candidate: Option<usize>| candidate.is_none_or(|target| target < self.open);
        let first = self.waiting.pop_front_if(|first| decided(first.candidate))?;
        self.size -= first.size;
        Some((first.packet, first.candidate.is_some()))
    }

    /// The rest, when no packet follows.
    pub(crate) fn rest(&mut self) -> Option<(P, bool)> {
        let first = self.waiting.pop_front()?;
        self.size -= first.size;
        Some((first.packet, first.candidate.is_some_and(|target| target < self.open)))
    }

    /// Whether every target is decided and no waiting packet is wanted.
    pub(crate) fn is_done(&self) -> bool {
        self.open == self.targets.len()
            && self.waiting.iter().all(|waiting| waiting.candidate.is_none())
    }

    /// Whether no packet has come.
    pub(crate) fn is_empty(&self) -> bool {
        self.horizon == i64::MIN
    }

    /// Whether more wait than should. One may be as large as it likes.
    pub(crate) fn is_overfull(&self) -> bool {
        self.waiting.len() > 1 && self.size > MOST_WAITING
    }

    /// Whether the packets started too late for the first target.
    pub(crate) fn is_late(&self) -> bool {
        self.late
    }

    /// The next wanted frame: the first target that it is for, and its presentation time.
    pub(crate) fn next_wanted(&self) -> Option<(usize, i64)> {
        self.wanted.front().copied()
    }

    /// The first target whose frame was not taken; as many as there are where all were.
    pub(crate) fn first_unsettled(&self) -> usize {
        self.wanted.front().map_or(self.open, |(target, _)| *target)
    }

    /// Takes the next wanted frame off the list.
    pub(crate) fn took(&mut self) {
        self.wanted.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs packets of (presented, decoded), each shown for 10 ticks, and returns what is wanted and
    /// how many packets waited at most.
    fn wanted(targets: &[i64], packets: &[(i64, i64)]) -> (Vec<i64>, usize) {
        let mut chooser = Chooser::new(targets);
        let (mut wanted, mut most) = (Vec::new(), 0);
        for &(presented, decoded) in packets {
            let stamp = Stamp { presented, decoded, end: presented + 10, hidden: false };
            chooser.push(presented, 1, stamp);
            most = most.max(chooser.waiting.len());
            while let Some((packet, is_wanted)) = chooser.next() {
                wanted.extend(is_wanted.then_some(packet));
            }
        }
        chooser.finish();
        while let Some((packet, is_wanted)) = chooser.rest() {
            wanted.extend(is_wanted.then_some(packet));
        }
        (wanted, most)
    }

    #[test]
    fn the_greatest_time_that_is_not_after_wins_whatever_the_order() {
        // I0 P30 B10 B20 P60 B40 B50
        let packets = [(0, -10), (30, 0), (10, 10), (20, 20), (60, 30), (40, 40), (50, 50)];
        assert_eq!(wanted(&[0], &packets).0, [0]);
        assert_eq!(wanted(&[29], &packets).0, [20]);
        assert_eq!(wanted(&[30, 45, 49], &packets).0, [30, 40]);
        assert_eq!(wanted(&[69], &packets).0, [60]);
        assert_eq!(wanted(&[70], &packets).0, [0i64; 0], "nothing is on screen any more");
    }

    #[test]
    fn few_packets_wait() {
        let packets: Vec<_> = (0..10_000).map(|index| (index * 10, index * 10)).collect();
        let (wanted, most) = wanted(&[50_000], &packets);
        assert_eq!(wanted, [50_000]);
        assert!(most <= 2, "{most}");
    }

    #[test]
    fn a_first_frame_that_is_shown_last_does_not_keep_all_packets() {
        let hour = 3_600_000;
        let targets = [2 * hour];
        let mut chooser = Chooser::new(&targets);
        let packets = (0..hour).map(|time| (if time == 0 { hour } else { time }, time));
        for (presented, decoded) in packets {
            let stamp = Stamp { presented, decoded, end: presented + 1, hidden: false };
            chooser.push(presented, 1 << 20, stamp);
            while chooser.next().is_some() {}
            if chooser.is_overfull() {
                break;
            }
        }
        assert_eq!(chooser.waiting.len(), 65);
    }

    #[test]
    fn what_was_taken_is_settled() {
        let mut chooser = Chooser::new(&[0, 10, 30]);
        for time in [0, 10, 20] {
            let stamp = Stamp { presented: time, decoded: time, end: time + 10, hidden: false };
            chooser.push(time, 1, stamp);
        }
        assert_eq!(chooser.first_unsettled(), 0);
        chooser.took();
        assert_eq!(chooser.first_unsettled(), 1);
        chooser.took();
        assert_eq!(chooser.first_unsettled(), 2, "what is not decided is not settled");
    }

    #[test]
    fn packets_that_start_too_late_are_noticed() {
        let mut chooser = Chooser::new(&[5, 20]);
        for time in [10, 20, 30] {
            let stamp = Stamp { presented: time, decoded: time, end: time + 10, hidden: false };
            chooser.push(time, 1, stamp);
        }
        assert!(chooser.is_late());
    }
}
