//! From chosen frames to the files of the zip.

mod contact_sheet;
mod manifest;
pub(crate) mod segment;
mod storyboard;
pub(crate) mod zip_files;
