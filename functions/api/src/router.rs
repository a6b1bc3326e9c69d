//! The router: every route, its description and the middleware around them.

use crate::{middleware, openapi::LazyDocument, problem::ApiError, routes, state::AppState};
use axum::{Extension, Router, middleware::from_fn};
use std::sync::Arc;

/// Returns the API's router.
///
/// API Gateway's JWT authorizer has verified the token before a request arrives here. The claims are in
/// the request's context.
pub(crate) fn router(state: AppState) -> Router {
    let (router, document) = routes::all().split_for_parts();
    let document = Arc::new(LazyDocument::new(document, state.limits));
    router
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(Extension(document))
        .layer(from_fn(middleware::log))
        // outermost, so that it takes the body from every answer
        .layer(from_fn(middleware::answer_head_without_body))
        .with_state(Arc::new(state))
}
