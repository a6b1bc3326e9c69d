//! The status of one video.

use crate::{
    args::{OwnerArgs, StatusArgs},
    console::Console,
    exit::{Exit, VideoFailed},
    format,
    progress::Phase,
};
use framezip_client::{ApiClient, Error};
use framezip_contract::{Source, Video, VideoId, VideoView};

/// Returns the current state of a video.
pub async fn fetch(id: VideoId, owner: &OwnerArgs, api: &ApiClient) -> Result<VideoView, Error> {
    match &owner.user {
        Some(user) => api.get_of(user, id).await,
        None => api.get(id).await,
    }
}

/// Prints the status of a video. Fails if the video has failed.
pub async fn run(args: &StatusArgs, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let view = fetch(args.id, &args.owner, api).await?;
    console.result(&text(&view.video), &view)?;
    if let Err(failed) = VideoFailed::check(&view.video) {
        // the document contains the failure already
        console.error(&failed.to_string());
        return Ok(Exit::VideoFailed);
    }
    Ok(Exit::Done)
}

fn text(video: &Video) -> String {
    let mut lines = vec![
        format!("{}: {}", format::escaped(&video.file_name), Phase::of(video).describe()),
        format!("sent     {}, {}", format::time(video.created_at), format::size(video.bytes)),
    ];
    if let Some(zip) = &video.result {
        lines.push(format!("source   {}", source(&zip.source)));
        lines.push(format!("zip      {}", format::zip_facts(zip)));
    }
    lines.extend(video.warnings.iter().map(format::warning));
    lines.join("\n")
}

fn source(source: &Source) -> String {
    let Source { codec, width, height, .. } = source;
    let mut facts = vec![format!("{} {width}×{height}", format::escaped(codec))];
    facts.extend(source.frame_rate.map(|rate| format!("{} fps", (rate * 100.0).round() / 100.0)));
    facts.extend(source.duration.map(format::duration));
    facts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_properties_of_a_source_are_left_out() {
        let mut known = Source {
            container: "matroska,webm".to_owned(),
            codec: "vp9".to_owned(),
            width: 1920,
            height: 1080,
            duration: Some(65.0),
            frame_rate: Some(30_000.0 / 1001.0),
        };
        assert_eq!(source(&known), "vp9 1920×1080, 29.97 fps, 1 min 05 s");
        (known.duration, known.frame_rate) = (None, None);
        assert_eq!(source(&known), "vp9 1920×1080");
    }
}
