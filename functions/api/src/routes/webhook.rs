//! `/webhook`: the URL that receives a user's events.

use crate::{
    openapi::responses::{
        DeleteWebhookProblems, ReadWebhookProblems, SetWebhookProblems, TestWebhookProblems,
    },
    problem::ApiError,
    request::{
        JsonBody, User, bodies,
        parameters::{NoQuery, Parameters},
    },
    state::SharedState,
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use framezip_contract::{Counts, SetWebhook, Webhook, WebhookTest, WebhookWithSecret, format_time};
use framezip_runtime::webhook::{DeliveryError, Event, new_secret};
use framezip_store::WebhookChange;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

/// `PUT /webhook`: sets the URL and a new secret, and returns the secret this once.
///
/// Each PUT makes a new secret, and the previous one signs nothing from then on. A user who lost the
/// answer, or fears that the secret leaked, repeats the request. So rotation and a change of the URL are
/// the same call, and no second secret is stored.
#[utoipa::path(
    put, path = "/webhook", tag = "webhook", operation_id = "setWebhook",
    security(("idToken" = [])), summary = "Set your webhook",
    description = "Sets the URL that receives events about your videos and makes a new secret to sign \
        them. Only this answer shows the secret. The previous secret signs nothing from then on.",
    request_body(content = SetWebhook, example = json!({ "url": "https://example.com/framezip" })),
    responses(
        (status = 200, description = "Replaced the previous webhook.", body = WebhookWithSecret),
        (status = 201, description = "Set. There was no webhook before.", body = WebhookWithSecret),
        SetWebhookProblems,
    ),
)]
pub(crate) async fn set(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let url = bodies::webhook_url(&body)?;
    let target = state
        .webhooks
        .check(&url)
        .map_err(|invalid| ApiError::invalid("url", &invalid.to_string()))?;
    let secret = new_secret()?;
    let change = state.videos.set_webhook(&user.id, target.as_str(), &secret).await?;
    let (status, webhook) = match change {
        WebhookChange::Created(webhook) => (StatusCode::CREATED, webhook),
        WebhookChange::Replaced(webhook) => (StatusCode::OK, webhook),
    };
    // the answer contains a secret
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((status, no_store, Json(WebhookWithSecret { webhook, secret })).into_response())
}

/// `GET /webhook`: returns the webhook without its secret.
#[utoipa::path(
    get, path = "/webhook", tag = "webhook", operation_id = "readWebhook",
    security(("idToken" = [])), summary = "Read your webhook",
    description = "Returns the webhook without its secret.",
    responses((status = 200, description = "Your webhook.", body = Webhook), ReadWebhookProblems),
)]
pub(crate) async fn read(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<Json<Webhook>, ApiError> {
    let found = state.videos.webhook(&user.id).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(found.webhook))
}

/// `DELETE /webhook`: removes the webhook. Succeeds also if there is none.
#[utoipa::path(
    delete, path = "/webhook", tag = "webhook", operation_id = "deleteWebhook",
    security(("idToken" = [])), summary = "Remove your webhook",
    responses((status = 204, description = "There is no webhook now."), DeleteWebhookProblems),
)]
pub(crate) async fn delete(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<StatusCode, ApiError> {
    state.videos.delete_webhook(&user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /webhook/test`: sends one event, signed like every other, and returns the receiver's answer.
#[utoipa::path(
    post, path = "/webhook/test", tag = "webhook", operation_id = "testWebhook",
    security(("idToken" = [])), summary = "Test your webhook",
    description = "Sends one signed event of the type `webhook.test` and returns the receiver's answer.",
    responses((status = 200, description = "The receiver's answer.", body = WebhookTest), TestWebhookProblems),
)]
pub(crate) async fn test(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<Json<WebhookTest>, ApiError> {
    let WebhookWithSecret { webhook, secret } =
        state.videos.webhook(&user.id).await?.ok_or(ApiError::NotFound)?;
    // the URL may have been stored under earlier rules
    let target = state.webhooks.check(&webhook.url).map_err(|invalid| {
        ApiError::WebhookUnreachable(format!("The webhook's URL {invalid}. Set another URL."))
    })?;
    let id = format!("test_{}", Uuid::now_v7());
    let event =
        json!({ "type": "webhook.test", "timestamp": format_time(Timestamp::now()), "data": {} });
    let message = Event { id: &id, body: &event.to_string() };
    let sent = state.webhooks.send(&target, &secret, message).await.map(|answer| WebhookTest {
        status: answer.status,
        duration_ms: u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX),
    });
    let counts = Counts::webhook(sent.as_ref().ok());
    state.count(&counts).await;
    match sent {
        Ok(answer) => {
            tracing::info!(
                user.id = %user.id,
                webhook.status = answer.status,
                duration_ms = answer.duration_ms,
                "delivered a webhook's test event"
            );
            Ok(Json(answer))
        }
        Err(error) => Err(unreachable(&user, error)),
    }
}

fn unreachable(user: &User, error: DeliveryError) -> ApiError {
    let detail = error.to_string();
    let cause = format!("{:#}", anyhow::Error::from(error));
    tracing::info!(user.id = %user.id, error = cause, "could not deliver a webhook's test event");
    ApiError::WebhookUnreachable(detail)
}
