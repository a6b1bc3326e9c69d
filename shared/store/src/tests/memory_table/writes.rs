//! The writes of single items, and transactions of them.

use super::{
    Items, Key, Refusal,
    evaluate::{InvalidUpdate, meets, updated},
    fields::Fields,
    key_of,
    syntax::{Change, Condition},
    value::{Attributes, Value, attributes_json},
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::Arc};

/// A write of one item.
struct Write {
    key: Key,
    effect: Effect,
    condition: Option<Condition>,
    /// Whether the item is returned if the condition fails.
    returns_found: bool,
}

/// The effect of a write.
enum Effect {
    Put(Attributes),
    Update(Vec<Change>),
    Delete,
    Check,
}

/// The code of a cancelled transaction for a write that is not the reason.
const NO_REASON: &str = "None";

/// Runs `PutItem`, `UpdateItem` or `DeleteItem`.
pub(crate) fn write(
    items: &mut Items,
    operation: &str,
    fields: &mut Fields,
) -> Result<Json, Refusal> {
    let returned = fields.text("ReturnValues");
    let write = read(operation.trim_end_matches("Item"), fields);
    let before = items.get(&write.key).cloned();
    check(&write, before.as_deref())?;
    let after = after(&write, before.as_deref())
        .map_err(|InvalidUpdate(problem)| Refusal::invalid(problem))?;
    let answer = answer(returned.as_deref(), &write, before.as_deref(), after.as_ref());
    store(items, write.key, after);
    Ok(answer)
}

/// Runs `TransactWriteItems`: every condition is met and everything is written, or nothing is.
pub(crate) fn transact(items: &mut Items, fields: &mut Fields) -> Result<Json, Refusal> {
    fields.take("ClientRequestToken");
    let requests = fields.take("TransactItems").expect("the writes of a transaction");
    let requests = requests.as_array().expect("a list of writes");
    assert!((1..=100).contains(&requests.len()), "{} writes", requests.len());
    let writes: Vec<_> = requests.iter().map(transacted).collect();
    let keys: BTreeSet<_> = writes.iter().map(|write| &write.key).collect();
    assert_eq!(keys.len(), writes.len(), "two writes of a transaction to one item");
    let reasons: Vec<_> = writes.iter().map(|write| reason(items, write)).collect();
    if reasons.iter().any(|reason| reason["Code"] != NO_REASON) {
        let codes: Vec<_> = reasons.iter().filter_map(|reason| reason["Code"].as_str()).collect();
        return Err(Refusal {
            code: "TransactionCanceledException",
            message: format!("Transaction cancelled [{}]", codes.join(", ")),
            fields: json!({ "CancellationReasons": reasons }),
        });
    }
    for write in writes {
        let before = items.get(&write.key).cloned();
        let after = after(&write, before.as_deref()).expect("the reasons include invalid updates");
        store(items, write.key, after);
    }
    Ok(json!({}))
}

/// Reads one write of a transaction, for example `{"Put": {...}}`.
fn transacted(request: &Json) -> Write {
    let mut request = Fields::new(request.clone());
    let kinds = ["Put", "Update", "Delete", "ConditionCheck"];
    let found = kinds.into_iter().find_map(|kind| Some((kind, request.take(kind)?)));
    request.end();
    let (kind, write) = found.expect("a write of a transaction");
    let mut fields = Fields::new(write);
    let write = read(kind, &mut fields);
    fields.end();
    write
}

/// Reads a write from its fields.
fn read(kind: &str, fields: &mut Fields) -> Write {
    fields.table();
    let mut placeholders = fields.placeholders();
    let (key, effect) = match kind {
        "Put" => {
            let item = fields.attributes("Item").expect("an item");
            (key_of(&item), Effect::Put(item))
        }
        "Update" => (fields.key("Key"), Effect::Update(fields.changes(&mut placeholders))),
        "Delete" => (fields.key("Key"), Effect::Delete),
        _ => (fields.key("Key"), Effect::Check),
    };
    let condition = fields.condition("ConditionExpression", &mut placeholders);
    placeholders.end();
    let returns_found = match fields.text("ReturnValuesOnConditionCheckFailure").as_deref() {
        None | Some("NONE") => false,
        Some("ALL_OLD") => true,
        Some(other) => panic!("ReturnValuesOnConditionCheckFailure {other}"),
    };
    Write { key, effect, condition, returns_found }
}

/// Checks the condition of a write.
fn check(write: &Write, before: Option<&Attributes>) -> Result<(), Refusal> {
    let absent = Attributes::new();
    let item = before.unwrap_or(&absent);
    let is_met = write.condition.as_ref().is_none_or(|condition| meets(item, condition));
    if is_met { Ok(()) } else { Err(Refusal::condition(before.filter(|_| write.returns_found))) }
}

/// Returns the reason why a write cancels its transaction, or that it does not.
fn reason(items: &Items, write: &Write) -> Json {
    let before = items.get(&write.key).map(Arc::as_ref);
    if let Err(refusal) = check(write, before) {
        let mut reason = refusal.fields;
        reason["Code"] = "ConditionalCheckFailed".into();
        reason["Message"] = refusal.message.into();
        return reason;
    }
    match after(write, before) {
        Ok(_) => json!({ "Code": NO_REASON }),
        Err(InvalidUpdate(problem)) => json!({ "Code": "ValidationError", "Message": problem }),
    }
}

/// Returns the item after a write; `None` if there is none.
fn after(write: &Write, before: Option<&Attributes>) -> Result<Option<Attributes>, InvalidUpdate> {
    match &write.effect {
        Effect::Put(item) => Ok(Some(item.clone())),
        Effect::Delete => Ok(None),
        Effect::Check => Ok(before.cloned()),
        Effect::Update(changes) => {
            let (pk, sk) = write.key.clone();
            let key = [("pk", pk), ("sk", sk)];
            let key = key.map(|(name, text)| (name.to_owned(), Value::S(text)));
            let new = Attributes::from(key);
            let after = updated(before.unwrap_or(&new), changes)?;
            assert_eq!(key_of(&after), write.key, "an update changes the key");
            Ok(Some(after))
        }
    }
}

fn store(items: &mut Items, key: Key, after: Option<Attributes>) {
    match after {
        Some(item) => items.insert(key, Arc::new(item)),
        None => items.remove(&key),
    };
}

/// Returns the attributes that a write asks for.
fn answer(
    returned: Option<&str>,
    write: &Write,
    before: Option<&Attributes>,
    after: Option<&Attributes>,
) -> Json {
    let attributes = match (returned, &write.effect) {
        (None | Some("NONE"), _) => None,
        (Some("ALL_OLD"), _) => before.cloned(),
        (Some("ALL_NEW"), Effect::Update(_)) => after.cloned(),
        (Some("UPDATED_NEW"), Effect::Update(changes)) => {
            after.map(|item| changed_attributes(item, changes))
        }
        (Some(other), _) => panic!("ReturnValues {other}"),
    };
    attributes.map_or(json!({}), |attributes| json!({ "Attributes": attributes_json(&attributes) }))
}

/// Returns the attributes that the changes are to, with all their parts.
fn changed_attributes(item: &Attributes, changes: &[Change]) -> Attributes {
    let names: BTreeSet<_> = changes.iter().filter_map(|change| change.path().first()).collect();
    let changed = item.iter().filter(|(name, _)| names.contains(name));
    changed.map(|(name, value)| (name.clone(), value.clone())).collect()
}
