//! Which bytes of which pieces each part of a zip is made of.

use super::Piece;
use std::{mem, ops::Range};

/// All parts but the last have at least this many bytes, and ranges are copied only of objects of
/// more than this.
const LEAST: u64 = 5 << 20;
const MOST_PARTS: usize = 10_000;
/// The most bytes of one copy: few, so that large pieces are copied by several at once, or where
/// these would be too many parts, more, up to what S3 allows.
const LONGEST_COPIES: [u64; 3] = [1 << 30, 2 << 30, 5 << 30];

/// Some bytes of a piece; never none.
#[derive(Debug)]
pub(super) struct Slice<'a> {
    pub(super) piece: &'a Piece,
    pub(super) range: Range<u64>,
}

impl Slice<'_> {
    pub(super) fn len(&self) -> u64 {
        self.range.end - self.range.start
    }
}

#[derive(Debug)]
pub(super) enum Part<'a> {
    /// Copied inside S3.
    Copied(Slice<'a>),
    /// Too short to be copied one by one, so downloaded and sent together: less than 15 MiB.
    Gathered(Vec<Slice<'a>>),
}

/// How the pieces become parts: every byte once, in order.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Less than 5 MiB, which only the last part may have: together with the zip's tail, it is that
    /// part.
    pub(super) rest: Vec<Slice<'a>>,
}

impl<'a> Plan<'a> {
    /// Gathers only pieces of 5 MiB or less, and what must be taken from the piece that follows
    /// them to make a part: less than 5 MiB, or the whole piece where it has less than 10.
    ///
    /// `None` where S3 does not take as many parts.
    pub(super) fn of(pieces: &'a [Piece]) -> Option<Self> {
        let mut plans =
            LONGEST_COPIES.into_iter().map(|longest| Self::with_copies(longest, pieces));
        // the tail makes one more
        plans.find(|plan| plan.parts.len() < MOST_PARTS)
    }

    /// How many bytes are not copied inside S3.
    pub(super) fn gathered(&self) -> u64 {
        let gathered = self.parts.iter().map(|part| match part {
            Part::Copied(_) => 0,
            Part::Gathered(slices) => length(slices),
        });
        gathered.sum::<u64>() + length(&self.rest)
    }

    fn with_copies(longest: u64, pieces: &'a [Piece]) -> Self {
        let mut plan = Self { parts: Vec::new(), rest: Vec::new() };
        for piece in pieces.iter().filter(|piece| piece.bytes > 0) {
            let missing = plan.missing();
            if piece.bytes > missing + LEAST {
                plan.rest.extend((missing > 0).then_some(Slice { piece, range: 0..missing }));
                plan.gather();
                plan.parts.extend(copies(piece, missing, longest));
            } else {
                plan.rest.push(Slice { piece, range: 0..piece.bytes });
                if length(&plan.rest) >= LEAST {
                    plan.gather();
                }
            }
        }
        plan
    }

    /// How many bytes the rest needs before a copy may follow it.
    fn missing(&self) -> u64 {
        match self.parts.last() {
            _ if self.rest.is_empty() => 0,
            // which the rest can become a part of
            Some(Part::Gathered(_)) => 0,
            _ => LEAST - length(&self.rest),
        }
    }

    /// Makes the rest a part, or where it is too short for one, more of the part before.
    fn gather(&mut self) {
        let rest = mem::take(&mut self.rest);
        match self.parts.last_mut() {
            _ if rest.is_empty() => {}
            Some(Part::Gathered(slices)) if length(&rest) < LEAST => slices.extend(rest),
            _ => self.parts.push(Part::Gathered(rest)),
        }
    }
}

/// Copies the piece from `start` on in parts of about the same length.
fn copies(piece: &Piece, start: u64, longest: u64) -> impl Iterator<Item = Part<'_>> {
    let bytes = piece.bytes - start;
    let count = bytes.div_ceil(longest);
    let at = move |index| start + bytes * index / count;
    (0..count).map(move |index| Part::Copied(Slice { piece, range: at(index)..at(index + 1) }))
}

