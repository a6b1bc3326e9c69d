//! The placeholders of a request, `#name` and `:value`.

use super::value::{Attributes, Value, attributes};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The placeholders of a request. DynamoDB refuses a request with one that no expression uses, so this does
/// too.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    names: BTreeMap<String, String>,
    values: Attributes,
    used: BTreeSet<String>,
}

impl Placeholders {
    /// Reads `ExpressionAttributeNames` and `ExpressionAttributeValues`.
    pub(crate) fn new(names: Option<Json>, values: Option<Json>) -> Self {
        let names = names.map(|json| serde_json::from_value(json).expect("names of attributes"));
        Self {
            names: names.unwrap_or_default(),
            values: values.map(|json| attributes(&json)).unwrap_or_default(),
            used: BTreeSet::new(),
        }
    }

    /// Returns the name in place of a placeholder.
    pub(crate) fn name(&mut self, placeholder: &str) -> String {
        self.used.insert(placeholder.to_owned());
        let name = self.names.get(placeholder).cloned();
        name.unwrap_or_else(|| panic!("{placeholder} is not defined"))
    }

    /// Returns the value in place of a placeholder.
    pub(crate) fn value(&mut self, placeholder: &str) -> Value {
        self.used.insert(placeholder.to_owned());
        let value = self.values.get(placeholder).cloned();
        value.unwrap_or_else(|| panic!("{placeholder} is not defined"))
    }

    /// Checks that the expressions used every placeholder.
    pub(crate) fn end(self) {
        let defined = self.names.keys().chain(self.values.keys());
        let unused: Vec<_> = defined.filter(|name| !self.used.contains(*name)).collect();
        assert!(unused.is_empty(), "no expression uses {unused:?}");
    }
}

/// Reserved words that are likely names of attributes. DynamoDB refuses them without a placeholder:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>.
const RESERVED: &str = "\
    action at attribute bucket check condition connection count counter data date day default \
    depth duration end error exists external fail file final first format found full function \
    global group hash hidden index item items key keys language last left length level limit \
    list local location lock map method missing mode name names next number object offset \
    order other output owner parameter partition path percent permission position primary \
    range read record reference region release request reset resource response result role \
    rows second segment segments select sequence session share size some source space start \
    state static status storage store stream string system table temporary text time timestamp \
    timezone token total trigger ttl type unit until update url usage use user users uuid \
    value values view views year zone";

/// Checks that an attribute may be named without a placeholder.
pub(crate) fn check_plain_name(name: &str) {
    let is_reserved = RESERVED.split_whitespace().any(|word| word.eq_ignore_ascii_case(name));
    assert!(!is_reserved, "{name} is a reserved word and needs a placeholder");
}
