//! `/webhook`: where a user's events go.

use crate::{
    app::State,
    body::JsonBody,
    openapi::problems::{OfDeleteWebhook, OfReadWebhook, OfSetWebhook, OfTestWebhook},
    parameters::{Nothing, Parameters},
    problem::ApiError,
    request,
    user::User,
};
use axum::{
    Json, extract,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use framezip_contract::{
    Counts, FieldError, SetWebhook, Webhook, WebhookTest, WebhookWithSecret, format_time,
};
use framezip_runtime::webhook::{Message, SendError, new_secret};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

type Shared = extract::State<Arc<State>>;

/// `PUT /webhook`: sets URL and secret, and shows the secret this once.
///
/// Each PUT makes a new secret, and the one before signs nothing from then on: whoever lost the answer, or
/// thinks that the secret got out, sends the same request again and is safe. So it is never needed to
/// tell rotation from a change of the URL, and no second secret has to be kept.
#[utoipa::path(
    put, path = "/webhook", tag = "webhook", operation_id = "setWebhook",
    security(("idToken" = [])), summary = "Set your webhook",
    description = "Sets where events about your videos go, and makes a new secret for them, which no \
        other answer shows. The one before signs nothing from then on.",
    request_body(content = SetWebhook, example = json!({ "url": "https://example.com/framezip" })),
    responses(
        (status = 200, description = "Set in place of another.", body = WebhookWithSecret),
        (status = 201, description = "Set.", body = WebhookWithSecret),
        OfSetWebhook,
    ),
)]
pub(crate) async fn set(
    extract::State(state): Shared,
    user: User,
    Parameters(Nothing {}): Parameters<Nothing>,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let url = request::webhook_url(&body)?;
    let target = state
        .webhooks
        .target(&url)
        .map_err(|invalid| ApiError::Invalid(vec![FieldError::new("url", invalid.to_string())]))?;
    let secret = new_secret()?;
    let (webhook, is_first) = state.videos.set_webhook(&user.id, target.as_str(), &secret).await?;
    let status = if is_first { StatusCode::CREATED } else { StatusCode::OK };
    // the answer has a secret in it
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((status, no_store, Json(WebhookWithSecret { webhook, secret })).into_response())
}

/// `GET /webhook`: without the secret.
#[utoipa::path(
    get, path = "/webhook", tag = "webhook", operation_id = "readWebhook",
    security(("idToken" = [])), summary = "Your webhook",
    description = "Without its secret.",
    responses((status = 200, description = "Your webhook.", body = Webhook), OfReadWebhook),
)]
pub(crate) async fn read(
    extract::State(state): Shared,
    user: User,
    Parameters(Nothing {}): Parameters<Nothing>,
) -> Result<Json<Webhook>, ApiError> {
    let found = state.videos.webhook(&user.id).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(found.webhook))
}

/// `DELETE /webhook`: done also where there is none.
#[utoipa::path(
    delete, path = "/webhook", tag = "webhook", operation_id = "deleteWebhook",
    security(("idToken" = [])), summary = "Take your webhook away",
    responses((status = 204, description = "There is none any more."), OfDeleteWebhook),
)]
pub(crate) async fn delete(
    extract::State(state): Shared,
    user: User,
    Parameters(Nothing {}): Parameters<Nothing>,
) -> Result<StatusCode, ApiError> {
    state.videos.delete_webhook(&user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /webhook/test`: sends one event, signed as all are, and tells what came back, whatever the status.
#[utoipa::path(
    post, path = "/webhook/test", tag = "webhook", operation_id = "testWebhook",
    security(("idToken" = [])), summary = "Try your webhook",
    description = "Sends one signed event of the type `webhook.test`, and tells what came back.",
    responses((status = 200, description = "What came back.", body = WebhookTest), OfTestWebhook),
)]
pub(crate) async fn test(
    extract::State(state): Shared,
    user: User,
    Parameters(Nothing {}): Parameters<Nothing>,
) -> Result<Json<WebhookTest>, ApiError> {
    let WebhookWithSecret { webhook, secret } =
        state.videos.webhook(&user.id).await?.ok_or(ApiError::NotFound)?;
    // it may be from before the rules of today
    let target = state
        .webhooks
        .target(&webhook.url)
        .map_err(|invalid| not_reached(format!("The webhook's URL {invalid}. Set another.")))?;
    let id = format!("test_{}", Uuid::now_v7());
    let event =
        json!({ "type": "webhook.test", "timestamp": format_time(Timestamp::now()), "data": {} });
    let message = Message { id: &id, body: &event.to_string() };
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
                "tested a webhook"
            );
            Ok(Json(answer))
        }
        Err(error) => Err(failed(&user, error)),
    }
}

fn failed(user: &User, error: SendError) -> ApiError {
    let detail = error.to_string();
    let cause = format!("{:#}", anyhow::Error::from(error));
    tracing::info!(user.id = %user.id, error = cause, "a webhook's test did not get through");
    not_reached(detail)
}

/// Not a 5xx, for it is not our fault: those raise an alarm.
pub(crate) fn not_reached(detail: String) -> ApiError {
    ApiError::Refused(StatusCode::FAILED_DEPENDENCY, "webhook_unreachable", detail)
}
