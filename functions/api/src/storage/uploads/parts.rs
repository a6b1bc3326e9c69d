//! The division of a file into parts, and the pages that list them.

use framezip_contract::ArrivedPart;
use framezip_store::Multipart;

const MIB: u64 = 1 << 20;

/// The largest file for a single PUT. With more, a lost connection costs too much.
const MAX_PUT: u64 = 64 * MIB;

/// The smallest part. S3 allows 5 MiB, but each part costs a request.
const MIN_PART: u64 = 16 * MIB;

/// S3's maximum number of parts.
const MAX_PARTS: u64 = 10_000;

/// Returns the length of the parts of a file with this many bytes, or `None` for a single PUT.
pub(super) fn part_bytes(bytes: u64) -> Option<u64> {
    let part = bytes.div_ceil(MAX_PARTS).next_multiple_of(MIB).max(MIN_PART);
    (bytes > MAX_PUT).then_some(part)
}

/// The parts of a file. All but the last have the same length.
#[derive(Clone, Copy)]
pub(super) struct PartLayout {
    bytes: u64,
    part_bytes: u64,
}

impl PartLayout {
    pub(super) fn new(bytes: u64, multipart: &Multipart) -> Self {
        Self { bytes, part_bytes: multipart.part_bytes }
    }

    /// Returns the number of parts. Their numbers start at 1.
    pub(super) fn count(self) -> u16 {
        u16::try_from(self.bytes.div_ceil(self.part_bytes)).unwrap_or(u16::MAX)
    }

    /// Returns the length of the part with this number, or 0 if there is no such part.
    pub(super) fn length(self, number: u16) -> u64 {
        let start = u64::from(number.saturating_sub(1)) * self.part_bytes;
        self.bytes.saturating_sub(start).min(self.part_bytes)
    }

    /// Whether an uploaded part is one of these and is whole.
    pub(super) fn matches(self, part: &ArrivedPart) -> bool {
        (1..=self.count()).contains(&part.number) && self.length(part.number) == part.bytes
    }

    /// Returns the page after the part `after`, with at most `max_missing` missing parts. `arrived` are all
    /// parts after that one that have arrived, by number, up to the part `known`.
    pub(super) fn page(
        self,
        after: u16,
        arrived: Vec<ArrivedPart>,
        known: u16,
        max_missing: usize,
    ) -> PartsPage {
        let mut listed = arrived.into_iter().peekable();
        let mut page = PartsPage { arrived: Vec::new(), missing: Vec::new(), next: None };
        let mut last = after;
        for number in after.saturating_add(1)..=known.min(self.count()) {
            match listed.next_if(|part| part.number == number) {
                Some(part) => page.arrived.push(part),
                None if page.missing.len() == max_missing => break,
                None => page.missing.push(number),
            }
            last = number;
        }
        page.next = (last < self.count()).then_some(last);
        page
    }

    /// Returns the numbers of the parts that have not arrived.
    pub(super) fn missing(self, arrived: &[ArrivedPart]) -> Vec<u16> {
        let mut numbers = arrived.iter().map(|part| part.number).peekable();
        (1..=self.count()).filter(|number| numbers.next_if_eq(number).is_none()).collect()
    }
}

/// A page of parts: those that have arrived and those that are missing.
#[derive(Debug, PartialEq)]
pub(super) struct PartsPage {
    pub(super) arrived: Vec<ArrivedPart>,
    pub(super) missing: Vec<u16>,
    /// The page's last part, unless it is the file's last part.
    pub(super) next: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn parts(bytes: u64) -> PartLayout {
        PartLayout { bytes, part_bytes: part_bytes(bytes).unwrap() }
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
            assert!(u64::from(parts.count()) <= MAX_PARTS, "{bytes}");
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
    fn pages_list_every_part_once() {
        // ten parts, and some have arrived; S3 lists at most two at once
        let parts = parts(160 * MIB);
        let there = [1, 4, 5, 9, 10];
        let (mut after, mut listed, mut missing) = (0, Vec::new(), Vec::new());
        loop {
            let rest: Vec<_> = there.into_iter().filter(|number| *number > after).collect();
            let known = if rest.len() > 2 { rest[1] } else { 10 };
            let page = parts.page(after, arrived(&rest[..rest.len().min(2)]), known, 3);
            assert!(page.missing.len() <= 3);
            listed.extend(page.arrived.iter().map(|part| part.number));
            missing.extend(page.missing);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!((listed, missing), (there.to_vec(), vec![2, 3, 6, 7, 8]));
    }

    #[test]
    fn a_page_after_the_last_part_is_empty() {
        let page = parts(160 * MIB).page(10, Vec::new(), 10, 3);
        assert_eq!(page, PartsPage { arrived: Vec::new(), missing: Vec::new(), next: None });
        assert_eq!(parts(160 * MIB).page(u16::MAX, Vec::new(), 10, 3), page);
    }

    #[test]
    fn missing_parts_are_found() {
        let parts = parts(160 * MIB);
        assert_eq!(parts.missing(&arrived(&[1, 2, 4, 5, 6, 7, 8, 9])), [3, 10]);
        assert_eq!(parts.missing(&[]).len(), 10);
    }

    #[test]
    fn only_whole_parts_count() {
        let parts = parts(150 * MIB);
        let part = |number, bytes| ArrivedPart { number, bytes, e_tag: String::new() };
        assert!(parts.matches(&part(1, 16 * MIB)) && parts.matches(&part(10, 6 * MIB)));
        for (number, bytes) in [(0, 16 * MIB), (10, 16 * MIB), (1, 16 * MIB - 1), (11, 0)] {
            assert!(!parts.matches(&part(number, bytes)), "{number} of {bytes}");
        }
    }
}
