//! A width and a height.

use serde::{Deserialize, Serialize};

/// A width and a height, in pixels where nothing else is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Size<T = u32> {
    pub(crate) width: T,
    pub(crate) height: T,
}

impl<T> Size<T> {
    pub(crate) const fn new(width: T, height: T) -> Self {
        Self { width, height }
    }

    /// Converts both sides.
    pub(crate) fn map<U>(self, convert: impl Fn(T) -> U) -> Size<U> {
        Size { width: convert(self.width), height: convert(self.height) }
    }
}

impl Size {
    /// Returns the number of pixels.
    pub(crate) fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Returns the same size for use as an index into memory.
    pub(crate) fn in_memory(self) -> Size<usize> {
        self.map(|side| side as usize)
    }
}
