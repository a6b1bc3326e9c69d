//! Tests of the table itself, through a real client.

use super::{
    Attributes, Items, MemoryTable, TABLE, Value,
    evaluate::{meets, updated},
    parser::{condition, update},
    placeholders::Placeholders,
    value::attributes,
};
use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata,
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{
        AttributeValue, Delete, KeysAndAttributes, Put, ReturnValue,
        ReturnValuesOnConditionCheckFailure, Select, TransactWriteItem,
    },
};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

type Item = HashMap<String, AttributeValue>;

/// The attributes that the conditions and updates of these tests are about.
fn sample() -> Attributes {
    attributes(&json!({
        "text": { "S": "video#1" }, "n": { "N": "9" }, "flag": { "BOOL": true },
        "set": { "SS": ["a", "b"] }, "list": { "L": [{ "N": "1" }] },
        "lease": { "M": { "owner": { "S": "m" }, "until": { "N": "10" } } },
    }))
}

fn placeholders() -> Placeholders {
    let names = json!({ "#text": "text", "#set": "set", "#list": "list", "#owner": "owner" });
    let values = json!({
        ":m": { "S": "m" }, ":video": { "S": "video#" }, ":one": { "N": "1" },
        ":ten": { "N": "10" }, ":bc": { "SS": ["b", "c"] }, ":ab": { "SS": ["a", "b"] },
        ":more": { "L": [{ "N": "2" }] }, ":map": { "M": {} },
    });
    Placeholders::new(Some(names), Some(values))
}

fn is_met(text: &str) -> bool {
    meets(&sample(), &condition(text, &mut placeholders()))
}

/// Returns an attribute after an update.
fn after(text: &str, name: &str) -> Option<Json> {
    let after = updated(&sample(), &update(text, &mut placeholders())).unwrap();
    after.get(name).map(Value::to_json)
}

#[test]
fn conditions_that_are_met() {
    for text in [
        "n < :ten AND n > :one",
        "n <= :ten AND n >= :one AND n <> :one",
        "lease.#owner = :m",
        "lease.absent <> :m",
        "#text IN (:m, :m) OR n IN (:one, :ten) OR lease.#owner IN (:one, :m)",
        "attribute_exists(lease.#owner) AND attribute_not_exists(absent)",
        "begins_with(#text, :video)",
        "size(#set) > :one",
        "NOT n IN (:one, :ten) AND NOT absent IN (:one)",
        "NOT (n = :one OR lease.#owner = :one)",
        // AND binds more closely than OR
        "n > :one OR n < :one AND n < :one",
        "not n = :one and n > :one",
    ] {
        assert!(is_met(text), "{text}");
    }
}

#[test]
fn conditions_that_are_not_met() {
    for text in [
        "n > :ten",
        "absent = :one",
        "absent < :one",
        "size(absent) < :one",
        // values of two types have no order
        "#text > :one OR #text < :one OR #text = :one",
        "lease = :map",
        "begins_with(n, :video) OR begins_with(absent, :video)",
        "(n > :one OR n < :one) AND n < :one",
        "NOT n > :one",
        "n.inner = :one",
    ] {
        assert!(!is_met(text), "{text}");
    }
}

#[test]
fn updates_change_what_they_name() {
    let cases = [
        ("SET n = n + :ten", "n", json!({ "N": "19" })),
        ("SET n = n - :ten REMOVE absent", "n", json!({ "N": "-1" })),
        ("SET n = if_not_exists(n, :one)", "n", json!({ "N": "9" })),
        ("SET fresh = if_not_exists(fresh, :one) + :one", "fresh", json!({ "N": "2" })),
        ("ADD fresh :one, n :one", "n", json!({ "N": "10" })),
        ("ADD fresh :one", "fresh", json!({ "N": "1" })),
        ("ADD #set :bc", "set", json!({ "SS": ["a", "b", "c"] })),
        ("DELETE #set :bc", "set", json!({ "SS": ["a"] })),
        (
            "SET #list = list_append(if_not_exists(#list, :more), :more)",
            "list",
            json!({ "L": [{ "N": "1" }, { "N": "2" }] }),
        ),
        (
            "SET lease.#owner = :one REMOVE lease.until_",
            "lease",
            json!({ "M": { "owner": { "N": "1" }, "until": { "N": "10" } } }),
        ),
        // both read the item as it was before
        ("SET n = :one, fresh = n", "fresh", json!({ "N": "9" })),
    ];
    for (text, name, expected) in cases {
        assert_eq!(after(text, name), Some(expected), "{text}");
    }
    assert_eq!(after("REMOVE n, lease", "lease"), None);
    assert_eq!(after("DELETE #set :ab", "set"), None);
}

