//! Downloading the zips of videos.

use super::{status, wait::VideoReport};
use crate::{
    args::{DownloadArgs, OwnerArgs},
    console::Console,
    destination::ZipDestination,
    exit::{Exit, NotReady, VideoFailed},
    format,
    progress::{Phase, ProgressDisplay},
};
use anyhow::{Context, ensure};
use framezip_client::{ApiClient, Existing};
use framezip_contract::{Status, VideoId, VideoView};
use std::path::Path;

/// Downloads the zips one after another. One that fails does not keep the others back; the worst decides the
/// exit code.
pub async fn run(args: &DownloadArgs, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let here = || {
        let existing = if args.saving.force { Existing::Replace } else { Existing::Keep };
        ZipDestination::folder(Path::new("."), existing)
    };
    let output = match args.saving.destination(args.ids.len())? {
        Some(output) => output,
        None => here()?,
    };
    let mut worst = Exit::Done;
    for id in &args.ids {
        let about = if args.ids.len() > 1 { format!("{id}: ") } else { String::new() };
        let mut report = VideoReport::default();
        let result = one(*id, &args.owner, &output, api, console, &mut report).await;
        worst = worst.max(report.print(result, &about, console));
    }
    Ok(worst)
}

async fn one(
    id: VideoId,
    owner: &OwnerArgs,
    output: &ZipDestination,
    api: &ApiClient,
    console: &Console,
    report: &mut VideoReport,
) -> anyhow::Result<String> {
    let view = report.video.insert(status::fetch(id, owner, api).await?);
    let video = &view.video;
    VideoFailed::check(video)?;
    let stage = Phase::of(video).describe();
    ensure!(video.status == Status::Ready, NotReady { id: video.id, stage });
    let mut display = console.display(&video.file_name);
    let saved_to = save(view, output, &mut display, api).await?;
    drop(display);
    let facts = video.result.as_ref().map(format::zip_facts);
    let facts = facts.map_or_else(String::new, |facts| format!("{facts} "));
    let text = format!("saved: {facts}→ {}", format::escaped(&saved_to));
    report.saved_to = Some(saved_to);
    Ok(text)
}

/// Saves the zip of a video that is ready. Returns where.
pub async fn save(
    view: &VideoView,
    output: &ZipDestination,
    display: &mut ProgressDisplay,
    api: &ApiClient,
) -> anyhow::Result<String> {
    let download = view.download.as_ref().context("the server gave no link to the zip")?;
    let total = download.bytes;
    let progress = |done| display.show(Phase::Receiving { done, total });
    output.save(&view.video, download, api, progress).await
}
