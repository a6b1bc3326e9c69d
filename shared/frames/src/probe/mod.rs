//! Probing: opens every recording of a new file, and builds the timeline.

pub(crate) mod file;
pub(crate) mod recording;
