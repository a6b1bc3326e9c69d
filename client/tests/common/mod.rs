//! A server that stands in for the API and the storage, and the command as a user runs it.
#![allow(dead_code, reason = "each test file uses only some of the items")]

use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A response of the server: status, content type and body.
pub struct Response(pub u16, pub &'static str, pub Vec<u8>);

impl Response {
    pub fn json(status: u16, body: &Value) -> Self {
        Self(status, "application/json", body.to_string().into_bytes())
    }
}

/// A server, and a folder with a sign-in for it.
pub struct Fixture {
    pub api: String,
    folder: TempDir,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Fixture {
    /// Starts the server. `respond` gets its address and the line of each request, such as `GET /videos`. A
    /// request is never answered if `respond` returns `None`.
    pub fn new(respond: impl Fn(&str, &str) -> Option<Response> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (respond, log, address) = (Arc::new(respond), requests.clone(), api.clone());
        thread::spawn(move || {
            for socket in listener.incoming() {
                let (respond, log, address) = (respond.clone(), log.clone(), address.clone());
                thread::spawn(move || serve(socket.unwrap(), &log, |line| respond(&address, line)));
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let pool = json!({"region": "r", "userPoolId": "p", "userPoolClientId": "c",
            "cognitoEndpoint": format!("{api}/cognito")});
        let tokens =
            json!({"idToken": "i", "refreshToken": "r", "expiresAt": "2999-01-01T00:00:00Z"});
        let credentials = json!({"api": api, "userPool": pool, "tokens": tokens}).to_string();
        fs::write(folder.path().join("credentials.json"), credentials).unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        Self { api, folder, requests }
    }

    /// Returns the current folder of the command.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Returns the stored sign-in.
    pub fn credentials(&self) -> Value {
        let text = fs::read(self.folder.path().join("credentials.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Replaces the stored sign-in.
    pub fn set_credentials(&self, credentials: &Value) {
        fs::write(self.folder.path().join("credentials.json"), credentials.to_string()).unwrap();
    }

    /// Returns the sorted names of the files in the current folder.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.work()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits for a request.
    pub fn wait_for(&self, line: &str) {
        self.wait_for_new(0, line);
    }

    /// Waits for a request after the first `before` requests.
    pub fn wait_for_new(&self, before: usize, line: &str) {
        let started = Instant::now();
        while !self.requests()[before..].iter().any(|request| request == line) {
            assert!(started.elapsed() < Duration::from_secs(20), "no request {line}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_framezip"));
        self.prepare(command.args(arguments));
        command
    }

    /// Gives the sign-in, the folder and the pipes to a command that starts framezip.
    pub fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("FRAMEZIP_CONFIG_DIR", self.folder.path())
            .env_remove("FRAMEZIP_API")
            .env_remove("FRAMEZIP_PASSWORD")
            .current_dir(self.work())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
    }

    pub fn run(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(self.command(arguments).output().unwrap())
    }
}

/// The output and the exit code of a command.
#[derive(Debug)]
pub struct CommandOutput {
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl CommandOutput {
    pub fn of(output: std::process::Output) -> Self {
        let stderr = String::from_utf8(output.stderr).unwrap();
        Self { code: output.status.code(), stdout: output.stdout, stderr }
    }

    /// Waits until a command has ended. It must end soon.
    pub fn at_end(mut child: Child) -> Self {
        let started = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if started.elapsed() > Duration::from_secs(20) {
                child.kill().unwrap();
                panic!("it does not end");
            }
            thread::sleep(Duration::from_millis(10));
        }
        Self::of(child.wait_with_output().unwrap())
    }

    /// Returns the only document on standard output.
    pub fn document(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub fn interrupt(pid: u32) {
    signal("-INT", pid);
}

/// Sends a signal, such as `-TERM`.
pub fn signal(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

/// Interrupts a process once it catches SIGINT. Before that, the signal would end it directly.
pub fn interrupt_when_ready(child: &Child) {
    let started = Instant::now();
    let catches = || {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
    };
    while !catches() {
        assert!(started.elapsed() < Duration::from_secs(20), "it never catches SIGINT");
        thread::sleep(Duration::from_millis(5));
    }
    interrupt(child.id());
}

fn serve(socket: TcpStream, log: &Mutex<Vec<String>>, respond: impl Fn(&str) -> Option<Response>) {
    let mut reader = BufReader::new(socket);
    let head: Vec<_> =
        reader.by_ref().lines().map_while(Result::ok).take_while(|l| !l.is_empty()).collect();
    let Some(line) = head.first() else { return };
    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let response = respond(&line);
    log.lock().unwrap().push(line);
    let Some(Response(status, kind, body)) = response else {
        // until the command ends
        let _ = reader.read(&mut [0]);
        return;
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} \r\nconnection: close\r\netag: \"t\"\r\ncontent-type: {kind}\r\n\
         content-length: {length}\r\n\r\n"
    );
    // fails if the command has ended meanwhile
    let _ = reader.get_mut().write_all(&[head.as_bytes(), &body].concat());
}

/// Returns a video's record.
pub fn video(id: &str, name: &str, status: &str) -> Value {
    json!({"id": id, "owner": "u", "fileName": name, "bytes": 5, "contentType": "video/mp4",
        "extraction": {}, "status": status, "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z", "expiresAt": "2026-03-02T00:00:00Z"})
}

/// Returns the record of a ready video with a link to its zip.
pub fn ready(api: &str, id: &str, name: &str, zip: &[u8]) -> Response {
    let mut view = video(id, name, "ready");
    view["download"] = json!({"url": format!("{api}/zip/{id}"), "bytes": zip.len(),
        "expiresAt": "2999-01-01T00:00:00Z"});
    Response::json(200, &view)
}

/// Returns a zip with one entry of `length` bytes, all of them `byte`.
pub fn zip(byte: u8, length: usize) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("frames/1.jpg", stored).unwrap();
    zip.write_all(&vec![byte; length]).unwrap();
    zip.finish().unwrap().into_inner()
}
