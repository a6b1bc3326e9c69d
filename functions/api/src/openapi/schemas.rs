//! Schemas of bodies that are one of two types.

use framezip_contract::{CreateVideo, CreateVideos, CreatedVideo, CreatedVideos};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema, schema::OneOfBuilder},
};

/// Defines types whose schema is one of two others.
macro_rules! either {
    ($($(#[$doc:meta])* $name:ident: $one:ty, $other:ty;)*) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let names = [<$one>::name(), <$other>::name()];
                    let refs = names.map(Ref::from_schema_name);
                    refs.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item).into()
                }
            }

            impl ToSchema for $name {}
        )*
    };
}

either! {
    /// The body of `POST /videos`.
    CreateBody: CreateVideo, CreateVideos;
    /// The answer to `POST /videos`.
    CreatedBody: CreatedVideo, CreatedVideos;
}
