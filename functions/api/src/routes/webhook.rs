//! `/webhook`: the URL that receives a user's events.

use crate::{
    openapi::responses::{
        DeleteWebhookProblems, ListDeliveriesProblems, ReadDeliveryProblems, ReadWebhookProblems,
        ResendDeliveryProblems, SetWebhookProblems, TestWebhookProblems,
    },
    problem::{ApiError, PENDING},
    request::{
        JsonBody, User, bodies,
        parameters::{NoQuery, Parameters, PathId},
    },
    state::{AppState, SharedState},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use framezip_contract::{
    Delivery, DeliveryMessage, DeliveryPage, EventId, EventType, SetWebhook, UserId, Webhook,
    WebhookWithSecret,
};
use framezip_runtime::{
    sqs,
    webhook::{WebhookUrl, new_secret},
};
use framezip_store::{
    NewDelivery, NewWebhook, PreviousSecret, Resend, Turn, WebhookAction, WebhookChange,
};

/// `PUT /webhook`: sets the URL and a new secret, and returns the secret this once.
///
/// Each PUT makes a new secret, so rotation and a change of the URL are the same call. The secret before it
/// signs events for another 24 hours, in which the receiver is changed over.
#[utoipa::path(
    put, path = "/webhook", tag = "webhook", operation_id = "setWebhook",
    security(("idToken" = [])), summary = "Set your webhook",
    description = "Sets the URL that receives events about your videos, makes a new secret to sign them, and \
        switches the webhook on. Only this answer shows the secret. The previous secret signs events too for \
        another 24 hours, unless `expirePreviousSecret` is true. At most 20 calls an hour.",
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
    let SetWebhook { url, expire_previous_secret } = bodies::set_webhook(&body)?;
    let url = WebhookUrl::parse(&url, state.webhook_reach)
        .map_err(|invalid| ApiError::invalid("url", &invalid.to_string()))?;
    take_turn(&state, &user, WebhookAction::Set).await?;
    let secret = new_secret()?;
    let previous_secret = if expire_previous_secret {
        PreviousSecret::ExpiresNow
    } else {
        PreviousSecret::ExpiresLater
    };
    let new = NewWebhook {
        url: url.as_str(),
        secret: &secret,
        previous_secret,
        email: &user.email,
        locale: user.locale,
    };
    let (status, webhook) = match state.videos.set_webhook(&user.id, new).await? {
        WebhookChange::Created(webhook) => (StatusCode::CREATED, webhook),
        WebhookChange::Replaced(webhook) => (StatusCode::OK, webhook),
    };
    // the answer contains a secret
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((status, no_store, Json(WebhookWithSecret { webhook, secret })).into_response())
}

/// `GET /webhook`: returns the webhook without its secrets.
#[utoipa::path(
    get, path = "/webhook", tag = "webhook", operation_id = "readWebhook",
    security(("idToken" = [])), summary = "Read your webhook",
    description = "Returns the webhook without its secrets, and whether it fails or was switched off.",
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

/// `POST /webhook/test`: creates the delivery of a test event, and returns it.
#[utoipa::path(
    post, path = "/webhook/test", tag = "webhook", operation_id = "testWebhook",
    security(("idToken" = [])), summary = "Test your webhook",
    description = "Sends one signed event of the type `webhook.test`, like every other event. The answer \
        does not wait for the receiver: read the delivery until it is not `pending`. At most 30 calls an \
        hour, together with those that send an event again.",
    responses((status = 202, description = "The delivery.", body = Delivery), TestWebhookProblems),
)]
pub(crate) async fn test(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    check_webhook(&state, &user).await?;
    take_turn(&state, &user, WebhookAction::Send).await?;
    let new = NewDelivery::now(EventType::WebhookTest, None);
    let created = state.videos.create_delivery(&user.id, &new).await?;
    let delivery = created.ok_or_else(|| anyhow::anyhow!("the new event {} exists", new.event))?;
    send_message(&state, &user.id, delivery.id).await;
    Ok((StatusCode::ACCEPTED, Json(delivery)))
}

