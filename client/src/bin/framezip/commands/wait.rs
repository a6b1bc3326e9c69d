//! What comes after the sending: waiting for a video, and saving its zip.

use super::download;
use crate::{
    console::Console,
    destination::ZipDestination,
    exit::{self, ErrorDocument, Exit, VideoFailed},
    format,
    progress::{Phase, ProgressDisplay},
};
use anyhow::Context;
use framezip_client::{ApiClient, Error};
use framezip_contract::{Video, VideoId, VideoView};
use serde::Serialize;
use std::path::Path;

/// What became of one video, as `--json` tells it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoReport {
    /// The file it was sent from, where this command did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// The record as it was last seen.
    pub video: Option<VideoView>,
    pub saved_to: Option<String>,
    error: Option<ErrorDocument>,
}

impl VideoReport {
    /// One about a file that this command sends.
    pub fn about(file: &Path) -> Self {
        Self { file: Some(file.display().to_string()), ..Self::default() }
    }

    /// Has a record that cannot be downloaded yet.
    pub fn set(&mut self, video: Video) {
        self.video = Some(VideoView::bare(video));
    }

    /// Prints how it ended, with `about` before what is said to a person.
    pub fn print(mut self, result: anyhow::Result<String>, about: &str, console: &Console) -> Exit {
        let printed = match result {
            Ok(text) => console.result(&format!("{about}{text}"), &self),
            Err(error) => {
                self.error = Some(ErrorDocument::of(&error));
                console.document(&self).and(Err(error))
            }
        };
        printed.map_or_else(
            |error| {
                console.error(&format!("{about}{}", exit::error_text(&error)));
                Exit::of(&error)
            },
            |()| Exit::Done,
        )
    }
}

/// Waits for videos that are sent.
#[derive(Debug)]
pub struct Waiter<'a> {
    /// Where they are.
    pub api: &'a ApiClient,
    /// Where to print.
    pub console: &'a Console,
    /// Where the zips go, if they are saved.
    pub output: Option<&'a ZipDestination>,
}

impl Waiter<'_> {
    /// Waits for a video as far as is wanted, and says what came of it. What has been reached stands in
    /// the report also after an error.
    pub async fn run(
        &self,
        id: VideoId,
        about: &str,
        display: &mut ProgressDisplay,
        report: &mut VideoReport,
    ) -> anyhow::Result<String> {
        let waiting = self.api.wait(id, |video| {
            if !video.status.is_final() {
                display.show(Phase::of(video));
            }
        });
        let view = waiting.await.map_err(|error| lost(error, id))?;
        let view = report.video.insert(view);
        for warning in &view.video.warnings {
            self.console.note(&format!("{about}{}", format::warning(warning)));
        }
        VideoFailed::check(&view.video)?;
        let facts = view.video.result.as_ref().map_or_else(String::new, format::zip_facts);
        let Some(output) = self.output else {
            return Ok(format!("ready: {facts} ({id})"));
        };
        let saved_to =
            download::save(view, output, display, self.api).await.with_context(|| {
                format!("{id} is ready, but not saved: framezip download {id} downloads it")
            })?;
        let text = format!("ready: {facts} ({id}) → {}", format::escaped(&saved_to));
        report.saved_to = Some(saved_to);
        Ok(text)
    }
}

/// What to do after waiting broke off; a video that was deleted cannot be waited for.
fn lost(error: Error, id: VideoId) -> anyhow::Error {
    let context = if error.status() == Some(404) {
        format!("{id} was deleted")
    } else {
        format!("lost sight of {id}: framezip watch {id} goes on waiting for it")
    };
    anyhow::Error::from(error).context(context)
}
