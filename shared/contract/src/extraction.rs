//! What a user may ask for: which frames, how large, how good.

use crate::Seconds;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The options as they stand in JSON. Every field may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExtractionOptions {
    /// One frame every so many seconds, from 0.001 to 86,400.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Seconds>,
    /// So many frames, evenly spread: the centres of equal slices; 1 to 50,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The images' largest width in pixels, 16 to 8,192. Never upscales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// The images' largest height in pixels, 16 to 8,192. Never upscales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// The JPEG quality, 1 to 100; 85 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
}

/// Options that cannot be wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ExtractionOptions", into = "ExtractionOptions")]
pub struct Extraction {
    /// Which frames.
    pub select: Select,
    /// The images' largest width in pixels.
    pub width: Option<u32>,
    /// The images' largest height in pixels.
    pub height: Option<u32>,
    /// The JPEG quality, 1 to 100.
    pub quality: u8,
}

/// Which frames of a video.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Select {
    /// Every few seconds, the fewer the shorter the video.
    Auto,
    /// One frame every so many seconds.
    Every(Seconds),
    /// The centres of so many equal slices.
    Count(u32),
}

/// One field of a request that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field, by its path in the JSON body, such as `extraction.every`.
    pub field: String,
    /// What is wrong and what is allowed.
    pub detail: String,
}

impl FieldError {
    /// An error of one field.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.detail)
    }
}

/// Every wrong field of a set of options.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidExtraction(pub Vec<FieldError>);

impl fmt::Display for InvalidExtraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&errors.join("; "))
    }
}

const DEFAULT_QUALITY: u8 = 85;

impl Default for Extraction {
    fn default() -> Self {
        Self { select: Select::Auto, width: None, height: None, quality: DEFAULT_QUALITY }
    }
}

impl TryFrom<ExtractionOptions> for Extraction {
    type Error = InvalidExtraction;

    fn try_from(options: ExtractionOptions) -> Result<Self, InvalidExtraction> {
        let mut errors = Vec::new();
        let mut check = |ok: bool, field: &str, detail: &str| {
            if !ok {
                errors.push(FieldError::new(field, detail));
            }
        };
        let seconds_ok = |every: Seconds| (0.001..=86_400.0).contains(&every.as_f64());
        let side_ok = |side: Option<u32>| side.is_none_or(|side| (16..=8_192).contains(&side));
        let quality = options.quality.unwrap_or(DEFAULT_QUALITY);
        check(options.every.is_none_or(seconds_ok), "every", "must be 0.001 to 86400 seconds");
        check(
            options.count.is_none_or(|count| (1..=50_000).contains(&count)),
            "count",
            "must be 1 to 50000 frames",
        );
        check(
            options.every.is_none() || options.count.is_none(),
            "count",
            "cannot stand beside every: choose one of them",
        );
        check(side_ok(options.width), "width", "must be 16 to 8192 pixels");
        check(side_ok(options.height), "height", "must be 16 to 8192 pixels");
        check((1..=100).contains(&quality), "quality", "must be 1 to 100");
        if !errors.is_empty() {
            return Err(InvalidExtraction(errors));
        }
        let select = match (options.every, options.count) {
            (Some(every), _) => Select::Every(every),
            (None, Some(count)) => Select::Count(count),
            (None, None) => Select::Auto,
        };
        Ok(Self { select, width: options.width, height: options.height, quality })
    }
}

impl From<Extraction> for ExtractionOptions {
    fn from(extraction: Extraction) -> Self {
        let (every, count) = match extraction.select {
            Select::Auto => (None, None),
            Select::Every(every) => (Some(every), None),
            Select::Count(count) => (None, Some(count)),
        };
        Self {
            every,
            count,
            width: extraction.width,
            height: extraction.height,
            quality: Some(extraction.quality),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_asked_for_is_auto() {
        let extraction: Extraction = serde_json::from_str("{}").unwrap();
        assert_eq!(extraction, Extraction::default());
    }

    #[test]
    fn options_read_back_as_written() {
        for json in [
            r#"{"every":0.5,"width":640,"quality":85}"#,
            r#"{"every":"1001/30000","quality":1}"#,
            r#"{"count":9,"height":480,"quality":100}"#,
        ] {
            let extraction: Extraction = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&extraction).unwrap(), json);
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let options: ExtractionOptions =
            serde_json::from_str(r#"{"every":0,"count":0,"width":1,"quality":0}"#).unwrap();
        let InvalidExtraction(errors) = Extraction::try_from(options).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["every", "count", "count", "width", "quality"]);
    }

    #[test]
    fn unknown_options_are_refused() {
        assert!(serde_json::from_str::<Extraction>(r#"{"evry":1}"#).is_err());
    }
}