/// `GET /webhook/deliveries`: returns the last deliveries, newest first.
#[utoipa::path(
    get, path = "/webhook/deliveries", tag = "webhook", operation_id = "listDeliveries",
    security(("idToken" = [])), summary = "List the deliveries to your webhook",
    description = "Returns the last 100 deliveries, newest first. They are kept for 30 days, also after the \
        webhook was removed.",
    responses(
        (status = 200, description = "The deliveries.", body = DeliveryPage),
        ListDeliveriesProblems,
    ),
)]
pub(crate) async fn list(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<Json<DeliveryPage>, ApiError> {
    let deliveries = state.videos.deliveries(&user.id).await?;
    Ok(Json(DeliveryPage { deliveries }))
}

/// `GET /webhook/deliveries/{id}`: returns one delivery. An unknown or invalid id answers 404.
#[utoipa::path(
    get, path = "/webhook/deliveries/{id}", tag = "webhook", operation_id = "readDelivery",
    security(("idToken" = [])), summary = "Read a delivery to your webhook",
    params(("id" = EventId, Path, description = "The event's id.")),
    responses((status = 200, description = "The delivery.", body = Delivery), ReadDeliveryProblems),
)]
pub(crate) async fn read_delivery(
    State(state): SharedState,
    user: User,
    PathId(event): PathId<EventId>,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<Json<Delivery>, ApiError> {
    let found = state.videos.delivery(&user.id, event).await?;
    found.map(Json).ok_or(ApiError::NotFound)
}

/// `POST /webhook/deliveries/{id}/resend`: sends an event again, with the same id.
#[utoipa::path(
    post, path = "/webhook/deliveries/{id}/resend", tag = "webhook",
    operation_id = "resendDelivery", security(("idToken" = [])), summary = "Send an event again",
    description = "Sends the event again with the same `webhook-id`, unless its delivery is `pending`. The \
        answer does not wait for the receiver. At most 30 calls an hour, together with tests.",
    params(("id" = EventId, Path, description = "The event's id.")),
    responses(
        (status = 202, description = "The delivery, which is `pending` now.", body = Delivery),
        ResendDeliveryProblems,
    ),
)]
pub(crate) async fn resend(
    State(state): SharedState,
    user: User,
    PathId(event): PathId<EventId>,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    check_webhook(&state, &user).await?;
    take_turn(&state, &user, WebhookAction::Send).await?;
    match state.videos.resend_delivery(&user.id, event).await? {
        Resend::Due(delivery) => {
            send_message(&state, &user.id, event).await;
            Ok((StatusCode::ACCEPTED, Json(delivery)))
        }
        Resend::Pending => Err(ApiError::NotResendable(PENDING)),
        Resend::TooManyAttempts => {
            Err(ApiError::NotResendable("This event was sent 100 times. It cannot be sent again."))
        }
        Resend::NotFound => Err(ApiError::NotFound),
    }
}

/// Checks that the user has a webhook that is on: without one, an event cannot be sent.
async fn check_webhook(state: &AppState, user: &User) -> Result<(), ApiError> {
    let stored = state.videos.webhook(&user.id).await?.ok_or(ApiError::NotFound)?;
    if stored.webhook.disabled_at.is_some() {
        return Err(ApiError::WebhookOff);
    }
    Ok(())
}

/// Counts a call, or refuses it if there were too many in this hour.
async fn take_turn(state: &AppState, user: &User, action: WebhookAction) -> Result<(), ApiError> {
    match state.videos.take_turn(&user.id, action).await? {
        Turn::Granted => Ok(()),
        Turn::Refused(pause) => Err(ApiError::RateLimited { retry_after_seconds: pause.as_secs() }),
    }
}

/// Sends the message about a delivery whose item is written. If that fails, the reconciler sends it.
pub(super) async fn send_message(state: &AppState, owner: &UserId, event: EventId) {
    let message = DeliveryMessage::new(owner.clone(), event);
    if let Err(error) = sqs::send(&state.sqs, &state.deliveries_queue_url, &message).await {
        tracing::warn!(event.id = %event, %error, "the message about a delivery was not sent");
    }
}
