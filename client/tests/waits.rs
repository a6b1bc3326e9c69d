//! Ctrl-C ends a command whose output is blocked, and the advice after a failure is correct.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod common;

use common::{CommandOutput, Fixture, Response, interrupt, video};
use serde_json::json;
use std::{
    ffi::OsStr,
    fs,
    io::Read,
    os::unix::ffi::OsStrExt,
    process::{Command, Stdio},
};

const ID: &str = "0198c0de-0000-7000-8000-00000000000a";

#[test]
fn a_command_blocked_by_a_full_pipe_can_be_interrupted() {
    // more than the buffer of any pipe
    let videos: Vec<_> = (0..20_000).map(|_| video(ID, "clip.mp4", "ready")).collect();
    let fixture = Fixture::new(move |_, _| Some(Response::json(200, &json!({ "videos": videos }))));
    for arguments in [&["list"][..], &["list", "--json"]] {
        let mut child = fixture.command(arguments).spawn().unwrap();
        // after the first byte, the command writes the others, which are not read
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        interrupt(child.id());
        assert_eq!(CommandOutput::at_end(child).code, Some(130), "{arguments:?}");
    }
}

/// Returns a server that creates a record and sends `response` to every other request.
fn after_creation(response: fn() -> Response) -> Fixture {
    let fixture = Fixture::new(move |api, line| {
        let put = json!({"kind": "single", "method": "PUT", "url": format!("{api}/put"),
            "headers": {}, "expiresAt": "2999-01-01T00:00:00Z"});
        Some(match line {
            "POST /videos" => {
                let mut record = video(ID, "my clip.mp4", "awaiting_upload");
                record["createdAt"] = json!(jiff::Timestamp::now());
                Response::json(201, &json!({"video": record, "upload": put}))
            }
            _ => response(),
        })
    });
    fs::write(fixture.work().join("my clip.mp4"), "video").unwrap();
    fixture
}

#[test]
fn an_upload_of_a_deleted_video_cannot_be_resumed() {
    let gone = || Response::json(404, &json!({"message": "NoSuchUpload"}));
    for (response, advice, other) in [
        (gone as fn() -> Response, "framezip upload 'my clip.mp4'", "framezip resume"),
        (
            || Response::json(400, &json!({"message": "no"})),
            "framezip resume 0198c0de-0000-7000-8000-00000000000a 'my clip.mp4'",
            "framezip upload",
        ),
    ] {
        let ended = after_creation(response).run(&["upload", "my clip.mp4"]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains(advice) && !ended.stderr.contains(other), "{ended:?}");
    }
    let ended = after_creation(gone).run(&["resume", ID, "my clip.mp4"]);
    assert!(ended.stderr.contains("framezip upload 'my clip.mp4'"), "{ended:?}");
}

#[test]
fn the_advice_contains_all_options_of_an_interrupted_upload() {
    let fixture = Fixture::new(|_, _| None);
    fs::write(fixture.work().join("a.mp4"), "video").unwrap();
    let child = fixture.command(&["upload", "a.mp4", "-o", "my zip", "--force"]).spawn().unwrap();
    fixture.wait_for("POST /videos");
    interrupt(child.id());
    let ended = CommandOutput::of(child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(130), "{ended:?}");
    let command = "framezip upload --resume -o 'my zip' --force";
    assert!(ended.stderr.contains(command), "{ended:?}");
}

#[test]
fn without_a_terminal_there_is_no_prompt() {
    let fixture = Fixture::new(|_, line| panic!("{line}"));
    let plain = fixture.command(&["sign-in", "--email", "e", "--json"]);
    for password in [None, Some("")] {
        // a new session has no terminal
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(plain.get_program()).args(plain.get_args());
        command.env("FRAMEZIP_CONFIG_DIR", fixture.work().parent().unwrap());
        command.env_remove("FRAMEZIP_API").env_remove("FRAMEZIP_PASSWORD");
        command.envs(password.map(|password| ("FRAMEZIP_PASSWORD", password)));
        let ended = CommandOutput::of(command.stdin(Stdio::null()).output().unwrap());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let error = &ended.document()["error"];
        assert_eq!(error["code"], "usage");
        assert!(error["message"].as_str().unwrap().contains("--password-stdin"), "{error}");
    }
}

#[test]
fn a_variable_that_is_not_valid_utf_8_is_refused() {
    let fixture = Fixture::new(|_, line| panic!("{line}"));
    let mut command = fixture.command(&["list"]);
    let ended = CommandOutput::of(
        command.env("FRAMEZIP_API", OsStr::from_bytes(b"\xff")).output().unwrap(),
    );
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("FRAMEZIP_API is not valid UTF-8"), "{ended:?}");
}

#[test]
fn too_many_requests_have_their_own_error_code() {
    let busy = json!({"message": "Too Many Requests"});
    let fixture = Fixture::new(move |_, _| Some(Response::json(429, &busy)));
    let ended = fixture.run(&["list", "--json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.document()["error"]["code"], "too_many_requests");
}
