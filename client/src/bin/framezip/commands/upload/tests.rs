//! Tests of uploads: the requests that are sent and the unfinished uploads that are saved.

use super::*;
use crate::{
    args::{Cli, Command, SaveArgs, VideoCommand},
    console::{ResultFormat, Verbosity},
    samples,
    test_server::{CannedResponse, RecordedRequest, TestServer},
};
use clap::Parser;
use framezip_contract::{Status, Video};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// Returns a folder with videos of one byte, the length of those in [`samples`].
fn files(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        fs::write(folder.path().join(name), "v").unwrap();
    }
    folder
}

fn video() -> Video {
    Video { created_at: Timestamp::now(), ..samples::video(Status::AwaitingUpload) }
}

fn single(server: &str) -> Value {
    let (url, at) = (format!("{server}/put"), Timestamp::now());
    json!({"kind": "single", "method": "PUT", "url": url, "headers": {}, "expiresAt": at})
}

fn created(server: &str, video: &Video) -> Value {
    json!({"video": video, "upload": single(server)})
}

fn json_response(body: &Value) -> CannedResponse {
    CannedResponse::json(200, &body.to_string())
}

fn stored() -> CannedResponse {
    CannedResponse::new(200, "", "")
}

fn lines(requests: &[RecordedRequest]) -> Vec<&str> {
    requests.iter().map(|request| request.line.trim_end_matches(" HTTP/1.1")).collect()
}

fn uploads(folder: &TempDir) -> UnfinishedUploads {
    UnfinishedUploads::new(folder.path(), "a".to_owned())
}

/// Runs a command line with file names in the folder.
async fn run(line: &str, folder: &TempDir, server: &TestServer) -> anyhow::Result<Exit> {
    let words = line.split_whitespace().map(|word| match word.ends_with(".mp4") {
        true => folder.path().join(word).display().to_string(),
        false => word.to_owned(),
    });
    let (api, console) =
        (server.api_client(3600), Console::new(ResultFormat::Json, Verbosity::Quiet));
    match Cli::try_parse_from(["framezip".to_owned()].into_iter().chain(words)).unwrap().command {
        Command::Video(VideoCommand::Upload(args)) => {
            super::run(&args, &api, &uploads(folder), &console).await
        }
        Command::Video(VideoCommand::Resume(args)) => {
            resume(&args, &api, &uploads(folder), &console).await
        }
        other => panic!("{other:?}"),
    }
}

/// Starts an upload of `a.mp4` that the storage refuses.
async fn start_unfinished_upload(folder: &TempDir, video: &Video) {
    let server = TestServer::start_with(|url| {
        vec![json_response(&created(url, video)), CannedResponse::new(400, "text/plain", "no")]
    })
    .await;
    assert_eq!(run("upload a.mp4 --count 3", folder, &server).await.unwrap(), Exit::Failed);
    assert_eq!(uploads(folder).load_all().unwrap().len(), 1);
}

/// Returns a server for a client that continues the upload.
async fn resuming_server(video: &Video) -> TestServer {
    let view = serde_json::to_value(video).unwrap();
    TestServer::start_with(|url| {
        vec![json_response(&view), json_response(&view), json_response(&single(url)), stored()]
    })
    .await
}

#[tokio::test]
async fn a_finished_upload_is_not_saved() {
    let (folder, video) = (files(&["a.mp4"]), video());
    let server =
        TestServer::start_with(|url| vec![json_response(&created(url, &video)), stored()]).await;
    assert_eq!(run("upload a.mp4 --count 3", &folder, &server).await.unwrap(), Exit::Done);
    let requests = server.requests();
    assert_eq!(requests[0].json()["extraction"], json!({"count": 3}));
    assert_eq!(requests[1].body, b"v");
    assert!(uploads(&folder).load_all().unwrap().is_empty());
}

#[tokio::test]
async fn several_records_are_created_by_one_request() {
    let folder = files(&["a.mp4", "b.mp4"]);
    let server = TestServer::start_with(|url| {
        let videos = [video(), video()].map(|video| created(url, &video));
        vec![json_response(&json!({"videos": videos})), stored(), stored()]
    })
    .await;
    let line = "upload a.mp4 gone.mp4 b.mp4";
    assert_eq!(run(line, &folder, &server).await.unwrap(), Exit::Failed);
    let requests = server.requests();
    assert_eq!(lines(&requests), ["POST /api/videos", "PUT /put", "PUT /put"]);
    let names = requests[0].json()["videos"].as_array().unwrap().clone();
    assert_eq!([&names[0]["fileName"], &names[1]["fileName"]], ["a.mp4", "b.mp4"]);
    assert!(uploads(&folder).load_all().unwrap().is_empty());
}

