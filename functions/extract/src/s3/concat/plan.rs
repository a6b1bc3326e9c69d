//! The plan of a concatenation: the bytes of the objects that make up each part of a zip.

use super::ObjectRef;
use std::{mem, ops::Range};

/// The minimum length of all parts but the last. S3 copies ranges only of objects that
/// are longer than this.
const MIN_PART: u64 = 5 << 20;
const MAX_PARTS: usize = 10_000;
/// The maximum lengths of one copy, tried in order: short ones, so that several copies of a large object
/// run at once; longer ones, up to what S3 accepts, if the short ones make too many parts.
const MAX_COPIES: [u64; 3] = [1 << 30, 2 << 30, 5 << 30];

/// A range of an object's bytes, which is never empty.
#[derive(Debug)]
pub(super) struct ObjectSlice<'a> {
    pub(super) object: &'a ObjectRef,
    pub(super) range: Range<u64>,
}

impl ObjectSlice<'_> {
    pub(super) fn len(&self) -> u64 {
        self.range.end - self.range.start
    }
}

/// One part of the multipart upload, apart from the last.
#[derive(Debug)]
pub(super) enum PlannedPart<'a> {
    /// Copied by S3.
    Copied(ObjectSlice<'a>),
    /// Slices that are too short to be copied, downloaded and sent together: less than 15 MiB.
    Gathered(Vec<ObjectSlice<'a>>),
}

/// The parts that the objects become. They contain every byte once, in order.
#[derive(Debug)]
pub(super) struct ConcatPlan<'a> {
    pub(super) parts: Vec<PlannedPart<'a>>,
    /// Less than 5 MiB, which only the last part may have. The zip's tail completes that part.
    pub(super) rest: Vec<ObjectSlice<'a>>,
}

impl<'a> ConcatPlan<'a> {
    /// Gathers only objects of 5 MiB or less, and the bytes of the next object that complete a part: less
    /// than 5 MiB, or the whole object if it has less than 10.
    ///
    /// `None` if S3 does not accept that many parts.
    pub(super) fn of(objects: &'a [ObjectRef]) -> Option<Self> {
        let mut plans = MAX_COPIES.into_iter().map(|longest| Self::with_copies(longest, objects));
        // the tail makes one more part
        plans.find(|plan| plan.parts.len() < MAX_PARTS)
    }

    /// Returns the number of the objects' bytes that are downloaded.
    pub(super) fn gathered(&self) -> u64 {
        let gathered = self.parts.iter().map(|part| match part {
            PlannedPart::Copied(_) => 0,
            PlannedPart::Gathered(slices) => length(slices),
        });
        gathered.sum::<u64>() + length(&self.rest)
    }

    fn with_copies(longest: u64, objects: &'a [ObjectRef]) -> Self {
        let mut plan = Self { parts: Vec::new(), rest: Vec::new() };
        for object in objects.iter().filter(|object| object.bytes > 0) {
            let missing = plan.missing();
            if object.bytes > missing + MIN_PART {
                plan.rest
                    .extend((missing > 0).then_some(ObjectSlice { object, range: 0..missing }));
                plan.gather();
                plan.parts.extend(copies(object, missing, longest));
            } else {
                plan.rest.push(ObjectSlice { object, range: 0..object.bytes });
                if length(&plan.rest) >= MIN_PART {
                    plan.gather();
                }
            }
        }
        plan
    }

    /// Returns the number of bytes that the rest lacks before a copy may follow it.
    fn missing(&self) -> u64 {
        match self.parts.last() {
            _ if self.rest.is_empty() => 0,
            // the rest can be added to it
            Some(PlannedPart::Gathered(_)) => 0,
            _ => MIN_PART - length(&self.rest),
        }
    }

    /// Makes the rest a part, or adds it to the part before if it is too short.
    fn gather(&mut self) {
        let rest = mem::take(&mut self.rest);
        match self.parts.last_mut() {
            _ if rest.is_empty() => {}
            Some(PlannedPart::Gathered(slices)) if length(&rest) < MIN_PART => slices.extend(rest),
            _ => self.parts.push(PlannedPart::Gathered(rest)),
        }
    }
}

/// Copies the object from `start` on in parts of about the same length.
fn copies(object: &ObjectRef, start: u64, longest: u64) -> impl Iterator<Item = PlannedPart<'_>> {
    let bytes = object.bytes - start;
    let count = bytes.div_ceil(longest);
    let at = move |index| start + bytes * index / count;
    (0..count).map(move |index| {
        PlannedPart::Copied(ObjectSlice { object, range: at(index)..at(index + 1) })
    })
}

