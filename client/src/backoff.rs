//! The pauses between the attempts of a request that is safe to repeat.

use std::time::Duration;

const FIRST_PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Exponential backoff: the first pause is 0.3 s, each further one is twice as long, up to 10 s.
pub(crate) struct Backoff {
    retries: u32,
    max_retries: u32,
}

impl Backoff {
    /// Pauses for small requests: 4.5 s in total, so that a person soon sees the error.
    pub(crate) fn for_requests() -> Self {
        Self { retries: 0, max_retries: 4 }
    }

    /// Pauses for uploads and downloads: 39 s in total, which outlasts a change of network or the restart of
    /// a router.
    pub(crate) fn for_transfers() -> Self {
        Self { retries: 0, max_retries: 8 }
    }

    /// Waits before the next attempt and returns `true`. Returns `false` at once if no attempt is left.
    pub(crate) async fn pause(&mut self) -> bool {
        if self.retries == self.max_retries {
            return false;
        }
        tokio::time::sleep((FIRST_PAUSE * 2u32.pow(self.retries)).min(LONGEST_PAUSE)).await;
        self.retries += 1;
        true
    }
}
