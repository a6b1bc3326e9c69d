//! The API's description: OpenAPI 3.1, made from the types and the handlers.

mod examples;
pub(crate) mod problems;
mod rules;

use crate::{app, create, docs, lifecycle, metrics, upload_routes, videos, webhook};
use axum::{
    Json, extract,
    http::{HeaderName, header},
    response::IntoResponse,
};
use examples::Examples;
use framezip_contract::{CreateVideo, CreateVideos, CreatedVideo, CreatedVideos, Limits, Problem};
use rules::Rules;
use std::sync::Arc;
use utoipa::{
    Modify, OpenApi, PartialSchema, ToSchema,
    openapi::{
        self, Ref, RefOr, Schema,
        schema::OneOfBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// How long clients may keep what changes with a deployment only.
pub(crate) const CACHE: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=300");

#[derive(OpenApi)]
#[openapi(
    info(
        title = "framezip",
        description = "Send a video, download a zip of its frames. Bodies are JSON in camelCase; \
            unknown fields and parameters are refused. Errors are problem details (RFC 9457), whose \
            `code` is stable. What answers to GET answers to HEAD, without a body. All but the routes of the service itself need `Authorization: Bearer` \
            with a Cognito ID token; `/config.json` tells of which user pool. Another user's video \
            is not found.",
    ),
    paths(
        create::create, videos::list, videos::read, lifecycle::delete, lifecycle::retry,
        upload_routes::look, upload_routes::complete,
        webhook::set, webhook::read, webhook::delete, webhook::test,
        app::health, app::config, metrics::read, serve, docs::serve,
    ),
    components(schemas(CreateVideo, CreateVideos, CreatedVideo, CreatedVideos, Problem)),
    tags(
        (name = "videos", description = "Videos and what becomes of them"),
        (name = "uploads", description = "The bytes of videos"),
        (name = "webhook", description = "Where events about a user's videos go"),
        (name = "service", description = "The service itself; for anyone"),
    ),
    modifiers(&IdToken, &Rules, &Examples),
)]
struct Api;

/// The description, with the limits of this deployment.
pub(crate) fn document(limits: &Limits) -> openapi::OpenApi {
    let mut document = Api::openapi();
    if let Some(bytes) =
        object(&mut document, "CreateVideo").and_then(|object| object.properties.get_mut("bytes"))
        && let RefOr::T(Schema::Object(bytes)) = bytes
    {
        bytes.maximum = Some(limits.upload_bytes.into());
    }
    document
}

#[utoipa::path(
    get, path = "/openapi.json", tag = "service", operation_id = "openapi",
    summary = "This description",
    responses((status = 200, description = "An OpenAPI 3.1 document.", body = Object)),
)]
pub(crate) async fn serve(state: extract::State<Arc<app::State>>) -> impl IntoResponse {
    ([CACHE], Json(document(&state.limits)))
}

/// Types that are either of two.
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
    /// The answer to it.
    CreatedBody: CreatedVideo, CreatedVideos;
}

fn object<'a>(document: &'a mut openapi::OpenApi, name: &str) -> Option<&'a mut openapi::Object> {
    match document.components.as_mut()?.schemas.get_mut(name)? {
        RefOr::T(Schema::Object(object)) => Some(object),
        _ => None,
    }
}

/// Who may call.
struct IdToken;

impl Modify for IdToken {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        let about = "The ID token of a user of the Cognito user pool. Not the access token.";
        let scheme = SecurityScheme::Http(scheme.description(Some(about)).build());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("idToken", scheme);
    }
}
