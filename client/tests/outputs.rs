//! The destinations of zips: no file is overwritten or incomplete, and pipes and devices are written to.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod common;

use common::{CommandOutput, Fixture, Response, ready, signal, zip};
use std::{
    fs::{self, File},
    io::Read,
    os::unix::fs::{FileTypeExt, symlink},
    process::{Command, Stdio},
    thread,
};

const A: &str = "0198c0de-0000-7000-8000-00000000000a";
const B: &str = "0198c0de-0000-7000-8000-00000000000b";

fn zips() -> [Vec<u8>; 2] {
    [zip(b'a', 300_000), zip(b'b', 300_000)]
}

/// Returns a fixture with two videos, both named `clip.mp4`.
fn two_videos() -> Fixture {
    Fixture::new(|api, line| {
        let [a, b] = zips();
        Some(match line.split_once(' ').unwrap().1.rsplit_once('/').unwrap() {
            ("/videos", A) => ready(api, A, "clip.mp4", &a),
            ("/videos", B) => ready(api, B, "clip.mp4", &b),
            ("/zip", A) => Response(200, "application/zip", a),
            ("/zip", B) => Response(200, "application/zip", b),
            other => panic!("{other:?}"),
        })
    })
}

fn assert_failed(ended: &CommandOutput, text: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains(text), "{ended:?}");
}

