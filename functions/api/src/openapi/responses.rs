//! The error responses of each route, described with the values that the route answers.

use crate::{
    problem::{
        ApiError::{self, *},
        PENDING,
    },
    request::parameters::{LIMIT, USER},
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

/// Defines types that describe the errors of a route.
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
    CreateProblems: invalid("bytes", rules::BYTES), NotFound, TOO_MANY, too_large(),
        UnsupportedMediaType, KeyReused;
    ListProblems: invalid("limit", LIMIT), Forbidden;
    ReadProblems: invalid("user", USER), Forbidden, NotFound;
    DeleteProblems: invalid("user", USER), Forbidden, NotFound;
    RetryProblems: invalid("extraction.count", rules::COUNT), NotFound, NotFinished, SourceGone,
        TOO_MANY, too_large(), UnsupportedMediaType, KeyReused;
    SetWebhookProblems: invalid("url", "must be https"), too_large(), UnsupportedMediaType, LIMITED;
    ReadWebhookProblems: unknown_parameter(), NotFound;
    DeleteWebhookProblems: unknown_parameter();
    TestWebhookProblems: unknown_parameter(), NotFound, WebhookOff, LIMITED;
    ListDeliveriesProblems: unknown_parameter();
    ReadDeliveryProblems: unknown_parameter(), NotFound;
    ResendDeliveryProblems: unknown_parameter(), NotFound, WebhookOff,
        NotResendable(PENDING),
        LIMITED;
    ReadMailProblems: unknown_parameter();
    SetMailProblems: invalid("mail", rules::MAIL), too_large(), UnsupportedMediaType;
    MetricsProblems: unknown_parameter(), Forbidden;
    ReadUploadProblems: unknown_parameter(), NotFound, UploadOver;
    CompleteUploadProblems: unknown_parameter(), NotFound,
        UploadIncomplete("These parts have not arrived: 2-3, 7. Send them, then complete the upload again.".to_owned()), UploadOver;
}

const TOO_MANY: ApiError = TooManyVideos { limit: 100, count: 100 };

const LIMITED: ApiError = RateLimited { retry_after_seconds: 60 };

fn invalid(field: &str, detail: &str) -> ApiError {
    ApiError::invalid(field, detail)
}

/// The error of a route without parameters.
fn unknown_parameter() -> ApiError {
    invalid("x", "is not a known parameter; this path takes none")
}

fn too_large() -> ApiError {
    TooLarge("A file may have at most 53687091200 bytes.".to_owned())
}

/// Describes these errors and those that every call of a signed-in user can get.
fn described(mut errors: Vec<ApiError>) -> BTreeMap<String, RefOr<Response>> {
    errors.push(Unauthorized);
    errors.push(ApiError::from(anyhow::anyhow!("an example")));
    let mut responses = BTreeMap::<StatusCode, Vec<_>>::new();
    for error in errors {
        let internal = matches!(error, Internal(_));
        let (status, problem) = error.problem(internal.then(|| "JKJaXmPLvHcESHA=".to_owned()));
        responses.entry(status).or_default().push(problem);
    }
    let mut all = BTreeMap::<StatusCode, Response>::new();
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
        if status == StatusCode::TOO_MANY_REQUESTS {
            let pause = HeaderBuilder::new().schema(Some(Object::with_type(Type::Integer)));
            let about = "The seconds until the next such request, for `rate_limited`.";
            let pause = pause.description(Some(about)).build();
            response.headers.insert("Retry-After".to_owned(), pause.into());
        }
        if let Some(message) = gateway_answer(status) {
            response.content.insert("application/json".to_owned(), message.into());
        }
        all.insert(status, response);
    }
    for (status, text) in [
        (
            StatusCode::TOO_MANY_REQUESTS,
            "There are more than 100 requests a second. Wait and try again.",
        ),
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "The API is not available at the moment. Wait and try again.",
        ),
    ] {
        let response = all.entry(status).or_insert_with(|| Response::new(""));
        let codes = std::mem::take(&mut response.description);
        response.description =
            if codes.is_empty() { text.to_owned() } else { format!("{codes}. {text}") };
        response.content.extend(
            gateway_answer(status).map(|body| ("application/json".to_owned(), body.into())),
        );
    }
    let all = all.into_iter();
    all.map(|(status, response)| (status.as_str().to_owned(), response.into())).collect()
}

/// Describes the answer with this status that API Gateway itself makes, in its own form.
fn gateway_answer(status: StatusCode) -> Option<Content> {
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
        .description(Some("An answer of API Gateway, made before a request reaches the API."))
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
