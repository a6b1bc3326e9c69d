//! The examination of a file that is opened for the first time: its recordings and its timeline.

pub(crate) mod file;
pub(crate) mod recording;
