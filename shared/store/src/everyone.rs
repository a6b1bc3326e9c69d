//! Everyone's videos, page by page, for administrators.
//!
//! The index `by-status` has one partition per status. Partitions need no sharding: a video is written to each
//! of them once or twice, and DynamoDB takes 1,000 such writes a second per partition, ten times the API's
//! throttle.

use crate::{
    Item, Page, Record, StoreError, Videos,
    keys::{VideoKey, key, sort, text},
};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use framezip_contract::{Status, VideoId};
use futures_util::future::try_join_all;
use std::{cmp::Reverse, collections::HashMap};

const INDEX: &str = "by-status";

impl Videos {
    /// Returns at most `limit` videos of all users that were created before `after`, newest first. `limit` is at
    /// most 100.
    ///
    /// The index follows the table after a moment: a video that changes its status meanwhile may be missing,
    /// so that a page may be shorter than `limit` although more videos follow.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_everyones(
        &self,
        status: Option<Status>,
        limit: usize,
        after: Option<VideoId>,
    ) -> Result<Page, StoreError> {
        let statuses = status.map_or(Status::ALL.to_vec(), |status| vec![status]);
        // one more than wanted shows whether there is a next page
        let found = statuses.into_iter().map(|status| self.newest(status, limit + 1, after));
        let mut found = try_join_all(found).await?.concat();
        found.sort_by_key(|video| Reverse(video.id));
        // a video may be found under its old and its new status
        found.dedup();
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|video| video.id);
        let mut records = self.get_all(found).await?;
        records.retain(|record| status.is_none_or(|status| record.video.status == status));
        Ok(Page { records, next })
    }

    /// Returns the newest videos of one status.
    async fn newest(
        &self,
        status: Status,
        limit: usize,
        after: Option<VideoId>,
    ) -> Result<Vec<VideoKey>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", text(status))
            .scan_index_forward(false)
            .limit(limit as i32);
        let query = match after {
            None => query.key_condition_expression("#status = :status"),
            Some(id) => query
                .key_condition_expression("#status = :status AND sk < :after")
                .expression_attribute_values(":after", text(sort(id))),
        };
        let output = query.send().await.map_err(|e| self.failed("Query", e))?;
        Ok(output.items().iter().filter_map(VideoKey::of).collect())
    }

    /// Reads the records of these videos, newest first. Deleted ones are left out.
    async fn get_all(&self, videos: Vec<VideoKey>) -> Result<Vec<Record>, StoreError> {
        let keys = videos.iter().map(|video| key(&video.owner, video.id)).collect::<Vec<_>>();
        let mut wanted = self.wanted(keys);
        let mut records = Vec::new();
        // DynamoDB may leave some out, but each answer has at least one of them or is an error
        while !wanted.is_empty() {
            let get = self.client.batch_get_item().set_request_items(Some(wanted));
            let output = get.send().await.map_err(|e| self.failed("BatchGetItem", e))?;
            for item in output.responses.unwrap_or_default().into_values().flatten() {
                records.extend(self.kept(self.record(item)?));
            }
            wanted = output.unprocessed_keys.unwrap_or_default();
        }
        records.sort_by_key(|record| Reverse(record.video.id));
        Ok(records)
    }

    fn wanted(&self, keys: Vec<Item>) -> HashMap<String, KeysAndAttributes> {
        // an empty list of keys is an error
        let keys = KeysAndAttributes::builder().set_keys(Some(keys).filter(|k| !k.is_empty()));
        keys.build().ok().map(|keys| (self.table.clone(), keys)).into_iter().collect()
    }
}
