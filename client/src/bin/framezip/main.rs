//! `framezip`, the command-line client: uploads videos and downloads zips of their frames.

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
mod terminal;
mod unfinished_uploads;
// shared with the library: its imports from `crate` resolve to the `use` of framezip_client below
#[cfg(test)]
#[expect(dead_code, reason = "the library's tests use all of it")]
#[path = "../../test_server.rs"]
mod test_server;

use crate::{
    app::App,
    args::{Cli, GlobalArgs},
    console::{Console, ResultFormat, StdoutUse, Verbosity},
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
    // first of all, so that no signal is lost
    let interruption = Interruption::listen();
    let exit = match Cli::read(env::args_os()) {
        Ok(cli) => run(cli, interruption).await,
        Err(error) => report_parse_error(&error, env::args_os().skip(1)),
    };
    // returning would wait for a thread that still reads a password or a pipe
    process::exit(exit.code());
}

/// Runs a command until it has ended or a signal ends it.
async fn run(cli: Cli, interruption: Interruption) -> Exit {
    let Cli { global: GlobalArgs { api, json, quiet }, command } = cli;
    let stdout = if command.saves_to_stdout() { StdoutUse::Zip } else { StdoutUse::Results };
    let format = if json { ResultFormat::Json } else { ResultFormat::Text };
    let verbosity = if quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let console = Console::new(format, verbosity).with_stdout(stdout);
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

/// Prints the error of a command line that does not parse, or the help or version that it requests.
fn report_parse_error(error: &clap::Error, arguments: impl Iterator<Item = OsString>) -> Exit {
    // fails if the reader has closed the pipe, which is not an error
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Done;
    }
    let arguments: Vec<_> = arguments.take_while(|argument| argument != "--").collect();
    if arguments.iter().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let text = text.split("\n\nUsage:").next().unwrap_or_default();
        let text = text.trim_start_matches("error: ").trim_end();
        let stdout = if output_is_stdout(&arguments) { StdoutUse::Zip } else { StdoutUse::Results };
        Console::new(ResultFormat::Json, Verbosity::Quiet)
            .with_stdout(stdout)
            .error_document(&ErrorDocument::new("usage", text));
    }
    Exit::Usage
}

/// Returns whether `-o` leads to standard output in arguments that do not parse.
fn output_is_stdout(arguments: &[OsString]) -> bool {
    let is_stdout = |path: &OsStr| destination::is_stdout(Path::new(path));
    let is_option = |argument: &OsStr| argument == "-o" || argument == "--output";
    let is_separate = arguments.windows(2).any(|pair| is_option(&pair[0]) && is_stdout(&pair[1]));
    let arguments = arguments.iter().filter_map(|argument| argument.to_str());
    let joined = arguments.filter_map(|argument| {
        argument.strip_prefix("-o").or_else(|| argument.strip_prefix("--output="))
    });
    is_separate || joined.map(OsStr::new).any(is_stdout)
}
