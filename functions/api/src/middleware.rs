//! Middleware around every route.

use crate::problem;
use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use lambda_http::request::RequestContext;
use std::time::Instant;

/// Logs every request. Adds the request's id to the answer of one that failed on our side.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = without_secrets(request.uri().path()).to_owned();
    let id = request_id(&request);
    let mut response = next.run(request).await;
    if response.status().is_server_error() {
        response = problem::internal(response, id.clone());
    }
    tracing::info!(
        request.id = id,
        http.method = %method,
        http.path = path,
        http.status = response.status().as_u16(),
        duration_ms = started.elapsed().as_millis() as u64,
        "answered a request"
    );
    response
}

/// Returns a path without the token that follows `/unsubscribe`, which suffices to stop a user's mails.
fn without_secrets(path: &str) -> &str {
    const ROUTE: &str = "/unsubscribe";
    path.find(ROUTE).map_or(path, |start| &path[..start + ROUTE.len()])
}

/// Returns API Gateway's id of the request, which clients also find in the header `apigw-requestid`.
fn request_id(request: &Request) -> Option<String> {
    match request.extensions().get() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    }
}

/// Removes the body from every answer to HEAD and keeps its length as `Content-Length` (RFC 9110,
/// section 9.3.2).
pub(crate) async fn answer_head_without_body(request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    if is_head {
        // the router has already removed the bodies of routes and set their length
        let length = response.body().size_hint().exact().filter(|length| *length > 0);
        if let Some(length) = length {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        *response.body_mut() = Body::empty();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_logged() {
        assert_eq!(without_secrets("/unsubscribe/user/0123456789abcdef"), "/unsubscribe");
        assert_eq!(without_secrets("/stage/unsubscribe/user/0123"), "/stage/unsubscribe");
        assert_eq!(without_secrets("/videos/1"), "/videos/1");
    }
}
