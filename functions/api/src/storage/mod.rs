//! The videos' objects on S3: uploads, links to results, and their removal.

mod links;
mod objects;
mod origin;
mod uploads;

pub(crate) use links::Links;
pub(crate) use objects::Objects;
pub(crate) use origin::origin;
pub(crate) use uploads::{Completion, MAX_PART_URLS, UploadBucket};
