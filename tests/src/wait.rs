//! Waiting for a condition.

use anyhow::{Result, ensure};
use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks again and again until `look` returns a value, and returns that.
///
/// # Errors
/// If a look fails, or if there is no value after `longest`. The error names `event`.
pub async fn until<T>(
    event: impl Display,
    longest: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(value) = look().await? {
            return Ok(value);
        }
        ensure!(started.elapsed() < longest, "{event}: not within {} s", longest.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}
