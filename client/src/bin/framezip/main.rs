//! `framezip`, the command-line client: sends videos and fetches the zips of their frames.

mod app;
mod args;
mod begun;
mod commands;
mod config;
mod console;
mod credentials;
mod exit;
mod human;
mod options;
mod password;
mod progress;
#[cfg(test)]
mod samples;
// the library's own, which names its types by the crate that it stands in
#[cfg(test)]
#[expect(dead_code, reason = "the library's tests use all of it")]
#[path = "../../test_server.rs"]
mod test_server;

use crate::{app::App, args::Cli, exit::Exit};
use clap::Parser;
#[cfg(test)]
use framezip_client::{ApiClient, Server, Tokens, UserPool};
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
