//! `framezip`, the command-line client: sends videos and fetches the zips of their frames.

mod app;
mod args;
mod commands;
mod console;
mod credentials;
mod exit;
mod human;
mod options;
mod password;
mod progress;

use crate::{app::App, args::Cli, exit::Exit};
use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    run(Cli::parse()).await.into()
}

async fn run(cli: Cli) -> Exit {
    let console = console::Console::new(cli.global.json, cli.global.quiet);
    let result = match App::new(cli.global.api, &console) {
        Ok(app) => commands::run(cli.command, &app).await,
        Err(error) => Err(error),
    };
    result.unwrap_or_else(|error| {
        console.error(&format!("{error:#}"));
        Exit::of(&error)
    })
}
