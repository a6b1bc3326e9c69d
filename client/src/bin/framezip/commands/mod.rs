//! The commands, one file per subject.

mod account;
mod completions;
mod delete;
mod download;
mod list;
mod mail;
mod report;
mod retry;
mod status;
mod upload;
mod wait;
mod watch;
mod webhook;

use crate::{
    app::App,
    args::{AccountCommand, Command, VideoCommand, WebhookCommand},
    exit::Exit,
};
use framezip_client::ApiClient;

/// Runs a command.
pub async fn run(command: Command, app: &App<'_>) -> anyhow::Result<Exit> {
    match command {
        Command::Account(command) => account(&command, app).await,
        // needs neither a server nor a sign-in
        Command::Video(VideoCommand::Webhook(WebhookCommand::Listen(args))) => {
            webhook::listen(&args, app.console).await
        }
        Command::Video(command) => {
            let api = app.api_client()?;
            video(&command, &api, app).await
        }
        Command::Completions { shell } => completions::run(shell, app.console),
    }
}

async fn account(command: &AccountCommand, app: &App<'_>) -> anyhow::Result<Exit> {
    match command {
        AccountCommand::SignUp(credentials) => account::sign_up(credentials, app).await,
        AccountCommand::Confirm(confirm) => account::confirm(confirm, app).await,
        AccountCommand::SignIn(credentials) => account::sign_in(credentials, app).await,
        AccountCommand::ForgotPassword(args) => account::forgot_password(args, app).await,
        AccountCommand::SignOut => account::sign_out(app),
    }
}

async fn video(command: &VideoCommand, api: &ApiClient, app: &App<'_>) -> anyhow::Result<Exit> {
    let console = app.console;
    match command {
        VideoCommand::Upload(args) => {
            upload::run(args, api, &app.unfinished_uploads()?, console).await
        }
        VideoCommand::Resume(args) => {
            upload::resume(args, api, &app.unfinished_uploads()?, console).await
        }
        VideoCommand::List(args) => list::run(args, api, console).await,
        VideoCommand::Status(args) => status::run(args, api, console).await,
        VideoCommand::Watch { ids } => watch::run(ids, api, console).await,
        VideoCommand::Download(args) => download::run(args, api, console).await,
        VideoCommand::Retry(args) => retry::run(args, api, console).await,
        VideoCommand::Mail(command) => mail::run(command, api, console).await,
        VideoCommand::Webhook(command) => webhook::run(command, api, console).await,
        VideoCommand::Delete(args) => {
            delete::run(args, api, &app.unfinished_uploads()?, console).await
        }
    }
}
