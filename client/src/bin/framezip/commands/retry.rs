//! Extracting the frames of a video again.

use super::{report::VideoReport, wait::Waiter};
use crate::{args::RetryArgs, console::Console, exit::Exit};
use anyhow::Context;
use framezip_client::ApiClient;

/// Retries a video, and waits for it if requested.
pub async fn run(args: &RetryArgs, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let (id, extraction) = (args.id, args.extraction()?);
    let destination = args.waiting.destination(1)?;
    let retried = api.retry(id, extraction).await;
    // the server may have executed a request whose response was lost
    let is_unknown = retried.as_ref().is_err_and(|error| error.status().is_none_or(|s| s >= 500));
    let video = if is_unknown {
        retried
            .with_context(|| format!("{id} may be queued again: check with framezip status {id}"))?
    } else {
        retried?
    };
    let mut report = VideoReport::default();
    let mut display = console.progress(&video.file_name);
    report.set_video(video);
    let result = if args.waiting.waits() {
        let waiter = Waiter { api, console, destination: destination.as_ref() };
        waiter.wait(id, "", &mut display, &mut report).await
    } else {
        Ok(format!("queued again: {id}"))
    };
    drop(display);
    Ok(report.print(result, "", console))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        args::{Cli, Command, VideoCommand},
        console::{ResultFormat, Verbosity},
        samples,
        test_server::{CannedResponse, TestServer},
    };
    use clap::Parser;
    use framezip_contract::{Status, Video};
    use serde_json::json;

    fn args(words: &[&str]) -> RetryArgs {
        let words = ["framezip", "retry"].iter().chain(words);
        match Cli::try_parse_from(words).unwrap().command {
            Command::Video(VideoCommand::Retry(retry)) => retry,
            other => panic!("{other:?}"),
        }
    }

    fn answer(video: &Video) -> CannedResponse {
        CannedResponse::json(200, &serde_json::to_string(video).unwrap())
    }

    #[tokio::test]
    async fn a_retried_video_is_waited_for_and_saved() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("a.zip").display().to_string();
        let video = samples::video(Status::Queued);
        let zip = samples::zip();
        let server = TestServer::start_with(|url| {
            let ready = Video { status: Status::Ready, ..video.clone() };
            let mut view = serde_json::to_value(&ready).unwrap();
            view["download"] =
                json!({"url": format!("{url}/zip"), "expiresAt": ready.created_at, "bytes": zip.len()});
            let zip = CannedResponse::bytes(200, &zip, zip.len());
            vec![answer(&video), answer(&video), CannedResponse::json(200, &view.to_string()), zip]
        })
        .await;
        let args = args(&[&video.id.to_string(), "--count", "3", "-o", &to]);
        let console = Console::new(ResultFormat::Json, Verbosity::Quiet);
        let exit = run(&args, &server.api_client(3600), &console).await.unwrap();
        assert_eq!(exit, Exit::Done);
        assert_eq!(std::fs::read(&to).unwrap(), zip);
        assert_eq!(server.requests()[0].json(), json!({"extraction": {"count": 3}}));
    }

    #[tokio::test]
    async fn a_video_that_fails_again_has_its_own_exit_code() {
        let video = samples::video(Status::Queued);
        let failed = Video { status: Status::Failed, ..video.clone() };
        let server = TestServer::start([answer(&video), answer(&failed)]).await;
        let args = args(&[&video.id.to_string(), "--wait"]);
        let console = Console::new(ResultFormat::Json, Verbosity::Quiet);
        let exit = run(&args, &server.api_client(3600), &console).await.unwrap();
        assert_eq!(exit, Exit::VideoFailed);
        assert_eq!(server.requests()[0].json(), json!({}));
    }

    #[tokio::test]
    async fn the_error_says_if_the_video_may_be_queued() {
        let id = samples::video(Status::Queued).id.to_string();
        let mut answers: Vec<_> = (0..5).map(|_| CannedResponse::hang_up()).collect();
        answers.push(CannedResponse::json(409, "{}"));
        let server = TestServer::start(answers).await;
        let (api, console) =
            (server.api_client(3600), Console::new(ResultFormat::Json, Verbosity::Quiet));
        for (is_unknown, exit) in [(true, Exit::Failed), (false, Exit::Failed)] {
            let error = run(&args(&[&id]), &api, &console).await.unwrap_err();
            assert_eq!(error.to_string().contains("framezip status"), is_unknown, "{error:#}");
            assert_eq!(Exit::of(&error), exit);
        }
    }
}
