//! Error messages for a person, and error documents.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod common;

use common::{CommandOutput, Fixture, Response, video};
use serde_json::json;
use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
};

const ID: &str = "0198c0de-0000-7000-8000-00000000000a";

#[test]
fn every_failure_has_a_document() {
    let problem = json!({"type": "about:blank", "title": "Not Found", "status": 404,
        "code": "not_found", "detail": "There is no such video."});
    let body = problem.to_string().into_bytes();
    let fixture =
        Fixture::new(move |_, _| Some(Response(404, "application/problem+json", body.clone())));
    for (arguments, code, exit) in [
        (&["status", ID][..], "not_found", 1),
        (&["download", ID], "not_found", 1),
        (&["delete", ID], "not_found", 1),
        (&["retry", ID], "not_found", 1),
        (&["watch", ID], "not_found", 1),
        (&["status", "123"], "usage", 2),
        (&["upload"], "usage", 2),
        (&["nonsense"], "usage", 2),
        (&["upload", "missing.mp4"], "file", 1),
        (&["list", "--api", "nonsense"], "usage", 2),
        (&["list", "--api", "http://127.0.0.1:1"], "not_signed_in", 3),
    ] {
        let ended = fixture.run(&[arguments, &["--json"]].concat());
        assert_eq!(ended.code, Some(exit), "{ended:?}");
        assert_eq!(ended.document()["error"]["code"], code, "{ended:?}");
        let message = ended.document()["error"]["message"].as_str().unwrap().to_owned();
        assert!(!message.contains("Usage:") && !ended.stderr.is_empty(), "{ended:?}");
    }
}

#[test]
fn a_failed_video_has_one_document() {
    let mut failed = video(ID, "clip.mp4", "failed");
    failed["error"] = json!({"code": "not_a_video", "message": "It is a text."});
    let fixture = Fixture::new(move |_, _| Some(Response::json(200, &failed)));
    for command in ["status", "watch", "download"] {
        let ended = fixture.run(&[command, ID, "--json"]);
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert_eq!(ended.document()["error"]["code"], "not_a_video");
        assert!(ended.stderr.contains("It is a text."), "{ended:?}");
    }
}

#[test]
fn a_renewal_does_not_replace_a_newer_sign_in() {
    let calls = AtomicU32::new(0);
    let granted = json!({"AuthenticationResult": {"IdToken": "new", "ExpiresIn": 3600}});
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let fixture = Fixture::new(move |_, line| match line {
        "POST /cognito" => {
            wait.lock().unwrap().recv().unwrap();
            Some(Response::json(200, &granted))
        }
        _ if calls.fetch_add(1, Ordering::Relaxed) == 0 => Some(Response::json(401, &json!({}))),
        _ => Some(Response::json(200, &json!({"videos": []}))),
    });
    let child = fixture.command(&["list"]).spawn().unwrap();
    fixture.wait_for("GET /videos?limit=100");
    let mut other = fixture.credentials();
    other["tokens"]["idToken"] = json!("other");
    fixture.set_credentials(&other);
    go.send(()).unwrap();
    assert_eq!(CommandOutput::of(child.wait_with_output().unwrap()).code, Some(0));
    assert_eq!(fixture.credentials(), other);
}

#[test]
fn a_video_that_is_not_ready_has_its_own_error_code() {
    let fixture = Fixture::new(|_, _| Some(Response::json(200, &video(ID, "clip.mp4", "queued"))));
    let ended = fixture.run(&["download", ID, "--json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.document()["error"]["code"], "not_ready");
}

#[test]
fn an_argument_after_two_dashes_is_not_an_option() {
    let fixture = Fixture::new(|_, line| panic!("{line}"));
    let ended = fixture.run(&["status", "--", "--json"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stdout.is_empty(), "{ended:?}");
    let ended = fixture.run(&["upload", "a.mp4", "--force"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("--output-dir"), "{ended:?}");
}

#[test]
fn a_wrong_confirmation_code_is_reported_as_wrong_credentials() {
    let fixture = Fixture::new(|api, line| {
        let pool = json!({"region": "r", "userPoolId": "p", "userPoolClientId": "c",
            "cognitoEndpoint": format!("{api}/cognito")});
        let refusal = json!({"__type": "CodeMismatchException", "message": "Wrong code."});
        Some(match line {
            "GET /config.json" => Response::json(200, &pool),
            _ => Response::json(400, &refusal),
        })
    });
    let ended = fixture.run(&["confirm", "--email", "ada@example.com", "123456", "--json"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(ended.document()["error"]["code"], "wrong_credentials");
}

#[test]
fn file_names_cannot_control_a_terminal() {
    let name = "a\u{1b}[31m\u{202e}4pm.exe";
    let fixture = Fixture::new(move |_, line| {
        let video = video(ID, name, "ready");
        let body = if line.contains(ID) { video } else { json!({"videos": [video]}) };
        Some(Response::json(200, &body))
    });
    for arguments in [&["list"][..], &["status", ID], &["watch", ID]] {
        let ended = fixture.run(arguments);
        let shown = String::from_utf8(ended.stdout.clone()).unwrap() + &ended.stderr;
        assert!(shown.contains("a\\u{1b}[31m\\u{202e}4pm.exe"), "{shown}");
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    }
}

#[test]
fn texts_of_a_server_and_paths_cannot_control_a_terminal() {
    let hostile = "x\u{1b}[2J\u{202e}y\nframezip: done";
    let problem = json!({"type": "about:blank", "title": "T", "status": 400, "code": hostile,
        "detail": hostile, "requestId": hostile,
        "errors": [{"field": hostile, "detail": hostile}]});
    let mut failed = video(ID, "clip.mp4", "failed");
    failed["error"] = json!({"code": "internal", "message": hostile});
    let fixture = Fixture::new(move |_, line| {
        Some(match line.split_once(' ').unwrap().0 {
            "DELETE" => Response(400, "application/problem+json", problem.to_string().into_bytes()),
            "POST" => Response::json(403, &json!({"message": hostile})),
            _ => Response::json(200, &failed),
        })
    });
    let path = "a\u{1b}[2J\u{202e}b";
    fs::write(fixture.work().join(path), "mine").unwrap();
    for arguments in [
        &["delete", ID][..],
        &["retry", ID],
        &["download", ID],
        &["watch", ID],
        &["upload", "no\u{1b}[2J\u{202e}thing"],
        &["upload", path],
        &["download", ID, "-o", path],
    ] {
        let ended = fixture.run(arguments);
        assert_ne!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.contains("\\u{202e}"), "{ended:?}");
        assert!(!ended.stderr.contains(['\u{1b}', '\u{202e}']), "{ended:?}");
        assert!(!ended.stderr.contains("\nframezip: done"), "{ended:?}");
    }
}

#[test]
fn renewed_tokens_are_stored_even_if_the_command_is_interrupted() {
    let calls = AtomicU32::new(0);
    let granted = json!({"AuthenticationResult": {"IdToken": "new", "ExpiresIn": 3600}});
    let fixture = Fixture::new(move |_, line| match line {
        "POST /cognito" => Some(Response::json(200, &granted)),
        _ if calls.fetch_add(1, Ordering::Relaxed) == 0 => Some(Response::json(401, &json!({}))),
        _ => None,
    });
    let child = fixture.command(&["list"]).spawn().unwrap();
    fixture.wait_for("POST /cognito");
    fixture.wait_for_new(2, "GET /videos?limit=100");
    common::interrupt(child.id());
    let ended = CommandOutput::of(child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert_eq!(fixture.credentials()["tokens"]["idToken"], "new");
}
