//! Attribute values: their wire form, their order and their arithmetic.

use serde_json::{Map, Value as Json, json};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// An attribute's value. Numbers are kept as text, as DynamoDB returns them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Value {
    S(String),
    N(String),
    Bool(bool),
    Null,
    M(Attributes),
    L(Vec<Value>),
    Ss(BTreeSet<String>),
}

/// The attributes of an item, or of a map in it.
pub(crate) type Attributes = BTreeMap<String, Value>;

impl Value {
    /// Reads the wire form, for example `{"S": "text"}`.
    pub(crate) fn from_json(json: &Json) -> Self {
        let object = json.as_object().unwrap_or_else(|| panic!("not a value: {json}"));
        let mut fields = object.iter();
        let (Some((kind, content)), None) = (fields.next(), fields.next()) else {
            panic!("not a value: {json}");
        };
        match (kind.as_str(), content) {
            ("S", Json::String(text)) => Self::S(text.clone()),
            ("N", Json::String(number)) => Self::N(valid_number(number)),
            ("BOOL", Json::Bool(value)) => Self::Bool(*value),
            ("NULL", Json::Bool(true)) => Self::Null,
            ("M", Json::Object(_)) => Self::M(attributes(content)),
            ("L", Json::Array(values)) => Self::L(values.iter().map(Self::from_json).collect()),
            ("SS", Json::Array(texts)) => Self::Ss(string_set(texts)),
            _ => panic!("a value that the table does not support: {json}"),
        }
    }

    /// Returns the wire form.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::S(text) => json!({ "S": text }),
            Self::N(number) => json!({ "N": number }),
            Self::Bool(value) => json!({ "BOOL": value }),
            Self::Null => json!({ "NULL": true }),
            Self::M(attributes) => json!({ "M": attributes_json(attributes) }),
            Self::L(values) => {
                json!({ "L": values.iter().map(Self::to_json).collect::<Vec<_>>() })
            }
            Self::Ss(texts) => json!({ "SS": texts }),
        }
    }

    /// Compares two values of the same type, bytewise or by number. Returns `None` for other types and for
    /// types without an order.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::S(one), Self::S(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
            (Self::N(one), Self::N(other)) => match (integer(one), integer(other)) {
                (Some(one), Some(other)) => Some(one.cmp(&other)),
                _ => float(one).partial_cmp(&float(other)),
            },
            _ => None,
        }
    }

    /// Whether two values are equal; numbers by value.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::N(_), Self::N(_)) => self.order(other) == Some(Ordering::Equal),
            _ => self == other,
        }
    }

    /// Returns the integer in a number. The store calculates with integers only.
    pub(crate) fn as_integer(&self) -> i128 {
        match self {
            Self::N(number) => {
                integer(number).unwrap_or_else(|| panic!("not an integer: {number}"))
            }
            other => panic!("not a number: {other:?}"),
        }
    }

    /// Returns the result of `size()`.
    pub(crate) fn size(&self) -> Value {
        let size = match self {
            Self::S(text) => text.len(),
            Self::M(attributes) => attributes.len(),
            Self::L(values) => values.len(),
            Self::Ss(texts) => texts.len(),
            other => panic!("size() of {other:?}"),
        };
        Self::N(size.to_string())
    }
}

/// Reads attributes from their wire form.
pub(crate) fn attributes(json: &Json) -> Attributes {
    let object = json.as_object().unwrap_or_else(|| panic!("not attributes: {json}"));
    object.iter().map(|(name, value)| (name.clone(), Value::from_json(value))).collect()
}

/// Returns attributes in their wire form.
pub(crate) fn attributes_json(attributes: &Attributes) -> Json {
    let fields = attributes.iter().map(|(name, value)| (name.clone(), value.to_json()));
    Json::Object(fields.collect::<Map<String, Json>>())
}

fn string_set(texts: &[Json]) -> BTreeSet<String> {
    let text = |json: &Json| json.as_str().expect("a text in a set").to_owned();
    let set: BTreeSet<_> = texts.iter().map(text).collect();
    assert!(!set.is_empty() && set.len() == texts.len(), "a set is empty or has a text twice");
    set
}

fn valid_number(number: &str) -> String {
    assert!(float(number).is_finite(), "not a number: {number}");
    number.to_owned()
}

fn integer(number: &str) -> Option<i128> {
    number.parse().ok()
}

fn float(number: &str) -> f64 {
    number.parse().unwrap_or_else(|_| panic!("not a number: {number}"))
}
