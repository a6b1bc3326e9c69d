//! A user's videos, page by page.

use crate::{
    Record, StoreError, Videos,
    keys::{VIDEOS, key, partition, text, video_id},
};
use framezip_contract::{Status, UserId, VideoId};

/// The number of videos that one query filters by status. One request makes up to [`MOST_QUERIES`].
const FILTERED_PER_QUERY: i32 = 250;
/// The most queries of one request. Several are needed if there is a filter, or if the records of a page
/// exceed DynamoDB's limit of 1 MB per query.
const MOST_QUERIES: usize = 4;

/// A page of videos.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// The records, newest first.
    pub records: Vec<Record>,
    /// The video after which the next page starts; `None` on the last page.
    pub next: Option<VideoId>,
}

impl Videos {
    /// Returns at most `limit` of a user's videos that were created before `after`, newest first. With a status,
    /// a page may be shorter although more videos follow, since one request filters a limited number.
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
                // one more than wanted shows whether there is a next page
                None => query.limit((limit - records.len()) as i32 + 1),
                Some(status) => query
                    .limit(FILTERED_PER_QUERY)
                    .filter_expression("#status = :status")
                    .expression_attribute_names("#status", "status")
                    .expression_attribute_values(":status", text(status)),
            };
            let output = query.send().await.map_err(|e| self.failed("Query", e))?;
            for item in output.items.unwrap_or_default() {
                records.extend(self.kept(self.record(item)?));
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
