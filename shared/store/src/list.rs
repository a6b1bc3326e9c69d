//! A user's videos, page by page.

use crate::{
    Record, StoreError, Videos,
    record::{VIDEOS, key, partition, text, video_id},
};
use framezip_contract::{Status, UserId, VideoId};

/// How many of a user's videos one request looks at for those of one status: this times
/// [`MOST_QUERIES`].
const LOOKED_AT: i32 = 250;
/// How many queries one request makes. Above one where there is a filter, or where records are so large
/// that DynamoDB's 1 MB a query does not hold a page.
const MOST_QUERIES: usize = 4;

/// Some videos.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// The records, newest first.
    pub records: Vec<Record>,
    /// After which video the next page starts; `None` on the last page.
    pub next: Option<VideoId>,
}

impl Videos {
    /// At most `limit` of a user's videos, newest first, those created before `after`. With a status,
    /// fewer may come although there are more: no request looks at all that a user has.
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
        for _ in 0..MOST_QUERIES {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :videos)")
                .expression_attribute_values(":pk", text(partition(owner)))
                .expression_attribute_values(":videos", text(VIDEOS))
                .scan_index_forward(false)
                .set_exclusive_start_key(start);
            let query = match status {
                // one more than wanted tells whether there is a next page
                None => query.limit((limit - records.len()) as i32 + 1),
                Some(status) => query
                    .limit(LOOKED_AT)
                    .filter_expression("#status = :status")
                    .expression_attribute_names("#status", "status")
                    .expression_attribute_values(":status", text(status)),
            };
            let output = query.send().await.map_err(|e| self.failed("Query", e))?;
            for item in output.items.unwrap_or_default() {
                records.push(self.record(item)?);
            }
            if records.len() > limit {
                records.truncate(limit);
                let next = records.last().map(|last: &Record| last.video.id);
                return Ok(Page { records, next });
            }
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(Page { records, next: None });
            }
        }
        Ok(Page { records, next: start.as_ref().and_then(video_id) })
    }
}
