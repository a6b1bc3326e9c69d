//! Sending videos, up to three side by side; waiting for their zips and fetching them.

use super::download;
use crate::{
    args::Upload,
    console::Console,
    exit::{Exit, VideoFailed},
    human,
    progress::{Stage, Track},
};
use anyhow::Context;
use framezip_client::{ApiClient, SourceFile};
use framezip_contract::{ExtractionOptions, VideoId, VideoView};
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use std::path::Path;

const SIDE_BY_SIDE: usize = 3;

/// Sends the files. One that fails does not keep the others back; the worst decides the exit code.
pub async fn run(
    args: &Upload,
    extraction: &ExtractionOptions,
    api: &ApiClient,
    console: &Console,
) -> Exit {
    let run = Run { args, extraction, api, console };
    stream::iter(&args.files)
        .map(|path| run.one(path))
        .buffer_unordered(SIDE_BY_SIDE)
        .fold(Exit::Done, async |worst, exit| worst.max(exit))
        .await
}

struct Run<'a> {
    args: &'a Upload,
    extraction: &'a ExtractionOptions,
    api: &'a ApiClient,
    console: &'a Console,
}

/// What became of one file.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    file: String,
    video: Option<VideoView>,
    saved_to: Option<String>,
    error: Option<String>,
}

impl Run<'_> {
    async fn one(&self, path: &Path) -> Exit {
        let mut report = Report { file: path.display().to_string(), ..Report::default() };
        let result = match self.send(path, &mut report).await {
            Ok(text) => self.console.result(&self.about(path, &text), &report),
            Err(error) => {
                report.error = Some(format!("{error:#}"));
                self.console.document(&report).and(Err(error))
            }
        };
        result.map_or_else(
            |error| {
                self.console.error(&self.about(path, &format!("{error:#}")));
                Exit::of(&error)
            },
            |()| Exit::Done,
        )
    }

    /// Everything for one file; what has been reached stands in the report also after an error.
    async fn send(&self, path: &Path, report: &mut Report) -> anyhow::Result<String> {
        if let Some(to) = &self.args.output {
            download::check_target(to)?;
        }
        let file = SourceFile::open(path).await?;
        let mut track = self.console.track(&file.name);
        let created = self.api.create(&file.request(self.extraction.clone())).await?;
        let id = created.video.id;
        report.video = Some(VideoView::bare(created.video.clone()));
        let total = file.bytes;
        self.api.upload(&created, &file, |done| track.show(Stage::Sending { done, total })).await?;
        if self.args.wait || self.args.output.is_some() {
            self.follow(id, path, &mut track, report).await
        } else {
            Ok(format!("sent: {id}"))
        }
    }

    async fn follow(
        &self,
        id: VideoId,
        path: &Path,
        track: &mut Track,
        report: &mut Report,
    ) -> anyhow::Result<String> {
        let view = self
            .api
            .wait(id, |video| {
                if !video.status.is_final() {
                    track.show(Stage::of(video));
                }
            })
            .await
            .with_context(|| format!("{id} is sent, but out of sight"))?;
        let view = report.video.insert(view);
        for warning in &view.video.warnings {
            self.console.note(&self.about(path, &human::warning(warning)));
        }
        VideoFailed::check(&view.video)?;
        let facts = view.video.result.as_ref().map_or_else(String::new, human::zip);
        let Some(to) = &self.args.output else {
            return Ok(format!("ready: {facts} ({id})"));
        };
        download::fetch(view, to, track, self.api)
            .await
            .with_context(|| format!("{id} is ready, but not saved"))?;
        report.saved_to = Some(to.display().to_string());
        Ok(format!("ready: {facts} → {}", to.display()))
    }

    /// A text about this file, which has to be said where there are several.
    fn about(&self, path: &Path, text: &str) -> String {
        if self.args.files.len() > 1 {
            format!("{}: {text}", human::plain(&path.to_string_lossy()))
        } else {
            text.to_owned()
        }
    }
}
