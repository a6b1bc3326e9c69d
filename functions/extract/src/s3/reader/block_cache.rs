//! The blocks of one object that are in memory or being fetched, shared by all its readers.
//!
//! A reader that fetches a missing block claims it first, so that no other reader fetches it; the others
//! wait for it. A claim that ends early, for whatever reason, leaves its blocks missing and wakes the
//! readers that wait for them.

use super::BLOCK;
use bytes::Bytes;
use std::{
    collections::HashMap,
    io,
    ops::Range,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// Bytes kept for all readers together: indexes, and blocks that one reader has read and another will.
const SHARED_BYTES: usize = 16 << 20;
/// Additional bytes kept for each reader: the longest window, and the one ahead of it.
const BYTES_PER_READER: usize = 8 << 20;

/// The blocks of an object.
pub(super) struct BlockCache {
    /// The number of blocks of the object.
    blocks: u64,
    state: Mutex<CacheState>,
    /// Notified when a block has arrived, or a claim has ended.
    changed: Condvar,
}

#[derive(Default)]
struct CacheState {
    /// A block without a slot is missing.
    slots: HashMap<u64, BlockSlot>,
    /// Bytes in all cached blocks.
    cached_bytes: usize,
    /// Counts every use of a block.
    clock: u64,
    readers: usize,
}

enum BlockSlot {
    Fetching(Arc<BlockFetch>),
    Cached {
        bytes: Bytes,
        /// The clock at its last use.
        used: u64,
    },
}

/// A fetch of several blocks, shared with the readers that wait for them.
#[derive(Default)]
pub(super) struct BlockFetch {
    failure: OnceLock<FetchFailure>,
}

/// A copy of the error of a fetch; [`io::Error`] cannot be cloned.
struct FetchFailure {
    kind: io::ErrorKind,
    message: String,
}

/// The state of a block that a reader needs.
pub(super) enum BlockLookup {
    Cached(Bytes),
    /// Another reader's fetch brings it.
    Fetching(Arc<BlockFetch>),
    /// The claim's owner must fetch it.
    Missing(BlockClaim),
}

impl BlockCache {
    /// A cache for an object of `length` bytes.
    pub(super) fn new(length: u64) -> Arc<Self> {
        let blocks = length.div_ceil(BLOCK);
        Arc::new(Self { blocks, state: Mutex::default(), changed: Condvar::new() })
    }

    /// Adds the room of one reader.
    pub(super) fn add_reader(&self) {
        self.lock().readers += 1;
    }

    /// Removes the room of one reader.
    pub(super) fn remove_reader(&self) {
        let mut state = self.lock();
        state.readers -= 1;
        state.evict();
    }

    /// Looks up the first of the `wanted` blocks. If it is missing, claims it and those that follow, as
    /// [`Self::claim`] does.
    pub(super) fn look_up(self: &Arc<Self>, wanted: Range<u64>) -> BlockLookup {
        let mut state = self.lock();
        if let Some(bytes) = state.use_block(wanted.start) {
            return BlockLookup::Cached(bytes);
        }
        match state.slots.get(&wanted.start) {
            Some(BlockSlot::Fetching(fetch)) => BlockLookup::Fetching(fetch.clone()),
            _ => BlockLookup::Missing(self.claim_in(&mut state, wanted)),
        }
    }

    /// Claims the `wanted` blocks up to the first that is not missing, or to the object's end. `None` if
    /// that is the first of them.
    pub(super) fn claim(self: &Arc<Self>, wanted: Range<u64>) -> Option<BlockClaim> {
        let mut state = self.lock();
        let missing = wanted.start < self.blocks && !state.slots.contains_key(&wanted.start);
        missing.then(|| self.claim_in(&mut state, wanted))
    }

    fn claim_in(self: &Arc<Self>, state: &mut CacheState, wanted: Range<u64>) -> BlockClaim {
        let wanted = wanted.start..wanted.end.min(self.blocks);
        let known = wanted.clone().find(|block| state.slots.contains_key(block));
        let left = wanted.start..known.unwrap_or(wanted.end);
        let fetch = Arc::<BlockFetch>::default();
        state.slots.extend(left.clone().map(|block| (block, BlockSlot::Fetching(fetch.clone()))));
        BlockClaim { cache: self.clone(), left, fetch }
    }

    /// Waits until `fetch` has brought the block, or has ended without it. `None` if it was brought and
    /// evicted before this thread woke.
    pub(super) fn wait(&self, block: u64, fetch: &Arc<BlockFetch>) -> io::Result<Option<Bytes>> {
        let is_fetching = |state: &mut CacheState| match state.slots.get(&block) {
            Some(BlockSlot::Fetching(current)) => Arc::ptr_eq(current, fetch),
            _ => false,
        };
        let state = self.changed.wait_while(self.lock(), is_fetching);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        match (state.use_block(block), fetch.failure.get()) {
            (Some(bytes), _) => Ok(Some(bytes)),
            (None, Some(FetchFailure { kind, message })) => {
                Err(io::Error::new(*kind, message.clone()))
            }
            (None, None) => Ok(None),
        }
    }

    fn lock(&self) -> MutexGuard<'_, CacheState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CacheState {
    fn use_block(&mut self, block: u64) -> Option<Bytes> {
        let Some(BlockSlot::Cached { bytes, used }) = self.slots.get_mut(&block) else {
            return None;
        };
        self.clock += 1;
        *used = self.clock;
        Some(bytes.clone())
    }

    fn put(&mut self, block: u64, bytes: Bytes) {
        self.clock += 1;
        self.cached_bytes += bytes.len();
        self.slots.insert(block, BlockSlot::Cached { bytes, used: self.clock });
        self.evict();
    }

    fn evict(&mut self) {
        while self.cached_bytes > SHARED_BYTES + BYTES_PER_READER * self.readers {
            let last_uses = self.slots.iter().filter_map(|(block, slot)| match slot {
                BlockSlot::Cached { used, .. } => Some((used, *block)),
                BlockSlot::Fetching(_) => None,
            });
            let Some((_, oldest)) = last_uses.min() else { return };
            if let Some(BlockSlot::Cached { bytes, .. }) = self.slots.remove(&oldest) {
                self.cached_bytes -= bytes.len();
            }
        }
    }
}

/// The right, and the duty, to fetch consecutive blocks.
pub(super) struct BlockClaim {
    cache: Arc<BlockCache>,
    left: Range<u64>,
    fetch: Arc<BlockFetch>,
}

impl BlockClaim {
    /// The blocks that were not published yet.
    pub(super) fn left(&self) -> Range<u64> {
        self.left.clone()
    }

    /// The fetch to wait for, after the claim was moved to a task.
    pub(super) fn fetch(&self) -> Arc<BlockFetch> {
        self.fetch.clone()
    }

    /// Caches the first unpublished block, and wakes the readers that wait for it.
    pub(super) fn publish(&mut self, bytes: Bytes) {
        if let Some(block) = self.left.next() {
            self.cache.lock().put(block, bytes);
            self.cache.changed.notify_all();
        }
    }

    /// Ends the claim. All readers that wait for it get the error.
    pub(super) fn fail(self, error: &io::Error) {
        self.fetch
            .failure
            .get_or_init(|| FetchFailure { kind: error.kind(), message: error.to_string() });
    }
}

impl Drop for BlockClaim {
    /// Also runs if the task panicked, or its runtime was shut down.
    fn drop(&mut self) {
        if self.left.is_empty() {
            return;
        }
        let cut_off = || FetchFailure {
            kind: io::ErrorKind::Other,
            message: "the fetch was cut off".to_owned(),
        };
        self.fetch.failure.get_or_init(cut_off);
        let mut state = self.cache.lock();
        for block in self.left() {
            state.slots.remove(&block);
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
        vec![1; BLOCK as usize].into()
    }

    fn claimed(cache: &Arc<BlockCache>, wanted: Range<u64>) -> BlockClaim {
        cache.claim(wanted).unwrap()
    }

    #[test]
    fn a_claim_ends_at_the_first_known_block_or_the_end() {
        let cache = BlockCache::new(5 * BLOCK + 1);
        let middle = claimed(&cache, 2..3);
        assert_eq!(claimed(&cache, 0..16).left(), 0..2);
        assert_eq!(claimed(&cache, 3..16).left(), 3..6);
        assert!(cache.claim(2..16).is_none());
        assert!(cache.claim(6..16).is_none());
        drop(middle);
        assert_eq!(claimed(&cache, 2..4).left(), 2..4);
    }

    #[test]
    fn a_block_is_published_before_the_rest_of_its_window() {
        let cache = BlockCache::new(2 * BLOCK);
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
        assert!(matches!(cache.look_up(0..2), BlockLookup::Cached(_)));
        assert!(matches!(cache.look_up(1..2), BlockLookup::Missing(_)));
    }

    #[test]
    fn a_claim_that_is_cut_off_wakes_waiting_readers() {
        let cache = BlockCache::new(BLOCK);
        let claim = claimed(&cache, 0..1);
        let BlockLookup::Fetching(fetch) = cache.look_up(0..1) else { panic!("it is claimed") };
        thread::scope(|scope| {
            let waiting = scope.spawn(|| cache.wait(0, &fetch));
            drop(claim);
            assert!(waiting.join().unwrap().is_err());
        });
    }

    #[test]
    fn the_least_recently_used_block_is_evicted_and_memory_is_bounded() {
        let cache = BlockCache::new(1000 * BLOCK);
        let room = |readers| (SHARED_BYTES + readers * BYTES_PER_READER) as u64 / BLOCK;
        cache.add_reader();
        cache.add_reader();
        let mut claim = claimed(&cache, 0..room(2) + 10);
        for block in claim.left() {
            claim.publish(bytes());
            assert!(matches!(cache.look_up(0..1), BlockLookup::Cached(_)), "in use, at {block}");
            assert!(cache.lock().cached_bytes as u64 <= room(2) * BLOCK);
        }
        assert_eq!(cache.lock().cached_bytes as u64, room(2) * BLOCK);
        // all but block 0, which was in use
        assert!(cache.claim(10..11).is_some());
        assert!(cache.claim(11..12).is_none());
        cache.remove_reader();
        assert_eq!(cache.lock().cached_bytes as u64, room(1) * BLOCK);
        assert_eq!(cache.lock().slots.len() as u64, room(1));
    }
}
