//! JSON objects, read field by field, so that an answer lists every invalid field.

use super::{document::step, field_errors::FieldErrors};
use framezip_contract::rules;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A JSON object that is being read.
pub(crate) struct Fields<'a> {
    given: Map<String, Value>,
    /// The object's path, empty for the whole body.
    path: String,
    /// The fields that have been asked for.
    known: Vec<&'static str>,
    errors: &'a mut FieldErrors,
}

impl<'a> Fields<'a> {
    /// Begins to read the value at `path`, which is empty for the whole body. Adds an error and returns
    /// `None` if the value is not an object.
    pub(crate) fn new(value: Value, path: &str, errors: &'a mut FieldErrors) -> Option<Self> {
        let Value::Object(given) = value else {
            errors.add(if path.is_empty() { "body" } else { path }, rules::OBJECT);
            return None;
        };
        Some(Self { given, path: path.to_owned(), known: Vec::new(), errors })
    }

    /// Reads a field that may be absent or `null`. `rule` states its requirement.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        rule: &str,
    ) -> Option<T> {
        let value = self.take(name).filter(|value| !value.is_null())?;
        self.read(name, value, rule)
    }

    /// Reads a field that must be present.
    pub(crate) fn required<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        rule: &str,
    ) -> Option<T> {
        match self.take(name) {
            Some(value) => self.read(name, value, rule),
            None => {
                let path = self.path_of(name);
                self.errors.add(&path, &format!("is missing: it {rule}"));
                None
            }
        }
    }

    /// Reads a list that may be absent or `null`. `list_rule` states the list's requirement, `item_rule`
    /// that of its items.
    pub(crate) fn list<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        list_rule: &str,
        item_rule: &str,
    ) -> Option<Vec<T>> {
        let values = self.optional::<Vec<Value>>(name, list_rule)?;
        let items = values.into_iter().enumerate();
        let items =
            items.map(|(index, item)| self.read(&format!("{name}[{index}]"), item, item_rule));
        // read all of them first, so that every invalid one is reported
        let items: Vec<_> = items.collect();
        items.into_iter().collect()
    }

    /// Begins to read an object in a field that may be absent or `null`.
    pub(crate) fn object(&mut self, name: &'static str) -> Option<Fields<'_>> {
        let value = self.take(name).filter(|value| !value.is_null())?;
        let path = self.path_of(name);
        Fields::new(value, &path, self.errors)
    }

    /// Ends the object. Adds an error for every field that has not been asked for.
    pub(crate) fn end(self) {
        let known = self.known.join(", ");
        for name in self.given.keys().filter(|name| !self.known.contains(&name.as_str())) {
            let detail = format!("is not a known field; the fields here are {known}");
            self.errors.add(&join(&self.path, &step(name)), &detail);
        }
    }

    /// Adds an error for a field.
    pub(crate) fn add_error(&mut self, name: &str, detail: &str) {
        let path = self.path_of(name);
        self.errors.add(&path, detail);
    }

    /// Whether no error has been added for a field.
    pub(crate) fn is_valid(&self, name: &str) -> bool {
        !self.errors.contains(&self.path_of(name))
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.given.get_mut(name).map(Value::take)
    }

    fn read<T: DeserializeOwned>(&mut self, name: &str, value: Value, rule: &str) -> Option<T> {
        let read = serde_json::from_value(value).ok();
        if read.is_none() {
            self.add_error(name, rule);
        }
        read
    }

    fn path_of(&self, name: &str) -> String {
        join(&self.path, name)
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
