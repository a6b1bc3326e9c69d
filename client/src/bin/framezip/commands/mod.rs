//! The commands, one file per subject.

mod account;
mod completions;
mod delete;
mod download;
mod follow;
mod list;
mod retry;
mod status;
mod upload;
mod watch;
mod webhook;

use crate::{
    app::App,
    args::{Account, Command, Videos},
    exit::Exit,
};
use framezip_client::ApiClient;

/// Runs a command.
pub async fn run(command: Command, app: &App<'_>) -> anyhow::Result<Exit> {
    match command {
        Command::Account(command) => account(&command, app).await,
        Command::Videos(command) => {
            let api = app.client()?;
            videos(&command, &api, app).await
        }
        Command::Completions { shell } => completions::run(shell, app.console),
    }
}

async fn account(command: &Account, app: &App<'_>) -> anyhow::Result<Exit> {
    match command {
        Account::SignUp(credentials) => account::sign_up(credentials, app).await,
        Account::Confirm(confirm) => account::confirm(confirm, app).await,
        Account::SignIn(credentials) => account::sign_in(credentials, app).await,
        Account::ForgotPassword(args) => account::forgot_password(args, app).await,
        Account::SignOut => account::sign_out(app),
    }
}

async fn videos(command: &Videos, api: &ApiClient, app: &App<'_>) -> anyhow::Result<Exit> {
    let console = app.console;
    match command {
        Videos::Upload(args) => upload::run(args, api, &app.uploads()?, console).await,
        Videos::Resume(args) => upload::resume(args, api, &app.uploads()?, console).await,
        Videos::List(args) => list::run(args, api, console).await,
        Videos::Status(args) => status::run(args, api, console).await,
        Videos::Watch { ids } => watch::run(ids, api, console).await,
        Videos::Download(args) => download::run(args, api, console).await,
        Videos::Retry(args) => retry::run(args, api, console).await,
        Videos::Webhook(command) => webhook::run(command, api, console).await,
        Videos::Delete(args) => delete::run(args, api, &app.uploads()?, console).await,
    }
}
