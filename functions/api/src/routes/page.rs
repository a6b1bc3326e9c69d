//! The page: its document at `/`, and the files that the document loads.

use super::{CACHED, IMMUTABLE};
use crate::{
    page_files::{self, PageFile},
    problem::ApiError,
    request::accept_encoding::{AcceptEncoding, Coding},
    state::{AppState, SharedState},
    storage::origin,
};
use axum::{
    body::{Body, Bytes},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use framezip_contract::Problem;
use sha2::{Digest, Sha256};

const NO_SNIFFING: (HeaderName, &str) = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
const VARIES: (HeaderName, &str) = (header::VARY, "accept-encoding");

/// The headers of the document that are the same everywhere.
const DOCUMENT: [(HeaderName, &str); 6] = [
    NO_SNIFFING,
    VARIES,
    // asked for each time, so that a deployment is seen at once
    (header::CACHE_CONTROL, "no-cache"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // browsers heed it only over https
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
];

/// The features of browsers that the page uses, and those that it switches off. Features that not every browser
/// knows are left out, because browsers complain about them.
const PERMISSIONS: &str = "clipboard-write=(self), fullscreen=(self), screen-wake-lock=(self), \
    accelerometer=(), camera=(), clipboard-read=(), display-capture=(), \
    encrypted-media=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), \
    keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    picture-in-picture=(), publickey-credentials-get=(), serial=(), sync-xhr=(), usb=(), \
    window-management=(), xr-spatial-tracking=()";

#[utoipa::path(
    get, path = "/", tag = "service", operation_id = "page",
    summary = "The page for people",
    description = "A browser shows it. It uses the other routes.",
    responses(
        (status = 200, description = "The document.", body = String, content_type = "text/html"),
        (status = 304, description = "The document with the `ETag` of `If-None-Match` is the current one."),
        (status = 406, description = "`not_acceptable`", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn document(
    State(state): SharedState,
    encoding: AcceptEncoding,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let body = coded(page_files::shell(), &encoding)?;
    let tag = entity_tag(&body.bytes);
    let known = is_known(&headers, &tag);
    let own = [
        (header::ETAG, tag),
        (header::CONTENT_SECURITY_POLICY, policy(&state).await?),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS.to_owned()),
    ];
    Ok(match known {
        true => (StatusCode::NOT_MODIFIED, DOCUMENT, own).into_response(),
        false => (DOCUMENT, own, body).into_response(),
    })
}

#[utoipa::path(
    get, path = "/assets/{file}", tag = "service", operation_id = "asset",
    summary = "A file of the page",
    description = "The names contain a hash of the contents and change with a deployment.",
    params(("file" = String, Path, description = "The file's name.", pattern = "^[A-Za-z0-9._-]+$")),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "*/*"),
        (status = 404, description = "`not_found`", body = Problem,
            content_type = "application/problem+json"),
        (status = 406, description = "`not_acceptable`", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn asset(
    name: Result<Path<String>, PathRejection>,
    encoding: AcceptEncoding,
) -> Result<Response, ApiError> {
    let Path(name) = name.map_err(|_| ApiError::NotFound)?;
    let file = page_files::assets().iter().find(|file| file.name == name);
    let body = coded(file.ok_or(ApiError::NotFound)?, &encoding)?;
    Ok(([IMMUTABLE, NO_SNIFFING, VARIES], body).into_response())
}

#[utoipa::path(
    get, path = "/favicon.svg", tag = "service", operation_id = "icon",
    summary = "The page's icon",
    responses(
        (status = 200, description = "The icon.", body = String, content_type = "image/svg+xml"),
        (status = 406, description = "`not_acceptable`", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn icon(encoding: AcceptEncoding) -> Result<Response, ApiError> {
    let body = coded(page_files::icon(), &encoding)?;
    Ok(([CACHED, NO_SNIFFING, VARIES], body).into_response())
}

/// A body in the form that the client prefers, with the headers that describe it.
struct CodedBody {
    bytes: Bytes,
    content_type: &'static str,
    /// `None` for a body as it is.
    content_encoding: Option<HeaderValue>,
}

impl IntoResponse for CodedBody {
    fn into_response(self) -> Response {
        // lambda_http sends a body with this header, and any that is not text, in base64
        let encoding = self.content_encoding.map(|coding| [(header::CONTENT_ENCODING, coding)]);
        let body = ([(header::CONTENT_TYPE, self.content_type)], Body::from(self.bytes));
        match encoding {
            Some(encoding) => (encoding, body).into_response(),
            None => body.into_response(),
        }
    }
}

fn coded(file: &'static PageFile, encoding: &AcceptEncoding) -> Result<CodedBody, ApiError> {
    let coding = encoding.choose(|coding| file.body(coding).is_some());
    let coding = coding.ok_or(ApiError::NotAcceptable)?;
    let bytes = file.body(coding).ok_or(ApiError::NotAcceptable)?;
    Ok(CodedBody {
        bytes: Bytes::from_static(bytes),
        content_type: file.content_type(),
        content_encoding: (coding != Coding::Identity)
            .then(|| HeaderValue::from_static(coding.token())),
    })
}

/// Returns a strong entity tag: each form of a file has its own.
fn entity_tag(bytes: &[u8]) -> String {
    format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)))
}

/// Whether `If-None-Match` names this entity tag (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

/// Returns the policy that the browser enforces: what the page needs, and no inline script or style.
async fn policy(state: &AppState) -> anyhow::Result<String> {
    let cognito = origin(&state.config.cognito_endpoint)?;
    let (uploads, results) = (state.uploads.origin().await?, state.links.origin().await?);
    let mut servers = vec![cognito, uploads, results.clone()];
    // on the local stack they are one
    servers.dedup();
    let servers = servers.join(" ");
    Ok(format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: {results}; \
         media-src blob:; connect-src 'self' {servers}; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    ))
}
