//! How often and how soon a request that is safe to repeat is repeated.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(300);
const LONGEST: Duration = Duration::from_secs(10);

/// The pauses between one request's attempts: 0.3 s, and twice as long each time, up to 10 s.
pub(crate) struct Backoff {
    repeats: u32,
    most: u32,
}

impl Backoff {
    /// For a small request: 4.5 s in all, after which a person is told.
    pub(crate) fn for_requests() -> Self {
        Self { repeats: 0, most: 4 }
    }

    /// For sending or fetching a file: 39 s in all. A network that is changed, or a router that starts anew,
    /// should not end it.
    pub(crate) fn for_transfers() -> Self {
        Self { repeats: 0, most: 8 }
    }

    /// Waits before the next attempt; `false` at once when there should be none.
    pub(crate) async fn pause(&mut self) -> bool {
        if self.repeats == self.most {
            return false;
        }
        tokio::time::sleep((FIRST * 2u32.pow(self.repeats)).min(LONGEST)).await;
        self.repeats += 1;
        true
    }
}
