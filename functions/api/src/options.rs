//! The options of an extraction, as a body has them.

use crate::fields::Fields;
use framezip_contract::{
    Extraction, ExtractionOptions, InvalidExtraction, TilesOptions,
    rules::{self, AT, COUNT, EVERY, FIT, FORMAT, FPS, QUALITY, SCENES, SIDE, SWITCH, TIME},
};

/// The field of the options.
pub(crate) const EXTRACTION: &str = "extraction";

/// The options in a body, if it has any. Notes everything that is wrong with them.
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
    // of a side that is wrong it is known that it was given
    if !(fields.is_right("width") && fields.is_right("height")) {
        options.fit = None;
    }
    let extraction = Extraction::try_from(options).map_err(|InvalidExtraction(errors)| {
        for error in errors {
            fields.note(&error.field, &error.detail);
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
    use crate::errors::Errors;
    use framezip_contract::FieldError;
    use serde_json::{Value, json};

    fn read(options: Value) -> Result<Option<Extraction>, Vec<FieldError>> {
        let mut errors = Errors::default();
        let mut body = Fields::of(json!({ EXTRACTION: options }), "", &mut errors).unwrap();
        let read = extraction(&mut body);
        body.end();
        errors.end().map(|()| read)
    }

    #[test]
    fn options_are_read_as_the_contract_writes_them() {
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
    fn null_is_as_good_as_left_out() {
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
