//! JSON objects, field by field: serde alone stops at the first one that is not as it must be.

use framezip_contract::FieldError;
use serde::de::{DeserializeOwned, Error as _, Unexpected};
use serde_json::{Map, Value};

/// The most wrong fields that are told, and the most characters of each's name and of what is wrong with it:
/// they may come from the body, and an answer of Lambda has its limit.
const MOST: usize = 50;
const LONGEST: usize = 200;

/// An object that is being read, and what is wrong with it.
pub(crate) struct Fields {
    given: Map<String, Value>,
    /// What stands in front of its fields' names: `videos[0].`, or nothing.
    path: String,
    wrong: Vec<FieldError>,
}

impl Fields {
    /// The object at `path`, which is empty for the whole body.
    ///
    /// # Errors
    /// Where it is something else: serde alone would take an array of the fields' values, too.
    pub(crate) fn of(value: Value, path: &str) -> Result<Self, Vec<FieldError>> {
        let unexpected = match value {
            Value::Object(given) => {
                let path = if path.is_empty() { String::new() } else { format!("{path}.") };
                return Ok(Self { given, path, wrong: Vec::new() });
            }
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(value),
            Value::Number(_) => Unexpected::Other("number"),
            Value::String(_) => Unexpected::Other("string"),
            Value::Array(_) => Unexpected::Seq,
        };
        let error = serde_json::Error::invalid_type(unexpected, &"an object");
        Err(vec![told(if path.is_empty() { "body" } else { path }, &error)])
    }

    /// Leaves, of the object in a field, what is good for a `T` whose fields may all be left out.
    pub(crate) fn settle<T: DeserializeOwned>(mut self, field: &str) -> Self {
        if let Some(Value::Object(given)) = self.given.get_mut(field) {
            settle::<T>(given, &Map::new(), &format!("{}{field}.", self.path), &mut self.wrong);
        }
        self
    }

    /// Reads the object as `T`, and lets `check` make something of it.
    ///
    /// `least` are the fields that must be there. They stand in for those that are missing or wrong, so
    /// that `check` can note what else is.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub(crate) fn read<T: DeserializeOwned, R, const N: usize>(
        self,
        least: [(&str, Value); N],
        check: impl FnOnce(T, &mut Vec<FieldError>) -> R,
    ) -> Result<R, Vec<FieldError>> {
        let Self { mut given, path, mut wrong } = self;
        let least: Map<_, _> =
            least.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for name in least.keys().filter(|name| !given.contains_key(*name)) {
            wrong.push(FieldError::new(format!("{path}{name}"), "must be given"));
        }
        settle::<T>(&mut given, &least, &path, &mut wrong);
        for (name, value) in least {
            given.entry(name).or_insert(value);
        }
        let read = serde_json::from_value(Value::Object(given));
        let read = check(read.map_err(|error| vec![told("body", &error)])?, &mut wrong);
        if wrong.is_empty() { Ok(read) } else { Err(wrong) }
    }
}

/// Takes out of an object every field that keeps it from being a `T`, and notes it in `wrong`.
fn settle<T: DeserializeOwned>(
    given: &mut Map<String, Value>,
    least: &Map<String, Value>,
    path: &str,
    wrong: &mut Vec<FieldError>,
) {
    given.retain(|name, value| {
        let mut alone = least.clone();
        alone.insert(name.clone(), value.clone());
        let Err(error) = serde_json::from_value::<T>(Value::Object(alone)) else { return true };
        if wrong.len() < MOST {
            wrong.push(told(&format!("{path}{name}"), &error));
        }
        false
    });
}

fn told(field: &str, error: &serde_json::Error) -> FieldError {
    let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
    FieldError::new(short(field), short(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use framezip_contract::{CreateVideo, ExtractionOptions};
    use serde_json::json;

    fn read_video(value: Value) -> (CreateVideo, Vec<String>) {
        let fields = Fields::of(value, "v").unwrap().settle::<ExtractionOptions>("extraction");
        let least = [("fileName", json!("least")), ("bytes", json!(7))];
        let (mut seen, mut noted) = (None, Vec::new());
        let read = fields.read(least, |video: CreateVideo, wrong| {
            seen = Some(video);
            noted = wrong.iter().map(ToString::to_string).collect();
        });
        assert_eq!(read.is_ok(), noted.is_empty());
        (seen.unwrap(), noted)
    }

    #[test]
    fn every_field_is_told_and_the_good_ones_stay() {
        let extraction = json!({"every": "x", "count": 3, "quality": true});
        let value = json!({"fileName": 5, "contentType": "a/b", "x": 1, "extraction": extraction});
        let (video, wrong) = read_video(value);
        assert_eq!((video.file_name.as_str(), video.bytes), ("least", 7));
        assert_eq!(video.content_type.as_deref(), Some("a/b"));
        assert_eq!(video.extraction.count, Some(3));
        let fields: Vec<_> = wrong.iter().filter_map(|told| told.split(": ").next()).collect();
        let expected =
            ["v.extraction.every", "v.extraction.quality", "v.bytes", "v.fileName", "v.x"];
        assert_eq!(fields, expected);
        assert_eq!(wrong[2], "v.bytes: must be given");
        assert_eq!(wrong[3], "v.fileName: invalid type: integer `5`, expected a string");
        assert!(wrong[4].starts_with("v.x: unknown field `x`, expected"), "{wrong:?}");

        let (video, wrong) = read_video(json!({"fileName": "a", "bytes": 1}));
        assert_eq!((video.file_name.as_str(), video.bytes, wrong.len()), ("a", 1, 0));
    }

    #[test]
    fn what_is_no_object_says_what_it_is() {
        let error = |value, path| Fields::of(value, path).err().unwrap()[0].to_string();
        let list = "videos[0]: invalid type: sequence, expected an object";
        assert_eq!(error(json!([1]), "videos[0]"), list);
        assert!(error(Value::Null, "").starts_with("body: "));
    }

    #[test]
    fn answers_stay_short() {
        let long = "x".repeat(100_000);
        let many = (0..100).map(|index| (format!("{long}{index}"), json!(long)));
        let given = Value::Object(many.collect());
        let wrong = Fields::of(given, "").unwrap().read([], |_: ExtractionOptions, _| ());
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.len(), MOST);
        assert!(wrong.iter().all(|error| error.to_string().len() <= 2 * LONGEST + 2));
    }
}
