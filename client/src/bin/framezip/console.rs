//! The command's output: results on standard output, as text or as JSON; everything else on standard error.

use crate::{
    exit::{self, ErrorDocument},
    progress::ProgressDisplay,
    terminal::{escaped_lines, json_line, print_error},
};
use anyhow::Context;
use indicatif::MultiProgress;
use serde::Serialize;
use std::{
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
};

/// The form of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultFormat {
    /// Text for a person.
    Text,
    /// JSON, one document per line.
    Json,
}

/// The output in addition to results and errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Nothing.
    Quiet,
    /// Notes and progress.
    Normal,
}

/// The use of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StdoutUse {
    /// Results.
    Results,
    /// A zip. Results go to standard error.
    Zip,
}

/// The command's standard output and standard error.
#[derive(Clone, Debug)]
pub struct Console {
    format: ResultFormat,
    verbosity: Verbosity,
    bars: Option<MultiProgress>,
    stdout: StdoutUse,
    interruption_advice: Arc<Mutex<Option<String>>>,
}

impl Console {
    /// Creates a console. It shows progress bars if standard error is a terminal.
    pub fn new(format: ResultFormat, verbosity: Verbosity) -> Self {
        let has_bars = verbosity == Verbosity::Normal && io::stderr().is_terminal();
        let bars = has_bars.then(MultiProgress::new);
        let interruption_advice = Arc::default();
        Self { format, verbosity, bars, stdout: StdoutUse::Results, interruption_advice }
    }

    /// Sets what standard output is used for.
    pub fn with_stdout(self, stdout: StdoutUse) -> Self {
        Self { stdout, ..self }
    }

    /// Prints a result: the text, or the document with `--json`.
    pub fn result(&self, text: &str, document: &impl Serialize) -> anyhow::Result<()> {
        match self.format {
            ResultFormat::Json => self.document(document),
            ResultFormat::Text => self.print_line(&escaped_lines(text)),
        }
    }

    /// With `--json`, prints a document that has no text form.
    pub fn document(&self, document: &impl Serialize) -> anyhow::Result<()> {
        match self.format {
            ResultFormat::Json => self.print_line(&json_line(document)?),
            ResultFormat::Text => Ok(()),
        }
    }

    /// Prints a text as it is, even with `--json`.
    pub fn text(&self, text: &str) -> anyhow::Result<()> {
        self.print_line(text.trim_end())
    }

    fn print_line(&self, line: &str) -> anyhow::Result<()> {
        let printed = self.above_bars(|| match self.stdout {
            StdoutUse::Results => writeln!(io::stdout().lock(), "{line}"),
            StdoutUse::Zip => writeln!(io::stderr().lock(), "{line}"),
        });
        match printed {
            // the reader needs no more lines, as in `framezip list | head -1`
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed.context("cannot write to standard output"),
        }
    }

    /// Prints a note, unless `--quiet` is given.
    pub fn note(&self, text: &str) {
        if self.verbosity == Verbosity::Normal {
            self.above_bars(|| print_error(text));
        }
    }

    /// Sets the advice that is printed if the command is interrupted from now on.
    pub fn set_interruption_advice(&self, advice: String) {
        let mut current = self.interruption_advice.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some(advice);
    }

    /// Prints that the command was interrupted.
    pub fn interrupted(&self) {
        let mut advice = self.interruption_advice.lock().unwrap_or_else(PoisonError::into_inner);
        let text = match advice.take() {
            Some(advice) => format!("interrupted: {advice}"),
            None => "interrupted".to_owned(),
        };
        self.failure(&text, &ErrorDocument::new("interrupted", &text));
    }

    /// Prints an error.
    pub fn error(&self, text: &str) {
        self.above_bars(|| print_error(&format!("framezip: {text}")));
    }

    /// Prints the error that ended the whole command, with `--json` as a document too.
    pub fn failure(&self, text: &str, error: &ErrorDocument) {
        self.error(text);
        if self.format == ResultFormat::Json {
            self.error_document(error);
        }
    }

    /// Prints the document of the error that ended the whole command.
    pub fn error_document(&self, error: &ErrorDocument) {
        let document = json_line(&serde_json::json!({ "error": error }));
        if let Err(error) = document.and_then(|document| self.print_line(&document)) {
            self.error(&exit::error_text(&error));
        }
    }

    /// Returns a display for the progress of one video.
    pub fn progress(&self, name: &str) -> ProgressDisplay {
        match (&self.bars, self.verbosity) {
            (Some(bars), _) => ProgressDisplay::bar(bars, name),
            (None, Verbosity::Quiet) => ProgressDisplay::silent(),
            (None, Verbosity::Normal) => ProgressDisplay::lines(name),
        }
    }

    fn above_bars<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }
}