pub(super) fn length(slices: &[ObjectSlice<'_>]) -> u64 {
    slices.iter().map(ObjectSlice::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;

    fn objects(lengths: &[u64]) -> Vec<ObjectRef> {
        let object = |&bytes| ObjectRef { key: String::new(), e_tag: String::new(), bytes };
        lengths.iter().map(object).collect()
    }

    /// The plan for objects of these lengths in MiB: `c` and `g` for a part that is copied or gathered,
    /// `r` for the rest, each with its MiB.
    fn planned(mebibytes: &[u64]) -> String {
        let lengths: Vec<u64> = mebibytes.iter().map(|length| length * MIB).collect();
        let objects = objects(&lengths);
        let plan = ConcatPlan::of(&objects).unwrap();
        let part = |part: &PlannedPart<'_>| match part {
            PlannedPart::Copied(slice) => format!("c{} ", slice.len() / MIB),
            PlannedPart::Gathered(slices) => format!("g{} ", length(slices) / MIB),
        };
        plan.parts.iter().map(part).collect::<String>() + &format!("r{}", length(&plan.rest) / MIB)
    }

    #[test]
    fn large_objects_are_copied_and_small_ones_gathered() {
        assert_eq!(planned(&[]), "r0");
        assert_eq!(planned(&[1, 2, 0, 1]), "r4");
        assert_eq!(planned(&[100, 100]), "c100 c100 r0");
        assert_eq!(planned(&[100, 4]), "c100 r4");
        // the next object completes the part, as a whole if too little of it would be left
        assert_eq!(planned(&[2, 100]), "g5 c97 r0");
        assert_eq!(planned(&[2, 8, 100]), "g10 c100 r0");
        // a gathered part takes what follows
        assert_eq!(planned(&[3, 3, 3, 100]), "g9 c100 r0");
        assert_eq!(planned(&[4, 4, 4, 4, 4]), "g8 g8 r4");
    }

    #[test]
    fn a_large_object_is_copied_in_several_parts_if_there_are_enough() {
        assert_eq!(planned(&[2500]), "c833 c833 c833 r0");
        let count = |objects: &[ObjectRef]| ConcatPlan::of(objects).map(|plan| plan.parts.len());
        assert_eq!(count(&objects(&[9999 * GIB])), Some(9999));
        assert_eq!(count(&objects(&[10_000 * GIB])), Some(5000));
        assert_eq!(count(&objects(&[40_000 * GIB])), Some(8000));
        assert_eq!(count(&objects(&[6 * MIB; 9999])), Some(9999));
        assert_eq!(count(&objects(&[6 * MIB; 10_000])), None);
    }

    /// Checks that S3 accepts the lengths of the parts, that no more is gathered than necessary, and that
    /// the plan contains every byte once and in order.
    fn check(lengths: &[u64]) {
        let objects = objects(lengths);
        let plan = ConcatPlan::of(&objects).unwrap();
        let mut slices = Vec::new();
        for part in &plan.parts {
            match part {
                PlannedPart::Copied(slice) => {
                    assert!((MIN_PART..=GIB).contains(&slice.len()), "{plan:?}");
                    assert!(slice.object.bytes > MIN_PART, "{plan:?}");
                    slices.push(slice);
                }
                PlannedPart::Gathered(gathered) => {
                    assert!((MIN_PART..3 * MIN_PART).contains(&length(gathered)), "{plan:?}");
                    let just_enough = length(gathered) == MIN_PART;
                    let whole_and_short = |slice: &ObjectSlice<'_>| {
                        slice.len() == slice.object.bytes && slice.len() < 2 * MIN_PART
                    };
                    assert!(just_enough || gathered.iter().all(whole_and_short), "{plan:?}");
                    slices.extend(gathered);
                }
            }
        }
        assert!(length(&plan.rest) < MIN_PART, "{plan:?}");
        slices.extend(&plan.rest);

        let mut slices = slices.into_iter();
        for object in &objects {
            let mut at = 0;
            while at < object.bytes {
                let slice = slices.next().unwrap();
                assert!(std::ptr::eq(slice.object, object), "{plan:?}");
                assert!(slice.range.start == at && slice.len() > 0, "{plan:?}");
                at = slice.range.end;
            }
            assert_eq!(at, object.bytes, "{plan:?}");
        }
        assert!(slices.next().is_none(), "{plan:?}");
    }

    #[test]
    fn every_plan_covers_the_objects_by_parts_that_s3_accepts() {
        let lengths = [
            0,
            1,
            MIN_PART - 1,
            MIN_PART,
            MIN_PART + 1,
            2 * MIN_PART - 1,
            2 * MIN_PART,
            2 * MIN_PART + 1,
            GIB + 1,
        ];
        for count in 0..=5 {
            for number in 0..lengths.len().pow(count) {
                let digit = |place| number / lengths.len().pow(place) % lengths.len();
                check(&(0..count).map(|place| lengths[digit(place)]).collect::<Vec<_>>());
            }
        }
    }
}
