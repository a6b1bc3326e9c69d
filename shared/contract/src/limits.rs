//! Limits for one video: template parameters with their defaults, and the memory of the function.

/// The limits of one deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest upload, in bytes.
    pub upload_bytes: u64,
    /// The longest video, in seconds.
    pub duration_seconds: u32,
    /// The most frames of one zip.
    pub frames: u32,
    /// The most pixels of a picture of the source.
    pub pixels: u64,
    /// The memory of the `extract` function, in bytes. Videos that need more are refused.
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
