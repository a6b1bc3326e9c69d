//! Downloading the zips of videos.

use super::{report::VideoReport, status};
use crate::{
    args::{DownloadArgs, OwnerArgs},
    console::Console,
    destination::ZipDestination,
    exit::{Exit, NotReady, VideoFailed},
    format,
    progress::{Amount, Phase, ProgressDisplay},
};
use anyhow::{Context, ensure};
use framezip_client::{ApiClient, Existing};
use framezip_contract::{Status, VideoId, VideoView};
use std::path::Path;

/// Downloads the zips one after another. A failed download does not stop the others; the worst result decides
/// the exit code.
pub async fn run(args: &DownloadArgs, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let destination = match args.saving.destination(args.ids.len())? {
        Some(destination) => destination,
        None => {
            let existing = if args.saving.force { Existing::Replace } else { Existing::Keep };
            ZipDestination::folder(Path::new("."), existing)?
        }
    };
    let mut worst = Exit::Done;
    for id in &args.ids {
        let prefix = if args.ids.len() > 1 { format!("{id}: ") } else { String::new() };
        let mut report = VideoReport::default();
        let result = download_one(*id, &args.owner, &destination, api, console, &mut report).await;
        worst = worst.max(report.print(result, &prefix, console));
    }
    Ok(worst)
}

async fn download_one(
    id: VideoId,
    owner: &OwnerArgs,
    destination: &ZipDestination,
    api: &ApiClient,
    console: &Console,
    report: &mut VideoReport,
) -> anyhow::Result<String> {
    let view = report.video.insert(status::fetch(id, owner, api).await?);
    let video = &view.video;
    VideoFailed::check(video)?;
    let phase = Phase::of(video).describe();
    ensure!(video.status == Status::Ready, NotReady { id: video.id, phase });
    let mut display = console.progress(&video.file_name);
    let saved_to = save(view, destination, &mut display, api).await?;
    drop(display);
    let facts = video.result.as_ref().map(format::zip_facts);
    let facts = facts.map_or_else(String::new, |facts| format!("{facts} "));
    let text = format!("saved: {facts}→ {}", format::escaped(&saved_to));
    report.saved_to = Some(saved_to);
    Ok(text)
}

/// Saves the zip of a ready video. Returns the name of the destination.
pub async fn save(
    view: &VideoView,
    destination: &ZipDestination,
    display: &mut ProgressDisplay,
    api: &ApiClient,
) -> anyhow::Result<String> {
    let download =
        view.download.as_ref().context("the server's response has no link to the zip")?;
    let total = download.bytes;
    let progress = |done| display.show(Phase::Receiving(Amount { done, total }));
    destination.save(&view.video, download, api, progress).await
}
