//! Queries of the table and its indexes.

use super::{
    Items,
    evaluate::meets,
    fields::Fields,
    syntax::{Comparison, Condition, Operand},
    value::{Attributes, attributes_json},
};
use serde_json::{Value as Json, json};
use std::{cmp::Ordering, sync::Arc};

/// The table or one of its indexes.
struct Index {
    name: Option<&'static str>,
    partition: &'static str,
    sort: &'static str,
}

/// The table, and the indexes of `template.yaml`. The indexes project keys only.
const INDEXES: [Index; 3] = [
    Index { name: None, partition: "pk", sort: "sk" },
    Index { name: Some("by-status"), partition: "status", sort: "sk" },
    Index { name: Some("by-check"), partition: "check", sort: "checkAt" },
];

impl Index {
    /// Returns the attributes by which the items of a partition are ordered. The last two are unique.
    fn order(&self) -> [&'static str; 3] {
        [self.sort, "pk", "sk"]
    }

    fn compare(&self, one: &Attributes, other: &Attributes) -> Ordering {
        let orders = self.order().into_iter().map(|name| match (one.get(name), other.get(name)) {
            (Some(one), Some(other)) => one.order(other).expect("keys of one type"),
            _ => panic!("an item without {name}"),
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }

    /// Whether the index contains an item.
    fn contains(&self, item: &Attributes) -> bool {
        item.contains_key(self.partition) && item.contains_key(self.sort)
    }

    /// Returns the attributes of a key in the index.
    fn key(&self, item: &Attributes) -> Attributes {
        let names = [self.partition, self.sort, "pk", "sk"];
        let key = item.iter().filter(|(name, _)| names.contains(&name.as_str()));
        key.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Returns the attributes of an item that a query returns.
    fn project(&self, item: &Attributes) -> Attributes {
        if self.name.is_some() { self.key(item) } else { item.clone() }
    }

    /// Checks a key condition: the partition is one value, and the rest is about the sort key.
    fn check(&self, condition: &Condition) {
        let (partition, sort) = match condition {
            Condition::And(partition, sort) => (partition.as_ref(), Some(sort.as_ref())),
            partition => (partition, None),
        };
        let is_about = |operand: &Operand, name: &str| *operand == Operand::Path(vec![name.into()]);
        let is_partition = matches!(partition, Condition::Compare(operand, Comparison::Equal, _)
            if is_about(operand, self.partition));
        let is_sort = match sort {
            None => true,
            Some(Condition::Compare(operand, comparison, _)) => {
                *comparison != Comparison::NotEqual && is_about(operand, self.sort)
            }
            Some(Condition::BeginsWith(operand, _)) => is_about(operand, self.sort),
            Some(_) => false,
        };
        assert!(is_partition && is_sort, "not a key condition: {condition:?}");
    }
}

/// Runs `Query`.
pub(crate) fn query(items: &Items, fields: &mut Fields) -> Json {
    fields.table();
    let name = fields.text("IndexName");
    let index = INDEXES.into_iter().find(|index| index.name == name.as_deref());
    let index = index.unwrap_or_else(|| panic!("no index {name:?}"));
    let is_consistent = fields.take("ConsistentRead") == Some(json!(true));
    assert!(!is_consistent || name.is_none(), "a consistent read of an index");
    let mut placeholders = fields.placeholders();
    let keys = fields.condition("KeyConditionExpression", &mut placeholders);
    let keys = keys.expect("a key condition");
    index.check(&keys);
    let filter = fields.condition("FilterExpression", &mut placeholders);
    placeholders.end();

    let found = items.values().filter(|item| index.contains(item) && meets(item, &keys));
    let mut found: Vec<&Arc<Attributes>> = found.collect();
    found.sort_by(|one, other| index.compare(one, other));
    let is_forward = fields.take("ScanIndexForward") != Some(json!(false));
    if !is_forward {
        found.reverse();
    }
    if let Some(start) = fields.attributes("ExclusiveStartKey") {
        let after = if is_forward { Ordering::Greater } else { Ordering::Less };
        found.retain(|item| index.compare(item, &start) == after);
    }
    let next = limit(&mut found, fields).map(|last| index.key(last));
    let scanned = found.len();
    found.retain(|item| filter.as_ref().is_none_or(|filter| meets(item, filter)));
    let mut answer = json!({ "Count": found.len(), "ScannedCount": scanned });
    match fields.text("Select").as_deref() {
        Some("COUNT") => {}
        None => {
            answer["Items"] =
                found.iter().map(|item| attributes_json(&index.project(item))).collect();
        }
        Some(other) => panic!("Select {other}"),
    }
    if let Some(next) = next {
        answer["LastEvaluatedKey"] = attributes_json(&next);
    }
    answer
}

/// Applies the limit, before the filter as DynamoDB does. Returns the last item if the limit was reached,
/// even if no other follows.
fn limit<'a>(found: &mut Vec<&'a Arc<Attributes>>, fields: &mut Fields) -> Option<&'a Attributes> {
    let limit = fields.take("Limit")?;
    let limit = limit.as_u64().and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.filter(|limit| *limit > 0).expect("a limit of 1 or more");
    if found.len() < limit {
        return None;
    }
    found.truncate(limit);
    found.last().copied().map(Arc::as_ref)
}
