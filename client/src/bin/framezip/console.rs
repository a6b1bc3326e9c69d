//! What is printed where: results on standard output, as text or as JSON; all else on standard
//! error.

use crate::{
    exit::{self, ErrorDocument},
    format,
    progress::ProgressDisplay,
};
use anyhow::Context;
use framezip_contract::is_unsafe_to_show;
use indicatif::MultiProgress;
use serde::Serialize;
use std::{
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
};

/// What standard output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StdoutUse {
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
    stdout: StdoutUse,
    advice: Arc<Mutex<Option<String>>>,
}

impl Console {
    /// Bars are shown where a person may be looking.
    pub fn new(json: bool, quiet: bool) -> Self {
        let bars = !quiet && io::stderr().is_terminal();
        let bars = bars.then(MultiProgress::new);
        Self { json, quiet, bars, stdout: StdoutUse::Results, advice: Arc::default() }
    }

    /// Keeps standard output free for what it is for.
    pub fn with_stdout(self, stdout: StdoutUse) -> Self {
        Self { stdout, ..self }
    }

    /// Prints a result: the text, or with `--json` the document in one line.
    pub fn result(&self, text: &str, document: &impl Serialize) -> anyhow::Result<()> {
        if self.json { self.document(document) } else { self.line(&safe(text)) }
    }

    /// Prints a document of something that is no result, if `--json` asks for documents.
    pub fn document(&self, document: &impl Serialize) -> anyhow::Result<()> {
        if self.json { self.line(&json(document)?) } else { Ok(()) }
    }

    /// Prints a text that is the result itself, with `--json` too.
    pub fn text(&self, text: &str) -> anyhow::Result<()> {
        self.line(text.trim_end())
    }

    fn line(&self, line: &str) -> anyhow::Result<()> {
        let printed = self.above_bars(|| match self.stdout {
            StdoutUse::Results => writeln!(io::stdout().lock(), "{line}"),
            StdoutUse::Zip => writeln!(io::stderr().lock(), "{line}"),
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
        let document = json(&serde_json::json!({ "error": error }));
        if let Err(error) = document.and_then(|document| self.line(&document)) {
            self.error(&exit::error_text(&error));
        }
    }

    /// Shows how one video comes along.
    pub fn display(&self, name: &str) -> ProgressDisplay {
        match &self.bars {
            Some(bars) => ProgressDisplay::bar(bars, name),
            None if self.quiet => ProgressDisplay::silent(),
            None => ProgressDisplay::lines(name),
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
    let _ = writeln!(io::stderr().lock(), "{}", safe(text));
}

/// Lines of which none can steer a terminal.
fn safe(text: &str) -> String {
    text.lines().map(format::escaped).collect::<Vec<_>>().join("\n")
}

/// A document in one line, which cannot steer a terminal.
fn json(document: &impl Serialize) -> anyhow::Result<String> {
    let mut json = String::new();
    for character in serde_json::to_string(document)?.chars() {
        if is_unsafe_to_show(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                json.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            json.push(character);
        }
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn a_document_steers_no_terminal_and_stays_the_same() {
        let name = "a\u{1b}\u{9b}31m\u{202e}\u{7f}\u{e0041}é";
        let document = json(&name).unwrap();
        assert_eq!(document, r#""a\u001b\u009b31m\u202e\u007f\udb40\udc41é""#);
        assert_eq!(serde_json::from_str::<String>(&document).unwrap(), name);
    }
}
