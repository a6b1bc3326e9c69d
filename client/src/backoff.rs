//! How often and how soon a request that is safe to repeat is repeated.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(300);
const REPEATS: u32 = 4;

/// The pauses between one request's attempts: 0.3, 0.6, 1.2 and 2.4 s.
#[derive(Default)]
pub(crate) struct Backoff {
    repeats: u32,
}

impl Backoff {
    /// Waits before the next attempt; `false` at once when there should be none.
    pub(crate) async fn pause(&mut self) -> bool {
        if self.repeats == REPEATS {
            return false;
        }
        tokio::time::sleep(FIRST * 2u32.pow(self.repeats)).await;
        self.repeats += 1;
        true
    }
}