#[test]
fn an_update_of_an_absent_attribute_is_invalid() {
    for text in ["SET n = absent + :one", "SET absent.n = :one", "REMOVE absent.n"] {
        let changes = update(text, &mut placeholders());
        assert!(updated(&sample(), &changes).is_err(), "{text}");
    }
}

/// Whether parsing panics.
fn is_refused(parse: impl FnOnce() + std::panic::UnwindSafe) -> bool {
    std::panic::catch_unwind(parse).is_err()
}

#[test]
fn what_is_not_understood_is_refused() {
    for text in [
        "n BETWEEN :one AND :ten",
        "contains(#set, :m)",
        "status = :one",
        "n = :undefined",
        "#undefined = :one",
        "n = :one n = :one",
        "(n = :one",
        "n[0] = :one",
        "n",
        "",
    ] {
        assert!(is_refused(|| drop(condition(text, &mut placeholders()))), "{text}");
    }
    for text in [
        "SET n = :one SET fresh = :one",
        "SET n = :one, n = :ten",
        "SET lease = :map REMOVE lease.n",
        "SET n = :one * :ten",
        "SET error = :one",
        "MERGE n = :one",
        "ADD n = :one",
        "",
    ] {
        assert!(is_refused(|| drop(update(text, &mut placeholders()))), "{text}");
    }
    assert!(is_refused(|| placeholders().end()));
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn key(pk: &str, sk: &str) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

/// Returns a table with items of one partition. The numbers are those of their sort keys.
async fn filled(numbers: impl IntoIterator<Item = i64>) -> (MemoryTable, Client) {
    let table = MemoryTable::default();
    let client = table.client();
    for n in numbers {
        let mut item = key("p", &format!("s{n}"));
        item.extend([("n".to_owned(), number(n)), ("status".to_owned(), text("queued"))]);
        if n % 2 == 0 {
            let check = [("check".to_owned(), text("pending"))];
            item.extend(check.into_iter().chain([("checkAt".to_owned(), number(-n))]));
        }
        client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }
    (table, client)
}

#[tokio::test]
async fn an_item_is_written_read_and_deleted() {
    let (table, client) = filled([1]).await;
    let before = table.items();
    let get = || client.get_item().table_name(TABLE).set_key(Some(key("p", "s1")));
    let item = get().consistent_read(true).send().await.unwrap().item.unwrap();
    assert_eq!(item["n"], number(1));
    let delete = client.delete_item().table_name(TABLE).set_key(Some(key("p", "s1")));
    delete.send().await.unwrap();
    assert_eq!(get().send().await.unwrap().item, None);
    assert_eq!(table.items(), Items::new());
    table.restore(before.clone());
    assert!(get().send().await.unwrap().item.is_some());
    assert_eq!(table.items(), before);
}

#[tokio::test]
async fn an_update_returns_what_it_is_asked_for() {
    let (_, client) = filled([1]).await;
    let update = |returned| {
        client
            .update_item()
            .table_name(TABLE)
            .set_key(Some(key("p", "s1")))
            .update_expression("SET n = n + :one")
            .expression_attribute_values(":one", number(1))
            .return_values(returned)
    };
    let old = update(ReturnValue::AllOld).send().await.unwrap().attributes.unwrap();
    assert_eq!((old.len(), &old["n"]), (4, &number(1)));
    let new = update(ReturnValue::AllNew).send().await.unwrap().attributes.unwrap();
    assert_eq!((new.len(), &new["n"]), (4, &number(3)));
    let changed = update(ReturnValue::UpdatedNew).send().await.unwrap().attributes.unwrap();
    assert_eq!(changed, Item::from([("n".to_owned(), number(4))]));
    assert_eq!(update(ReturnValue::None).send().await.unwrap().attributes, None);
}

#[tokio::test]
async fn an_update_creates_an_absent_item() {
    let (_, client) = filled([]).await;
    let update = client.update_item().table_name(TABLE).set_key(Some(key("p", "s")));
    let update = update.update_expression("ADD n :one").return_values(ReturnValue::AllNew);
    let update = update.expression_attribute_values(":one", number(1));
    let item = update.send().await.unwrap().attributes.unwrap();
    assert_eq!((&item["n"], &item["sk"]), (&number(1), &text("s")));
}

#[tokio::test]
async fn a_failed_condition_is_an_error_with_the_item() {
    let (table, client) = filled([1]).await;
    let before = table.items();
    let update = client
        .update_item()
        .table_name(TABLE)
        .set_key(Some(key("p", "s1")))
        .update_expression("SET n = :one")
        .condition_expression("n > :one")
        .expression_attribute_values(":one", number(1));
    let error = update.clone().send().await.unwrap_err().into_service_error();
    let UpdateItemError::ConditionalCheckFailedException(error) = error else {
        panic!("another error");
    };
    assert_eq!(error.item(), None);
    let all = ReturnValuesOnConditionCheckFailure::AllOld;
    let error = update.return_values_on_condition_check_failure(all).send().await.unwrap_err();
    let error = error.into_service_error();
    let UpdateItemError::ConditionalCheckFailedException(error) = error else {
        panic!("another error");
    };
    assert_eq!(error.item().unwrap()["n"], number(1));
    assert_eq!(table.items(), before);
}

#[tokio::test]
async fn an_invalid_update_is_an_error() {
    let (_, client) = filled([1]).await;
    let update = client.update_item().table_name(TABLE).set_key(Some(key("p", "s1")));
    let update = update.update_expression("SET lease.n = :one");
    let update = update.expression_attribute_values(":one", number(1));
    let error = update.send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
}

#[tokio::test]
async fn a_transaction_writes_everything_or_nothing() {
    let (table, client) = filled([1]).await;
    let delete = Delete::builder().table_name(TABLE).set_key(Some(key("p", "s1"))).build().unwrap();
    let put = |condition: &str| {
        Put::builder()
            .table_name(TABLE)
            .set_item(Some(key("p", "s2")))
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .unwrap()
    };
    let transact = |condition: &str| {
        client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put(condition)).build())
            .transact_items(TransactWriteItem::builder().delete(delete.clone()).build())
    };
    let before = table.items();
    let error = transact("attribute_exists(pk)").send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(error) = error else {
        panic!("another error");
    };
    let codes = error.cancellation_reasons().iter().map(|reason| reason.code().unwrap());
    assert_eq!(codes.collect::<Vec<_>>(), ["ConditionalCheckFailed", "None"]);
    assert_eq!(table.items(), before);
    transact("attribute_not_exists(pk)").send().await.unwrap();
    let keys: Vec<_> = table.items().into_keys().collect();
    assert_eq!(keys, [("p".to_owned(), "s2".to_owned())]);
    let error = transact("attribute_not_exists(pk)").send().await.unwrap_err();
    let error = error.into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(error) = error else {
        panic!("another error");
    };
    assert_eq!(error.cancellation_reasons()[0].item().unwrap()["sk"], text("s2"));
}

