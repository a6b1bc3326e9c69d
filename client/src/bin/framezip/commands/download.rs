//! Downloading the zips of videos.

use super::{follow::Report, status};
use crate::{
    args::{Download, Owner},
    console::Console,
    exit::{Exit, NotReady, VideoFailed},
    human,
    output::Output,
    progress::{Stage, Track},
};
use anyhow::{Context, ensure};
use framezip_client::{ApiClient, Existing};
use framezip_contract::{Status, VideoId, VideoView};
use std::path::Path;

/// Downloads the zips one after another. One that fails does not keep the others back; the worst decides the
/// exit code.
pub async fn run(args: &Download, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let here = || {
        let existing = if args.saving.force { Existing::Replace } else { Existing::Keep };
        Output::folder(Path::new("."), existing)
    };
    let output = match args.saving.place(args.ids.len())? {
        Some(output) => output,
        None => here()?,
    };
    let mut worst = Exit::Done;
    for id in &args.ids {
        let about = if args.ids.len() > 1 { format!("{id}: ") } else { String::new() };
        let mut report = Report::default();
        let result = one(*id, &args.owner, &output, api, console, &mut report).await;
        worst = worst.max(report.print(result, &about, console));
    }
    Ok(worst)
}

async fn one(
    id: VideoId,
    owner: &Owner,
    output: &Output,
    api: &ApiClient,
    console: &Console,
    report: &mut Report,
) -> anyhow::Result<String> {
    let view = report.video.insert(status::look(id, owner, api).await?);
    let video = &view.video;
    VideoFailed::check(video)?;
    let stage = Stage::of(video).words();
    ensure!(video.status == Status::Ready, NotReady { id: video.id, stage });
    let mut track = console.track(&video.file_name);
    let saved_to = save(view, output, &mut track, api).await?;
    drop(track);
    let facts = video.result.as_ref().map(human::zip);
    let facts = facts.map_or_else(String::new, |facts| format!("{facts} "));
    let text = format!("saved: {facts}→ {}", human::escaped(&saved_to));
    report.saved_to = Some(saved_to);
    Ok(text)
}

/// Saves the zip of a video that is ready. Returns where.
pub async fn save(
    view: &VideoView,
    output: &Output,
    track: &mut Track,
    api: &ApiClient,
) -> anyhow::Result<String> {
    let download = view.download.as_ref().context("the server gave no link to the zip")?;
    let total = download.bytes;
    let progress = |done| track.show(Stage::Receiving { done, total });
    output.save(&view.video, download, api, progress).await
}
