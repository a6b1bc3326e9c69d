//! An upload whose process was ended is continued by the next run.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

const ID: &str = "0198c0de-0000-7000-8000-000000000000";

/// Answers one request after another and returns their first lines. A request whose response is `None` is
/// never answered.
fn serve(listener: &TcpListener, responses: Vec<Option<Value>>) -> mpsc::Receiver<String> {
    let listener = listener.try_clone().unwrap();
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut unanswered = Vec::new();
        for response in responses {
            let (socket, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(socket);
            let head: Vec<_> =
                reader.by_ref().lines().map(Result::unwrap).take_while(|l| !l.is_empty()).collect();
            let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            reader.read_exact(&mut body).unwrap();
            if let Some(response) = &response {
                let body = response.to_string();
                let length = body.len();
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json";
                write!(reader.get_mut(), "{head}\r\ncontent-length: {length}\r\n\r\n{body}")
                    .unwrap();
            } else {
                unanswered.push(reader);
            }
            sender.send(head[0].trim_end_matches(" HTTP/1.1").to_owned()).unwrap();
        }
        // keeps the connections open while the receiver exists
        while !unanswered.is_empty() && sender.send(String::new()).is_ok() {
            thread::sleep(std::time::Duration::from_millis(50));
        }
    });
    lines
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_framezip"))
        .arg("upload")
        .args(arguments)
        .env("FRAMEZIP_CONFIG_DIR", folder)
        .env_remove("FRAMEZIP_API")
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn store_sign_in(folder: &Path, api: &str) {
    let pool = json!({"region": "r", "userPoolId": "p", "userPoolClientId": "c",
        "cognitoEndpoint": "http://127.0.0.1:1"});
    let tokens = json!({"idToken": "i", "refreshToken": "r", "expiresAt": "2999-01-01T00:00:00Z"});
    let text = json!({"api": api, "userPool": pool, "tokens": tokens}).to_string();
    fs::write(folder.join("credentials.json"), text).unwrap();
}

fn unfinished_uploads(folder: &Path) -> usize {
    fs::read_dir(folder.join("uploads")).unwrap().count()
}

#[test]
fn an_upload_is_continued_after_its_process_was_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    let video = json!({"id": ID, "owner": "u", "fileName": "a.mp4", "bytes": 5,
        "contentType": "video/mp4", "extraction": {}, "status": "awaiting_upload",
        "createdAt": jiff::Timestamp::now(), "updatedAt": "2026-01-01T00:00:00Z",
        "expiresAt": "2999-01-01T00:00:00Z"});
    let upload = json!({"kind": "single", "method": "PUT", "url": format!("{api}/put"),
        "headers": {}, "expiresAt": "2999-01-01T00:00:00Z"});
    for (signal, code) in [("-INT", Some(130)), ("-KILL", None)] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        store_sign_in(folder, &api);
        fs::write(folder.join("a.mp4"), "video").unwrap();

        let created = json!({"video": video, "upload": upload});
        let lines = serve(&listener, vec![Some(created), None]);
        let child = start(folder, &["a.mp4", "--wait"]);
        assert_eq!(lines.recv().unwrap(), "POST /videos");
        assert_eq!(lines.recv().unwrap(), "PUT /put");
        assert_eq!(unfinished_uploads(folder), 1);
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code, "{output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            stderr.contains("run framezip upload --resume --wait to continue"),
            code.is_some(),
            "{stderr}"
        );

        let view = || Some(video.clone());
        let responses = vec![view(), view(), Some(upload.clone()), Some(json!({})), view()];
        let lines = serve(&listener, responses);
        let output = start(folder, &["--resume"]).wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let record = format!("GET /videos/{ID}");
        let page = format!("{record}/upload?after=0");
        let complete = format!("POST /videos/{ID}/upload/complete");
        let expected = [&record, &record, &page, "PUT /put", &complete];
        assert_eq!(lines.iter().collect::<Vec<_>>(), expected);
        assert_eq!(unfinished_uploads(folder), 0);
    }
}
