//! A DynamoDB table in memory, which real clients reach through a replaced HTTP client.
//!
//! Conditions and updates are parsed and evaluated, so a test that uses it runs the store's own expressions.
//! A request with a field, an expression or a value that the table does not support panics with its text:
//! nothing is skipped. Some of DynamoDB's own checks are included: unused placeholders, reserved words,
//! overlapping paths, two writes of a transaction to one item.
//!
//! The time to live and all limits of size and throughput are left out, and the indexes follow the table at
//! once.

mod evaluate;
mod fields;
mod lexer;
mod parser;
mod placeholders;
mod queries;
mod syntax;
mod tests;
mod value;
mod writes;

use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_http_client::test_util::infallible_client_fn;
use fields::Fields;
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use value::{attributes, attributes_json};

pub(crate) use value::{Attributes, Value};

/// The name of the table.
pub(crate) const TABLE: &str = "Videos";

/// The key of an item, `pk` and `sk`.
pub(crate) type Key = (String, String);

/// The content of the table. A clone shares the items.
pub(crate) type Items = BTreeMap<Key, Arc<Attributes>>;

/// A table in memory. A clone is the same table.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryTable {
    items: Arc<Mutex<Items>>,
}

/// An answer of DynamoDB that is an error.
#[derive(Debug)]
struct Refusal {
    /// The error's name, for example `ConditionalCheckFailedException`.
    code: &'static str,
    message: String,
    /// Further fields of the answer.
    fields: Json,
}

impl Refusal {
    fn invalid(message: String) -> Self {
        Self { code: "ValidationException", message, fields: json!({}) }
    }

    /// A failed condition, with the item if the request asks for it.
    fn condition(found: Option<&Attributes>) -> Self {
        let message = "The conditional request failed".to_owned();
        let fields = found.map_or(json!({}), |item| json!({ "Item": attributes_json(item) }));
        Self { code: "ConditionalCheckFailedException", message, fields }
    }

    fn body(self) -> Json {
        let mut body = self.fields;
        body["__type"] = format!("com.amazonaws.dynamodb.v20120810#{}", self.code).into();
        // transactions spell it with a capital
        let name = if self.code == "TransactionCanceledException" { "Message" } else { "message" };
        body[name] = self.message.into();
        body
    }
}

impl MemoryTable {
    /// Returns a client of the table.
    pub(crate) fn client(&self) -> Client {
        let table = self.clone();
        let http_client = infallible_client_fn(move |request| {
            let target = request.headers().get("x-amz-target").expect("a target");
            let target = target.to_str().expect("a target in ASCII").to_owned();
            let body = request.body().bytes().expect("a body in memory");
            let body = serde_json::from_slice(body).expect("a body in JSON");
            let (status, answer) = match table.answer(&target, body) {
                Ok(answer) => (200_u16, answer),
                Err(refusal) => (400, refusal.body()),
            };
            let answer = http::Response::builder().status(status).body(answer.to_string());
            answer.expect("an answer")
        });
        let config = Config::builder().with_test_defaults_v2().http_client(http_client);
        Client::from_conf(config.build())
    }

    /// Returns the content. It stays as it is when the table changes.
    pub(crate) fn items(&self) -> Items {
        self.items.lock().expect("no request panicked").clone()
    }

    /// Replaces the content.
    pub(crate) fn restore(&self, items: Items) {
        *self.items.lock().expect("no request panicked") = items;
    }

    fn answer(&self, target: &str, body: Json) -> Result<Json, Refusal> {
        let mut items = self.items.lock().expect("no request panicked");
        let mut fields = Fields::new(body);
        let answer = match target.strip_prefix("DynamoDB_20120810.") {
            Some("GetItem") => Ok(get_item(&items, &mut fields)),
            Some("BatchGetItem") => Ok(batch_get_item(&items, &mut fields)),
            Some("Query") => Ok(queries::query(&items, &mut fields)),
            Some("TransactWriteItems") => writes::transact(&mut items, &mut fields),
            Some(operation @ ("PutItem" | "UpdateItem" | "DeleteItem")) => {
                writes::write(&mut items, operation, &mut fields)
            }
            _ => panic!("an operation that the table does not support: {target}"),
        };
        fields.end();
        answer
    }
}

fn get_item(items: &Items, fields: &mut Fields) -> Json {
    fields.table();
    fields.take("ConsistentRead");
    let found = items.get(&fields.key("Key"));
    found.map_or(json!({}), |item| json!({ "Item": attributes_json(item) }))
}

fn batch_get_item(items: &Items, fields: &mut Fields) -> Json {
    let mut requests = Fields::new(fields.take("RequestItems").expect("requested items"));
    let mut request = Fields::new(requests.take(TABLE).expect("the table's items"));
    requests.end();
    request.take("ConsistentRead");
    let keys = request.take("Keys").expect("keys");
    request.end();
    let keys = keys.as_array().expect("a list of keys");
    assert!((1..=100).contains(&keys.len()), "{} keys", keys.len());
    let found = keys.iter().filter_map(|key| items.get(&key_of(&attributes(key))));
    let found: Vec<_> = found.map(|item| attributes_json(item)).collect();
    json!({ "Responses": { TABLE: found }, "UnprocessedKeys": {} })
}

/// Returns the key among an item's attributes.
fn key_of(attributes: &Attributes) -> Key {
    let [pk, sk] = ["pk", "sk"].map(|name| match attributes.get(name) {
        Some(Value::S(text)) => text.clone(),
        other => panic!("{name} is {other:?}"),
    });
    (pk, sk)
}
