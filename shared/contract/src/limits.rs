//! How much one video may ask for. Template parameters, of which the defaults are here, and the memory
//! that there is.

/// The limits of one deployment (DESIGN §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest upload, in bytes.
    pub upload_bytes: u64,
    /// The longest video, in seconds.
    pub duration_seconds: u32,
    /// The most frames one video may give.
    pub frames: u32,
    /// The most pixels of one picture of the source.
    pub pixels: u64,
    /// The memory of the function that decodes, in bytes. What does not fit into it is refused.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_bytes: 50 << 30,
            duration_seconds: 12 * 60 * 60,
            frames: 50_000,
            pixels: 8192 * 8192,
            memory_bytes: u64::MAX,
        }
    }
}
