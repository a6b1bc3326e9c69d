//! Counters, in items that are only added to.
//!
//! DynamoDB takes about a thousand writes a second on one item, and every step of every video is counted. So
//! each write goes to a random shard, and a reading is the sum over all shards.

use crate::{
    Item, StoreError, Videos,
    keys::{number, primary_key},
};
use aws_sdk_dynamodb::types::AttributeValue;
use framezip_contract::{Counter, Counts};
use futures_util::future::try_join_all;
use std::collections::HashMap;

/// The number of shards. It may grow; a smaller number would lose counts.
const SHARDS: u32 = 8;

/// All counts so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals(HashMap<String, u64>);

impl Totals {
    /// Returns the value of a counter.
    pub fn get(&self, counter: Counter) -> u64 {
        self.0.get(&counter.name()).copied().unwrap_or_default()
    }

    fn add(&mut self, item: Item) {
        for (name, value) in item {
            if let AttributeValue::N(number) = value
                && let Ok(number) = number.parse::<u64>()
            {
                let total = self.0.entry(name).or_default();
                *total = total.saturating_add(number);
            }
        }
    }
}

impl Videos {
    /// Adds to the counters. Running it twice counts twice.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count(&self, counts: &Counts) -> Result<(), StoreError> {
        let shard = fastrand::u32(..SHARDS);
        let mut update = self.update_item(key(shard));
        let mut additions = Vec::new();
        for (index, (counter, count)) in counts.iter().enumerate() {
            additions.push(format!("#c{index} :n{index}"));
            update = update
                .expression_attribute_names(format!("#c{index}"), counter.name())
                .expression_attribute_values(format!(":n{index}"), number(count));
        }
        if additions.is_empty() {
            return Ok(());
        }
        let update = update.update_expression(format!("ADD {}", additions.join(", ")));
        update.send().await.map_err(|e| self.failed("UpdateItem", e))?;
        Ok(())
    }

    /// Returns the sums over all shards. Reads are consistent: on an outdated replica a counter would shrink,
    /// which monitoring takes for a restart from zero.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        let items = try_join_all((0..SHARDS).map(async |shard| {
            let get = self.client.get_item().table_name(&self.table).set_key(Some(key(shard)));
            let got = get.consistent_read(true).send().await;
            got.map_err(|e| self.failed("GetItem", e)).map(|got| got.item)
        }));
        let mut totals = Totals::default();
        items.await?.into_iter().flatten().for_each(|item| totals.add(item));
        Ok(totals)
    }
}

fn key(shard: u32) -> Item {
    primary_key(format!("counters#{shard}"), "counters".to_owned())
}
