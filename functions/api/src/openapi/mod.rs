//! The parts of the OpenAPI document that do not belong to one route. Routes import this module; it
//! imports none of them.

mod examples;
pub(crate) mod responses;
mod rules;
pub(crate) mod schemas;
mod webhooks;

use examples::SchemaExamples;
use framezip_contract::{
    CreateVideo, CreateVideos, CreatedVideo, CreatedVideos, Limits, Problem, WebhookEvent,
};
use rules::ExtractionRules;
use std::{ops::Deref, sync::LazyLock};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self, RefOr, Schema,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use webhooks::Webhooks;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "framezip",
        description = "Send a video, download a zip of its frames. Bodies are JSON in camelCase. \
            Unknown fields and parameters are refused. Errors are problem details (RFC 9457) with a \
            stable `code`. Every path that answers GET also answers HEAD, without a body. All routes \
            except those of the service itself need `Authorization: Bearer` with an ID token of the \
            Cognito user pool that `/config.json` names. Another user's video answers 404.",
    ),
    components(schemas(CreateVideo, CreateVideos, CreatedVideo, CreatedVideos, Problem, WebhookEvent)),
    tags(
        (name = "videos", description = "Videos and their results"),
        (name = "uploads", description = "The bytes of videos"),
        (name = "mail", description = "The mails that a user gets"),
        (name = "webhook", description = "The URL that receives events about a user's videos"),
        (name = "service", description = "The service itself. All its routes but `/metrics` are public"),
    ),
)]
struct BaseDocument;

/// Returns the document without its routes.
pub(crate) fn base() -> openapi::OpenApi {
    BaseDocument::openapi()
}

/// The complete document, which is built for the first request that asks for it: few processes serve one.
pub(crate) struct LazyDocument(
    LazyLock<openapi::OpenApi, Box<dyn FnOnce() -> openapi::OpenApi + Send>>,
);

impl LazyDocument {
    /// Completes a document that has all routes on first use.
    pub(crate) fn new(document: openapi::OpenApi, limits: Limits) -> Self {
        Self(LazyLock::new(Box::new(move || complete(document, &limits))))
    }
}

impl Deref for LazyDocument {
    type Target = openapi::OpenApi;

    fn deref(&self) -> &openapi::OpenApi {
        &self.0
    }
}

/// Completes a document that has all routes: adds the authentication, the rules between options, examples,
/// and the limits of this deployment.
pub(crate) fn complete(mut document: openapi::OpenApi, limits: &Limits) -> openapi::OpenApi {
    for modifier in [&IdTokenScheme as &dyn Modify, &ExtractionRules, &SchemaExamples, &Webhooks] {
        modifier.modify(&mut document);
    }
    if let Some(bytes) =
        object(&mut document, "CreateVideo").and_then(|object| object.properties.get_mut("bytes"))
        && let RefOr::T(Schema::Object(bytes)) = bytes
    {
        bytes.maximum = Some(limits.upload_bytes.into());
    }
    document
}

/// Returns the schema of this name if it is an object.
fn object<'a>(document: &'a mut openapi::OpenApi, name: &str) -> Option<&'a mut openapi::Object> {
    match document.components.as_mut()?.schemas.get_mut(name)? {
        RefOr::T(Schema::Object(object)) => Some(object),
        _ => None,
    }
}

/// Adds the authentication of users to the document.
struct IdTokenScheme;

impl Modify for IdTokenScheme {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        let about = "The ID token of a user of the Cognito user pool, not the access token.";
        let scheme = SecurityScheme::Http(scheme.description(Some(about)).build());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("idToken", scheme);
    }
}
