//! The command in a shell: it can be interrupted, reports errors and fits the terminal.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod common;

use common::{
    CommandOutput, Fixture, Response, interrupt, interrupt_when_ready, ready, signal, video, zip,
};
use serde_json::json;
use std::{
    fs,
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

const ID: &str = "0198c0de-0000-7000-8000-00000000000a";

/// Returns a fixture whose server gets no request.
fn without_requests() -> Fixture {
    Fixture::new(|_, line| panic!("{line}"))
}

/// Returns the command in a terminal with this number of columns.
fn in_terminal(fixture: &Fixture, columns: u32, line: &str) -> Command {
    let program = env!("CARGO_BIN_EXE_framezip");
    let line = format!("stty rows 24 cols {columns}; exec {program} {line}");
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    fixture.prepare(&mut command);
    command.env("TERM", "xterm").stdin(Stdio::piped());
    command
}

/// Reads the output of a terminal until it contains a text.
fn read_until(child: &mut Child, text: &str) -> String {
    let (mut shown, mut buffer) = (Vec::new(), [0; 1024]);
    loop {
        let count = child.stdout.as_mut().unwrap().read(&mut buffer).unwrap();
        shown.extend_from_slice(&buffer[..count]);
        let all = String::from_utf8_lossy(&shown).into_owned();
        if all.contains(text) {
            return all;
        }
        assert!(count > 0, "it ended without {text:?}: {all}");
    }
}

#[test]
fn only_regular_files_are_uploaded() {
    let fixture = without_requests();
    assert!(Command::new("mkfifo").arg(fixture.work().join("pipe")).status().unwrap().success());
    for (name, text) in [
        ("pipe", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        (".", "it is a folder"),
        ("missing", "No such file"),
    ] {
        for arguments in [&["upload", name][..], &["resume", ID, name]] {
            let ended = CommandOutput::at_end(fixture.command(arguments).spawn().unwrap());
            assert_eq!(ended.code, Some(1), "{ended:?}");
            assert!(ended.stderr.contains(text), "{ended:?}");
        }
    }
}

#[test]
fn every_request_can_be_interrupted() {
    let fixture = Fixture::new(|_, _| None);
    fs::write(fixture.work().join("a.mp4"), "video").unwrap();
    for (arguments, line) in [
        (&["list"][..], "GET /videos?limit=100"),
        (&["status", ID], &format!("GET /videos/{ID}")),
        (&["delete", ID], &format!("DELETE /videos/{ID}")),
        (&["upload", "a.mp4"], "POST /videos"),
        (&["sign-up", "--email", "e", "--password-stdin"], "GET /config.json"),
    ] {
        let mut child = fixture.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"password\n").unwrap();
        fixture.wait_for(line);
        interrupt(child.id());
        let ended = CommandOutput::at_end(child);
        assert_eq!(ended.code, Some(130), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn reading_a_password_can_be_interrupted() {
    let fixture = without_requests();
    let arguments = ["sign-in", "--email", "e", "--api", &fixture.api, "--password-stdin"];
    let mut child = fixture.command(&arguments).stdin(Stdio::piped()).spawn().unwrap();
    // the command may or may not be reading yet: both end the same way
    let pipe = child.stdin.take();
    interrupt_when_ready(&child);
    let ended = CommandOutput::at_end(child);
    assert_eq!(ended.code, Some(130), "{ended:?}");
    drop(pipe);
}

#[test]
fn the_echo_of_the_terminal_is_restored_after_an_interrupted_prompt() {
    let fixture = without_requests();
    let line = format!("sign-in --email e --api {}; echo \"code $?\"; stty -a", fixture.api);
    let mut command = in_terminal(&fixture, 80, "");
    let program = env!("CARGO_BIN_EXE_framezip");
    command.args(["--command", &format!("{program} {line}")]);
    let mut child = command.spawn().unwrap();
    read_until(&mut child, "Password: ");
    // the character that a terminal sends for Ctrl-C
    child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    let shown = read_until(&mut child, "echoke");
    assert!(shown.contains("code 130"), "{shown}");
    assert!(shown.contains(" echo "), "{shown}");
    CommandOutput::at_end(child);
}

#[test]
fn a_confirmation_prompt_can_be_interrupted() {
    let fixture = Fixture::new(|_, _| Some(Response::json(200, &video(ID, "clip.mp4", "ready"))));
    let mut child = in_terminal(&fixture, 80, &format!("delete {ID}")).spawn().unwrap();
    read_until(&mut child, "[y/N]");
    child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    assert_eq!(CommandOutput::at_end(child).code, Some(130));
    assert_eq!(fixture.requests(), [format!("GET /videos/{ID}")]);
}

#[test]
fn a_refused_token_is_renewed_once_even_before_it_expires() {
    let calls = AtomicU32::new(0);
    let fixture = Fixture::new(move |_, line| {
        let refused = json!({"message": "Unauthorized"});
        Some(match line {
            "POST /cognito" => Response::json(
                200,
                &json!({"AuthenticationResult": {"IdToken": "new", "ExpiresIn": 3600}}),
            ),
            _ if calls.fetch_add(1, Ordering::Relaxed) == 0 => Response::json(401, &refused),
            _ => Response::json(200, &json!({"videos": []})),
        })
    });
    assert_eq!(fixture.run(&["list"]).code, Some(0));
    let list = "GET /videos?limit=100";
    assert_eq!(fixture.requests(), [list, "POST /cognito", list]);

    let fixture = Fixture::new(|_, line| {
        Some(if line == "POST /cognito" {
            let kind = "NotAuthorizedException";
            Response::json(
                400,
                &json!({"__type": kind, "message": "Refresh Token has been revoked"}),
            )
        } else {
            Response::json(401, &json!({"message": "Unauthorized"}))
        })
    });
    let ended = fixture.run(&["list", "--json"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("framezip sign-in"), "{ended:?}");
    assert_eq!(ended.document()["error"]["code"], "not_signed_in");
}

#[test]
fn invalid_ids_and_addresses_are_explained() {
    let fixture = without_requests();
    let ended = fixture.run(&["status", "123"]);
    assert!(ended.stderr.contains("such as 0198c0de-"), "{ended:?}");
    let wrong = fixture.command(&["list"]).env("FRAMEZIP_API", "nonsense").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn an_empty_address_counts_as_unset() {
    let fixture = Fixture::new(|_, _| Some(Response::json(200, &json!({"videos": []}))));
    let status = fixture.command(&["list"]).env("FRAMEZIP_API", "").status().unwrap();
    assert_eq!(status.code(), Some(0));
    assert_eq!(fixture.requests().len(), 1);
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let videos: Vec<_> = (0..2000).map(|_| video(ID, "clip.mp4", "ready")).collect();
    let fixture = Fixture::new(move |_, _| Some(Response::json(200, &json!({"videos": videos}))));
    let mut child = fixture.command(&["list"]).spawn().unwrap();
    drop(child.stdout.take());
    let ended = CommandOutput::at_end(child);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_new_password_is_set_with_a_code() {
    let fixture = Fixture::new(|api, line| {
        let pool = json!({"region": "r", "userPoolId": "p", "userPoolClientId": "c",
            "cognitoEndpoint": format!("{api}/cognito")});
        let sent = json!({"CodeDeliveryDetails": {"Destination": "a***@e***"}});
        Some(Response::json(200, if line == "GET /config.json" { &pool } else { &sent }))
    });
    let ended = fixture.run(&["forgot-password", "--email", "ada@example.com"]);
    let shown = String::from_utf8(ended.stdout).unwrap();
    assert!(shown.contains("a***@e***") && shown.contains("--code"), "{shown}");
    let arguments = ["forgot-password", "--email", "ada@example.com", "--code", "123456"];
    let ended = fixture.command(&arguments).env("FRAMEZIP_PASSWORD", "Correct-horse-9").output();
    let shown = String::from_utf8(ended.unwrap().stdout).unwrap();
    assert!(shown.contains("the new password is set"), "{shown}");
    assert_eq!(fixture.requests().len(), 4);
}

#[test]
fn waiting_for_a_deleted_video_ends() {
    let fixture = Fixture::new(|_, line| {
        Some(if line.starts_with("POST") {
            Response::json(202, &video(ID, "clip.mp4", "queued"))
        } else {
            Response::json(404, &json!({"message": "gone"}))
        })
    });
    let ended = fixture.run(&["retry", ID, "--wait"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains(&format!("{ID} was deleted")), "{ended:?}");
    assert!(!ended.stderr.contains("framezip watch"), "{ended:?}");
}

#[test]
fn a_file_can_be_uploaded_under_another_name() {
    let fixture = Fixture::new(|api, line| {
        let put = json!({"kind": "single", "method": "PUT", "url": format!("{api}/put"),
            "headers": {}, "expiresAt": "2999-01-01T00:00:00Z"});
        Some(match line {
            "POST /videos" => {
                let created =
                    json!({"video": video(ID, "b.mp4", "awaiting_upload"), "upload": put});
                Response::json(201, &created)
            }
            "PUT /put" => Response(200, "text/plain", Vec::new()),
            _ if line.starts_with("GET /zip") => Response(200, "application/zip", zip(b'a', 9)),
            _ => ready(api, ID, "b.mp4", &zip(b'a', 9)),
        })
    });
    fs::write(fixture.work().join("a.mp4"), "video").unwrap();
    let ended = fixture.run(&["upload", "a.mp4", "--name", "b.mp4", "-o", "out.zip"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let shown = String::from_utf8(ended.stdout).unwrap();
    assert!(shown.contains(ID) && shown.contains("out.zip"), "{shown}");
    fs::write(fixture.work().join("c.mp4"), "video").unwrap();
    let ended = fixture.run(&["upload", "a.mp4", "c.mp4", "--name", "b.mp4"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

/// Returns the width of the widest line that a terminal shows.
fn widest(shown: &str) -> usize {
    let mut plain = String::new();
    let mut characters = shown.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            let _ = characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain.split(['\r', '\n']).map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn progress_fits_the_terminal() {
    for columns in [80, 60, 40, 20] {
        let fixture = Fixture::new(|_, _| {
            let mut video = video(ID, &("long-name-".repeat(12) + ".mp4"), "processing");
            video["progress"] = json!({"done": 12_345, "total": 50_000});
            Some(Response::json(200, &video))
        });
        let mut child = in_terminal(&fixture, columns, &format!("watch {ID}")).spawn().unwrap();
        let shown = read_until(&mut child, "extracting");
        let more = read_until(&mut child, "extracting");
        child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
        assert_eq!(CommandOutput::at_end(child).code, Some(130));
        for shown in [shown, more] {
            assert!(widest(&shown) <= columns as usize, "{} of {columns}: {shown}", widest(&shown));
            assert!(!shown.contains(" left"), "no rate is known: {shown}");
        }
    }
}

#[test]
fn a_hangup_without_a_terminal_ends_the_command() {
    let fixture = Fixture::new(|_, _| None);
    // a test under nohup would hand down that the signal is ignored
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_framezip"), "list"]);
    let child = fixture.prepare(&mut command).spawn().unwrap();
    fixture.wait_for("GET /videos?limit=100");
    signal("-HUP", child.id());
    // by the signal itself
    assert_eq!(CommandOutput::at_end(child).code, None);
}

#[test]
fn the_help_groups_the_options_of_upload() {
    let ended = without_requests().run(&["upload", "--help"]);
    let help = String::from_utf8(ended.stdout).unwrap();
    for heading in ["Choice of frames:", "Size and format:", "Extras:", "Waiting and saving:"] {
        assert!(help.contains(heading), "{help}");
    }
}
