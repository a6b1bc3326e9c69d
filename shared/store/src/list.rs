//! A user's videos, page by page.

use crate::{
    Record, StoreError, Videos,
    record::{VIDEOS, key, partition, text},
};
use framezip_contract::{Status, UserId, VideoId};

/// Some of a user's videos.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// The records, newest first.
    pub records: Vec<Record>,
    /// After which video the next page starts; `None` on the last page.
    pub next: Option<VideoId>,
}

impl Videos {
    /// At most `limit` of a user's videos, newest first, those created before `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        owner: &UserId,
        status: Option<Status>,
        limit: usize,
        after: Option<VideoId>,
    ) -> Result<Page, StoreError> {
        let mut records = Vec::new();
        let mut start = after.map(|id| key(owner, id));
        loop {
            let output = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :videos)")
                .expression_attribute_values(":pk", text(partition(owner)))
                .expression_attribute_values(":videos", text(VIDEOS))
                .scan_index_forward(false)
                // with a filter, how many must be read is not known
                .set_limit(status.is_none().then_some(limit as i32 + 1))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|e| self.failed("Query", e))?;
            for item in output.items.unwrap_or_default() {
                let record = self.record(item)?;
                if status.is_some_and(|status| record.video.status != status) {
                    continue;
                }
                if records.len() == limit {
                    let next = records.last().map(|last: &Record| last.video.id);
                    return Ok(Page { records, next });
                }
                records.push(record);
            }
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(Page { records, next: None });
            }
        }
    }
}
