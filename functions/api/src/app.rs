//! The routes, and what they share.

use crate::{
    create,
    cursor::Cursors,
    docs, head,
    jobs::Jobs,
    lifecycle,
    links::Links,
    metrics,
    objects::Objects,
    openapi,
    problem::{self, ApiError},
    upload_routes,
    uploads::Uploads,
    videos, webhook,
};
use axum::{
    Json, Router,
    extract::{self, Request},
    middleware::{self, Next},
    response::{Redirect, Response},
    routing::{get, post},
};
use framezip_contract::{Counts, Limits, WebConfig};
use framezip_runtime::{
    metric,
    settings::{self, SettingError},
    webhook::{Reach, Sender},
};
use framezip_store::Videos;
use lambda_http::request::RequestContext;
use serde::Serialize;
use std::{sync::Arc, time::Instant};
use utoipa::ToSchema;

/// What the routes need.
pub(crate) struct State {
    pub(crate) videos: Videos,
    pub(crate) uploads: Uploads,
    pub(crate) links: Links,
    pub(crate) objects: Objects,
    pub(crate) jobs: Jobs,
    pub(crate) cursors: Cursors,
    pub(crate) webhooks: Sender,
    pub(crate) limits: Limits,
    pub(crate) max_unfinished_videos: u32,
    pub(crate) config: WebConfig,
}

impl State {
    /// From the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let sdk = framezip_runtime::sdk_config()?;
        let region = settings::region()?;
        let cognito = format!("https://cognito-idp.{region}.amazonaws.com/");
        let (uploads, results) = (settings::uploads_bucket()?, settings::results_bucket()?);
        let (s3, sqs) = (aws_sdk_s3::Client::new(&sdk), aws_sdk_sqs::Client::new(&sdk));
        Ok(Self {
            videos: Videos::new(aws_sdk_dynamodb::Client::new(&sdk), settings::table_name()?),
            uploads: Uploads::new(s3.clone(), uploads.clone()),
            links: Links::new(s3.clone(), results.clone()),
            objects: Objects::new(s3, uploads, results),
            jobs: Jobs::new(sqs, settings::jobs_queue_url()?),
            cursors: Cursors::new(&settings::cursor_key()?),
            webhooks: Sender::new(Reach::from_env()),
            limits: settings::limits()?,
            max_unfinished_videos: settings::max_unfinished_videos()?,
            config: WebConfig {
                region,
                user_pool_id: settings::user_pool_id()?,
                user_pool_client_id: settings::user_pool_client_id()?,
                cognito_endpoint: settings::local_endpoint().unwrap_or(cognito),
            },
        })
    }

    /// Counts, best effort.
    pub(crate) async fn count(&self, counts: &Counts) {
        metric::record(counts, self.videos.count(counts)).await;
    }
}

/// The API. Who the user is was decided before a request comes here: by the JWT authorizer, whose
/// claims lie in the request's context.
pub(crate) fn app(state: State) -> Router {
    Router::new()
        // relative, for the local stack has a path before it
        .route("/", get(async || Redirect::temporary("docs")))
        .route("/health", get(health))
        .route("/config.json", get(config))
        .route("/openapi.json", get(openapi::serve))
        .route("/docs", get(docs::serve))
        .route("/videos", get(videos::list).post(create::create))
        .route("/videos/{id}", get(videos::read).delete(lifecycle::delete))
        .route("/videos/{id}/retry", post(lifecycle::retry))
        .route("/videos/{id}/upload", get(upload_routes::look))
        .route("/videos/{id}/upload/complete", post(upload_routes::complete))
        .route("/webhook", get(webhook::read).put(webhook::set).delete(webhook::delete))
        .route("/webhook/test", post(webhook::test))
        .route("/metrics", get(metrics::read))
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(middleware::from_fn(log))
        // around all others: whatever they answer has no body then
        .layer(middleware::from_fn(head::without_body))
        .with_state(Arc::new(state))
}

/// `GET /health`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

#[utoipa::path(
    get, path = "/health", tag = "service", operation_id = "health",
    summary = "Whether the API answers",
    responses((status = 200, description = "It does.", body = Health)),
)]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

#[utoipa::path(
    get, path = "/config.json", tag = "service", operation_id = "config",
    summary = "What a client must know to sign a user in",
    responses((status = 200, description = "The user pool.", body = WebConfig)),
)]
pub(crate) async fn config(extract::State(state): extract::State<Arc<State>>) -> Json<WebConfig> {
    Json(state.config.clone())
}

async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let id = request_id(&request);
    let mut response = next.run(request).await;
    if response.status().is_server_error() {
        response = problem::ours(response, id.clone());
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

/// The request's id by API Gateway, which clients find in the header `apigw-requestid` too.
fn request_id(request: &Request) -> Option<String> {
    match request.extensions().get() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    }
}
