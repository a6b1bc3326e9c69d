//! A sample record for the tests of this workspace.

use crate::{Item, Record, StoreError};
use framezip_contract::{Locale, Video};

/// Returns the record of the first attempt at a video, without lease, notice and fan-out.
pub fn record(video: Video) -> Record {
    Record {
        video,
        email: "a@example.com".to_owned(),
        locale: Locale::En,
        lease: None,
        notice: None,
        fan_out: None,
        multipart: None,
        attempt: 0,
        started_at: None,
        result_attempt: None,
        result_extraction: None,
        event: None,
        announced_at: None,
        reminded_at: None,
        check: None,
    }
}

/// Returns a record as it is stored in the table.
///
/// # Errors
/// [`StoreError::Item`].
pub fn item(record: &Record) -> Result<Item, StoreError> {
    let table = String::new();
    record.to_item().map_err(|source| StoreError::Item { table, source })
}
