//! The progress of videos until they are ready or failed.

use super::list;
use crate::{
    console::Console,
    exit::{self, ErrorDocument, Exit, VideoFailed},
    format,
    progress::{Phase, ProgressDisplay},
};
use framezip_client::{ApiClient, Error, OwnerFilter};
use framezip_contract::{Status, Video, VideoId, VideoView};
use futures_util::{StreamExt, stream};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const CONCURRENT_REQUESTS: usize = 4;
const FIRST_INTERVAL: Duration = Duration::from_millis(300);
const LAST_INTERVAL: Duration = Duration::from_secs(2);

/// The shortest interval for each video: all users together share the API's limit of requests.
const INTERVAL_PER_VIDEO: Duration = Duration::from_millis(100);

/// Shows the progress of the videos and prints the result of each. A failed request for one does not stop the
/// others.
pub async fn run(ids: &[VideoId], api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let mut open: BTreeMap<VideoId, Option<ProgressDisplay>> = if ids.is_empty() {
        unfinished(api).await?.into_iter().map(|id| (id, None)).collect()
    } else {
        ids.iter().map(|id| (*id, None)).collect()
    };
    if open.is_empty() {
        console.note("there is no video to wait for");
    }
    let (mut worst, mut interval) = (Exit::Done, FIRST_INTERVAL);
    while !open.is_empty() {
        let results = stream::iter(open.keys().copied().collect::<Vec<_>>())
            .map(async |id| (id, api.get(id).await))
            .buffered(CONCURRENT_REQUESTS)
            .collect::<Vec<_>>()
            .await;
        for (id, result) in results {
            match result {
                Ok(view) if !view.video.status.is_final() => show(&view.video, &mut open, console),
                ended => {
                    // the bar is removed before the result is printed
                    open.remove(&id);
                    worst = worst.max(print_result(id, ended, console));
                }
            }
        }
        if !open.is_empty() {
            tokio::time::sleep(interval.max(INTERVAL_PER_VIDEO * open.len() as u32)).await;
            interval = interval.mul_f64(1.3).min(LAST_INTERVAL);
        }
    }
    Ok(worst)
}

/// Returns the user's videos that are neither ready nor failed. The statuses are listed in the order in which a
/// video passes through them, so that no video is missed between two lists.
async fn unfinished(api: &ApiClient) -> Result<BTreeSet<VideoId>, Error> {
    let mut ids = BTreeSet::new();
    for status in [Status::AwaitingUpload, Status::Queued, Status::Processing] {
        let videos = list::newest(api, &OwnerFilter::Own, Some(status), usize::MAX).await?;
        ids.extend(videos.iter().map(|view| view.video.id));
    }
    Ok(ids)
}

fn show(video: &Video, open: &mut BTreeMap<VideoId, Option<ProgressDisplay>>, console: &Console) {
    if let Some(display) = open.get_mut(&video.id) {
        display.get_or_insert_with(|| console.progress(&video.file_name)).show(Phase::of(video));
    }
}

fn print_result(id: VideoId, result: Result<VideoView, Error>, console: &Console) -> Exit {
    let printed = match result {
        Ok(view) => print_video(&view, console),
        Err(error) => {
            let error = anyhow::Error::from(error);
            let document = json!({"id": id, "error": ErrorDocument::of(&error)});
            console.document(&document).and(Err(error.context(id)))
        }
    };
    printed.map_or_else(
        |error| {
            console.error(&exit::error_text(&error));
            Exit::of(&error)
        },
        |()| Exit::Done,
    )
}

fn print_video(view: &VideoView, console: &Console) -> anyhow::Result<()> {
    let video = &view.video;
    let name = format::escaped(&video.file_name);
    if let Err(failed) = VideoFailed::check(video) {
        console.document(view)?;
        return Err(anyhow::Error::from(failed).context(format!("{name} ({})", video.id)));
    }
    let facts = video.result.as_ref().map_or_else(String::new, format::zip_facts);
    console.result(&format!("{name}: ready: {facts} ({})", video.id), view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        console::{ResultFormat, Verbosity},
        samples,
        test_server::{CannedResponse, TestServer},
    };
    use serde_json::json;

    fn answer(video: &Video, status: Status) -> CannedResponse {
        let video = Video { status, ..video.clone() };
        CannedResponse::json(200, &serde_json::to_string(&video).unwrap())
    }

    fn lines(server: &TestServer) -> Vec<String> {
        server.requests().into_iter().map(|request| request.line).collect()
    }

    #[tokio::test]
    async fn all_unfinished_videos_are_watched_by_default() {
        let video = samples::video(Status::Queued);
        let page =
            |videos: &[&Video]| CannedResponse::json(200, &json!({"videos": videos}).to_string());
        let server = TestServer::start([
            page(&[]),
            page(&[&video]),
            page(&[&video]),
            answer(&video, Status::Processing),
            answer(&video, Status::Ready),
        ])
        .await;
        let (api, console) =
            (server.api_client(3600), Console::new(ResultFormat::Text, Verbosity::Quiet));
        assert_eq!(run(&[], &api, &console).await.unwrap(), Exit::Done);
        let lines = lines(&server);
        assert_eq!(lines[2], "GET /api/videos?status=processing&limit=100 HTTP/1.1");
        assert_eq!(lines[3..], vec![format!("GET /api/videos/{} HTTP/1.1", video.id); 2]);
    }

    #[tokio::test]
    async fn a_deleted_video_is_an_error_and_the_worst_exit_counts() {
        let video = samples::video(Status::Queued);
        let failed = || answer(&video, Status::Failed);
        let server = TestServer::start([failed(), CannedResponse::json(404, "{}"), failed()]).await;
        let (api, console) =
            (server.api_client(3600), Console::new(ResultFormat::Json, Verbosity::Quiet));
        assert_eq!(run(&[video.id], &api, &console).await.unwrap(), Exit::VideoFailed);
        let other = samples::video(Status::Queued).id;
        assert_eq!(run(&[video.id, other], &api, &console).await.unwrap(), Exit::Failed);
        assert_eq!(lines(&server).len(), 3);
    }

    #[tokio::test]
    async fn watching_no_videos_is_a_success() {
        let page = || CannedResponse::json(200, r#"{"videos":[]}"#);
        let server = TestServer::start([page(), page(), page()]).await;
        let (api, console) =
            (server.api_client(3600), Console::new(ResultFormat::Json, Verbosity::Quiet));
        assert_eq!(run(&[], &api, &console).await.unwrap(), Exit::Done);
    }
}
