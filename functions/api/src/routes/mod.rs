//! The routes, one file or folder per resource. Each route is declared once, with its description.

mod docs;
mod mail;
mod metrics;
mod page;
mod service;
mod uploads;
mod videos;
mod webhook;

use crate::{openapi, state::AppState};
use axum::http::{HeaderName, header};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Lets clients cache an answer that changes only with a deployment.
const CACHED: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=300");

/// Lets clients cache a file forever, because its name contains a hash of its bytes.
const IMMUTABLE: (HeaderName, &str) =
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

/// Returns all routes with their descriptions.
pub(crate) fn all() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(videos::list, videos::create::create))
        .routes(routes!(videos::read, videos::delete))
        .routes(routes!(videos::retry::retry))
        .routes(routes!(uploads::read))
        .routes(routes!(uploads::complete))
        .routes(routes!(webhook::read, webhook::set, webhook::delete))
        .routes(routes!(webhook::test))
        .routes(routes!(webhook::list))
        .routes(routes!(webhook::read_delivery))
        .routes(routes!(webhook::resend))
        .routes(routes!(mail::read, mail::set))
        .routes(routes!(mail::ask, mail::unsubscribe))
        .routes(routes!(metrics::read))
        .routes(routes!(service::health))
        .routes(routes!(service::config))
        .routes(routes!(service::openapi))
        .routes(routes!(docs::page))
        .routes(routes!(page::document))
        .routes(routes!(page::asset))
        .routes(routes!(page::icon))
}
