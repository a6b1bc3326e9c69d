//! Signing up, signing in and signing out.

use crate::{
    app::App,
    args::{ConfirmArgs, CredentialsArgs, ForgotPasswordArgs},
    exit::Exit,
    format,
    password::{self, PasswordKind},
};
use serde_json::json;

/// Creates an account.
pub async fn sign_up(args: &CredentialsArgs, app: &App<'_>) -> anyhow::Result<Exit> {
    let server = app.server()?;
    let password = password::read(args.password_source(), PasswordKind::New).await?;
    let email = &args.email;
    let signed_up = server.user_pool().await?.sign_up(email, &password).await?;
    let text = if signed_up.confirmed {
        format!("signed up; next: framezip --api {server} sign-in --email {email}")
    } else {
        let to = format::escaped(signed_up.code_sent_to.as_deref().unwrap_or(email));
        format!(
            "a code was sent to {to}; next: framezip --api {server} confirm --email {email} <code>"
        )
    };
    let document = json!({"email": email, "confirmed": signed_up.confirmed});
    app.console.result(&text, &document)?;
    Ok(Exit::Done)
}

/// Confirms an account, or requests another code.
pub async fn confirm(args: &ConfirmArgs, app: &App<'_>) -> anyhow::Result<Exit> {
    let server = app.server()?;
    let pool = server.user_pool().await?;
    let email = &args.email;
    let text = if let Some(code) = &args.code {
        pool.confirm(email, code).await?;
        format!("confirmed; next: framezip --api {server} sign-in --email {email}")
    } else {
        pool.resend_code(email).await?;
        format!("another code was sent to {email}")
    };
    app.console.result(&text, &json!({"email": email, "confirmed": args.code.is_some()}))?;
    Ok(Exit::Done)
}

/// Signs in and stores the tokens.
pub async fn sign_in(args: &CredentialsArgs, app: &App<'_>) -> anyhow::Result<Exit> {
    let server = app.server()?;
    let password = password::read(args.password_source(), PasswordKind::Existing).await?;
    let pool = server.user_pool().await?;
    let tokens = pool.sign_in(&args.email, &password).await?;
    app.save_sign_in(&server, &pool, tokens)?;
    let text = format!("signed in to {server} as {}", args.email);
    app.console.result(&text, &json!({"email": args.email, "api": server.to_string()}))?;
    Ok(Exit::Done)
}

/// Requests a code, or sets a new password with the code.
pub async fn forgot_password(args: &ForgotPasswordArgs, app: &App<'_>) -> anyhow::Result<Exit> {
    let server = app.server()?;
    let email = &args.email;
    let Some(code) = &args.code else {
        let to = server.user_pool().await?.forgot_password(email).await?;
        let to = format::escaped(to.as_deref().unwrap_or(email));
        let text = format!(
            "a code was sent to {to}; next: framezip --api {server} forgot-password --email {email} \
             --code <code>"
        );
        app.console.result(&text, &json!({"email": email, "passwordSet": false}))?;
        return Ok(Exit::Done);
    };
    let password = password::read(args.password_source(), PasswordKind::New).await?;
    server.user_pool().await?.set_password(email, code, &password).await?;
    let text =
        format!("the new password is set; next: framezip --api {server} sign-in --email {email}");
    app.console.result(&text, &json!({"email": email, "passwordSet": true}))?;
    Ok(Exit::Done)
}

/// Removes the stored tokens.
pub fn sign_out(app: &App<'_>) -> anyhow::Result<Exit> {
    app.sign_out()?;
    app.console.result("signed out", &json!({"signedIn": false}))?;
    Ok(Exit::Done)
}
