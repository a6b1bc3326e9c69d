//! Schemas of what serde reads and writes in ways of our own. The patterns take what is of use, and
//! leave out what is taken besides, such as zeros in front.

use crate::Position;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, OneOfBuilder, SchemaFormat, Type},
    },
};

/// A number in a string: as one writes it, or as a fraction.
const FRACTION: &str =
    r"^([0-9]{1,9}|[0-9]{1,3}\.[0-9]{1,6}|[0-9]{1,6}\.[0-9]{1,3}|[0-9]{1,9}/[1-9][0-9]{0,8})$";

/// As [`FRACTION`]; a timecode, in minutes or in hours; a part of the whole.
const POSITION: &str = concat!(
    r"^([0-9]{1,9}|[0-9]{1,3}\.[0-9]{1,6}|[0-9]{1,6}\.[0-9]{1,3}|[0-9]{1,9}/[1-9][0-9]{0,8}",
    r"|[0-9]{1,4}:[0-5]?[0-9](\.[0-9]{1,3})?",
    r"|[0-9]{1,3}:[0-5]?[0-9]:[0-5]?[0-9](\.[0-9]{1,3})?",
    r"|(100|[0-9]{1,2}(\.[0-9]{1,6})?)%)$",
);

fn number(least: f64, most: f64) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Number);
    number.minimum(Some(least)).maximum(Some(most))
}

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

/// A fraction in a range, or nothing. Of a fraction in a string no pattern can tell the range: the
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
    let about = "One frame every so many seconds, from 0.001 to 86,400.";
    fraction(0.001, 86_400.0, about, "1001/30000")
}

/// `fps` of the options. The least is 1/86,400, rounded as numbers are.
pub(crate) fn fps() -> Schema {
    let about = "So many frames a second, from 1/86,400 to 1,000; may be a fraction.";
    fraction(0.000_012, 1000.0, about, "30000/1001")
}

impl PartialSchema for Position {
    fn schema() -> RefOr<Schema> {
        let about = "A place in a video: seconds from its first frame, as a number or a fraction; a \
                     timecode; or a part of its length.";
        OneOfBuilder::new()
            .item(number(0.0, u32::MAX.into()).examples([62.5]))
            .item(text(POSITION).examples(["00:01:02.5", "50%", "1001/30000"]))
            .description(Some(about))
            .into()
    }
}

impl ToSchema for Position {}
