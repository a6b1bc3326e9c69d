//! Answers to HEAD: those to GET, without a body (RFC 9110, section 9.3.2).

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};

/// Takes the body from every answer to HEAD, and keeps its length as `Content-Length`.
pub(crate) async fn without_body(request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    if is_head {
        // the router has taken the body of its own answers, and set their length
        let length = response.body().size_hint().exact().filter(|length| *length > 0);
        if let Some(length) = length {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        *response.body_mut() = Body::empty();
    }
    response
}
