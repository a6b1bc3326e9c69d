//! What goes wrong in a request, and how it is told (RFC 9457).

use crate::errors::MOST;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use framezip_contract::{FieldError, Problem};
use std::{borrow::Cow, sync::Arc};

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// Every field that is not as it must be.
    Invalid(Vec<FieldError>),
    /// No claims of a signed-in user.
    Unauthorized,
    /// Asked for what only administrators may have.
    Forbidden,
    /// No such thing, or not this user's.
    NotFound,
    /// The path exists, but not for this method.
    MethodNotAllowed,
    /// Only what is ready or has failed can be begun again.
    NotFinished,
    /// It cannot be begun again, for the uploaded file is gone.
    SourceGone,
    /// More than the limit.
    TooLarge(String),
    /// A body that is said to be something else than JSON.
    UnsupportedMediaType,
    /// What does not go as things stand, with its code and its sentence.
    Refused(StatusCode, &'static str, String),
    /// Our fault. What it was goes to the log, not to the client.
    Internal(Arc<anyhow::Error>),
}

impl<E: Into<anyhow::Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Internal(Arc::new(error.into()))
    }
}

/// The most wrong fields that a problem's sentence has. Its list has up to [`MOST`].
const MOST_IN_A_SENTENCE: usize = 5;

/// How to authenticate, as API Gateway says it, too.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer");

/// Why a response is a 500, on its way to where the request's id is known.
#[derive(Clone)]
struct Cause(Arc<anyhow::Error>);

impl ApiError {
    /// Its status, its stable code, and its sentence.
    fn parts(&self) -> (StatusCode, &'static str, Cow<'_, str>) {
        let (status, code, detail) = match self {
            Self::Invalid(errors) => {
                let fields = errors.iter().take(MOST_IN_A_SENTENCE).map(ToString::to_string);
                let mut fields = fields.collect::<Vec<_>>().join("; ");
                if let Some(more @ 1..) = errors.len().checked_sub(MOST_IN_A_SENTENCE) {
                    // the list itself has an end
                    let least = if errors.len() == MOST { "at least " } else { "" };
                    fields.push_str(&format!("; and {least}{more} more"));
                }
                return (StatusCode::BAD_REQUEST, "invalid_request", fields.into());
            }
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "Sign in, and send the ID token as a bearer token.",
            ),
            Self::Forbidden => {
                (StatusCode::FORBIDDEN, "forbidden", "Only administrators may ask for this.")
            }
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "not_found", "There is nothing here, or it is not yours.")
            }
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This path does not take this method.",
            ),
            Self::NotFinished => (
                StatusCode::CONFLICT,
                "not_finished",
                "Only a video that is ready or has failed can be begun again.",
            ),
            Self::SourceGone => (
                StatusCode::CONFLICT,
                "source_gone",
                "The uploaded file is not there any more. Send the video again.",
            ),
            Self::TooLarge(detail) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail.as_str()),
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be JSON, of the type application/json.",
            ),
            Self::Refused(status, code, detail) => (*status, *code, detail.as_str()),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on our side. Try again later.",
            ),
        };
        (status, code, detail.into())
    }

    /// What the answer says.
    pub(crate) fn problem(&self, request_id: Option<String>) -> (StatusCode, Problem) {
        let (status, code, detail) = self.parts();
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: detail.into_owned(),
            code: code.to_owned(),
            errors: if let Self::Invalid(errors) = self { errors.clone() } else { Vec::new() },
            request_id,
        };
        (status, problem)
    }

    fn answer(&self, request_id: Option<String>) -> Response {
        let (status, problem) = self.problem(request_id);
        let mut response = (status, Json(problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Self::Unauthorized = self {
            // RFC 9110 asks for it
            response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.answer(None);
        if let Self::Internal(error) = self {
            response.extensions_mut().insert(Cause(error));
        }
        response
    }
}

/// Logs why a request failed on our side, and answers in the same words whatever it was, with the id by
/// which it is found in the log.
pub(crate) fn ours(mut response: Response, request_id: Option<String>) -> Response {
    let cause = response.extensions_mut().remove();
    let Cause(error) =
        cause.unwrap_or_else(|| Cause(Arc::new(anyhow::anyhow!("answered {}", response.status()))));
    tracing::error!(request.id = request_id, error = format!("{error:#}"), "a request failed");
    ApiError::Internal(error).answer(request_id)
}
