//! The errors of requests and their answers: problem details (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use framezip_contract::{FieldError, Problem};
use std::{borrow::Cow, sync::Arc};

/// The failure of a request.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// These fields or parameters are invalid.
    Invalid(Vec<FieldError>),
    /// The request has no claims of a signed-in user.
    Unauthorized,
    /// Only administrators may send this request.
    Forbidden,
    /// The resource does not exist, or belongs to another user.
    NotFound,
    /// The path exists, but not for this method.
    MethodNotAllowed,
    /// The request's `Accept-Encoding` refuses every form in which the file is stored.
    NotAcceptable,
    /// The video is neither ready nor failed, so it cannot be retried.
    NotFinished,
    /// The uploaded file is gone, so the video cannot be retried.
    SourceGone,
    /// The user has too many unfinished videos.
    TooManyVideos { limit: u32, count: u32 },
    /// The upload is complete or was aborted.
    UploadOver,
    /// Bytes of the upload have not arrived. The text says which.
    UploadIncomplete(String),
    /// The idempotency key was used for a different call.
    KeyReused,
    /// The webhook was switched off, so no event can be sent to it.
    WebhookOff,
    /// The event cannot be sent again. The text says why.
    NotResendable(&'static str),
    /// The user sent too many such requests.
    RateLimited { retry_after_seconds: u64 },
    /// A file or a body exceeds its limit. The text says which limit.
    TooLarge(String),
    /// The body's content type is not JSON.
    UnsupportedMediaType,
    /// The request failed on our side. The cause is logged and not shown to the client.
    Internal(Arc<anyhow::Error>),
}

impl<E: Into<anyhow::Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Internal(Arc::new(error.into()))
    }
}

/// The detail of [`ApiError::NotResendable`] while a delivery is pending.
pub(crate) const PENDING: &str =
    "This delivery is pending: its next attempt is scheduled. Wait until it has ended.";
/// The maximum number of invalid fields in a problem's `errors`. Lambda limits the size of an answer.
pub(crate) const MAX_FIELDS: usize = 50;
/// The maximum number of invalid fields in a problem's `detail`.
const MAX_FIELDS_IN_DETAIL: usize = 5;

/// The authentication challenge, the same as API Gateway's.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer");

/// The cause of a 500, carried in the response to the middleware that knows the request's id.
#[derive(Clone)]
struct Cause(Arc<anyhow::Error>);

impl ApiError {
    /// Returns the error for one invalid parameter or field.
    pub(crate) fn invalid(field: &str, detail: &str) -> Self {
        Self::Invalid(vec![FieldError::new(field, detail)])
    }

    /// Returns the status and the stable code.
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, "not_acceptable"),
            Self::NotFinished => (StatusCode::CONFLICT, "not_finished"),
            Self::SourceGone => (StatusCode::CONFLICT, "source_gone"),
            Self::TooManyVideos { .. } => (StatusCode::CONFLICT, "too_many_videos"),
            Self::UploadOver => (StatusCode::CONFLICT, "upload_over"),
            Self::UploadIncomplete(_) => (StatusCode::CONFLICT, "upload_incomplete"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"),
            Self::WebhookOff => (StatusCode::CONFLICT, "webhook_off"),
            Self::NotResendable(_) => (StatusCode::CONFLICT, "not_resendable"),
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            }
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// Returns the `detail`: what happened and what to do next.
    fn detail(&self) -> Cow<'_, str> {
        let detail = match self {
            Self::Invalid(errors) => return summary(errors).into(),
            Self::Unauthorized => "Sign in and send the ID token as a bearer token.",
            Self::Forbidden => "Only administrators may do this.",
            Self::NotFound => "This does not exist, or it is not yours.",
            Self::MethodNotAllowed => "This path does not support this method.",
            Self::NotAcceptable => {
                "The header Accept-Encoding refuses every form of this file. Allow identity or gzip."
            }
            Self::NotFinished => {
                "Only a video that is ready or has failed can be retried. Wait until it is finished."
            }
            Self::SourceGone => "The uploaded file no longer exists. Upload the video again.",
            Self::TooManyVideos { limit, count } => {
                return format!(
                    "You have {count} unfinished videos and may have at most {limit}. Wait until some \
                     are finished, or delete some. A video whose upload never arrives fails after \
                     48 hours."
                )
                .into();
            }
            Self::UploadOver => "This upload is over: it is complete, or it was aborted.",
            Self::KeyReused => {
                "This Idempotency-Key was already used with a different body or call. Use a new key."
            }
            Self::WebhookOff => {
                "Your webhook was switched off, after five days of failures or because it answered 410. Set \
                 it again to switch it on."
            }
            Self::RateLimited { retry_after_seconds } => {
                return format!(
                    "You have sent too many of these requests. Wait {retry_after_seconds} seconds and \
                     try again."
                )
                .into();
            }
            Self::NotResendable(detail) => detail,
            Self::UploadIncomplete(detail) | Self::TooLarge(detail) => detail,
            Self::UnsupportedMediaType => {
                "The body must be JSON. Send it with the content type application/json."
            }
            Self::Internal(_) => "Something went wrong on our side. Try again later.",
        };
        detail.into()
    }

    /// Returns the status and the answer's body.
    pub(crate) fn problem(&self, request_id: Option<String>) -> (StatusCode, Problem) {
        let (status, code) = self.status_and_code();
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: self.detail().into_owned(),
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
            // required by RFC 9110
            response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        if let Self::RateLimited { retry_after_seconds } = self {
            let seconds = HeaderValue::from(*retry_after_seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
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

/// Lists the first invalid fields.
fn summary(errors: &[FieldError]) -> String {
    let fields = errors.iter().take(MAX_FIELDS_IN_DETAIL).map(ToString::to_string);
    let mut fields = fields.collect::<Vec<_>>().join("; ");
    if let Some(more @ 1..) = errors.len().checked_sub(MAX_FIELDS_IN_DETAIL) {
        let least = if errors.len() == MAX_FIELDS { "at least " } else { "" };
        fields.push_str(&format!("; and {least}{more} more"));
    }
    fields
}

/// Logs why a request failed on our side. Returns the same answer for every cause, with the request's
/// id, by which the cause can be found in the log.
pub(crate) fn internal(mut response: Response, request_id: Option<String>) -> Response {
    let cause = response.extensions_mut().remove();
    let Cause(error) =
        cause.unwrap_or_else(|| Cause(Arc::new(anyhow::anyhow!("answered {}", response.status()))));
    tracing::error!(request.id = request_id, error = format!("{error:#}"), "a request failed");
    ApiError::Internal(error).answer(request_id)
}
