//! The rules between the options of an extraction. The derived schema describes each option on its own.

use framezip_contract::ExtractionOptions;
use serde_json::{Value, json};
use utoipa::{
    Modify, ToSchema,
    openapi::{
        AllOfBuilder, Object, ObjectBuilder, OpenApi, Type,
        schema::{AnyOfBuilder, SchemaType},
    },
};

/// The options that exclude each other.
const CHOICES: [&str; 6] = ["every", "fps", "count", "at", "keyframes", "scenes"];

/// Adds the rules to the schema of the options.
pub(super) struct ExtractionRules;

impl Modify for ExtractionRules {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = document.components.as_mut() else { return };
        let Some(options) = components.schemas.get_mut(&*ExtractionOptions::name()) else { return };
        let rules = AllOfBuilder::new()
            .description(Some(
                "The choice of frames and the form of their images. Every field is optional. Only \
                 one of `every`, `fps`, `count`, `at`, `keyframes` and `scenes` may be given. `fit` \
                 needs `width` and `height`. `quality` is not for `png`. `to` must be later than \
                 `from`.",
            ))
            .item(options.clone())
            .item(one_choice())
            .item(AnyOfBuilder::new().item(without(&["fit"])).item(both_sides()))
            .item(AnyOfBuilder::new().item(without(&["quality"])).item(lossy()));
        *options = rules.into();
    }
}

fn one_choice() -> AnyOfBuilder {
    let others = |choice| CHOICES.into_iter().filter(move |other| *other != choice);
    let alternatives = CHOICES.map(|choice| without(&others(choice).collect::<Vec<_>>()));
    alternatives.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item)
}

/// Returns the schema of an object without these fields. `null` counts as absent, and so does `false` for
/// keyframes.
fn without(fields: &[&str]) -> Object {
    let null = |field: &str| match field {
        "keyframes" => any_of(&[json!(false), Value::Null]),
        _ => Object::with_type(Type::Null),
    };
    let object = fields
        .iter()
        .fold(ObjectBuilder::new(), |object, field| object.property(*field, null(field)));
    object.build()
}

fn both_sides() -> ObjectBuilder {
    ["width", "height"].into_iter().fold(ObjectBuilder::new(), |object, side| {
        object.property(side, Object::with_type(Type::Integer)).required(side)
    })
}

fn lossy() -> ObjectBuilder {
    let formats = any_of(&[json!("jpeg"), json!("webp"), Value::Null]);
    ObjectBuilder::new().property("format", formats)
}

fn any_of(values: &[Value]) -> Object {
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    any.enum_values(Some(values.to_vec())).build()
}