#[test]
fn a_file_is_replaced_only_with_force() {
    let (fixture, [a, _]) = (two_videos(), zips());
    fs::write(fixture.work().join("out.zip"), "mine").unwrap();
    fs::write(fixture.work().join("out.zip.part"), "mine too").unwrap();
    let ended = fixture.run(&["download", A, "-o", "out.zip"]);
    assert_failed(&ended, "out.zip exists: replace it with --force");
    assert!(fixture.requests().is_empty(), "the error precedes any request");
    let ended = fixture.run(&["download", A, "-o", "out.zip", "--json"]);
    assert_eq!(ended.document()["error"]["code"], "file_exists");
    let ended = fixture.run(&["download", A, "-o", "nowhere/out.zip", "--json"]);
    assert_eq!(ended.document()["error"]["code"], "file");
    assert_eq!(fs::read(fixture.work().join("out.zip")).unwrap(), b"mine");
    let ended = fixture.run(&["download", A, "-o", "out.zip", "--force"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(fs::read(fixture.work().join("out.zip")).unwrap(), a);
    assert_eq!(fs::read(fixture.work().join("out.zip.part")).unwrap(), b"mine too");
    assert_eq!(fixture.names(), ["out.zip", "out.zip.part"]);
}

#[test]
fn pipes_devices_and_links_are_written_to_and_stay() {
    let (fixture, [a, _]) = (two_videos(), zips());
    let ended = fixture.run(&["download", A, "-o", "/dev/null"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());

    let pipe = fixture.work().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = thread::spawn({
        let pipe = pipe.clone();
        move || {
            let mut bytes = Vec::new();
            File::open(pipe).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        }
    });
    let ended = fixture.run(&["download", A, "-o", "pipe"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(reader.join().unwrap(), a);
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());

    fs::write(fixture.work().join("target"), "old").unwrap();
    symlink("target", fixture.work().join("link")).unwrap();
    let ended = fixture.run(&["download", A, "-o", "link", "--force"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(fs::read(fixture.work().join("target")).unwrap(), a);
    assert!(fixture.work().join("link").is_symlink());

    symlink("nowhere", fixture.work().join("dangling")).unwrap();
    assert_failed(&fixture.run(&["download", A, "-o", "dangling"]), "a symbolic link to nothing");
    assert_failed(&fixture.run(&["download", A, "-o", "."]), "--output-dir");
    assert!(!fixture.work().join("nowhere").exists());
}

/// Runs a shell command line in which `framezip` is the command.
fn shell(fixture: &Fixture, line: &str) -> CommandOutput {
    let plain = fixture.command(&[]);
    let mut shell = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_framezip");
    shell.args(["-c", &format!("framezip() {{ {program} \"$@\"; }}; {line}")]);
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    CommandOutput::of(shell.current_dir(fixture.work()).stdin(Stdio::null()).output().unwrap())
}

#[test]
fn standard_output_gets_only_the_zip() {
    let (fixture, [a, _]) = (two_videos(), zips());
    symlink("/dev/stdout", fixture.work().join("link")).unwrap();
    for name in ["-", "/dev/stdout", "/proc/self/fd/1", "link", "/dev/fd/3"] {
        for json in ["", "--json"] {
            let line = format!("framezip download {A} -o {name} {json} 3>&1");
            let ended = shell(&fixture, &line);
            assert_eq!(ended.code, Some(0), "{name}: {}", ended.stderr);
            assert!(ended.stdout == a, "{name}: {} bytes", ended.stdout.len());
            assert!(ended.stderr.contains("standard output"), "{}", ended.stderr);
        }
    }
    let ended = shell(&fixture, &format!("framezip download {A} -o - --json > out.zip 2>&1"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let output = fs::read_to_string(fixture.work().join("out.zip")).unwrap();
    assert!(output.contains("lead to the same place"), "{output}");
}

#[test]
fn errors_are_not_written_to_the_destination_of_the_zip() {
    let fixture = two_videos();
    for arguments in
        [&["--api", "http://127.0.0.1:1"][..], &["--api", "nonsense"], &["--nonsense"], &["x"]]
    {
        let ended = fixture.run(&[&["download", A, "-o", "-", "--json"], arguments].concat());
        assert_ne!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.is_empty(), "{ended:?}");
        assert!(ended.stderr.contains("\"error\""), "{ended:?}");
    }
}

#[test]
fn a_descriptor_of_the_shell_is_written_to() {
    let (fixture, [a, _]) = (two_videos(), zips());
    let read = |name| fs::read(fixture.work().join(name)).unwrap();
    for force in ["", "--force"] {
        let line =
            format!("printf first > out; framezip download {A} -o /dev/fd/3 {force} 3>> out");
        let ended = shell(&fixture, &line);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(read("out") == [b"first", &a[..]].concat(), "{} bytes", read("out").len());
    }
    // other commands of the shell write to the same file before and after
    let line = format!(
        "{{ printf first >&3; framezip download {A} -o /dev/fd/3; printf last >&3; }} 3> out"
    );
    let ended = shell(&fixture, &line);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(read("out") == [b"first", &a[..], b"last"].concat(), "{} bytes", read("out").len());
    fs::write(fixture.work().join("mine"), "mine").unwrap();
    let ended = shell(&fixture, &format!("framezip download {A} -o /dev/fd/3 --force 3< mine"));
    assert_failed(&ended, "open for reading");
    assert_failed(&shell(&fixture, &format!("framezip download {A} -o /dev/fd/33")), "descriptor");
    assert_eq!(read("mine"), b"mine");
    // the file has been deleted but is still open
    let line = format!(
        "exec 3<> gone 4< gone; rm gone; framezip download {A} -o /dev/fd/3 && cat <&4 > copy"
    );
    let ended = shell(&fixture, &line);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(read("copy") == a);
}

#[test]
fn only_one_of_two_concurrent_downloads_gets_a_name() {
    let (fixture, [a, b]) = (two_videos(), zips());
    let out = fixture.work().join("out.zip");
    for round in 0..12 {
        let start = |id| fixture.command(&["download", id, "-o", "out.zip"]).spawn().unwrap();
        let children = [start(A), start(B)];
        let [first, second] = children.map(|child| child.wait_with_output().unwrap().status);
        let saved = fs::read(&out).unwrap();
        match (first.code(), second.code()) {
            (Some(0), Some(1)) => assert!(saved == a, "round {round}"),
            (Some(1), Some(0)) => assert!(saved == b, "round {round}"),
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!(fixture.names(), ["out.zip"]);
        fs::remove_file(&out).unwrap();
    }
}

#[test]
fn several_zips_are_saved_in_a_folder_under_different_names() {
    let (fixture, [a, b]) = (two_videos(), zips());
    let ended = fixture.run(&["download", A, B, "--output-dir", "new/folder"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let read = |name| fs::read(fixture.work().join("new/folder").join(name)).unwrap();
    assert!(read("clip.zip") == a && read("clip (2).zip") == b);
    // again, with existing files
    for _ in 0..2 {
        let ended = fixture.run(&["download", B, A, "--output-dir", "new/folder", "--force"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(read("clip.zip") == b && read("clip (2).zip") == a);
        assert_eq!(fs::read_dir(fixture.work().join("new/folder")).unwrap().count(), 2);
    }
    let ended = fixture.run(&["download", A, B, "-o", "out.zip"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let ended = fixture.run(&["download", A]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(String::from_utf8(ended.stdout).unwrap().ends_with("saved: → clip.zip\n"));
    assert_eq!(fixture.names(), ["clip.zip", "new"]);
}

#[test]
fn only_regular_files_are_replaced() {
    let (fixture, [a, _]) = (two_videos(), zips());
    let pipe = fixture.work().join("clip.zip");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::write(fixture.work().join("target"), "mine").unwrap();
    symlink("target", fixture.work().join("clip (2).zip")).unwrap();
    let ended = fixture.run(&["download", A, "--force"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(fixture.work().join("clip (2).zip").is_symlink());
    assert_eq!(fs::read(fixture.work().join("target")).unwrap(), b"mine");
    assert!(fs::read(fixture.work().join("clip (3).zip")).unwrap() == a);
}

#[test]
fn an_invalid_destination_is_refused_before_any_request() {
    let fixture = two_videos();
    let too_long = "x".repeat(256);
    fs::write(fixture.work().join("file"), "").unwrap();
    symlink("/proc/self/out.zip", fixture.work().join("link")).unwrap();
    for arguments in [
        ["-o", &too_long],
        ["-o", "/proc/self/out.zip"],
        ["-o", "file/out.zip"],
        ["-o", "link"],
        ["--output-dir", "/proc/self/new"],
        ["--output-dir", "file"],
        ["--output-dir", &too_long],
    ] {
        let ended = fixture.run(&[&["download", A, "--json"], &arguments[..]].concat());
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert_eq!(ended.document()["error"]["code"], "file", "{ended:?}");
        assert!(!ended.stderr.contains(".part"), "{ended:?}");
    }
    assert!(fixture.requests().is_empty(), "{:?}", fixture.requests());
    assert_eq!(fixture.names(), ["file", "link"]);
}

#[test]
fn no_folder_is_created_if_the_download_fails() {
    let fixture = Fixture::new(|_, _| Some(Response(404, "application/json", b"{}".to_vec())));
    let ended = fixture.run(&["download", A, "--output-dir", "new/folder"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(fixture.names().is_empty());
}

#[test]
fn an_interrupted_download_leaves_no_file() {
    let fixture = Fixture::new(|api, line| match line {
        "GET /zip/0198c0de-0000-7000-8000-00000000000a" => None,
        _ => Some(ready(api, A, "clip.mp4", &zip(b'a', 9))),
    });
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let before = fixture.requests().len();
        let child = fixture.command(&["download", A, "--json"]).spawn().unwrap();
        fixture.wait_for_new(before, &format!("GET /zip/{A}"));
        assert_eq!(fixture.names().len(), 1);
        signal(name, child.id());
        let ended = CommandOutput::of(child.wait_with_output().unwrap());
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert_eq!(ended.document()["error"]["code"], "interrupted");
        assert!(fixture.names().is_empty(), "{:?}", fixture.names());
    }
}

#[test]
fn a_signal_during_the_start_is_not_lost() {
    for round in 0..20 {
        let fixture = Fixture::new(|api, line| match line.starts_with("GET /zip") {
            true => None,
            false => Some(ready(api, A, "clip.mp4", &zip(b'a', 9))),
        });
        let child = fixture.command(&["download", A, "--json"]).spawn().unwrap();
        common::interrupt_when_ready(&child);
        let ended = CommandOutput::of(child.wait_with_output().unwrap());
        assert_eq!(ended.code, Some(130), "round {round}: {ended:?}");
        assert_eq!(ended.document()["error"]["code"], "interrupted", "round {round}");
        assert!(fixture.names().is_empty(), "round {round}: {:?}", fixture.names());
    }
}

#[test]
fn a_damaged_zip_is_refused() {
    let fixture = Fixture::new(|api, line| {
        let mut bytes = zip(b'a', 100_000);
        Some(if line.starts_with("GET /zip") {
            bytes[50_000] = b'b';
            Response(200, "application/zip", bytes)
        } else {
            ready(api, A, "clip.mp4", &bytes)
        })
    });
    let ended = fixture.run(&["download", A, "--json"]);
    assert_failed(&ended, "the downloaded zip is damaged");
    assert_eq!(ended.document()["error"]["code"], "damaged_zip");
    assert!(fixture.names().is_empty());
}

#[test]
fn the_longest_name_can_be_downloaded() {
    let name: &'static str = Box::leak(("x".repeat(251) + ".mp4").into_boxed_str());
    let fixture = Fixture::new(move |api, line| {
        let bytes = zip(b'a', 9);
        Some(match line.starts_with("GET /zip") {
            true => Response(200, "application/zip", bytes),
            false => ready(api, A, name, &bytes),
        })
    });
    let ended = fixture.command(&["download", A]).stderr(Stdio::null()).status().unwrap();
    assert_eq!(ended.code(), Some(0));
    assert_eq!(fixture.names(), ["x".repeat(251) + ".zip"]);
}
