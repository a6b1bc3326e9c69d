//! The movement of one reader through an object, and the amount to fetch for it at once.
//!
//! A reader that jumps should fetch little more than it reads, and a reader that reads on should not
//! wait. So a window of blocks begins short and grows as reading goes on, and is never longer than half
//! of what was already read.

use super::BLOCK;
use std::ops::Range;

/// Blocks in the first window. A jump that lands at most this far after a window still counts as reading
/// on: demuxers skip the packets of other streams.
const SHORTEST: u64 = 2;
/// Blocks in the longest window.
const LONGEST: u64 = 16;

/// The state of sequential reading between two long jumps.
#[derive(Default)]
pub(super) struct ReadAhead {
    /// The end of the last read.
    position: u64,
    /// Bytes read since the last long jump.
    read: u64,
    /// The blocks being read: a window, or one block that another reader fetched.
    window: Range<u64>,
    /// The window after `window`, fetched ahead, until reading reaches it.
    ahead: Range<u64>,
}

impl ReadAhead {
    /// Continues at `position`, or starts over there after a long jump.
    pub(super) fn move_to(&mut self, position: u64) {
        let block = position / BLOCK;
        let fetched = self.window.end.max(self.ahead.end);
        let reach = self.window.start..=fetched + SHORTEST;
        if position != self.position && !reach.contains(&block) {
            *self = Self::default();
        }
        self.position = position;
        if self.ahead.contains(&block) {
            self.window = std::mem::take(&mut self.ahead);
        } else if !self.window.contains(&block) {
            self.window = block..block + 1;
            self.ahead = 0..0;
        }
    }

    /// The window to fetch if the block at the position is missing.
    pub(super) fn window_at_position(&self) -> Range<u64> {
        let block = self.position / BLOCK;
        block..block + self.length()
    }

    /// Notes that the block at the position was missing and `window` is being fetched.
    pub(super) fn start_window(&mut self, window: Range<u64>) {
        self.window = window;
        self.ahead = 0..0;
    }

    /// Notes that `count` bytes were read at the position.
    pub(super) fn advance(&mut self, count: usize) {
        self.position += count as u64;
        self.read += count as u64;
    }

    /// The window that should be fetched ahead now. A single read across the middle of a window does not
    /// yet count as reading on.
    pub(super) fn next_window(&self) -> Option<Range<u64>> {
        let middle = (self.window.start + self.window.end) * BLOCK / 2;
        let due = self.read >= BLOCK && self.position >= middle && self.ahead.is_empty();
        due.then(|| self.window.end..self.window.end + self.length())
    }

    /// Notes that `window` is being fetched ahead.
    pub(super) fn start_window_ahead(&mut self, window: Range<u64>) {
        self.ahead = window;
    }

    /// Blocks in the next window.
    fn length(&self) -> u64 {
        (self.read / BLOCK / 2).clamp(SHORTEST, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves to a position whose block is missing, and returns the window that is fetched.
    fn miss(reading: &mut ReadAhead, position: u64) -> Range<u64> {
        reading.move_to(position);
        let window = reading.window_at_position();
        reading.start_window(window.clone());
        reading.advance(1000);
        window
    }

    #[test]
    fn windows_grow_as_reading_goes_on() {
        let mut reading = ReadAhead::default();
        let mut lengths = Vec::new();
        let mut end = 0;
        while lengths.len() < 10 {
            reading.move_to(end * BLOCK);
            let window = reading.window_at_position();
            assert_eq!(window.start, end);
            end = window.end;
            lengths.push(window.end - window.start);
            reading.advance(((window.end - window.start) * BLOCK) as usize);
            reading.start_window(window);
        }
        assert_eq!(lengths, [2, 2, 2, 3, 4, 6, 9, 14, 16, 16]);
    }

    #[test]
    fn only_a_short_jump_forward_counts_as_reading_on() {
        let mut reading = ReadAhead::default();
        for (block, read) in [(100, 1000), (104, 2000), (111, 1000), (110, 1000), (112, 2000)] {
            assert_eq!(miss(&mut reading, block * BLOCK), block..block + 2);
            assert_eq!(reading.read, read, "block {block}");
        }
    }

    #[test]
    fn one_window_is_fetched_ahead_after_the_middle() {
        let mut reading = ReadAhead::default();
        miss(&mut reading, 10 * BLOCK);
        reading.advance(BLOCK as usize - 1001);
        assert_eq!(reading.next_window(), None);
        reading.advance(1);
        assert_eq!(reading.next_window(), Some(12..14));
        reading.start_window_ahead(12..14);
        reading.advance(BLOCK as usize - 1);
        assert_eq!(reading.next_window(), None);
        // into the window ahead
        reading.move_to(12 * BLOCK);
        assert_eq!(reading.next_window(), None);
        reading.advance(BLOCK as usize);
        assert_eq!(reading.next_window(), Some(14..16));
    }

    #[test]
    fn a_short_read_across_the_middle_fetches_nothing_ahead() {
        let mut reading = ReadAhead::default();
        miss(&mut reading, BLOCK - 500);
        assert_eq!(reading.next_window(), None);
    }

    #[test]
    fn blocks_that_another_reader_fetched_are_read_to_their_end() {
        let mut reading = ReadAhead::default();
        for block in 0..4 {
            reading.move_to(block * BLOCK);
            reading.advance(BLOCK as usize);
            assert_eq!(reading.next_window(), Some(block + 1..block + 3));
        }
        assert_eq!(miss(&mut reading, 4 * BLOCK), 4..6);
    }
}
