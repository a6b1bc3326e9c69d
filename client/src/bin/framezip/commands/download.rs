//! Fetching the zip of one video.

use super::status;
use crate::{
    args::Download,
    console::Console,
    exit::{Exit, VideoFailed},
    human,
    progress::{Stage, Track},
};
use anyhow::{Context, bail, ensure};
use framezip_client::ApiClient;
use framezip_contract::{Status, Video, VideoView};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Downloads a video's zip.
pub async fn run(args: &Download, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let view = status::look(&args.video, api).await?;
    let video = &view.video;
    VideoFailed::check(video)?;
    if video.status != Status::Ready {
        bail!("{} is not ready yet: {}", video.id, Stage::of(video).words());
    }
    let to = match &args.output {
        Some(to) => to.clone(),
        None => {
            let to = default_name(video);
            ensure!(
                args.force || !to.exists(),
                "{} exists: replace it with --force, or name another file with -o",
                to.display()
            );
            to
        }
    };
    check_target(&to)?;
    let mut track = console.track(&video.file_name);
    fetch(&view, &to, &mut track, api).await?;
    drop(track);
    let facts = video.result.as_ref().map_or_else(String::new, human::zip);
    let document = json!({"id": video.id, "savedTo": to.display().to_string()});
    console.result(&format!("saved: {facts} → {}", to.display()), &document)?;
    Ok(Exit::Done)
}

/// Saves the zip of a video that is ready.
pub async fn fetch(
    view: &VideoView,
    to: &Path,
    track: &mut Track,
    api: &ApiClient,
) -> anyhow::Result<()> {
    let download = view.download.as_ref().context("the server gave no link to the zip")?;
    let total = download.bytes;
    api.download(download, to, |done| track.show(Stage::Receiving { done, total })).await?;
    Ok(())
}

/// Whether there may be a file of this name, so that it shows before any byte is moved.
pub fn check_target(to: &Path) -> anyhow::Result<()> {
    ensure!(!to.is_dir(), "{} is a folder: name a file", to.display());
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        ensure!(folder.is_dir(), "there is no folder {}", folder.display());
    }
    Ok(())
}

/// The video's name with `.zip`, in the current folder: the name comes from elsewhere, so nothing
/// in it may lead out of there.
fn default_name(video: &Video) -> PathBuf {
    let name = video.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = Path::new(name).file_stem().map(|stem| human::plain(&stem.to_string_lossy()));
    match stem {
        Some(stem) if !stem.starts_with('.') => format!("{stem}.zip").into(),
        _ => format!("{}.zip", video.id).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn video(file_name: &str) -> Video {
        Video { file_name: file_name.to_owned(), ..samples::video(Status::Ready) }
    }

    #[test]
    fn the_zip_is_named_after_the_video() {
        for (name, zip) in [
            ("clip.mp4", "clip.zip"),
            ("a.b.mkv", "a.b.zip"),
            ("clip", "clip.zip"),
            ("../../etc/x.mp4", "x.zip"),
            ("c:\\videos\\x.mp4", "x.zip"),
            ("a\u{1b}[2J.mp4", "a\u{fffd}[2J.zip"),
        ] {
            assert_eq!(default_name(&video(name)), Path::new(zip));
        }
        for name in ["", "..", "/", ".mp4", "a/.."] {
            let video = video(name);
            assert_eq!(default_name(&video), PathBuf::from(format!("{}.zip", video.id)), "{name}");
        }
    }

    #[test]
    fn targets_are_checked_before() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_target(folder.path()).is_err());
        assert!(check_target(&folder.path().join("a/b.zip")).is_err());
        assert!(check_target(&folder.path().join("b.zip")).is_ok());
        assert!(check_target(Path::new("b.zip")).is_ok());
    }
}
