//! The stack's log, which has the lines of its functions too.

use crate::{Stack, stack::target};
use anyhow::Result;
use framezip_contract::VideoId;
use std::{fs, path::PathBuf, process};

impl Stack {
    fn log(&self) -> PathBuf {
        self.directory.path().join("ministack.log")
    }

    /// Whether a function has logged a line about a video with one of these messages.
    ///
    /// # Errors
    /// If the stack's log cannot be read.
    pub fn has_logged(&self, id: VideoId, messages: &[&str]) -> Result<bool> {
        let id = id.to_string();
        Ok(self.logged(messages)?.iter().any(|line| line.contains(&id)))
    }

    /// Returns the lines of the log with one of these messages.
    ///
    /// # Errors
    /// If the stack's log cannot be read.
    pub fn logged(&self, messages: &[&str]) -> Result<Vec<String>> {
        let log = fs::read(self.log())?;
        let log = String::from_utf8_lossy(&log);
        let matches = |line: &&str| messages.iter().any(|message| line.contains(message));
        Ok(log.lines().filter(matches).map(str::to_owned).collect())
    }

    /// Copies the stack's log to `target/e2e-logs`, so that it outlives the stack, and returns the copy's
    /// path. Copies of earlier test runs stay.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn keep_log(&self, name: &str) -> Result<PathBuf> {
        let folder = target()?.join("e2e-logs");
        fs::create_dir_all(&folder)?;
        let copy = folder.join(format!("{name}-{}.log", process::id()));
        fs::copy(self.log(), &copy)?;
        Ok(copy)
    }
}
