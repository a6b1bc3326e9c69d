//! What a user may ask for: which frames, how large, how good.

use crate::{Fraction, Position};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::RangeInclusive};

/// The options as they stand in JSON. Every field may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExtractionOptions {
    /// One frame every so many seconds, from 0.001 to 86,400.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Fraction>,
    /// So many frames a second, from 1/86,400 to 1,000; may be a fraction such as `"30000/1001"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<Fraction>,
    /// So many frames, evenly spread: the centres of equal slices; 1 to 50,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The frames at these places, 1 to 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Vec<Position>>,
    /// Every keyframe, if `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyframes: Option<bool>,
    /// Where the range that frames are chosen from starts; at the first frame if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Position>,
    /// Where that range ends, itself outside; at the video's end if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Position>,
    /// The images' largest width in pixels, 16 to 8,192. Never upscales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// The images' largest height in pixels, 16 to 8,192. Never upscales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How an image takes on a `width` and a `height` that are both given; `inside` if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<Fit>,
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
    /// Where the range that they are chosen from starts.
    pub from: Option<Position>,
    /// Where that range ends, itself outside.
    pub to: Option<Position>,
    /// The images' largest width in pixels.
    pub width: Option<u32>,
    /// The images' largest height in pixels.
    pub height: Option<u32>,
    /// How an image takes on a width and a height that are both given.
    pub fit: Fit,
    /// The JPEG quality, 1 to 100.
    pub quality: u8,
}

/// Which frames of a video.
#[derive(Clone, Debug, PartialEq)]
pub enum Select {
    /// Every few seconds, the fewer the shorter the video.
    Auto,
    /// One frame every so many seconds.
    Every(Fraction),
    /// So many frames a second.
    Fps(Fraction),
    /// The centres of so many equal slices.
    Count(u32),
    /// The frames at these places.
    At(Vec<Position>),
    /// Every keyframe.
    Keyframes,
}

/// How an image takes on a width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// As large as it can be within both, keeping its proportions.
    #[default]
    Inside,
    /// As small as it can be over both, keeping its proportions, and cut to them around its centre.
    Cover,
    /// Exactly both, losing its proportions.
    Fill,
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
        Self {
            select: Select::Auto,
            from: None,
            to: None,
            width: None,
            height: None,
            fit: Fit::Inside,
            quality: DEFAULT_QUALITY,
        }
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
        let within = |number: Option<Fraction>, range: RangeInclusive<f64>| {
            number.is_none_or(|number| range.contains(&number.as_f64()))
        };
        let side_ok = |side: Option<u32>| side.is_none_or(|side| (16..=8_192).contains(&side));
        let quality = options.quality.unwrap_or(DEFAULT_QUALITY);
        check(within(options.every, 0.001..=86_400.0), "every", "must be 0.001 to 86400 seconds");
        check(
            within(options.fps, 1.0 / 86_400.0..=1000.0),
            "fps",
            "must be 1/86400 to 1000 frames a second",
        );
        check(
            options.count.is_none_or(|count| (1..=50_000).contains(&count)),
            "count",
            "must be 1 to 50000 frames",
        );
        check(
            options.at.as_ref().is_none_or(|at| (1..=1000).contains(&at.len())),
            "at",
            "must be 1 to 1000 times",
        );
        let chosen: Vec<_> = [
            ("every", options.every.is_some()),
            ("fps", options.fps.is_some()),
            ("count", options.count.is_some()),
            ("at", options.at.is_some()),
            ("keyframes", options.keyframes == Some(true)),
        ]
        .into_iter()
        .filter_map(|(field, given)| given.then_some(field))
        .collect();
        for other in chosen.iter().skip(1) {
            check(false, other, &format!("cannot stand beside {}: choose one of them", chosen[0]));
        }
        check(range_is_forward(options.from, options.to), "to", "must be later than from");
        check(
            options.fit.is_none() || (options.width.is_some() && options.height.is_some()),
            "fit",
            "needs both width and height",
        );
        check(side_ok(options.width), "width", "must be 16 to 8192 pixels");
        check(side_ok(options.height), "height", "must be 16 to 8192 pixels");
        check((1..=100).contains(&quality), "quality", "must be 1 to 100");
        if !errors.is_empty() {
            return Err(InvalidExtraction(errors));
        }
        let select = match (options.every, options.fps, options.count, options.at) {
            (Some(every), ..) => Select::Every(every),
            (_, Some(fps), ..) => Select::Fps(fps),
            (_, _, Some(count), _) => Select::Count(count),
            (.., Some(at)) => Select::At(at),
            _ if options.keyframes == Some(true) => Select::Keyframes,
            _ => Select::Auto,
        };
        Ok(Self {
            select,
            from: options.from,
            to: options.to,
            width: options.width,
            height: options.height,
            fit: options.fit.unwrap_or_default(),
            quality,
        })
    }
}

/// Whether a range can hold a frame, as far as that can be told without the video.
fn range_is_forward(from: Option<Position>, to: Option<Position>) -> bool {
    match (from, to) {
        (Some(Position::Seconds(from)), Some(Position::Seconds(to)))
        | (Some(Position::Percent(from)), Some(Position::Percent(to))) => {
            from.as_f64() < to.as_f64()
        }
        _ => true,
    }
}

impl From<Extraction> for ExtractionOptions {
    fn from(extraction: Extraction) -> Self {
        let mut options = Self {
            from: extraction.from,
            to: extraction.to,
            width: extraction.width,
            height: extraction.height,
            fit: (extraction.fit != Fit::Inside).then_some(extraction.fit),
            quality: Some(extraction.quality),
            ..Self::default()
        };
        match extraction.select {
            Select::Auto => {}
            Select::Every(every) => options.every = Some(every),
            Select::Fps(fps) => options.fps = Some(fps),
            Select::Count(count) => options.count = Some(count),
            Select::At(at) => options.at = Some(at),
            Select::Keyframes => options.keyframes = Some(true),
        }
        options
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
            r#"{"fps":"30000/1001","from":"10%","to":"90%","quality":85}"#,
            r#"{"keyframes":true,"from":1,"quality":85}"#,
            r#"{"at":[5,62.5,"50%"],"width":64,"height":64,"fit":"cover","quality":85}"#,
        ] {
            let extraction: Extraction = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&extraction).unwrap(), json);
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let json = r#"{"every":0,"fps":0,"count":0,"at":[],"keyframes":true,"from":2,"to":1,"width":1,"fit":"fill",
                       "quality":0}"#;
        let options: ExtractionOptions = serde_json::from_str(json).unwrap();
        let InvalidExtraction(errors) = Extraction::try_from(options).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        let wrong = ["every", "fps", "count", "at"];
        let beside = ["fps", "count", "at", "keyframes"];
        assert_eq!(fields[..4], wrong);
        assert_eq!(fields[4..8], beside);
        assert_eq!(fields[8..], ["to", "fit", "width", "quality"]);
    }

    #[test]
    fn unknown_options_are_refused() {
        assert!(serde_json::from_str::<Extraction>(r#"{"evry":1}"#).is_err());
    }
}
