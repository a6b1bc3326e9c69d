//! A live view of videos, until they are ready or failed.

use super::list;
use crate::{
    console::Console,
    exit::{self, ErrorDocument, Exit, VideoFailed},
    format,
    progress::{Phase, ProgressDisplay},
};
use framezip_client::{ApiClient, Error, ListScope};
use framezip_contract::{Status, Video, VideoId, VideoView};
use futures_util::{StreamExt, stream};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const SIDE_BY_SIDE: usize = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(300);
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// For each video; the API's limit of requests is for all users together.
const PAUSE_EACH: Duration = Duration::from_millis(100);

/// Shows where the videos stand, and prints each one as it ends. One that is out of sight does not keep
/// the others back.
pub async fn run(ids: &[VideoId], api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let mut open: BTreeMap<VideoId, Option<ProgressDisplay>> = if ids.is_empty() {
        unfinished(api).await?.into_iter().map(|id| (id, None)).collect()
    } else {
        ids.iter().map(|id| (*id, None)).collect()
    };
    if open.is_empty() {
        console.note("no video is on its way");
    }
    let (mut worst, mut pause) = (Exit::Done, FIRST_PAUSE);
    while !open.is_empty() {
        let looks = stream::iter(open.keys().copied().collect::<Vec<_>>())
            .map(async |id| (id, api.get(id).await))
            .buffered(SIDE_BY_SIDE)
            .collect::<Vec<_>>()
            .await;
        for (id, look) in looks {
            match look {
                Ok(view) if !view.video.status.is_final() => show(&view.video, &mut open, console),
                ended => {
                    // its bar goes before its last line comes
                    open.remove(&id);
                    worst = worst.max(end(id, ended, console));
                }
            }
        }
        if !open.is_empty() {
            tokio::time::sleep(pause.max(PAUSE_EACH * open.len() as u32)).await;
            pause = pause.mul_f64(1.3).min(LAST_PAUSE);
        }
    }
    Ok(worst)
}

/// The user's videos that are neither ready nor failed. Asked for in the order in which a video goes
/// through them, so that none slips through between two lists.
async fn unfinished(api: &ApiClient) -> Result<BTreeSet<VideoId>, Error> {
    let mut ids = BTreeSet::new();
    for status in [Status::AwaitingUpload, Status::Queued, Status::Processing] {
        let videos = list::all(api, &ListScope::Own, Some(status), usize::MAX).await?;
        ids.extend(videos.iter().map(|video| video.id));
    }
    Ok(ids)
}

fn show(video: &Video, open: &mut BTreeMap<VideoId, Option<ProgressDisplay>>, console: &Console) {
    if let Some(display) = open.get_mut(&video.id) {
        display.get_or_insert_with(|| console.display(&video.file_name)).show(Phase::of(video));
    }
}

/// Prints how it ended.
fn end(id: VideoId, look: Result<VideoView, Error>, console: &Console) -> Exit {
    let printed = match look {
        Ok(view) => print(&view, console),
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

fn print(view: &VideoView, console: &Console) -> anyhow::Result<()> {
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
    async fn all_that_are_on_their_way_are_watched() {
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
        let (api, console) = (server.api_client(3600), Console::new(false, true));
        assert_eq!(run(&[], &api, &console).await.unwrap(), Exit::Done);
        let lines = lines(&server);
        assert_eq!(lines[2], "GET /api/videos?status=processing&limit=100 HTTP/1.1");
        assert_eq!(lines[3..], vec![format!("GET /api/videos/{} HTTP/1.1", video.id); 2]);
    }

    #[tokio::test]
    async fn what_is_gone_is_a_failure_and_the_greater_one_counts() {
        let video = samples::video(Status::Queued);
        let failed = || answer(&video, Status::Failed);
        let server = TestServer::start([failed(), CannedResponse::json(404, "{}"), failed()]).await;
        let (api, console) = (server.api_client(3600), Console::new(true, true));
        assert_eq!(run(&[video.id], &api, &console).await.unwrap(), Exit::VideoFailed);
        let other = samples::video(Status::Queued).id;
        assert_eq!(run(&[video.id, other], &api, &console).await.unwrap(), Exit::Failed);
        assert_eq!(lines(&server).len(), 3);
    }

    #[tokio::test]
    async fn nothing_to_watch_is_no_failure() {
        let page = || CannedResponse::json(200, r#"{"videos":[]}"#);
        let server = TestServer::start([page(), page(), page()]).await;
        let (api, console) = (server.api_client(3600), Console::new(true, true));
        assert_eq!(run(&[], &api, &console).await.unwrap(), Exit::Done);
    }
}
