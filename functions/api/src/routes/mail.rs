//! `/mail`: the mails that a user wants, and `/unsubscribe`, to which a link in each mail leads.

use crate::{
    openapi::responses::{ReadMailProblems, SetMailProblems},
    problem::ApiError,
    request::{
        JsonBody, User, bodies,
        parameters::{NoQuery, Parameters},
    },
    state::SharedState,
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use framezip_contract::{MailBlocked, MailPreferences, MailSettings, Problem, UserId};

/// `GET /mail`: returns the mails that the user wants, and whether they arrive.
#[utoipa::path(
    get, path = "/mail", tag = "mail", operation_id = "readMail", security(("idToken" = [])),
    summary = "Read your mail preferences",
    description = "Returns which mails you get. After a bounce or a complaint no mail is sent, and `blocked` \
        says why.",
    responses((status = 200, description = "Your preferences.", body = MailSettings), ReadMailProblems),
)]
pub(crate) async fn read(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
) -> Result<Json<MailSettings>, ApiError> {
    let stored = state.videos.preferences(&user.id).await?;
    let is_this = |email: &str| email == user.email;
    let blocked = stored.blocked.filter(|block| is_this(&block.email));
    Ok(Json(MailSettings {
        mail: stored.mail,
        expiry_reminder: stored.expiry_reminder,
        email: user.email,
        blocked: blocked.map(|block| MailBlocked { reason: block.reason, at: block.at }),
    }))
}

/// `PUT /mail`: sets which mails the user wants.
#[utoipa::path(
    put, path = "/mail", tag = "mail", operation_id = "setMail", security(("idToken" = [])),
    summary = "Set your mail preferences",
    description = "Sets which mails you get. Also tries your address again after a bounce or a complaint.",
    request_body(content = MailPreferences, example = json!({ "mail": "failures", "expiryReminder": true })),
    responses((status = 200, description = "Your preferences.", body = MailSettings), SetMailProblems),
)]
pub(crate) async fn set(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
    JsonBody(body): JsonBody,
) -> Result<Json<MailSettings>, ApiError> {
    let preferences = bodies::mail_preferences(&body)?;
    state.videos.set_preferences(&user.id, preferences).await?;
    let MailPreferences { mail, expiry_reminder } = preferences;
    Ok(Json(MailSettings { mail, expiry_reminder, email: user.email, blocked: None }))
}

/// `GET /unsubscribe/{user}/{token}`: asks whether to stop all mails. Programs that follow every link of a mail must
/// not change anything, so a GET does not.
#[utoipa::path(
    get, path = "/unsubscribe/{user}/{token}", tag = "mail", operation_id = "askToUnsubscribe",
    summary = "Ask whether to stop all mails",
    description = "The page to which the link in each mail leads. Changes nothing.",
    params(
        ("user" = String, Path, description = "The user."),
        ("token" = String, Path, description = "The secret part of the link."),
    ),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")),
)]
pub(crate) async fn ask(Path(_): Path<(String, String)>) -> Response {
    document(StatusCode::OK, ASK)
}

/// `POST /unsubscribe/{user}/{token}`: stops all mails to the user, as mail programs do by one click (RFC 8058).
#[utoipa::path(
    post, path = "/unsubscribe/{user}/{token}", tag = "mail", operation_id = "unsubscribe",
    summary = "Stop all mails",
    description = "Stops all mails to the user. Mail programs call it by one click (RFC 8058). Repeating the call \
        is safe.",
    params(
        ("user" = String, Path, description = "The user."),
        ("token" = String, Path, description = "The secret part of the link."),
    ),
    responses(
        (status = 200, description = "No more mails are sent.", body = String, content_type = "text/html"),
        (
            status = 404, description = "The link is not valid.",
            content((String = "text/html"), (Problem = "application/problem+json")),
        ),
    ),
)]
pub(crate) async fn unsubscribe(
    State(state): SharedState,
    Path((user, token)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let Ok(user) = UserId::try_from(user) else {
        return Ok(document(StatusCode::NOT_FOUND, UNKNOWN));
    };
    Ok(match state.videos.unsubscribe(&user, &token).await? {
        true => document(StatusCode::OK, DONE),
        false => document(StatusCode::NOT_FOUND, UNKNOWN),
    })
}

const ASK: &str = include_str!("mail/ask.html");
const DONE: &str = include_str!("mail/done.html");
const UNKNOWN: &str = include_str!("mail/unknown.html");

/// The form posts to its own address, and nothing else is loaded or run.
const POLICY: (HeaderName, &str) = (
    header::CONTENT_SECURITY_POLICY,
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

fn document(status: StatusCode, text: &'static str) -> Response {
    let headers =
        [POLICY, (header::REFERRER_POLICY, "no-referrer"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, Html(text)).into_response()
}
