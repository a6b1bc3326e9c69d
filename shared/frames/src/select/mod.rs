//! Which times of a video are wanted.

pub(crate) mod plan;
pub(crate) mod targets;
