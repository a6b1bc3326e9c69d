//! The units of one object that are in memory or on their way, shared by all its readers.
//!
//! A unit that is missing is claimed by whoever fetches it, so nobody else does; the others wait for
//! it. A claim that ends early, in whatever way, leaves its units missing and wakes who waits.

use super::UNIT;
use bytes::Bytes;
use std::{
    collections::HashMap,
    io,
    ops::Range,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// Bytes kept for all readers together: indexes, and what one reader has read and another will.
const KEPT: usize = 16 << 20;
/// Bytes kept besides for each reader: the longest window, and the one ahead of it.
const KEPT_FOR_READER: usize = 8 << 20;

/// What is known of an object's units.
pub(super) struct Cache {
    /// How many units the object has.
    units: u64,
    state: Mutex<State>,
    /// A unit came, or a claim ended.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// A unit without a slot is missing.
    slots: HashMap<u64, Slot>,
    /// Bytes in all units that are here.
    held: usize,
    /// Counts every use of a unit.
    clock: u64,
    readers: usize,
}

enum Slot {
    Coming(Arc<Fetch>),
    Here { bytes: Bytes, used: u64 },
}

/// One fetch, for those who wait for its units.
#[derive(Default)]
pub(super) struct Fetch {
    failure: OnceLock<(io::ErrorKind, String)>,
}

/// What a reader does about a unit that it needs.
pub(super) enum Found {
    Here(Bytes),
    /// Another's fetch brings it.
    Coming(Arc<Fetch>),
    /// This claim's owner must fetch it.
    Missing(Claim),
}

impl Cache {
    /// A cache for an object of `length` bytes.
    pub(super) fn new(length: u64) -> Arc<Self> {
        let units = length.div_ceil(UNIT);
        Arc::new(Self { units, state: Mutex::default(), changed: Condvar::new() })
    }

    /// Makes room for one reader more.
    pub(super) fn enter(&self) {
        self.lock().readers += 1;
    }

    /// Takes one reader's room back.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.readers -= 1;
        state.evict();
    }

    /// The first of the `wanted` units; where it is missing, a claim of it and of those that follow,
    /// as [`Self::claim`] makes it.
    pub(super) fn find(self: &Arc<Self>, wanted: Range<u64>) -> Found {
        let mut state = self.lock();
        if let Some(bytes) = state.take_up(wanted.start) {
            return Found::Here(bytes);
        }
        match state.slots.get(&wanted.start) {
            Some(Slot::Coming(fetch)) => Found::Coming(fetch.clone()),
            _ => Found::Missing(self.claim_in(&mut state, wanted)),
        }
    }

    /// Claims the `wanted` units up to the first that is not missing, or the object's end. `None`
    /// where that is the first of them.
    pub(super) fn claim(self: &Arc<Self>, wanted: Range<u64>) -> Option<Claim> {
        let mut state = self.lock();
        let missing = wanted.start < self.units && !state.slots.contains_key(&wanted.start);
        missing.then(|| self.claim_in(&mut state, wanted))
    }

    fn claim_in(self: &Arc<Self>, state: &mut State, wanted: Range<u64>) -> Claim {
        let wanted = wanted.start..wanted.end.min(self.units);
        let known = wanted.clone().find(|unit| state.slots.contains_key(unit));
        let left = wanted.start..known.unwrap_or(wanted.end);
        let fetch = Arc::<Fetch>::default();
        state.slots.extend(left.clone().map(|unit| (unit, Slot::Coming(fetch.clone()))));
        Claim { cache: self.clone(), left, fetch }
    }

    /// Blocks until `fetch` brought the unit, or ended without. `None`: it was brought and evicted
    /// before this thread woke.
    pub(super) fn wait(&self, unit: u64, fetch: &Arc<Fetch>) -> io::Result<Option<Bytes>> {
        let coming = |state: &mut State| match state.slots.get(&unit) {
            Some(Slot::Coming(under_way)) => Arc::ptr_eq(under_way, fetch),
            _ => false,
        };
        let state = self.changed.wait_while(self.lock(), coming);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        match (state.take_up(unit), fetch.failure.get()) {
            (Some(bytes), _) => Ok(Some(bytes)),
            (None, Some((kind, text))) => Err(io::Error::new(*kind, text.clone())),
            (None, None) => Ok(None),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_up(&mut self, unit: u64) -> Option<Bytes> {
        let Some(Slot::Here { bytes, used }) = self.slots.get_mut(&unit) else { return None };
        self.clock += 1;
        *used = self.clock;
        Some(bytes.clone())
    }

    fn put(&mut self, unit: u64, bytes: Bytes) {
        self.clock += 1;
        self.held += bytes.len();
        self.slots.insert(unit, Slot::Here { bytes, used: self.clock });
        self.evict();
    }

    fn evict(&mut self) {
        while self.held > KEPT + KEPT_FOR_READER * self.readers {
            let here = self.slots.iter().filter_map(|(unit, slot)| match slot {
                Slot::Here { bytes, used } => Some((*used, *unit, bytes.len())),
                Slot::Coming(_) => None,
            });
            let Some((_, oldest, length)) = here.min() else { return };
            self.slots.remove(&oldest);
            self.held -= length;
        }
    }
}

/// The right and the duty to fetch some units that follow each other.
pub(super) struct Claim {
    cache: Arc<Cache>,
    left: Range<u64>,
    fetch: Arc<Fetch>,
}

impl Claim {
    /// The units not yet published.
    pub(super) fn left(&self) -> Range<u64> {
        self.left.clone()
    }

    /// To wait for the units by, once the claim is given to a task.
    pub(super) fn fetch(&self) -> Arc<Fetch> {
        self.fetch.clone()
    }

    /// Gives the first unit left to all who wait for it.
    pub(super) fn publish(&mut self, bytes: Bytes) {
        if let Some(unit) = self.left.next() {
            self.cache.lock().put(unit, bytes);
            self.cache.changed.notify_all();
        }
    }

    /// Gives up; the error goes to all who wait.
    pub(super) fn fail(self, error: &io::Error) {
        self.fetch.failure.get_or_init(|| (error.kind(), error.to_string()));
    }
}

impl Drop for Claim {
    /// Also where the task panicked, or its runtime was shut down.
    fn drop(&mut self) {
        if self.left.is_empty() {
            return;
        }
        let cut_off = || (io::ErrorKind::Other, "the fetch was cut off".to_owned());
        self.fetch.failure.get_or_init(cut_off);
        let mut state = self.cache.lock();
        for unit in self.left() {
            state.slots.remove(&unit);
        }
        drop(state);
        self.cache.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn bytes() -> Bytes {
        vec![1; UNIT as usize].into()
    }

    fn claimed(cache: &Arc<Cache>, wanted: Range<u64>) -> Claim {
        cache.claim(wanted).unwrap()
    }

    #[test]
    fn a_claim_stops_at_what_is_known_and_at_the_end() {
        let cache = Cache::new(5 * UNIT + 1);
        let middle = claimed(&cache, 2..3);
        assert_eq!(claimed(&cache, 0..16).left(), 0..2);
        assert_eq!(claimed(&cache, 3..16).left(), 3..6);
        assert!(cache.claim(2..16).is_none());
        assert!(cache.claim(6..16).is_none());
        drop(middle);
        assert_eq!(claimed(&cache, 2..4).left(), 2..4);
    }

    #[test]
    fn a_unit_is_there_before_the_rest_of_its_window() {
        let cache = Cache::new(2 * UNIT);
        let mut claim = claimed(&cache, 0..2);
        let fetch = claim.fetch();
        thread::scope(|scope| {
            let first = scope.spawn(|| cache.wait(0, &fetch).unwrap().is_some());
            let second = scope.spawn(|| cache.wait(1, &fetch).unwrap_err().to_string());
            claim.publish(bytes());
            assert!(first.join().unwrap());
            assert!(!second.is_finished());
            claim.fail(&io::Error::other("broken"));
            assert_eq!(second.join().unwrap(), "broken");
        });
        assert!(matches!(cache.find(0..2), Found::Here(_)));
        assert!(matches!(cache.find(1..2), Found::Missing(_)));
    }

    #[test]
    fn a_claim_that_is_cut_off_wakes_who_waits() {
        let cache = Cache::new(UNIT);
        let claim = claimed(&cache, 0..1);
        let Found::Coming(fetch) = cache.find(0..1) else { panic!("it is claimed") };
        thread::scope(|scope| {
            let waiting = scope.spawn(|| cache.wait(0, &fetch));
            drop(claim);
            assert!(waiting.join().unwrap().is_err());
        });
    }

    #[test]
    fn the_unit_used_least_recently_goes_first_and_memory_is_bounded() {
        let cache = Cache::new(1000 * UNIT);
        let room = |readers| (KEPT + readers * KEPT_FOR_READER) as u64 / UNIT;
        cache.enter();
        cache.enter();
        let mut claim = claimed(&cache, 0..room(2) + 10);
        for unit in claim.left() {
            claim.publish(bytes());
            assert!(matches!(cache.find(0..1), Found::Here(_)), "in use, at {unit}");
            assert!(cache.lock().held as u64 <= room(2) * UNIT);
        }
        assert_eq!(cache.lock().held as u64, room(2) * UNIT);
        // all but the one that was in use
        assert!(cache.claim(10..11).is_some());
        assert!(cache.claim(11..12).is_none());
        cache.leave();
        assert_eq!(cache.lock().held as u64, room(1) * UNIT);
        assert_eq!(cache.lock().slots.len() as u64, room(1));
    }
}
