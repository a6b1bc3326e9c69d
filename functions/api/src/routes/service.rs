//! The service itself: `/health`, `/config.json`, `/openapi.json`.

use super::CACHED;
use crate::{openapi::LazyDocument, state::SharedState};
use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use framezip_contract::WebConfig;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The answer to `GET /health`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
}

#[utoipa::path(
    get, path = "/health", tag = "service", operation_id = "health",
    summary = "Check the API",
    responses((status = 200, description = "The API answers.", body = Health)),
)]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

#[utoipa::path(
    get, path = "/config.json", tag = "service", operation_id = "config",
    summary = "Settings to sign users in",
    responses((status = 200, description = "The user pool.", body = WebConfig)),
)]
pub(crate) async fn config(State(state): SharedState) -> Json<WebConfig> {
    Json(state.config.clone())
}

#[utoipa::path(
    get, path = "/openapi.json", tag = "service", operation_id = "openapi",
    summary = "This description",
    responses((status = 200, description = "An OpenAPI 3.1 document.", body = Object)),
)]
pub(crate) async fn openapi(Extension(document): Extension<Arc<LazyDocument>>) -> Response {
    ([CACHED], Json(&**document)).into_response()
}
