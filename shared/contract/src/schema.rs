//! OpenAPI schemas of types with hand-written (de)serialization. The patterns cover the useful forms and
//! leave out others that are accepted, such as leading zeros.

use crate::{Position, file_name};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, OneOfBuilder, SchemaFormat, Type},
    },
};

/// A number in a string, in decimals or as a fraction.
const FRACTION: &str =
    r"^([0-9]{1,9}|[0-9]{1,3}\.[0-9]{1,6}|[0-9]{1,6}\.[0-9]{1,3}|[0-9]{1,9}/[1-9][0-9]{0,8})$";

/// A number as in [`FRACTION`], a timecode in minutes or in hours, or a share of the whole.
const POSITION: &str = concat!(
    r"^([0-9]{1,9}|[0-9]{1,3}\.[0-9]{1,6}|[0-9]{1,6}\.[0-9]{1,3}|[0-9]{1,9}/[1-9][0-9]{0,8}",
    r"|[0-9]{1,4}:[0-5]?[0-9](\.[0-9]{1,3})?",
    r"|[0-9]{1,3}:[0-5]?[0-9]:[0-5]?[0-9](\.[0-9]{1,3})?",
    r"|(100|[0-9]{1,2}(\.[0-9]{1,6})?)%)$",
);

/// A media type, which is not a range.
const MEDIA_TYPE: &str = concat!(
    r"^(\*?[!#$%&'+\-.^_`|~0-9A-Za-z][!#$%&'*+\-.^_`|~0-9A-Za-z]*)",
    r"/(\*?[!#$%&'+\-.^_`|~0-9A-Za-z][!#$%&'*+\-.^_`|~0-9A-Za-z]*)",
    r"([ \t]*;[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+=",
    r#"([!#$%&'*+\-.^_`|~0-9A-Za-z]+|"([\t !#-\[\]-~]|\\[\t -~])*"))?)*$"#,
);

fn number(least: f64, most: f64) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Number);
    number.minimum(Some(least)).maximum(Some(most))
}

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

/// An optional fraction in a range. A pattern cannot express the range of a fraction in a string, so the
/// format stands for it.
fn fraction(least: f64, most: f64, about: &str, example: &str) -> Schema {
    let fraction = SchemaFormat::Custom("fraction".to_owned());
    OneOfBuilder::new()
        .item(number(least, most).examples([0.5]))
        .item(text(FRACTION).format(Some(fraction)).examples([example]))
        .item(ObjectBuilder::new().schema_type(Type::Null))
        .description(Some(about))
        .into()
}

/// `every` of the options.
pub(crate) fn every() -> Schema {
    let about = "One frame per interval of this many seconds, from 0.001 to 86,400: a number with at most 6 decimals, \
                 or a fraction.";
    fraction(0.001, 86_400.0, about, "1001/30000")
}

/// `fps` of the options. The least is 1/86,400, rounded as numbers are.
pub(crate) fn fps() -> Schema {
    let about = "Frames per second, from 1/86,400 to 1,000: a number with at most 6 decimals, or a \
                 fraction.";
    fraction(0.000_012, 1000.0, about, "30000/1001")
}

/// `fileName` of a new video.
pub(crate) fn file_name() -> Schema {
    let name = text(file_name::PATTERN).min_length(Some(1)).max_length(Some(255));
    let about = "The file's name: 1 to 255 characters, at least one of them visible.";
    name.description(Some(about)).into()
}

/// `contentType` of a new video.
pub(crate) fn media_type() -> Schema {
    let about = "The file's media type, as in RFC 9110; `application/octet-stream` if left out. \
                 Ranges such as `video/*` are refused.";
    OneOfBuilder::new()
        .item(text(MEDIA_TYPE).max_length(Some(255)).examples(["video/mp4"]))
        .item(ObjectBuilder::new().schema_type(Type::Null))
        .description(Some(about))
        .into()
}

impl PartialSchema for Position {
    fn schema() -> RefOr<Schema> {
        let about = "A place in a video: seconds from its first frame, as a number with at most 6 \
                     decimals or as a fraction; a timecode; or a part of its length.";
        OneOfBuilder::new()
            .item(number(0.0, u32::MAX.into()).examples([62.5]))
            .item(text(POSITION).examples(["00:01:02.5", "50%", "1001/30000"]))
            .description(Some(about))
            .into()
    }
}

impl ToSchema for Position {}
