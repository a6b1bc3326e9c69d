//! Requests, checked: what comes out of here cannot be wrong.

use crate::{fields::Fields, problem::ApiError};
use framezip_contract::{
    CreateVideo, Extraction, ExtractionOptions, FieldError, InvalidExtraction, Limits, RetryVideo,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// The most videos that one call creates.
const MOST_VIDEOS: usize = 20;

/// What `POST /videos` asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct NewVideos {
    pub(crate) videos: Vec<NewVideo>,
    /// Whether they came as a list, and are answered as one.
    pub(crate) batch: bool,
}

/// Several videos, each of which is to say for itself what is wrong with it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    videos: Vec<Value>,
}

impl NewVideos {
    /// Checks the body of `POST /videos`: a video, or several under `videos`.
    pub(crate) fn parse(body: &[u8], limits: &Limits) -> Result<Self, ApiError> {
        let body = document(body)?;
        let new = match body.get("videos") {
            Some(_) => Self::several(body),
            None => {
                NewVideo::read(body, "").map(|video| Self { videos: vec![video], batch: false })
            }
        };
        let new = new.map_err(ApiError::Invalid)?;
        let limit = limits.upload_bytes;
        match new.videos.iter().position(|video| video.bytes > limit) {
            None => Ok(new),
            Some(index) => {
                let which = if new.batch { format!("videos[{index}]: ") } else { String::new() };
                Err(ApiError::TooLarge(format!("{which}A file may have at most {limit} bytes.")))
            }
        }
    }

    fn several(body: Value) -> Result<Self, Vec<FieldError>> {
        let Batch { videos: requests } =
            Fields::of(body, "")?.read([("videos", json!([]))], |batch, _| batch)?;
        if !(1..=MOST_VIDEOS).contains(&requests.len()) {
            let detail = format!("must be 1 to {MOST_VIDEOS} videos");
            return Err(vec![FieldError::new("videos", detail)]);
        }
        let (mut videos, mut errors) = (Vec::new(), Vec::new());
        for (index, request) in requests.into_iter().enumerate() {
            match NewVideo::read(request, &format!("videos[{index}]")) {
                Ok(video) => videos.push(video),
                Err(wrong) => errors.extend(wrong),
            }
        }
        if errors.is_empty() { Ok(Self { videos, batch: true }) } else { Err(errors) }
    }
}

/// A JSON document, in which every whole number is an integer, even where it is written as `5.0`: to
/// JSON Schema, and to some languages, these are the same.
fn document(body: &[u8]) -> Result<Value, ApiError> {
    fn settle(value: &mut Value) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(settle),
            Value::Array(items) => items.iter_mut().for_each(settle),
            Value::Number(number) => {
                let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
                // beyond that, floating point does not tell whole numbers apart
                if let Some(float) = whole.filter(|float| float.abs() < (1u64 << 53) as f64) {
                    *number = (float as i64).into();
                }
            }
            _ => {}
        }
    }
    let mut value = serde_json::from_slice(body).map_err(malformed)?;
    settle(&mut value);
    Ok(value)
}

/// A body that is one object. `least` are the fields that must be there.
pub(crate) fn parsed<T: DeserializeOwned, const N: usize>(
    body: &[u8],
    least: [(&str, Value); N],
) -> Result<T, ApiError> {
    let fields = Fields::of(document(body)?, "").map_err(ApiError::Invalid)?;
    fields.read(least, |read, _| read).map_err(ApiError::Invalid)
}

fn malformed(error: serde_json::Error) -> ApiError {
    ApiError::Malformed(format!("The body is not as it must be: {error}"))
}

/// A video to create.
#[derive(Debug, PartialEq)]
pub(crate) struct NewVideo {
    pub(crate) file_name: String,
    pub(crate) bytes: u64,
    pub(crate) content_type: String,
    pub(crate) extraction: Extraction,
}

/// The field of the options.
const EXTRACTION: &str = "extraction";
const DEFAULT_TYPE: &str = "application/octet-stream";

impl NewVideo {
    /// Reads one video of the body of `POST /videos`, which stands at `path`.
    fn read(request: Value, path: &str) -> Result<Self, Vec<FieldError>> {
        let fields = Fields::of(request, path)?.settle::<ExtractionOptions>(EXTRACTION);
        let path = if path.is_empty() { String::new() } else { format!("{path}.") };
        let least = [("fileName", json!("a")), ("bytes", json!(0))];
        fields.read(least, |request, wrong| Self::check(request, &path, wrong))
    }

    /// What is asked for; notes in `wrong` every field that cannot be.
    fn check(request: CreateVideo, path: &str, wrong: &mut Vec<FieldError>) -> Self {
        let CreateVideo { file_name, bytes, content_type, extraction } = request;
        let mut note = |field: &str, detail: &str| {
            wrong.push(FieldError::new(format!("{path}{field}"), detail));
        };
        if !(1..=255).contains(&file_name.chars().count())
            || file_name.chars().any(char::is_control)
        {
            note("fileName", "must be 1 to 255 characters, without control characters");
        }
        let content_type = content_type.unwrap_or_else(|| DEFAULT_TYPE.to_owned());
        if !is_media_type(&content_type) {
            note("contentType", "must be a media type, such as video/mp4");
        }
        Self { file_name, bytes, content_type, extraction: checked(extraction, path, wrong) }
    }
}

