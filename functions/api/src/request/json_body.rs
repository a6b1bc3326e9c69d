//! The body of a request as bytes of JSON.

use crate::problem::ApiError;
use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use bytes::Bytes;

/// The bytes of a body whose content type is JSON or absent.
pub(crate) struct JsonBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let json = may_be_json(request.headers());
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| match rejection.status() {
            status if status.is_server_error() => {
                ApiError::from(anyhow::anyhow!("failed to read the body: {rejection}"))
            }
            _ => ApiError::TooLarge("The body may have at most 2 MB.".to_owned()),
        })?;
        // clients also send a content type with an empty body
        if json || body.is_empty() { Ok(Self(body)) } else { Err(ApiError::UnsupportedMediaType) }
    }
}

fn may_be_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = kind.to_str().ok().and_then(|kind| kind.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
