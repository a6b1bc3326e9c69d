//! The errors of each route, described by the very values that it answers.

use crate::{
    create::key_reused,
    parameters::{LIMIT, USER, invalid},
    problem::ApiError,
    unfinished::too_many,
    upload_routes::{incomplete, over},
    webhook::not_reached,
};
use axum::http::StatusCode;
use framezip_contract::rules;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses,
    openapi::{
        Content, ContentBuilder, HeaderBuilder, Object, ObjectBuilder, Ref, RefOr, Response, Type,
        example::ExampleBuilder,
    },
};

/// Types that stand for the errors of a route, in its description.
macro_rules! problems {
    ($($name:ident: $($error:expr),*;)*) => {
        $(
            pub(crate) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    described(vec![$($error),*])
                }
            }
        )*
    };
}

problems! {
    OfCreate: invalid("bytes", rules::BYTES), ApiError::NotFound, too_many(100, 100), too_large(),
        ApiError::UnsupportedMediaType, key_reused();
    OfList: invalid("limit", LIMIT), ApiError::Forbidden;
    OfRead: invalid("user", USER), ApiError::Forbidden, ApiError::NotFound;
    OfDelete: invalid("user", USER), ApiError::Forbidden, ApiError::NotFound;
    OfRetry: invalid("extraction.count", rules::COUNT), ApiError::NotFound,
        ApiError::NotFinished, ApiError::SourceGone, too_many(100, 100), too_large(),
        ApiError::UnsupportedMediaType, key_reused();
    OfSetWebhook: invalid("url", "must be https"), too_large(), ApiError::UnsupportedMediaType;
    OfReadWebhook: no_field(), ApiError::NotFound;
    OfDeleteWebhook: no_field();
    OfTestWebhook: no_field(), ApiError::NotFound, not_reached("No connection.".to_owned());
    OfMetrics: no_field(), ApiError::Forbidden;
    OfUpload: no_field(), ApiError::NotFound, over();
    OfComplete: no_field(), ApiError::NotFound, incomplete(&[2, 3, 7]), over();
}

/// Of a query that may have nothing.
fn no_field() -> ApiError {
    invalid("x", "is not known: there are no parameters here")
}

fn too_large() -> ApiError {
    ApiError::TooLarge("A file may have at most 53687091200 bytes.".to_owned())
}

/// These errors, and those that every call of a signed-in user can meet.
fn described(mut errors: Vec<ApiError>) -> BTreeMap<String, RefOr<Response>> {
    errors.push(ApiError::Unauthorized);
    errors.push(ApiError::from(anyhow::anyhow!("of ours")));
    let mut responses = BTreeMap::<StatusCode, Vec<_>>::new();
    for error in errors {
        let internal = matches!(error, ApiError::Internal(_));
        let (status, problem) = error.problem(internal.then(|| "JKJaXmPLvHcESHA=".to_owned()));
        responses.entry(status).or_default().push(problem);
    }
    let mut all = BTreeMap::new();
    for (status, problems) in responses {
        let codes: Vec<_> = problems.iter().map(|problem| format!("`{}`", problem.code)).collect();
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
        let content = content.examples_from_iter(problems.into_iter().map(|problem| {
            (problem.code.clone(), ExampleBuilder::new().value(Some(json!(problem))).build())
        }));
        let mut response = Response::new(codes.join(", "));
        response.content.insert("application/problem+json".to_owned(), content.build().into());
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderBuilder::new().schema(Some(Object::with_type(Type::String)));
            let challenge = challenge.description(Some("`Bearer`")).build();
            response.headers.insert("WWW-Authenticate".to_owned(), challenge.into());
        }
        if let Some(message) = gateways(status) {
            response.content.insert("application/json".to_owned(), message.into());
        }
        all.insert(status.as_str().to_owned(), response.into());
    }
    for (status, text) in [
        (StatusCode::TOO_MANY_REQUESTS, "More than 100 requests a second: wait, and try again."),
        (StatusCode::SERVICE_UNAVAILABLE, "Not at the moment: wait, and try again."),
    ] {
        let mut response = Response::new(text);
        response.content.extend(gateways(status).map(|body| ("application/json".to_owned(), body.into())));
        all.insert(status.as_str().to_owned(), response.into());
    }
    all
}

/// What API Gateway itself answers with this status, in its own form.
fn gateways(status: StatusCode) -> Option<Content> {
    let message = match status {
        StatusCode::UNAUTHORIZED => "Unauthorized",
        StatusCode::PAYLOAD_TOO_LARGE => "Request Too Long",
        StatusCode::TOO_MANY_REQUESTS => "Too Many Requests",
        StatusCode::INTERNAL_SERVER_ERROR => "Internal Server Error",
        StatusCode::SERVICE_UNAVAILABLE => "Service Unavailable",
        _ => return None,
    };
    let text = ObjectBuilder::new().schema_type(Type::String);
    let schema: Object = ObjectBuilder::new()
        .description(Some("What API Gateway answers, before the API is asked."))
        .property("message", text)
        .required("message")
        .into();
    Some(
        ContentBuilder::new()
            .schema(Some(schema))
            .example(Some(json!({ "message": message })))
            .build(),
    )
}
