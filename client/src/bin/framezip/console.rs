//! What is printed where: results on standard output, as text or as JSON; all else on standard
//! error.

use crate::{exit::ErrorDocument, output::Output, progress::Track};
use anyhow::Context;
use indicatif::MultiProgress;
use serde::Serialize;
use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The two outputs of the command.
#[derive(Debug)]
pub struct Console {
    json: bool,
    quiet: bool,
    bars: Option<MultiProgress>,
    /// Whether standard output takes a zip, so that results go to standard error.
    is_stdout_taken: AtomicBool,
    advice: Mutex<Option<String>>,
}

impl Console {
    /// Bars are shown where a person may be looking.
    pub fn new(json: bool, quiet: bool) -> Self {
        let bars = !quiet && io::stderr().is_terminal();
        let bars = bars.then(MultiProgress::new);
        Self {
            json,
            quiet,
            bars,
            is_stdout_taken: AtomicBool::new(false),
            advice: Mutex::default(),
        }
    }

    /// Prints no result among the bytes of a zip that goes to standard output.
    pub fn keep_stdout_for(&self, output: &Output) {
        self.is_stdout_taken.store(*output == Output::Stdout, Ordering::Relaxed);
    }

    /// As [`Self::keep_stdout_for`], if zips are saved at all.
    pub fn keep_stdout_for_any(&self, output: Option<&Output>) {
        if let Some(output) = output {
            self.keep_stdout_for(output);
        }
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
        let is_taken = self.is_stdout_taken.load(Ordering::Relaxed);
        let printed = self.above_bars(|| match is_taken {
            true => writeln!(io::stderr().lock(), "{line}"),
            false => writeln!(io::stdout().lock(), "{line}"),
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

/// Prints a line on standard error. If that is closed, there is no place left to say so.
pub fn print_error(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
