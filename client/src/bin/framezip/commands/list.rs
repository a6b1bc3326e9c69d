//! Listing videos.

use crate::{args::ListArgs, console::Console, exit::Exit, format, progress::Phase};
use framezip_client::{ApiClient, Error, OwnerFilter};
use framezip_contract::{Status, VideoView};
use serde_json::json;

/// The largest number of videos on a page.
const PAGE_SIZE: usize = 100;

/// Whether the table has the owners of the videos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnerColumn {
    Hidden,
    Shown,
}

/// Lists the videos of all pages, or as many as `--limit` allows.
pub async fn run(args: &ListArgs, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let limit = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let scope = args.scope();
    let videos = newest(api, &scope, args.status, limit).await?;
    let owners = match scope {
        OwnerFilter::Everyone => OwnerColumn::Shown,
        OwnerFilter::Own | OwnerFilter::User(_) => OwnerColumn::Hidden,
    };
    let text = table(&videos, owners);
    console.result(&text, &json!({"videos": videos}))?;
    Ok(Exit::Done)
}

/// Returns the newest videos, at most `limit`.
pub async fn newest(
    api: &ApiClient,
    scope: &OwnerFilter,
    status: Option<Status>,
    limit: usize,
) -> Result<Vec<VideoView>, Error> {
    let mut videos = Vec::new();
    let mut cursor = None;
    while videos.len() < limit {
        let page_limit = (limit - videos.len()).min(PAGE_SIZE) as u32;
        let page = api.list_of(scope, status, Some(page_limit), cursor.as_deref()).await?;
        videos.extend(page.videos);
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    videos.truncate(limit);
    Ok(videos)
}

fn table(videos: &[VideoView], owners: OwnerColumn) -> String {
    let mut rows = vec![["ID", "OWNER", "CREATED", "STATUS", "SIZE", "NAME"].map(str::to_owned)];
    rows.extend(videos.iter().map(|VideoView { video, .. }| {
        [
            video.id.to_string(),
            video.owner.to_string(),
            format::time(video.created_at),
            Phase::of(video).describe(),
            format::size(video.bytes),
            format::escaped(&video.file_name),
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(width);
    let lines = rows.iter().map(|[id, owner, created, status, size, name]| {
        let owner = match owners {
            OwnerColumn::Shown => format!("  {owner:b$}"),
            OwnerColumn::Hidden => String::new(),
        };
        format!("{id:a$}{owner}  {created:c$}  {status:d$}  {size:>e$}  {name}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        samples,
        test_server::{CannedResponse, TestServer},
    };

    fn page(videos: usize, cursor: Option<&str>) -> CannedResponse {
        let videos: Vec<_> = (0..videos).map(|_| samples::video(Status::Ready)).collect();
        CannedResponse::json(200, &json!({"videos": videos, "cursor": cursor}).to_string())
    }

    #[tokio::test]
    async fn pages_are_read_up_to_the_last_one_or_the_limit() {
        let answers = [page(2, Some("c")), page(0, Some("d")), page(1, None), page(2, Some("e"))];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let status = Some(Status::Ready);
        let all = newest(&api, &OwnerFilter::Everyone, status, usize::MAX).await.unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(newest(&api, &OwnerFilter::Own, None, 2).await.unwrap().len(), 2);
        let lines: Vec<_> = server.requests().into_iter().map(|request| request.line).collect();
        assert_eq!(
            lines,
            [
                "GET /api/videos?all=true&status=ready&limit=100 HTTP/1.1",
                "GET /api/videos?all=true&status=ready&limit=100&cursor=c HTTP/1.1",
                "GET /api/videos?all=true&status=ready&limit=100&cursor=d HTTP/1.1",
                "GET /api/videos?limit=2 HTTP/1.1",
            ]
        );
    }

    #[test]
    fn only_the_list_of_all_users_shows_owners() {
        let view = VideoView::bare(samples::video(Status::Queued));
        let [own, everyones] = [OwnerColumn::Hidden, OwnerColumn::Shown]
            .map(|owners| table(std::slice::from_ref(&view), owners));
        assert!(!own.contains("OWNER") && own.contains("  queued  "), "{own}");
        let line = everyones.lines().last().unwrap();
        let start = format!("{}  {}  ", view.video.id, view.video.owner);
        assert!(line.starts_with(&start), "{everyones}");
    }
}
