//! What is printed where: results on standard output, as text or as JSON; all else on standard
//! error.

use crate::{exit::ErrorDocument, human, progress::Track};
use anyhow::Context;
use indicatif::MultiProgress;
use serde::Serialize;
use std::{
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
};

/// What standard output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdout {
    /// Results.
    Results,
    /// A zip, so that results go to standard error.
    Zip,
}

/// The two outputs of the command.
#[derive(Clone, Debug)]
pub struct Console {
    json: bool,
    quiet: bool,
    bars: Option<MultiProgress>,
    stdout: Stdout,
    advice: Arc<Mutex<Option<String>>>,
}

impl Console {
    /// Bars are shown where a person may be looking.
    pub fn new(json: bool, quiet: bool) -> Self {
        let bars = !quiet && io::stderr().is_terminal();
        let bars = bars.then(MultiProgress::new);
        Self { json, quiet, bars, stdout: Stdout::Results, advice: Arc::default() }
    }

    /// Keeps standard output free for what it is for.
    pub fn with_stdout(self, stdout: Stdout) -> Self {
        Self { stdout, ..self }
    }

    /// Prints a result: the text, or with `--json` the document in one line.
    pub fn result(&self, text: &str, document: &impl Serialize) -> anyhow::Result<()> {
        if self.json { self.document(document) } else { self.line(text) }
    }

    /// Prints a document of something that is no result, if `--json` asks for documents.
    pub fn document(&self, document: &impl Serialize) -> anyhow::Result<()> {
        if self.json { self.line(&serde_json::to_string(document)?) } else { Ok(()) }
    }

    /// Prints a text that is the result itself, with `--json` too.
    pub fn text(&self, text: &str) -> anyhow::Result<()> {
        self.line(text.trim_end())
    }

    fn line(&self, line: &str) -> anyhow::Result<()> {
        let printed = self.above_bars(|| match self.stdout {
            Stdout::Results => writeln!(io::stdout().lock(), "{line}"),
            Stdout::Zip => writeln!(io::stderr().lock(), "{line}"),
        });
        match printed {
            // the reader has read enough, as in `framezip list | head -1`
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed.context("cannot write to standard output"),
        }
    }

    /// Tells the person something, unless they asked for quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.above_bars(|| print_error(text));
        }
    }

    /// What an interruption from now on says: how to go on.
    pub fn on_interruption(&self, advice: String) {
        *self.advice.lock().unwrap_or_else(PoisonError::into_inner) = Some(advice);
    }

    /// Prints that Ctrl-C ended the command.
    pub fn interrupted(&self) {
        let advice = self.advice.lock().unwrap_or_else(PoisonError::into_inner).take();
        let text = advice
            .map_or_else(|| "interrupted".to_owned(), |advice| format!("interrupted: {advice}"));
        self.failure(&text, &ErrorDocument::new("interrupted", &text));
    }

    /// Prints what went wrong.
    pub fn error(&self, text: &str) {
        self.above_bars(|| print_error(&format!("framezip: {text}")));
    }

    /// Prints why the whole command failed, also as a document if `--json` asks for documents.
    pub fn failure(&self, text: &str, error: &ErrorDocument) {
        self.error(text);
        if self.json {
            self.document_alone(error);
        }
    }

    /// Prints the document of a command that failed as a whole.
    pub fn document_alone(&self, error: &ErrorDocument) {
        if let Err(error) = self.line(&serde_json::json!({ "error": error }).to_string()) {
            self.error(&format!("{error:#}"));
        }
    }

    /// Shows how one video comes along.
    pub fn track(&self, name: &str) -> Track {
        match &self.bars {
            Some(bars) => Track::bar(bars, name),
            None if self.quiet => Track::silent(),
            None => Track::lines(name),
        }
    }

    fn above_bars<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }
}

/// Prints lines on standard error, of which none can steer a terminal. If that is closed, there is no place
/// left to say so.
pub fn print_error(text: &str) {
    let lines = text.lines().map(human::escaped).collect::<Vec<_>>();
    let _ = writeln!(io::stderr().lock(), "{}", lines.join("\n"));
}
