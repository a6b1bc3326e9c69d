//! Reads the JSON document of a body.

use super::field_errors::FieldErrors;
use framezip_contract::FieldError;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Number, Value, from_slice, from_str, map::Entry, value::RawValue};
use std::{borrow::Cow, fmt};

/// From here on, floating point cannot represent every whole number.
const MAX_EXACT: f64 = (1_u64 << 53) as f64;
/// The deepest nesting of lists and objects, far more than any request needs.
const MAX_DEPTH: u32 = 32;

/// Reads a JSON document. Every whole number becomes an integer, also one written as `5.0`: JSON Schema
/// and some languages do not distinguish the two.
///
/// # Errors
/// If the body is not JSON, or a value in it cannot be held exactly, or an object in it has a name twice:
/// JSON parsers disagree on which of the two values counts.
pub(crate) fn read(body: &[u8]) -> Result<Value, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let value = match from_slice::<&RawValue>(body) {
        Ok(raw) => read_value(raw.get(), &FieldPath::Body, MAX_DEPTH, &mut errors),
        Err(_) if body.trim_ascii().is_empty() => {
            errors.add("body", "is empty: it must be a JSON document");
            Value::Null
        }
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            errors.add("body", &format!("is not valid JSON: see line {line}, column {column}"));
            Value::Null
        }
    };
    errors.into_result().map(|()| value)
}

/// Reads one value, in which up to `depth` lists and objects may be nested.
fn read_value(raw: &str, path: &FieldPath, depth: u32, errors: &mut FieldErrors) -> Value {
    let value = match raw.as_bytes().first() {
        Some(b'{' | b'[') if depth == 0 => Err("is nested too deeply"),
        Some(b'{') => read_object(raw, path, depth, errors),
        Some(b'[') => read_list(raw, path, depth, errors),
        Some(b'-' | b'0'..=b'9') => read_number(raw),
        _ => from_str(raw).map_err(|_| "has an escape that stands for no character"),
    };
    value.unwrap_or_else(|detail| {
        errors.add(&path.to_string(), detail);
        Value::Null
    })
}

fn read_object(
    raw: &str,
    path: &FieldPath,
    depth: u32,
    errors: &mut FieldErrors,
) -> Result<Value, &'static str> {
    let Ok(Members(members)) = from_str(raw) else {
        return Err("has a name with an escape that stands for no character");
    };
    let mut values = Map::new();
    for (name, raw) in members {
        let path = FieldPath::Field(path, &name);
        let value = read_value(raw.get(), &path, depth - 1, errors);
        if values.contains_key(&name) {
            errors.add(&path.to_string(), "is given more than once in one object");
        }
        if let Entry::Vacant(free) = values.entry(name) {
            free.insert(value);
        }
    }
    Ok(values.into())
}

fn read_list(
    raw: &str,
    path: &FieldPath,
    depth: u32,
    errors: &mut FieldErrors,
) -> Result<Value, &'static str> {
    let items: Vec<&RawValue> = from_str(raw).map_err(|_| "is not valid JSON")?;
    let items = items.into_iter().enumerate();
    let read = |(index, raw): (usize, &RawValue)| {
        read_value(raw.get(), &FieldPath::Item(path, index), depth - 1, errors)
    };
    Ok(items.map(read).collect())
}

fn read_number(raw: &str) -> Result<Value, &'static str> {
    if let Ok(number) = raw.parse::<u64>() {
        return Ok(number.into());
    }
    let number: f64 = raw.parse().map_err(|_| "is not a number")?;
    // a whole number that is too large for an integer is too large for every field
    let is_whole = !raw.contains(['.', 'e', 'E']);
    let is_exact = is_whole || decimal(raw) == decimal(&format!("{number:e}"));
    match Number::from_f64(number) {
        Some(_) if !is_exact => Err("is a number with too many digits: give at most 15"),
        Some(_) if number.fract() == 0.0 && number.abs() < MAX_EXACT => Ok((number as i64).into()),
        Some(number) => Ok(Value::Number(number)),
        None => Err("is a number that is too large"),
    }
}

/// Returns the digits of a JSON number, without zeros at either end, and the power of ten of the last one.
fn decimal(raw: &str) -> (String, i64) {
    let (mantissa, exponent) = raw.split_once(['e', 'E']).unwrap_or((raw, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{decimals}", whole.trim_start_matches('-'));
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return (String::new(), 0);
    }
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX);
    let zeros = (digits.len() - significant.len()) as i64;
    (significant.to_owned(), exponent.saturating_add(zeros - decimals.len() as i64))
}

/// The members of an object in order. A name may occur twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        reader.deserialize_map(MembersVisitor)
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
            Self::Body => f.write_str("body"),
            Self::Field(Self::Body, name) => f.write_str(&step(name)),
            Self::Field(outer, name) => write!(f, "{outer}.{}", step(name)),
            Self::Item(Self::Body, index) => write!(f, "body[{index}]"),
            Self::Item(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}

/// Returns the name of a field as a step of a path. Names other than plain words are quoted, so that `"a.b"`
/// differs from the field `b` of `a`.
pub(crate) fn step(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_plain) {
        name.into()
    } else {
        Value::from(name).to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::MAX_FIELDS;
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
            ("{", "line 1, column 1"),
            ("{\n\"a\":}", "line 2, column 5"),
            ("{} {}", "line 1, column 4"),
            ("NaN", "line 1, column 1"),
        ] {
            assert_eq!(wrong(json), [format!("body: is not valid JSON: see {place}")], "{json}");
        }
        assert_eq!(wrong(&"[".repeat(1000)).len(), 1);
        assert!(read(b"\"\xff\"").is_err());
        assert_eq!(wrong(" \n"), ["body: is empty: it must be a JSON document"]);
    }

    #[test]
    fn an_inexact_number_is_refused() {
        for number in
            ["2.00000000000000000001", "0.10000000000000000001", "86400.000000000001", "1e-400"]
        {
            let error = "a: is a number with too many digits: give at most 15";
            assert_eq!(wrong(&format!(r#"{{"a":{number}}}"#)), [error], "{number}");
        }
        assert_eq!(wrong(r#"{"a":[1,1e400]}"#), ["a[1]: is a number that is too large"]);
        for exact in [
            "0.30000000000000004",
            "1.50000000000000000000",
            "12e-1",
            "-0",
            "1e22",
            "18446744073709551617",
        ] {
            assert!(read(exact.as_bytes()).is_ok(), "{exact}");
        }
    }

    #[test]
    fn an_unreadable_value_is_reported_with_its_path() {
        for (json, error) in [
            (r#"{"a":"\ud800"}"#, "a: has an escape that stands for no character"),
            (r#"{"\ud800":1}"#, "body: has a name with an escape that stands for no character"),
        ] {
            assert_eq!(wrong(json), [error]);
        }
        let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(deep(32).as_bytes()).is_ok());
        assert!(wrong(&deep(33))[0].ends_with("is nested too deeply"));
        assert_eq!(wrong(&deep(10_000)).len(), 1);
    }

    #[test]
    fn an_unusual_name_is_quoted() {
        assert_eq!(
            wrong(r#"{"x":{"a.b":1,"a.b":1,"":1,"":1}}"#),
            [
                "x.\"a.b\": is given more than once in one object",
                "x.\"\": is given more than once in one object",
            ]
        );
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
