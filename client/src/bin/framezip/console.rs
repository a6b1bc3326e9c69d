//! What is printed where: results on standard output, as text or as JSON; all else on standard
//! error.

use crate::progress::Track;
use anyhow::Context;
use indicatif::MultiProgress;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// The two outputs of the command.
#[derive(Debug)]
pub struct Console {
    json: bool,
    quiet: bool,
    bars: Option<MultiProgress>,
}

impl Console {
    /// Bars are shown where a person may be looking.
    pub fn new(json: bool, quiet: bool) -> Self {
        let bars = !quiet && io::stderr().is_terminal();
        Self { json, quiet, bars: bars.then(MultiProgress::new) }
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
        self.beside_bars(|| writeln!(io::stdout().lock(), "{line}"))
            .context("cannot write to standard output")
    }

    /// Tells the person something, unless they asked for quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.beside_bars(|| eprintln!("{text}"));
        }
    }

    /// Tells what went wrong.
    pub fn error(&self, text: &str) {
        self.beside_bars(|| eprintln!("framezip: {text}"));
    }

    /// Shows how one video comes along.
    pub fn track(&self, name: &str) -> Track {
        match &self.bars {
            Some(bars) => Track::bar(bars, name),
            None if self.quiet => Track::silent(),
            None => Track::lines(name),
        }
    }

    fn beside_bars<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }
}
