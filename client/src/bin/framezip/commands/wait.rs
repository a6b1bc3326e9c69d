//! Waiting for a video and saving its zip.

use super::{download, report::VideoReport};
use crate::{
    console::Console,
    destination::ZipDestination,
    exit::VideoFailed,
    format,
    progress::{Phase, ProgressDisplay},
};
use anyhow::Context;
use framezip_client::{ApiClient, Error};
use framezip_contract::VideoId;

/// Waits for uploaded videos.
#[derive(Debug)]
pub struct Waiter<'a> {
    pub api: &'a ApiClient,
    pub console: &'a Console,
    /// The destination of the zips, if they are saved.
    pub destination: Option<&'a ZipDestination>,
}

impl Waiter<'_> {
    /// Waits until a video is ready, and saves its zip if requested. Returns the result as text. After an
    /// error, the report has the results so far.
    pub async fn wait(
        &self,
        id: VideoId,
        prefix: &str,
        display: &mut ProgressDisplay,
        report: &mut VideoReport,
    ) -> anyhow::Result<String> {
        let waiting = self.api.wait(id, |video| {
            if !video.status.is_final() {
                display.show(Phase::of(video));
            }
        });
        let view = waiting.await.map_err(|error| wait_error(error, id))?;
        let view = report.video.insert(view);
        for warning in &view.video.warnings {
            self.console.note(&format!("{prefix}{}", format::warning(warning)));
        }
        VideoFailed::check(&view.video)?;
        let facts = view.video.result.as_ref().map_or_else(String::new, format::zip_facts);
        let Some(destination) = self.destination else {
            return Ok(format!("ready: {facts} ({id})"));
        };
        let saved = download::save(view, destination, display, self.api).await;
        let saved_to = saved.with_context(|| {
            format!("{id} is ready, but its zip is not saved: run framezip download {id}")
        })?;
        let text = format!("ready: {facts} ({id}) → {}", format::escaped(&saved_to));
        report.saved_to = Some(saved_to);
        Ok(text)
    }
}

/// Adds what to do after waiting failed. A deleted video cannot be waited for.
fn wait_error(error: Error, id: VideoId) -> anyhow::Error {
    let context = if error.status() == Some(404) {
        format!("{id} was deleted")
    } else {
        format!("stopped waiting for {id}: run framezip watch {id} to wait again")
    };
    anyhow::Error::from(error).context(context)
}