#[tokio::test]
async fn a_query_is_in_order_and_in_pages() {
    let (_, client) = filled(1..=4).await;
    let query = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("pk = :pk AND begins_with(sk, :s)")
        .expression_attribute_values(":pk", text("p"))
        .expression_attribute_values(":s", text("s"));
    let page = query.clone().limit(3).scan_index_forward(false).send().await.unwrap();
    let found: Vec<_> = page.items().iter().map(|item| item["n"].clone()).collect();
    assert_eq!(found, [number(4), number(3), number(2)]);
    let next = query.clone().scan_index_forward(false).limit(3);
    let next = next.set_exclusive_start_key(page.last_evaluated_key).send().await.unwrap();
    assert_eq!((next.items()[0]["n"].clone(), next.count()), (number(1), 1));
    assert_eq!(next.last_evaluated_key, None);
    let filtered = query
        .filter_expression("n > :two")
        .expression_attribute_values(":two", number(2))
        .select(Select::Count);
    let filtered = filtered.send().await.unwrap();
    assert_eq!((filtered.count(), filtered.scanned_count(), filtered.items().len()), (2, 4, 0));
}

#[tokio::test]
async fn an_index_contains_the_items_with_its_keys() {
    let (_, client) = filled(1..=4).await;
    let due = client
        .query()
        .table_name(TABLE)
        .index_name("by-check")
        .key_condition_expression("#check = :pending AND checkAt <= :now")
        .expression_attribute_names("#check", "check")
        .expression_attribute_values(":pending", text("pending"))
        .expression_attribute_values(":now", number(-2));
    let due = due.send().await.unwrap();
    let keys: Vec<_> = due.items().iter().map(|item| item["checkAt"].clone()).collect();
    assert_eq!(keys, [number(-4), number(-2)]);
    // pk, sk, check and checkAt
    assert_eq!(due.items()[0].len(), 4);
    let queued = client
        .query()
        .table_name(TABLE)
        .index_name("by-status")
        .key_condition_expression("#status = :queued AND sk < :sk")
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":queued", text("queued"))
        .expression_attribute_values(":sk", text("s3"));
    assert_eq!(queued.send().await.unwrap().count(), 2);
}

#[tokio::test]
async fn a_batch_is_read_without_what_is_absent() {
    let (_, client) = filled([1, 2]).await;
    let keys = ["s1", "s2", "s3"].map(|sk| key("p", sk)).to_vec();
    let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build().unwrap();
    let got = client.batch_get_item().request_items(TABLE, keys).send().await.unwrap();
    assert_eq!(got.responses.unwrap()[TABLE].len(), 2);
    assert!(got.unprocessed_keys.unwrap().is_empty());
}
