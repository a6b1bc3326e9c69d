//! How a file is cut into parts, and which of them a page tells of.

use framezip_contract::ArrivedPart;
use framezip_store::Multipart;

const MIB: u64 = 1 << 20;

/// The largest file that goes up in one PUT: with more, a lost connection costs too much.
const LARGEST_PUT: u64 = 64 * MIB;

/// The smallest part, if there are several: S3 takes 5 MiB, but each part is a request.
const SMALLEST_PART: u64 = 16 * MIB;

/// The most parts that S3 makes an object of.
const MOST_PARTS: u64 = 10_000;

/// The length of the parts of a file of so many bytes; `None` where it goes up as a whole.
pub(super) fn part_bytes(bytes: u64) -> Option<u64> {
    let part = bytes.div_ceil(MOST_PARTS).next_multiple_of(MIB).max(SMALLEST_PART);
    (bytes > LARGEST_PUT).then_some(part)
}

/// A file in parts: all as long as the first, but the last.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    bytes: u64,
    part_bytes: u64,
}

impl Parts {
    pub(super) fn of(bytes: u64, multipart: &Multipart) -> Self {
        Self { bytes, part_bytes: multipart.part_bytes }
    }

    /// How many there are. Their numbers start at 1.
    pub(super) fn count(self) -> u16 {
        u16::try_from(self.bytes.div_ceil(self.part_bytes)).unwrap_or(u16::MAX)
    }

    /// The length of the part with this number; 0 of one that there is not.
    pub(super) fn length(self, number: u16) -> u64 {
        let start = u64::from(number.saturating_sub(1)) * self.part_bytes;
        self.bytes.saturating_sub(start).min(self.part_bytes)
    }

    /// Whether a part is one of these, and whole.
    pub(super) fn holds(self, part: &ArrivedPart) -> bool {
        (1..=self.count()).contains(&part.number) && self.length(part.number) == part.bytes
    }

    /// The page after the part `after`, that tells of `urls` missing parts at most. `arrived` are all
    /// parts that have arrived after that one, by number, up to the part `known`.
    pub(super) fn page(
        self,
        after: u16,
        arrived: Vec<ArrivedPart>,
        known: u16,
        urls: usize,
    ) -> Page {
        let mut listed = arrived.into_iter().peekable();
        let mut page = Page { arrived: Vec::new(), missing: Vec::new(), next: None };
        let mut last = after;
        for number in after.saturating_add(1)..=known.min(self.count()) {
            match listed.next_if(|part| part.number == number) {
                Some(part) => page.arrived.push(part),
                None if page.missing.len() == urls => break,
                None => page.missing.push(number),
            }
            last = number;
        }
        page.next = (last < self.count()).then_some(last);
        page
    }

    /// Those that are not among the parts that have arrived.
    pub(super) fn missing(self, arrived: &[ArrivedPart]) -> Vec<u16> {
        let mut numbers = arrived.iter().map(|part| part.number).peekable();
        (1..=self.count()).filter(|number| numbers.next_if_eq(number).is_none()).collect()
    }
}

/// What is told of some parts at once.
#[derive(Debug, PartialEq)]
pub(super) struct Page {
    pub(super) arrived: Vec<ArrivedPart>,
    pub(super) missing: Vec<u16>,
    /// The page's last part, unless it is the file's.
    pub(super) next: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn parts(bytes: u64) -> Parts {
        Parts { bytes, part_bytes: part_bytes(bytes).unwrap() }
    }

    fn arrived(numbers: &[u16]) -> Vec<ArrivedPart> {
        let part = |number: &u16| ArrivedPart { number: *number, bytes: 1, e_tag: String::new() };
        numbers.iter().map(part).collect()
    }

    #[test]
    fn parts_make_up_the_file() {
        assert_eq!((part_bytes(0), part_bytes(64 * MIB)), (None, None));
        for bytes in [64 * MIB + 1, 70 * MIB, 80 * MIB, 50 * GIB, 50 * GIB - 1, 5 << 40] {
            let parts = parts(bytes);
            assert!(u64::from(parts.count()) <= MOST_PARTS, "{bytes}");
            let lengths: Vec<_> = (1..=parts.count()).map(|number| parts.length(number)).collect();
            assert_eq!(lengths.iter().sum::<u64>(), bytes);
            assert!(lengths.iter().all(|length| (1..=5 * GIB).contains(length)), "{bytes}");
            let (_, others) = lengths.split_last().unwrap();
            assert!(others.iter().all(|length| *length == parts.part_bytes), "{bytes}");
            assert_eq!(parts.length(parts.count() + 1), 0);
        }
        assert_eq!(parts(5 << 40).part_bytes, 525 * MIB);
    }

    #[test]
    fn pages_tell_of_every_part_once() {
        // ten parts, of which some have arrived; S3 lists at most two at once
        let parts = parts(160 * MIB);
        let there = [1, 4, 5, 9, 10];
        let (mut after, mut told, mut missing) = (0, Vec::new(), Vec::new());
        loop {
            let rest: Vec<_> = there.into_iter().filter(|number| *number > after).collect();
            let known = if rest.len() > 2 { rest[1] } else { 10 };
            let listed = &rest[..rest.len().min(2)];
            let page = parts.page(after, arrived(listed), known, 3);
            assert!(page.missing.len() <= 3);
            told.extend(page.arrived.iter().map(|part| part.number));
            missing.extend(page.missing);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!((told, missing), (there.to_vec(), vec![2, 3, 6, 7, 8]));
    }

    #[test]
    fn beyond_the_last_part_a_page_is_empty() {
        let page = parts(160 * MIB).page(10, Vec::new(), 10, 3);
        assert_eq!(page, Page { arrived: Vec::new(), missing: Vec::new(), next: None });
        assert_eq!(parts(160 * MIB).page(u16::MAX, Vec::new(), 10, 3), page);
    }

    #[test]
    fn missing_parts_are_named() {
        let parts = parts(160 * MIB);
        assert_eq!(parts.missing(&arrived(&[1, 2, 4, 5, 6, 7, 8, 9])), [3, 10]);
        assert_eq!(parts.missing(&[]).len(), 10);
    }

    #[test]
    fn only_whole_parts_count() {
        let parts = parts(150 * MIB);
        let part = |number, bytes| ArrivedPart { number, bytes, e_tag: String::new() };
        assert!(parts.holds(&part(1, 16 * MIB)) && parts.holds(&part(10, 6 * MIB)));
        for (number, bytes) in [(0, 16 * MIB), (10, 16 * MIB), (1, 16 * MIB - 1), (11, 0)] {
            assert!(!parts.holds(&part(number, bytes)), "{number} of {bytes}");
        }
    }
}