/// `type/subtype` of visible ASCII, and no longer than any in use.
fn is_media_type(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
    text.len() <= 127 && text.split_once('/').is_some_and(|(a, b)| plain(a) && plain(b))
}

/// Checks the body of `POST /videos/{id}/retry`: the options, where there are others than before.
pub(crate) fn retry(body: &[u8]) -> Result<Option<Extraction>, ApiError> {
    if body.is_empty() {
        return Ok(None);
    }
    let body = document(body)?;
    if body.is_null() {
        return Ok(None);
    }
    let fields = Fields::of(body, "").map_err(ApiError::Invalid)?;
    let read = fields.settle::<ExtractionOptions>(EXTRACTION).read([], |request, wrong| {
        let RetryVideo { extraction } = request;
        extraction.map(|options| checked(options, "", wrong))
    });
    read.map_err(ApiError::Invalid)
}

/// The options; notes in `wrong` every one that cannot be, under a name that begins with `path`.
fn checked(options: ExtractionOptions, path: &str, wrong: &mut Vec<FieldError>) -> Extraction {
    Extraction::try_from(options).unwrap_or_else(|InvalidExtraction(errors)| {
        wrong.extend(errors.into_iter().map(|error| {
            FieldError::new(format!("{path}{EXTRACTION}.{}", error.field), error.detail)
        }));
        Extraction::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_all(json: &str) -> Result<NewVideos, ApiError> {
        NewVideos::parse(json.as_bytes(), &Limits::default())
    }

    fn parse(json: &str) -> Result<NewVideo, ApiError> {
        parse_all(json).map(|mut new| {
            assert!(!new.batch);
            new.videos.remove(0)
        })
    }

    fn wrong_fields(json: &str) -> Vec<String> {
        let Err(ApiError::Invalid(errors)) = parse_all(json) else {
            panic!("{json} is not invalid")
        };
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn only_name_and_length_are_needed() {
        let video = parse(r#"{"fileName":"a.mp4","bytes":0}"#).unwrap();
        assert_eq!(video.content_type, "application/octet-stream");
        assert_eq!(video.extraction, Extraction::default());
    }

    #[test]
    fn whole_numbers_are_integers_however_they_are_written() {
        let json = r#"{"fileName":"a.mp4","bytes":3.0,"extraction":{"count":2e1,"quality":-0.0}}"#;
        assert_eq!(wrong_fields(json), ["extraction.quality"]);
        let video = parse(&json.replace("-0.0", "5.0")).unwrap();
        assert_eq!((video.bytes, video.extraction.quality), (3, 5));
        for bytes in ["3.5", "-1.0", "1e300"] {
            let json = json.replace("3.0", bytes);
            assert_eq!(wrong_fields(&json), ["bytes", "extraction.quality"], "{bytes}");
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let json = r#"{"fileName":"","bytes":1,"contentType":"x","extraction":{"every":0}}"#;
        assert_eq!(wrong_fields(json), ["fileName", "contentType", "extraction.every"]);
        let json =
            r#"{"fileName":5,"contentType":"x","y":1,"extraction":{"every":"x","quality":0}}"#;
        let fields =
            ["extraction.every", "bytes", "fileName", "y", "contentType", "extraction.quality"];
        assert_eq!(wrong_fields(json), fields);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for json in [
            "",
            "[]",
            "{}",
            "7",
            r#"["a.mp4",1]"#,
            r#"{"fileName":"a","bytes":-1}"#,
            r#"{"fileName":"a","bytes":1,"x":1}"#,
            r#"{"videos":{}}"#,
            r#"{"videos":null}"#,
            r#"{"videos":[{"fileName":"a","bytes":1}],"bytes":1}"#,
        ] {
            assert!(parse_all(json).is_err(), "{json}");
        }
    }

    #[test]
    fn too_large_files_are_refused() {
        let huge = format!(r#"{{"fileName":"a","bytes":{}}}"#, u64::MAX);
        assert!(matches!(parse(&huge), Err(ApiError::TooLarge(_))));
        let batch = format!(r#"{{"videos":[{{"fileName":"a","bytes":1}},{huge}]}}"#);
        let Err(ApiError::TooLarge(detail)) = parse_all(&batch) else { panic!("{batch}") };
        assert!(detail.starts_with("videos[1]: "), "{detail}");
    }

    #[test]
    fn several_videos_are_checked_one_by_one() {
        let good = r#"{"fileName":"a.mp4","bytes":1}"#;
        let new = parse_all(&format!(r#"{{"videos":[{good},{good}]}}"#)).unwrap();
        assert_eq!((new.videos.len(), new.batch), (2, true));
        let wrong = r#"{"fileName":"","bytes":1,"extraction":{"quality":0}}"#;
        assert_eq!(
            wrong_fields(&format!(r#"{{"videos":[{wrong},{good},{{"bytes":1}},[]]}}"#)),
            [
                "videos[0].fileName",
                "videos[0].extraction.quality",
                "videos[2].fileName",
                "videos[3]"
            ]
        );
        assert_eq!(wrong_fields(r#"{"videos":[]}"#), ["videos"]);
        let many = vec![good; MOST_VIDEOS + 1].join(",");
        assert_eq!(wrong_fields(&format!(r#"{{"videos":[{many}]}}"#)), ["videos"]);
    }
}
