//! The choice of the wanted times of a video.

pub(crate) mod plan;
pub(crate) mod targets;