pub(super) fn length(slices: &[Slice<'_>]) -> u64 {
    slices.iter().map(Slice::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;

    fn pieces(lengths: &[u64]) -> Vec<Piece> {
        let piece = |&bytes| Piece { key: String::new(), e_tag: String::new(), bytes };
        lengths.iter().map(piece).collect()
    }

    /// What becomes of pieces of so many MiB: `c` and `g` for a part that is copied or gathered, `r`
    /// for the rest, each with its MiB.
    fn planned(mebibytes: &[u64]) -> String {
        let lengths: Vec<u64> = mebibytes.iter().map(|length| length * MIB).collect();
        let pieces = pieces(&lengths);
        let plan = Plan::of(&pieces).unwrap();
        let part = |part: &Part<'_>| match part {
            Part::Copied(slice) => format!("c{} ", slice.len() / MIB),
            Part::Gathered(slices) => format!("g{} ", length(slices) / MIB),
        };
        plan.parts.iter().map(part).collect::<String>() + &format!("r{}", length(&plan.rest) / MIB)
    }

    #[test]
    fn large_pieces_are_copied_and_small_ones_gathered() {
        assert_eq!(planned(&[]), "r0");
        assert_eq!(planned(&[1, 2, 0, 1]), "r4");
        assert_eq!(planned(&[100, 100]), "c100 c100 r0");
        assert_eq!(planned(&[100, 4]), "c100 r4");
        // what is missing comes from the next, or all of it where too little would be left
        assert_eq!(planned(&[2, 100]), "g5 c97 r0");
        assert_eq!(planned(&[2, 8, 100]), "g10 c100 r0");
        // nothing is missing where the one before takes it
        assert_eq!(planned(&[3, 3, 3, 100]), "g9 c100 r0");
        assert_eq!(planned(&[4, 4, 4, 4, 4]), "g8 g8 r4");
    }

    #[test]
    fn a_piece_is_copied_by_several_at_once_as_far_as_parts_suffice() {
        assert_eq!(planned(&[2500]), "c833 c833 c833 r0");
        let count = |pieces: &[Piece]| Plan::of(pieces).map(|plan| plan.parts.len());
        assert_eq!(count(&pieces(&[9999 * GIB])), Some(9999));
        assert_eq!(count(&pieces(&[10_000 * GIB])), Some(5000));
        assert_eq!(count(&pieces(&[40_000 * GIB])), Some(8000));
        assert_eq!(count(&pieces(&[6 * MIB; 9999])), Some(9999));
        assert_eq!(count(&pieces(&[6 * MIB; 10_000])), None);
    }

    /// Checks that the parts have lengths that S3 takes, that no more is gathered than must be, and
    /// that every byte is there once and in order.
    fn check(lengths: &[u64]) {
        let pieces = pieces(lengths);
        let plan = Plan::of(&pieces).unwrap();
        let mut slices = Vec::new();
        for part in &plan.parts {
            match part {
                Part::Copied(slice) => {
                    assert!((LEAST..=GIB).contains(&slice.len()), "{plan:?}");
                    assert!(slice.piece.bytes > LEAST, "{plan:?}");
                    slices.push(slice);
                }
                Part::Gathered(gathered) => {
                    assert!((LEAST..3 * LEAST).contains(&length(gathered)), "{plan:?}");
                    let just_enough = length(gathered) == LEAST;
                    let whole_and_short = |slice: &Slice<'_>| {
                        slice.len() == slice.piece.bytes && slice.len() < 2 * LEAST
                    };
                    assert!(just_enough || gathered.iter().all(whole_and_short), "{plan:?}");
                    slices.extend(gathered);
                }
            }
        }
        assert!(length(&plan.rest) < LEAST, "{plan:?}");
        slices.extend(&plan.rest);

        let mut slices = slices.into_iter();
        for piece in &pieces {
            let mut at = 0;
            while at < piece.bytes {
                let slice = slices.next().unwrap();
                assert!(std::ptr::eq(slice.piece, piece), "{plan:?}");
                assert!(slice.range.start == at && slice.len() > 0, "{plan:?}");
                at = slice.range.end;
            }
            assert_eq!(at, piece.bytes, "{plan:?}");
        }
        assert!(slices.next().is_none(), "{plan:?}");
    }

    #[test]
    fn every_plan_covers_the_pieces_by_parts_that_s3_takes() {
        let lengths =
            [0, 1, LEAST - 1, LEAST, LEAST + 1, 2 * LEAST - 1, 2 * LEAST, 2 * LEAST + 1, GIB + 1];
        for count in 0..=5 {
            for number in 0..lengths.len().pow(count) {
                let digit = |place| number / lengths.len().pow(place) % lengths.len();
                check(&(0..count).map(|place| lengths[digit(place)]).collect::<Vec<_>>());
            }
        }
    }
}
