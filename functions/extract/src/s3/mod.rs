//! Objects in S3: the reader of the video and the writers of the zip.

pub(crate) mod concat;
pub(crate) mod extras;
pub(crate) mod multipart;
pub(crate) mod reader;
pub(crate) mod streaming_upload;
#[cfg(test)]
mod tests;
