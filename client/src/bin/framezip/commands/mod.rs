//! The commands, one file per subject.

mod account;
mod download;
mod list;
mod status;
mod upload;

use crate::{app::App, args::Command, exit::Exit};

/// Runs a command.
pub async fn run(command: Command, app: &App<'_>) -> anyhow::Result<Exit> {
    match command {
        Command::SignUp(credentials) => account::sign_up(&credentials, app).await,
        Command::Confirm(confirm) => account::confirm(&confirm, app).await,
        Command::SignIn(credentials) => account::sign_in(&credentials, app).await,
        Command::SignOut => account::sign_out(app),
        Command::Upload(args) => {
            let extraction = args.extraction()?;
            let api = app.client()?;
            let result = upload::run(&args, &extraction, &api, app.console).await;
            app.keep_renewed(&api).await;
            Ok(result)
        }
        Command::List(args) => {
            let api = app.client()?;
            let result = list::run(&args, &api, app.console).await;
            app.keep_renewed(&api).await;
            result
        }
        Command::Status { id } => {
            let api = app.client()?;
            let result = status::run(id, &api, app.console).await;
            app.keep_renewed(&api).await;
            result
        }
        Command::Download(args) => {
            let api = app.client()?;
            let result = download::run(&args, &api, app.console).await;
            app.keep_renewed(&api).await;
            result
        }
    }
}
