//! `framezip`, the command-line client: sends videos and downloads the zips of their frames.

mod app;
mod args;
mod commands;
mod config;
mod console;
mod credentials;
mod destination;
mod exit;
mod format;
mod password;
mod progress;
#[cfg(test)]
mod samples;
mod signals;
mod unfinished_uploads;
// the library's own, which names its types by the crate that it stands in
#[cfg(test)]
#[expect(dead_code, reason = "the library's tests use all of it")]
#[path = "../../test_server.rs"]
mod test_server;

use crate::{
    app::App,
    args::{Cli, GlobalArgs},
    console::{Console, StdoutUse},
    exit::{ErrorDocument, Exit},
};
#[cfg(test)]
use framezip_client::{ApiClient, Server, Tokens, UserPool};
use signals::Interruption;
use std::{
    env,
    ffi::{OsStr, OsString},
    path::Path,
    process,
};

#[tokio::main]
async fn main() {
    // before anything else, so that no signal is lost
    let interruption = Interruption::listen();
    let exit = match Cli::read(env::args_os()) {
        Ok(cli) => run(cli, interruption).await,
        Err(error) => refuse(&error, env::args_os().skip(1)),
    };
    // not by returning: a thread that still waits for a password or a pipe would hold the process
    process::exit(exit.code());
}

/// Runs a command until it is done, or until a signal ends it.
async fn run(cli: Cli, interruption: Interruption) -> Exit {
    let Cli { global: GlobalArgs { api, json, quiet }, command } = cli;
    let stdout = if command.saves_to_stdout() { StdoutUse::Zip } else { StdoutUse::Results };
    let console = Console::new(json, quiet).with_stdout(stdout);
    let work = async {
        let app = App::new(api, &console)?;
        commands::run(command, &app).await
    };
    let result = tokio::select! {
        biased;
        exit = interruption.wait() => {
            console.interrupted();
            return exit;
        }
        result = work => result,
    };
    result.unwrap_or_else(|error| {
        if exit::is_interruption(&error) {
            console.interrupted();
            return Exit::Interrupted;
        }
        console.failure(&exit::error_text(&error), &ErrorDocument::of(&error));
        Exit::of(&error)
    })
}

/// Says what is wrong with a command line, or prints the help or the version that it asks for.
fn refuse(error: &clap::Error, arguments: impl Iterator<Item = OsString>) -> Exit {
    // a pipe that is closed has had enough of it
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Done;
    }
    let arguments: Vec<_> = arguments.take_while(|argument| argument != "--").collect();
    if arguments.iter().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let text = text.split("\n\nUsage:").next().unwrap_or_default();
        let text = text.trim_start_matches("error: ").trim_end();
        let stdout = if name_stdout(&arguments) { StdoutUse::Zip } else { StdoutUse::Results };
        Console::new(true, true)
            .with_stdout(stdout)
            .document_alone(&ErrorDocument::new("usage", text));
    }
    Exit::Usage
}

/// Whether arguments that do not parse have an `-o` that leads to standard output.
fn name_stdout(arguments: &[OsString]) -> bool {
    let is_stdout = |path: &OsStr| destination::is_stdout(Path::new(path));
    let is_option = |argument: &OsStr| argument == "-o" || argument == "--output";
    let follows = arguments.windows(2).any(|pair| is_option(&pair[0]) && is_stdout(&pair[1]));
    let arguments = arguments.iter().filter_map(|argument| argument.to_str());
    let joined = arguments.filter_map(|argument| {
        argument.strip_prefix("-o").or_else(|| argument.strip_prefix("--output="))
    });
    follows || joined.map(OsStr::new).any(is_stdout)
}
