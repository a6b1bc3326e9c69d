//! The extraction options as a user gives them, and their validation.

#[cfg(feature = "openapi")]
use crate::schema;
use crate::{
    FieldError, Fit, Format, Fraction, InvalidExtraction, Position, object, rules,
    tiles::TilesOptions,
};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The extraction options in JSON. Every field is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExtractionOptions {
    /// One frame per interval of this many seconds, from 0.001 to 86,400, with at most 6 decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schema::every))]
    pub every: Option<Fraction>,
    /// Frames per second, from 1/86,400 to 1,000; may be a fraction such as `"30000/1001"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schema::fps))]
    pub fps: Option<Fraction>,
    /// Number of frames, evenly spread: the centres of equal slices; 1 to 50,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 50_000))]
    pub count: Option<u32>,
    /// The frames at these positions, 1 to 1,000 of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 1000))]
    pub at: Option<Vec<Position>>,
    /// Chooses every keyframe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyframes: Option<bool>,
    /// The first frame of each scene. A scene starts where the picture changes by at least this score, from
    /// 0.01 to 1, on the scale of FFmpeg's `scene` score; 0.3 is a good start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0.01, maximum = 1.0))]
    pub scenes: Option<f64>,
    /// The start of the range in which frames are chosen. Default: the first frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Position>,
    /// The end of that range, exclusive. Default: the end of the video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Position>,
    /// The images' largest width in pixels, 16 to 8,192. Never upscales.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 16, maximum = 8192))]
    pub width: Option<u32>,
    /// The images' largest height in pixels, 16 to 8,192. Never upscales.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 16, maximum = 8192))]
    pub height: Option<u32>,
    /// The way to fit images if both `width` and `height` are given. Default: `inside`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<Fit>,
    /// The images' format. Default: `jpeg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The quality of JPEG and WebP, 1 to 100. Default: 85.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100))]
    pub quality: Option<u8>,
    /// Replaces a near-uniform frame by the next frame that is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_blank: Option<bool>,
    /// One image with thumbnails of chosen frames, evenly spread. Default: 4 × 5 thumbnails of 320 pixels.
    #[serde(
        default,
        deserialize_with = "object::or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub sheet: Option<TilesOptions>,
    /// Images with thumbnails of all chosen frames, and a WebVTT file that maps times to thumbnails for video
    /// players. Default: 10 × 10 thumbnails of 160 pixels per image.
    #[serde(
        default,
        deserialize_with = "object::or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub storyboard: Option<TilesOptions>,
}

impl InvalidExtraction {
    /// Adds an error about a field unless it is `ok`. All errors about one field form one entry.
    pub(crate) fn check(&mut self, ok: bool, field: &str, detail: &str) {
        if ok {
            return;
        }
        match self.0.iter_mut().find(|error| error.field == field) {
            Some(error) => error.detail = format!("{}, and {detail}", error.detail),
            None => self.0.push(FieldError::new(field, detail)),
        }
    }
}

/// Whether an optional field is absent or within a range.
fn within<T: PartialOrd>(field: Option<T>, range: RangeInclusive<T>) -> bool {
    field.is_none_or(|field| range.contains(&field))
}

impl ExtractionOptions {
    /// Validates the choice of frames.
    pub(crate) fn check_choice(&self, errors: &mut InvalidExtraction) {
        let number = |fraction: Option<Fraction>| fraction.map(|fraction| fraction.as_f64());
        let every = within(number(self.every), 0.001..=86_400.0);
        errors.check(every, "every", rules::EVERY);
        let fps = within(number(self.fps), 1.0 / 86_400.0..=1000.0);
        errors.check(fps, "fps", rules::FPS);
        errors.check(within(self.count, 1..=50_000), "count", rules::COUNT);
        let at = within(self.at.as_ref().map(Vec::len), 1..=1000);
        errors.check(at, "at", rules::AT);
        errors.check(within(self.scenes, 0.01..=1.0), "scenes", rules::SCENES);
        let chosen: Vec<_> = [
            ("every", self.every.is_some()),
            ("fps", self.fps.is_some()),
            ("count", self.count.is_some()),
            ("at", self.at.is_some()),
            ("keyframes", self.keyframes == Some(true)),
            ("scenes", self.scenes.is_some()),
        ]
        .into_iter()
        .filter_map(|(field, given)| given.then_some(field))
        .collect();
        for other in chosen.iter().skip(1) {
            let detail = format!("cannot be given together with {}: choose one", chosen[0]);
            errors.check(false, other, &detail);
        }
        errors.check(range_is_forward(self.from, self.to), "to", rules::LATER);
    }

    /// Validates the size and form of the images.
    pub(crate) fn check_form(&self, errors: &mut InvalidExtraction) {
        let sides = self.width.is_some() && self.height.is_some();
        errors.check(self.fit.is_none() || sides, "fit", rules::FIT_NEEDS);
        let side = 16..=8192;
        errors.check(within(self.width, side.clone()), "width", rules::SIDE);
        errors.check(within(self.height, side), "height", rules::SIDE);
        errors.check(within(self.quality, 1..=100), "quality", rules::QUALITY);
        let lossless = self.format == Some(Format::Png) && self.quality.is_some();
        errors.check(!lossless, "quality", rules::QUALITY_OF_PNG);
    }
}

/// Whether a range can contain a frame, as far as that is known without the video.
fn range_is_forward(from: Option<Position>, to: Option<Position>) -> bool {
    match (from, to) {
        (Some(Position::Seconds(from)), Some(Position::Seconds(to)))
        | (Some(Position::Percent(from)), Some(Position::Percent(to))) => {
            from.as_f64() < to.as_f64()
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Extraction;

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
            r#"{"scenes":0.3,"format":"webp","quality":85,"skipBlank":true}"#,
            r#"{"format":"png","sheet":{"columns":4,"rows":5,"width":320}}"#,
            r#"{"at":[5,62.5,"50%"],"width":64,"height":64,"fit":"cover","quality":85}"#,
        ] {
            let extraction: Extraction = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&extraction).unwrap(), json);
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let json = r#"{"every":0,"fps":0,"count":0,"at":[],"keyframes":true,"scenes":0,
                       "from":2,"to":1,"width":1,"fit":"fill","quality":0,
                       "sheet":{"columns":0},"storyboard":{"rows":21,"width":1}}"#;
        let options: ExtractionOptions = serde_json::from_str(json).unwrap();
        let InvalidExtraction(errors) = Extraction::try_from(options).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields[..6], ["every", "fps", "count", "at", "scenes", "keyframes"]);
        assert_eq!(fields[6..10], ["to", "fit", "width", "quality"]);
        assert_eq!(fields[10..], ["sheet.columns", "storyboard.rows", "storyboard.width"]);
        let both = "cannot be given together with every: choose one";
        assert_eq!(errors[1].detail, format!("{}, and {both}", rules::FPS));
        assert_eq!(errors[5].detail, both);
    }

    #[test]
    fn a_png_has_no_quality() {
        let options = serde_json::from_str::<Extraction>(r#"{"format":"png","quality":90}"#);
        assert!(options.unwrap_err().to_string().starts_with("quality: is for jpeg and webp"));
    }

    #[test]
    fn unknown_options_are_refused() {
        assert!(serde_json::from_str::<Extraction>(r#"{"evry":1}"#).is_err());
    }
}
