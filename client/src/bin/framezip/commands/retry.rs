//! Extracting again from a video that is there already.

use super::wait::{VideoReport, Waiter};
use crate::{args::RetryArgs, console::Console, exit::Exit};
use anyhow::Context;
use framezip_client::ApiClient;

/// Begins a video again, and waits for it if asked to.
pub async fn run(args: &RetryArgs, api: &ApiClient, console: &Console) -> anyhow::Result<Exit> {
    let (id, extraction) = (args.id, args.extraction()?);
    let output = args.waiting.destination(1)?;
    let begun = api.retry(id, extraction).await;
    // the last of several requests may have got through
    let unsure = begun.as_ref().is_err_and(|error| error.status().is_none_or(|s| s >= 500));
    let video = if unsure {
        begun.with_context(|| format!("{id} may be queued or not: see framezip status {id}"))?
    } else {
        begun?
    };
    let mut report = VideoReport::default();
    let mut display = console.display(&video.file_name);
    report.set(video);
    let result = if args.waiting.waits() {
        let waiter = Waiter { api, console, output: output.as_ref() };
        waiter.run(id, "", &mut display, &mut report).await
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
    async fn it_is_waited_for_and_saved() {
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
        let console = Console::new(true, true);
        let exit = run(&args, &server.api_client(3600), &console).await.unwrap();
        assert_eq!(exit, Exit::Done);
        assert_eq!(std::fs::read(&to).unwrap(), zip);
        assert_eq!(server.requests()[0].json(), json!({"extraction": {"count": 3}}));
    }

    #[tokio::test]
    async fn a_failure_is_one_of_the_video() {
        let video = samples::video(Status::Queued);
        let failed = Video { status: Status::Failed, ..video.clone() };
        let server = TestServer::start([answer(&video), answer(&failed)]).await;
        let args = args(&[&video.id.to_string(), "--wait"]);
        let console = Console::new(true, true);
        let exit = run(&args, &server.api_client(3600), &console).await.unwrap();
        assert_eq!(exit, Exit::VideoFailed);
        assert_eq!(server.requests()[0].json(), json!({}));
    }

    #[tokio::test]
    async fn what_is_unsure_is_said() {
        let id = samples::video(Status::Queued).id.to_string();
        let mut answers: Vec<_> = (0..5).map(|_| CannedResponse::hang_up()).collect();
        answers.push(CannedResponse::json(409, "{}"));
        let server = TestServer::start(answers).await;
        let (api, console) = (server.api_client(3600), Console::new(true, true));
        for (unsure, exit) in [(true, Exit::Failed), (false, Exit::Failed)] {
            let error = run(&args(&[&id]), &api, &console).await.unwrap_err();
            assert_eq!(error.to_string().contains("framezip status"), unsure, "{error:#}");
            assert_eq!(Exit::of(&error), exit);
        }
    }
}
