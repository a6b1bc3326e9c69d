//! Reads the options of an extraction from a body.

use super::fields::Fields;
use framezip_contract::{
    Extraction, ExtractionOptions, InvalidExtraction, TilesOptions,
    rules::{self, AT, COUNT, EVERY, FIT, FORMAT, FPS, QUALITY, SCENES, SIDE, SWITCH, TIME},
};

/// The name of the field with the options.
pub(crate) const EXTRACTION: &str = "extraction";

/// Reads the options in a body, if it has any. Adds an error for each invalid one.
pub(crate) fn extraction(body: &mut Fields<'_>) -> Option<Extraction> {
    let mut fields = body.object(EXTRACTION)?;
    let mut options = ExtractionOptions {
        every: fields.optional("every", EVERY),
        fps: fields.optional("fps", FPS),
        count: fields.optional("count", COUNT),
        at: fields.list("at", AT, TIME),
        keyframes: fields.optional("keyframes", SWITCH),
        scenes: fields.optional("scenes", SCENES),
        from: fields.optional("from", TIME),
        to: fields.optional("to", TIME),
        width: fields.optional("width", SIDE),
        height: fields.optional("height", SIDE),
        fit: fields.optional("fit", FIT),
        format: fields.optional("format", FORMAT),
        quality: fields.optional("quality", QUALITY),
        skip_blank: fields.optional("skipBlank", SWITCH),
        sheet: tiles(&mut fields, "sheet"),
        storyboard: tiles(&mut fields, "storyboard"),
    };
    // an invalid side has been given, but is absent here, which would make `fit` invalid
    if !(fields.is_valid("width") && fields.is_valid("height")) {
        options.fit = None;
    }
    let extraction = Extraction::try_from(options).map_err(|InvalidExtraction(errors)| {
        for error in errors {
            fields.add_error(&error.field, &error.detail);
        }
    });
    fields.end();
    extraction.ok()
}

fn tiles(options: &mut Fields<'_>, name: &'static str) -> Option<TilesOptions> {
    let mut fields = options.object(name)?;
    let tiles = TilesOptions {
        columns: fields.optional("columns", rules::GRID),
        rows: fields.optional("rows", rules::GRID),
        width: fields.optional("width", rules::TILE),
    };
    fields.end();
    Some(tiles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::field_errors::FieldErrors;
    use framezip_contract::FieldError;
    use serde_json::{Value, json};

    fn read(options: Value) -> Result<Option<Extraction>, Vec<FieldError>> {
        let mut errors = FieldErrors::default();
        let mut body = Fields::new(json!({ EXTRACTION: options }), "", &mut errors).unwrap();
        let read = extraction(&mut body);
        body.end();
        errors.into_result().map(|()| read)
    }

    #[test]
    fn options_written_by_the_contract_are_read_back() {
        for options in [
            json!({ "every": 0.5, "width": 640, "quality": 85 }),
            json!({ "fps": "30000/1001", "from": "10%", "to": "90%", "quality": 85 }),
            json!({ "count": 9, "height": 480, "quality": 100 }),
            json!({ "keyframes": true, "from": 1, "quality": 85 }),
            json!({ "scenes": 0.3, "format": "webp", "quality": 85, "skipBlank": true }),
            json!({ "at": [5, 62.5, "50%"], "width": 64, "height": 64, "fit": "cover", "quality": 9 }),
            json!({
                "format": "png", "sheet": { "columns": 4, "rows": 5, "width": 320 },
                "storyboard": { "columns": 1, "rows": 2, "width": 16 },
            }),
        ] {
            let read = read(options.clone()).unwrap().unwrap();
            assert_eq!(json!(read), options);
        }
    }

    #[test]
    fn null_is_the_same_as_absent() {
        assert_eq!(read(Value::Null).unwrap(), None);
        let nulls = json!({
            "every": null, "fps": null, "count": null, "at": null, "keyframes": null, "scenes": null,
            "from": null, "to": null, "width": null, "height": null, "fit": null, "format": null,
            "quality": null, "skipBlank": null, "sheet": null, "storyboard": null,
        });
        assert_eq!(read(nulls).unwrap(), Some(Extraction::default()));
        let nulls = json!({ "sheet": { "columns": null, "rows": null, "width": null } });
        assert!(read(nulls).unwrap().unwrap().sheet.is_some());
    }
}
