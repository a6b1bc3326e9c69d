//! How one reader goes through an object, and so how much to fetch for it at once.
//!
//! Who reads here and there shall pay for little more than what it reads, and who reads on shall not
//! wait: so a window of units begins short and grows as reading goes on, never longer than half of what
//! was read already.

use super::UNIT;
use std::ops::Range;

/// Units in the first window, and how far behind a window a jump may land and still be reading on:
/// demuxers leave out the packets of other streams.
const SHORTEST: u64 = 2;
/// Units in a window at most.
const LONGEST: u64 = 16;

/// Reading on, from a jump out of reach to the next.
#[derive(Default)]
pub(super) struct Run {
    /// Where the last read ended.
    position: u64,
    /// Bytes read since the run began.
    read: u64,
    /// The units being read: a window, or one unit that another reader fetched.
    window: Range<u64>,
    /// The window that was fetched ahead, behind `window`, until reading comes to it.
    ahead: Range<u64>,
}

impl Run {
    /// Reading goes on at `position`, or begins anew there.
    pub(super) fn move_to(&mut self, position: u64) {
        let unit = position / UNIT;
        let fetched = self.window.end.max(self.ahead.end);
        let reach = self.window.start..=fetched + SHORTEST;
        if position != self.position && !reach.contains(&unit) {
            *self = Self::default();
        }
        self.position = position;
        if self.ahead.contains(&unit) {
            self.window = std::mem::take(&mut self.ahead);
        } else if !self.window.contains(&unit) {
            self.window = unit..unit + 1;
            self.ahead = 0..0;
        }
    }

    /// What to fetch where the unit at the position is missing.
    pub(super) fn on_miss(&self) -> Range<u64> {
        let unit = self.position / UNIT;
        unit..unit + self.length()
    }

    /// The unit at the position was missing, and `window` is fetched.
    pub(super) fn fetches(&mut self, window: Range<u64>) {
        self.window = window;
        self.ahead = 0..0;
    }

    /// So many bytes were read at the position.
    pub(super) fn advance(&mut self, count: usize) {
        self.position += count as u64;
        self.read += count as u64;
    }

    /// The window that should be fetched before it is asked for. One read across the middle is not
    /// yet reading on.
    pub(super) fn next_window(&self) -> Option<Range<u64>> {
        let middle = (self.window.start + self.window.end) * UNIT / 2;
        let due = self.read >= UNIT && self.position >= middle && self.ahead.is_empty();
        due.then(|| self.window.end..self.window.end + self.length())
    }

    /// `window` is fetched ahead.
    pub(super) fn fetches_ahead(&mut self, window: Range<u64>) {
        self.ahead = window;
    }

    /// Units in the next window.
    fn length(&self) -> u64 {
        (self.read / UNIT / 2).clamp(SHORTEST, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves to a position where nothing is there yet, and says what is fetched.
    fn miss(run: &mut Run, position: u64) -> Range<u64> {
        run.move_to(position);
        let window = run.on_miss();
        run.fetches(window.clone());
        run.advance(1000);
        window
    }

    #[test]
    fn windows_grow_with_what_was_read() {
        let mut run = Run::default();
        let mut lengths = Vec::new();
        let mut end = 0;
        while lengths.len() < 10 {
            run.move_to(end * UNIT);
            let window = run.on_miss();
            assert_eq!(window.start, end);
            end = window.end;
            lengths.push(window.end - window.start);
            run.advance(((window.end - window.start) * UNIT) as usize);
            run.fetches(window);
        }
        assert_eq!(lengths, [2, 2, 2, 3, 4, 6, 9, 14, 16, 16]);
    }

    #[test]
    fn a_jump_a_little_forward_is_reading_on_and_others_are_not() {
        let mut run = Run::default();
        for (unit, read) in [(100, 1000), (104, 2000), (111, 1000), (110, 1000), (112, 2000)] {
            assert_eq!(miss(&mut run, unit * UNIT), unit..unit + 2);
            assert_eq!(run.read, read, "unit {unit}");
        }
    }

    #[test]
    fn the_next_window_is_fetched_past_the_middle_and_only_one() {
        let mut run = Run::default();
        miss(&mut run, 10 * UNIT);
        run.advance(UNIT as usize - 1001);
        assert_eq!(run.next_window(), None);
        run.advance(1);
        assert_eq!(run.next_window(), Some(12..14));
        run.fetches_ahead(12..14);
        run.advance(UNIT as usize - 1);
        assert_eq!(run.next_window(), None);
        // into the window ahead
        run.move_to(12 * UNIT);
        assert_eq!(run.next_window(), None);
        run.advance(UNIT as usize);
        assert_eq!(run.next_window(), Some(14..16));
    }

    #[test]
    fn little_read_across_the_middle_fetches_nothing_ahead() {
        let mut run = Run::default();
        miss(&mut run, UNIT - 500);
        assert_eq!(run.next_window(), None);
    }

    #[test]
    fn what_another_reader_fetched_is_followed_to_its_end() {
        let mut run = Run::default();
        for unit in 0..4 {
            run.move_to(unit * UNIT);
            run.advance(UNIT as usize);
            assert_eq!(run.next_window(), Some(unit + 1..unit + 3));
        }
        assert_eq!(miss(&mut run, 4 * UNIT), 4..6);
    }
}
