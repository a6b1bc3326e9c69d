//! Deserializers that take JSON objects only. For a struct, serde would also take an array of the fields'
//! values.

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{fmt, marker::PhantomData};

/// Reads an object, or `null` as the default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    or_none(deserializer).map(Option::unwrap_or_default)
}

/// Reads an object, or `null` as `None`.
pub(crate) fn or_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use crate::{CreateVideo, ExtractionOptions, RetryVideo};
    use serde_json::json;

    #[test]
    fn arrays_are_refused() {
        let nulls = vec![json!(null); 20];
        for extraction in [json!([]), json!(nulls), json!(7), json!({ "sheet": [] })] {
            let body = json!({ "fileName": "a", "bytes": 1, "extraction": extraction });
            assert!(serde_json::from_value::<CreateVideo>(body).is_err(), "{extraction}");
        }
        for retry in [json!({ "extraction": [] }), json!({ "extraction": nulls })] {
            assert!(serde_json::from_value::<RetryVideo>(retry.clone()).is_err(), "{retry}");
        }
        let tiles = json!({ "extraction": { "storyboard": [null, null, null] } });
        assert!(serde_json::from_value::<RetryVideo>(tiles).is_err());
    }

    #[test]
    fn objects_and_null_are_read() {
        let none: RetryVideo = serde_json::from_value(json!({ "extraction": null })).unwrap();
        assert_eq!(none, RetryVideo::default());
        let new = json!({ "fileName": "a", "bytes": 1, "extraction": null });
        let new: CreateVideo = serde_json::from_value(new).unwrap();
        assert_eq!(new.extraction, ExtractionOptions::default());
        let sheet = json!({ "extraction": { "sheet": { "rows": 2 }, "storyboard": null } });
        let read: RetryVideo = serde_json::from_value(sheet).unwrap();
        let options = read.extraction.unwrap();
        assert_eq!(options.sheet.unwrap().rows, Some(2));
        assert_eq!(options.storyboard, None);
    }
}
