//! JSON objects, field by field, so that an answer names every field that is wrong.

use crate::{document::step, errors::Errors};
use framezip_contract::rules;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// An object that is being read.
pub(crate) struct Fields<'a> {
    given: Map<String, Value>,
    /// Where the object is; empty for the whole body.
    path: String,
    /// The fields that there can be.
    known: Vec<&'static str>,
    errors: &'a mut Errors,
}

impl<'a> Fields<'a> {
    /// The object at `path`, which is empty for the whole body; `None`, and an error is noted, of anything
    /// else.
    pub(crate) fn of(value: Value, path: &str, errors: &'a mut Errors) -> Option<Self> {
        let Value::Object(given) = value else {
            errors.note(if path.is_empty() { "body" } else { path }, rules::OBJECT);
            return None;
        };
        Some(Self { given, path: path.to_owned(), known: Vec::new(), errors })
    }

    /// A field that may be left out, or be `null`. `rule` says what it must be like.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        rule: &str,
    ) -> Option<T> {
        let value = self.take(name).filter(|value| !value.is_null())?;
        self.read(name, value, rule)
    }

    /// A field that must be there.
    pub(crate) fn required<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        rule: &str,
    ) -> Option<T> {
        match self.take(name) {
            Some(value) => self.read(name, value, rule),
            None => {
                let path = self.path_of(name);
                self.errors.note(&path, &format!("is missing: it {rule}"));
                None
            }
        }
    }

    /// A list that may be left out, or be `null`, and whose items must be like `rule`. `rule_of_list` says
    /// what the list must be like.
    pub(crate) fn list<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        rule_of_list: &str,
        rule: &str,
    ) -> Option<Vec<T>> {
        let values = self.optional::<Vec<Value>>(name, rule_of_list)?;
        let items = values.into_iter().enumerate();
        let items = items.map(|(index, item)| self.read(&format!("{name}[{index}]"), item, rule));
        // all of them, so that every wrong one is noted
        let items: Vec<_> = items.collect();
        items.into_iter().collect()
    }

    /// An object in a field that may be left out, or be `null`.
    pub(crate) fn object(&mut self, name: &'static str) -> Option<Fields<'_>> {
        let value = self.take(name).filter(|value| !value.is_null())?;
        let path = self.path_of(name);
        Fields::of(value, &path, self.errors)
    }

    /// Notes every field that there cannot be.
    pub(crate) fn end(self) {
        let known = self.known.join(", ");
        for name in self.given.keys().filter(|name| !self.known.contains(&name.as_str())) {
            let detail = format!("is not a known field; the fields here are {known}");
            self.errors.note(&join(&self.path, &step(name)), &detail);
        }
    }

    /// Notes what is wrong with a field.
    pub(crate) fn note(&mut self, name: &str, detail: &str) {
        let path = self.path_of(name);
        self.errors.note(&path, detail);
    }

    /// Whether nothing is wrong with a field, as far as is noted.
    pub(crate) fn is_right(&self, name: &str) -> bool {
        self.errors.has_none_of(&self.path_of(name))
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.given.get_mut(name).map(Value::take)
    }

    fn read<T: DeserializeOwned>(&mut self, name: &str, value: Value, rule: &str) -> Option<T> {
        let read = serde_json::from_value(value).ok();
        if read.is_none() {
            self.note(name, rule);
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
