//! Reads the JSON document of a body.

use super::field_errors::{FieldErrors, MAX_FIELDS};
use framezip_contract::FieldError;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Number, Value, map::Entry};
use std::{cell::RefCell, fmt};

/// Above this, floating point cannot represent every whole number.
const MAX_EXACT: f64 = (1_u64 << 53) as f64;

/// Reads a JSON document. Every whole number becomes an integer, also one written as `5.0`: JSON Schema
/// and some languages do not distinguish the two.
///
/// # Errors
/// If the body is not JSON, or an object in it has a name twice: JSON parsers disagree on which of the
/// two values counts.
pub(crate) fn read(body: &[u8]) -> Result<Value, Vec<FieldError>> {
    let repeated = RefCell::default();
    let mut reader = Deserializer::from_slice(body);
    let seed = JsonValue { path: &FieldPath::Body, repeated: &repeated };
    let read = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let mut errors = FieldErrors::default();
    match read {
        Ok(value) => {
            for path in repeated.into_inner() {
                errors.add(&path, "is given more than once in one object");
            }
            errors.into_result().map(|()| value)
        }
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            errors.add("body", &format!("is not valid JSON: see line {line}, column {column}"));
            errors.into_result().map(|()| Value::Null)
        }
    }
}

/// The path of a value, as a list of steps that starts at the innermost one. It becomes text only if it
/// is needed.
enum FieldPath<'a> {
    Body,
    Field(&'a FieldPath<'a>, &'a str),
    Item(&'a FieldPath<'a>, usize),
}

impl fmt::Display for FieldPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => Ok(()),
            Self::Field(Self::Body, name) => f.write_str(name),
            Self::Field(outer, name) => write!(f, "{outer}.{name}"),
            Self::Item(Self::Body, index) => write!(f, "body[{index}]"),
            Self::Item(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}

/// Reads one value at its path.
#[derive(Clone, Copy)]
struct JsonValue<'a> {
    path: &'a FieldPath<'a>,
    /// The paths of fields that appear more than once.
    repeated: &'a RefCell<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for JsonValue<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JsonValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        if number.fract() == 0.0 && number.abs() < MAX_EXACT {
            return Ok((number as i64).into());
        }
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            let path = FieldPath::Item(self.path, values.len());
            match items.next_element_seed(JsonValue { path: &path, ..self })? {
                Some(value) => values.push(value),
                None => return Ok(values.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let path = FieldPath::Field(self.path, &name);
            let value = fields.next_value_seed(JsonValue { path: &path, ..self })?;
            let mut repeated = self.repeated.borrow_mut();
            if values.contains_key(&name) && repeated.len() < MAX_FIELDS {
                repeated.push(path.to_string());
            }
            if let Entry::Vacant(free) = values.entry(name) {
                free.insert(value);
            }
        }
        Ok(values.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(json: &str) -> Vec<String> {
        read(json.as_bytes()).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_document_keeps_its_values() {
        let json =
            r#"{"a":[1,-2,0.5,"x",null,true,{"b":{}}],"c":"\u00e4","d":18446744073709551615}"#;
        assert_eq!(read(json.as_bytes()).unwrap(), serde_json::from_str::<Value>(json).unwrap());
    }

    #[test]
    fn whole_numbers_are_integers_however_they_are_written() {
        let json = "[3.0, 2e1, -0.0, -7.00, 1e300, 0.5]";
        assert_eq!(read(json.as_bytes()).unwrap(), json!([3, 20, 0, -7, 1e300, 0.5]));
    }

    #[test]
    fn repeated_names_are_reported_at_any_depth() {
        for (json, field) in [
            (r#"{"a":1,"a":1}"#, "a"),
            (r#"{"a":1,"\u0061":2}"#, "a"),
            (r#"{"videos":[{},{"extraction":{"at":[1],"at":[2]}}]}"#, "videos[1].extraction.at"),
            (r#"[[{"x":{"y":1,"y":1}}]]"#, "body[0][0].x.y"),
        ] {
            assert_eq!(wrong(json), [format!("{field}: is given more than once in one object")]);
        }
        assert_eq!(wrong(r#"{"a":1,"b":1,"a":2,"b":2,"a":3}"#).len(), 2);
        assert!(read(br#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#).is_ok());
    }

    #[test]
    fn a_syntax_error_is_reported_with_its_place() {
        for (json, place) in [
            ("", "line 1, column 0"),
            ("{", "line 1, column 1"),
            ("{\n\"a\":}", "line 2, column 5"),
            ("{} {}", "line 1, column 4"),
            ("1e999", "line 1, column 5"),
            ("NaN", "line 1, column 1"),
            ("{\"a\":\"\\ud800\"}", "line 1, column 13"),
        ] {
            assert_eq!(wrong(json), [format!("body: is not valid JSON: see {place}")], "{json}");
        }
        assert_eq!(wrong(&"[".repeat(1000)).len(), 1);
        assert!(read(b"\"\xff\"").is_err());
    }

    #[test]
    fn many_long_names_are_shortened() {
        let long = "x".repeat(1000);
        let fields = (0..200).map(|index| format!("\"{long}{}\":1", index / 2));
        let errors = wrong(&format!("{{{}}}", fields.collect::<Vec<_>>().join(",")));
        assert!(
            errors.len() <= MAX_FIELDS && errors.iter().all(|error| error.len() < 500),
            "{errors:?}"
        );
    }
}
