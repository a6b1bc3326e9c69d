//! The list of the user's videos.

use crate::{args::List, console::Console, exit::Exit, human, progress::Stage};
use framezip_client::ApiClient;
use framezip_contract::Video;
use serde_json::json;

/// The most that is asked for at once.
const PAGE: u32 = 100;

/// Lists the videos, over as many pages as it takes.
pub async fn run(args: &List, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let wanted = args.limit.unwrap_or(u32::MAX) as usize;
    let mut videos = Vec::new();
    let mut cursor = None;
    while videos.len() < wanted {
        let limit = (wanted - videos.len()).min(PAGE as usize) as u32;
        let page = api.list(args.status, Some(limit), cursor.as_deref()).await?;
        videos.extend(page.videos);
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    videos.truncate(wanted);
    console.result(&table(&videos), &json!({"videos": videos}))?;
    Ok(Exit::Done)
}

fn table(videos: &[Video]) -> String {
    let mut rows = vec![["ID", "CREATED", "STATUS", "SIZE", "NAME"].map(str::to_owned)];
    rows.extend(videos.iter().map(|video| {
        [
            video.id.to_string(),
            human::time(video.created_at),
            Stage::of(video).words(),
            human::size(video.bytes),
            human::plain(&video.file_name),
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let lines = rows.iter().map(|[id, created, status, size, name]| {
        let [a, b, c, d] = widths;
        format!("{id:a$}  {created:b$}  {status:c$}  {size:>d$}  {name}")
    });
    lines.collect::<Vec<_>>().join("\n")
}
