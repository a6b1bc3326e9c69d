//! What goes wrong in a request, and how it is told (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use framezip_contract::{FieldError, Problem};

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The body or the query is not in the form it must have.
    Malformed(String),
    /// Every field that is not as it must be.
    Invalid(Vec<FieldError>),
    /// No claims of a signed-in user.
    Unauthorized,
    /// No such thing, or not this user's.
    NotFound,
    /// The path exists, but not for this method.
    MethodNotAllowed,
    /// More than the limit.
    TooLarge(String),
    /// What does not go as things stand, with its code and its sentence.
    Refused(StatusCode, &'static str, String),
    /// Our fault. What it was goes to the log, not to the client.
    Internal(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Internal(error.into())
    }
}

impl ApiError {
    fn into_problem(self) -> Problem {
        let (status, code, detail, errors) = match self {
            Self::Malformed(detail) => {
                (StatusCode::BAD_REQUEST, "invalid_request", detail, Vec::new())
            }
            Self::Invalid(errors) => {
                let fields: Vec<_> = errors.iter().map(ToString::to_string).collect();
                (StatusCode::BAD_REQUEST, "invalid_request", fields.join("; "), errors)
            }
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "Sign in, and send the ID token as a bearer token.".to_owned(),
                Vec::new(),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                "There is nothing here, or it is not yours.".to_owned(),
                Vec::new(),
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This path does not take this method.".to_owned(),
                Vec::new(),
            ),
            Self::TooLarge(detail) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, Vec::new())
            }
            Self::Refused(status, code, detail) => (status, code, detail, Vec::new()),
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "Something went wrong on our side. Try again later.".to_owned(),
                    Vec::new(),
                )
            }
        };
        Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail,
            code: code.to_owned(),
            errors,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.into_problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or_default();
        let mut response = (status, Json(problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
