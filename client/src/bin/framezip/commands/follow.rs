//! What comes after the sending: waiting for a video, and saving its zip.

use super::download;
use crate::{
    args::End,
    console::Console,
    exit::{Exit, VideoFailed},
    human,
    progress::{Stage, Track},
};
use anyhow::Context;
use framezip_client::ApiClient;
use framezip_contract::{Video, VideoId, VideoView};
use serde::Serialize;
use std::path::Path;

/// What became of one video, as `--json` tells it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The file it was sent from, where this command did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// The record as it was last seen.
    pub video: Option<VideoView>,
    saved_to: Option<String>,
    error: Option<String>,
}

impl Report {
    /// One about a file that this command sends.
    pub fn about(file: &Path) -> Self {
        Self { file: Some(file.display().to_string()), ..Self::default() }
    }

    /// Has a record that cannot be downloaded yet.
    pub fn set(&mut self, video: Video) {
        self.video = Some(VideoView::bare(video));
    }

    /// Prints how it ended, with `about` before what is said to a person.
    pub fn tell(mut self, result: anyhow::Result<String>, about: &str, console: &Console) -> Exit {
        let told = match result {
            Ok(text) => console.result(&format!("{about}{text}"), &self),
            Err(error) => {
                self.error = Some(format!("{error:#}"));
                console.document(&self).and(Err(error))
            }
        };
        told.map_or_else(
            |error| {
                console.error(&format!("{about}{error:#}"));
                Exit::of(&error)
            },
            |()| Exit::Done,
        )
    }
}

/// Waits for videos that are sent.
#[derive(Debug)]
pub struct Follow<'a> {
    /// Where they are.
    pub api: &'a ApiClient,
    /// Where to print.
    pub console: &'a Console,
    /// What to wait for.
    pub end: &'a End,
}

impl Follow<'_> {
    /// Waits for a video as far as is wanted, and says what came of it. What has been reached stands in
    /// the report also after an error.
    pub async fn run(
        &self,
        id: VideoId,
        about: &str,
        track: &mut Track,
        report: &mut Report,
    ) -> anyhow::Result<String> {
        let waiting = self.api.wait(id, |video| {
            if !video.status.is_final() {
                track.show(Stage::of(video));
            }
        });
        let view = waiting.await.with_context(|| {
            format!("{id} is out of sight; framezip watch {id} goes on waiting for it")
        })?;
        let view = report.video.insert(view);
        for warning in &view.video.warnings {
            self.console.note(&format!("{about}{}", human::warning(warning)));
        }
        VideoFailed::check(&view.video)?;
        let facts = view.video.result.as_ref().map_or_else(String::new, human::zip);
        let Some(to) = &self.end.output else {
            return Ok(format!("ready: {facts} ({id})"));
        };
        download::fetch(view, to, track, self.api).await.with_context(|| {
            format!("{id} is ready, but not saved; framezip download {id} fetches it")
        })?;
        report.saved_to = Some(to.display().to_string());
        Ok(format!("ready: {facts} → {}", to.display()))
    }
}
