//! The fields of a request.

use super::{
    Key, TABLE, key_of,
    parser::{condition, update},
    placeholders::Placeholders,
    syntax::{Change, Condition},
    value::{Attributes, attributes},
};
use serde_json::{Map, Value as Json};

/// The fields of a request that are not read yet. One that is never read is not supported.
#[derive(Debug)]
pub(crate) struct Fields(Map<String, Json>);

impl Fields {
    /// Returns the fields of a JSON object.
    pub(crate) fn new(body: Json) -> Self {
        match body {
            Json::Object(fields) => Self(fields),
            other => panic!("not an object: {other}"),
        }
    }

    /// Takes a field, if the request has it.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        self.0.remove(name)
    }

    /// Takes a text, if the request has it.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name).map(|json| json.as_str().unwrap_or_else(|| panic!("{json}")).to_owned())
    }

    /// Takes the table's name, which must be [`TABLE`].
    pub(crate) fn table(&mut self) {
        assert_eq!(self.text("TableName").as_deref(), Some(TABLE));
    }

    /// Takes attributes.
    pub(crate) fn attributes(&mut self, name: &str) -> Option<Attributes> {
        self.take(name).map(|json| attributes(&json))
    }

    /// Takes the key of an item, which has no other attributes.
    pub(crate) fn key(&mut self, name: &str) -> Key {
        let attributes = self.attributes(name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(attributes.len(), 2, "{name} has other attributes: {attributes:?}");
        key_of(&attributes)
    }

    /// Takes the placeholders.
    pub(crate) fn placeholders(&mut self) -> Placeholders {
        let names = self.take("ExpressionAttributeNames");
        Placeholders::new(names, self.take("ExpressionAttributeValues"))
    }

    /// Takes a condition, if the request has it.
    pub(crate) fn condition(
        &mut self,
        name: &str,
        placeholders: &mut Placeholders,
    ) -> Option<Condition> {
        self.text(name).map(|text| condition(&text, placeholders))
    }

    /// Takes the changes of an update; none if it has no expression.
    pub(crate) fn changes(&mut self, placeholders: &mut Placeholders) -> Vec<Change> {
        let text = self.text("UpdateExpression");
        text.map(|text| update(&text, placeholders)).unwrap_or_default()
    }

    /// Checks that every field was read.
    pub(crate) fn end(&self) {
        assert!(self.0.is_empty(), "fields that the table does not support: {:?}", self.0);
    }
}