#[tokio::test]
async fn records_that_are_refused_together_are_created_one_by_one() {
    let folder = files(&["a.mp4", "b.mp4"]);
    let server =
        TestServer::start([400, 400, 400].map(|status| CannedResponse::json(status, "{}"))).await;
    assert_eq!(run("upload a.mp4 b.mp4", &folder, &server).await.unwrap(), Exit::Failed);
    let requests = server.requests();
    let mut names = [&requests[1], &requests[2]].map(|request| request.json()["fileName"].clone());
    names.sort_by_key(Value::to_string);
    assert_eq!(names, ["a.mp4", "b.mp4"]);
}

#[tokio::test]
async fn an_unfinished_upload_is_continued() {
    let video = video();
    let id = video.id;
    for line in [
        "upload --resume".to_owned(),
        "upload --resume a.mp4".to_owned(),
        "upload a.mp4 --resume --count 3".to_owned(),
        format!("resume {id} a.mp4"),
    ] {
        let folder = files(&["a.mp4"]);
        start_unfinished_upload(&folder, &video).await;
        let server = resuming_server(&video).await;
        assert_eq!(run(&line, &folder, &server).await.unwrap(), Exit::Done, "{line}");
        let requests = server.requests();
        let record = format!("GET /api/videos/{id}");
        let upload = format!("{record}/upload?after=0");
        assert_eq!(lines(&requests), [record.as_str(), &record, &upload, "PUT /put"], "{line}");
        assert!(uploads(&folder).load_all().unwrap().is_empty(), "{line}");
    }
}

#[tokio::test]
async fn an_upload_is_continued_only_with_the_same_file_and_options() {
    let (folder, video) = (files(&["a.mp4"]), video());
    start_unfinished_upload(&folder, &video).await;
    let nothing = TestServer::start([]).await;
    let exit = run("upload --resume a.mp4 --count 4", &folder, &nothing).await.unwrap();
    assert_eq!(exit, Exit::Failed);

    let locked = uploads(&folder).load_all().unwrap();
    for line in ["upload --resume a.mp4", &format!("resume {} a.mp4", video.id)] {
        let exit = run(line, &folder, &nothing).await;
        assert_ne!(exit.unwrap_or(Exit::Failed), Exit::Done, "{line}");
    }
    assert_eq!(run("upload --resume", &folder, &nothing).await.unwrap(), Exit::Done);
    drop(locked);

    fs::write(folder.path().join("a.mp4"), "another").unwrap();
    assert_eq!(run("upload --resume", &folder, &nothing).await.unwrap(), Exit::Failed);
    assert!(nothing.requests().is_empty());
    let server = TestServer::start([CannedResponse::json(400, "{}")]).await;
    assert_eq!(run("upload --resume a.mp4", &folder, &server).await.unwrap(), Exit::Failed);
    assert_eq!(lines(&server.requests()), ["POST /api/videos"]);
    assert_eq!(uploads(&folder).load_all().unwrap().len(), 1);
}

#[tokio::test]
async fn the_upload_of_a_deleted_or_failed_video_is_removed() {
    for (status, exit) in [(404, Exit::Failed), (200, Exit::VideoFailed)] {
        let (folder, video) = (files(&["a.mp4"]), video());
        start_unfinished_upload(&folder, &video).await;
        let failed = Video { status: Status::Failed, ..video };
        let server =
            TestServer::start([CannedResponse::json(status, &json!(failed).to_string())]).await;
        assert_eq!(run("upload --resume", &folder, &server).await.unwrap(), exit);
        assert!(uploads(&folder).load_all().unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_output_file_is_for_a_single_video() {
    let folder = files(&["a.mp4", "b.mp4"]);
    let server = TestServer::start([]).await;
    let error = run("upload a.mp4 b.mp4 -o x.zip", &folder, &server).await.unwrap_err();
    assert_eq!(Exit::of(&error), Exit::Usage);
}

#[test]
fn the_advice_repeats_the_options_for_waiting_and_saving() {
    let args = |wait, output: Option<&str>| {
        let saving = SaveArgs { output: output.map(PathBuf::from), ..SaveArgs::default() };
        WaitArgs { wait, saving }
    };
    let commands = [args(false, None), args(true, None), args(true, Some("a.zip"))].map(|args| {
        let advice = resume_advice(&args);
        let command = advice.strip_prefix("run ").unwrap();
        command.strip_suffix(" to continue").unwrap().to_owned()
    });
    assert_eq!(
        commands,
        [
            "framezip upload --resume",
            "framezip upload --resume --wait",
            "framezip upload --resume -o a.zip"
        ]
    );
}
