//! `framezip`, the command-line client: sends videos and downloads the zips of their frames.

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
mod output;
mod password;
mod progress;
#[cfg(test)]
mod samples;
// the library's own, which names its types by the crate that it stands in
#[cfg(test)]
#[expect(dead_code, reason = "the library's tests use all of it")]
#[path = "../../test_server.rs"]
mod test_server;

use crate::{
    app::App,
    args::{Cli, Global},
    console::Console,
    exit::{ErrorDocument, Exit},
};
#[cfg(test)]
use framezip_client::{ApiClient, Server, Tokens, UserPool};
use std::{env, ffi::OsString, process, time::Duration};
use tokio::{signal, time::timeout};

/// How long the end after Ctrl-C may take, such as the removal of incomplete files.
const LAST_WORDS: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() {
    tokio::spawn(end_at_ctrl_c());
    let exit = match Cli::read(env::args_os()) {
        Ok(cli) => run(cli).await,
        Err(error) => refuse(&error, env::args_os().skip(1)),
    };
    // not by returning: a thread that still waits for a password or a pipe would hold the process
    process::exit(exit.code());
}

/// Ends the process after Ctrl-C if [`run`] does not: it cannot while it writes to a pipe that is full or to
/// a terminal that is stopped. A second Ctrl-C ends it at once.
async fn end_at_ctrl_c() {
    if signal::ctrl_c().await.is_ok() {
        let _ = timeout(LAST_WORDS, signal::ctrl_c()).await;
        process::exit(Exit::Interrupted.code());
    }
}

/// Runs a command until it is done, or until Ctrl-C.
async fn run(Cli { global: Global { api, json, quiet }, command }: Cli) -> Exit {
    let console = Console::new(json, quiet);
    let work = async {
        let app = App::new(api, &console)?;
        commands::run(command, &app).await
    };
    let result = tokio::select! {
        result = work => result,
        Ok(()) = signal::ctrl_c() => {
            console.interrupted();
            return Exit::Interrupted;
        }
    };
    result.unwrap_or_else(|error| {
        if exit::is_interruption(&error) {
            console.interrupted();
            return Exit::Interrupted;
        }
        console.failure(&format!("{error:#}"), &ErrorDocument::of(&error));
        Exit::of(&error)
    })
}

/// Says what is wrong with a command line, or prints the help or the version that it asks for.
fn refuse(error: &clap::Error, mut arguments: impl Iterator<Item = OsString>) -> Exit {
    if error.use_stderr() && arguments.any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let text = text.trim_start_matches("error: ").trim_end();
        Console::new(true, true).document_alone(&ErrorDocument::new("usage", text));
    } else {
        // a pipe that is closed has had enough of it
        let _ = error.print();
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}
