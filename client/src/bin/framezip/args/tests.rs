//! Tests of valid and invalid command lines.

use super::*;
use clap::CommandFactory;
use framezip_contract::TilesOptions;

const ID: &str = "0198c0de-0000-7000-8000-000000000000";

fn upload(line: &str) -> UploadArgs {
    let words = ["framezip", "upload"].into_iter().chain(line.split(' '));
    match Cli::try_parse_from(words).unwrap().command {
        Command::Video(VideoCommand::Upload(upload)) => upload,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_definition_of_the_arguments_is_valid() {
    Cli::command().debug_assert();
}

#[test]
fn options_may_precede_or_follow_files() {
    for line in ["--sheet a.mp4 --wait", "a.mp4 --wait --sheet"] {
        let upload = upload(line);
        assert_eq!(upload.files, [PathBuf::from("a.mp4")], "{line}");
        assert!(upload.waiting.waits() && upload.options.extraction().unwrap().sheet.is_some());
    }
    assert_eq!(upload("a.mp4").options.extraction(), Ok(ExtractionOptions::default()));
    assert!(upload("--resume").files.is_empty());
}

#[test]
fn invalid_upload_options_are_refused() {
    let UsageError(text) = upload("a.mp4 --every 0 --width 1").options.extraction().unwrap_err();
    assert!(text.contains("--every: must") && text.contains("--width: must"), "{text}");
    let saving = upload("a.mp4 -o x.zip").waiting.saving;
    assert!(saving.destination(2).is_err() && saving.destination(1).is_ok());
}

#[test]
fn a_retry_has_new_options_or_none() {
    let retry = |line: &str| {
        let words = ["framezip", "retry", ID].into_iter().chain(line.split_whitespace());
        match Cli::try_parse_from(words).unwrap().command {
            Command::Video(VideoCommand::Retry(retry)) => retry,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(retry("--wait").extraction(), Ok(None));
    let other = retry("--count 3 -o a.zip").extraction().unwrap();
    assert_eq!(other.unwrap().count, Some(3));
    assert!(retry("--count 0").extraction().is_err());
}

#[test]
fn a_list_has_ones_own_videos_by_default() {
    let scope = |line: &str| {
        let words = ["framezip", "list"].into_iter().chain(line.split_whitespace());
        match Cli::try_parse_from(words).unwrap().command {
            Command::Video(VideoCommand::List(list)) => list.scope(),
            other => panic!("{other:?}"),
        }
    };
    let user = UserId::try_from("u-1".to_owned()).unwrap();
    assert_eq!(
        ["", "--all", "--user u-1"].map(scope),
        [OwnerFilter::Own, OwnerFilter::Everyone, OwnerFilter::User(user)]
    );
}

#[test]
fn invalid_command_lines_are_refused() {
    for line in [
        "upload",
        "upload a.mp4 --every x",
        "upload a.mp4 --every 1 --count 1",
        "confirm --email e",
        "confirm --email e 123 --resend",
        "status 1",
        "list --status done",
        "list --limit 0",
        "list --all --user u",
        "list --user a/b",
        "watch 1",
        "resume a.mp4",
        "retry",
        "upload a.mp4 -o a.zip --output-dir b",
        "upload --resume --name b",
        "download",
        "delete",
        "delete --yes",
        "completions sh",
        "sign-in --email e --password p",
    ] {
        let words = ["framezip"].into_iter().chain(line.split(' '));
        assert!(Cli::try_parse_from(words).is_err(), "{line}");
    }
}

#[test]
fn a_list_can_have_any_status() {
    for wanted in Status::ALL {
        let words = ["framezip", "list", "--status", wanted.as_str()];
        let command = Cli::try_parse_from(words).unwrap().command;
        let Command::Video(VideoCommand::List(list)) = command else { panic!("{command:?}") };
        assert_eq!(list.status, Some(wanted));
    }
}

#[test]
fn a_grid_may_follow_its_option_without_an_equals_sign() {
    let upload = |words: &[&str]| {
        let words = ["framezip", "upload"].iter().chain(words).map(|word| OsString::from(*word));
        match Cli::read(words).unwrap().command {
            Command::Video(VideoCommand::Upload(upload)) => upload,
            other => panic!("{other:?}"),
        }
    };
    for line in
        [&["--sheet", "4x5", "a.mp4"][..], &["--sheet=4x5", "a.mp4"], &["a.mp4", "--sheet", "4x5"]]
    {
        let upload = upload(line);
        let sheet = upload.options.extraction().unwrap().sheet.unwrap();
        assert_eq!((sheet.columns, sheet.rows), (Some(4), Some(5)), "{line:?}");
        assert_eq!(upload.files, [PathBuf::from("a.mp4")], "{line:?}");
    }
    for line in [&["--sheet", "a.mp4"][..], &["a.mp4", "--sheet"], &["--sheet", "--", "a.mp4"]] {
        let upload = upload(line);
        assert_eq!(upload.options.extraction().unwrap().sheet, Some(TilesOptions::default()));
        assert_eq!(upload.files, [PathBuf::from("a.mp4")], "{line:?}");
    }
    assert_eq!(upload(&["--", "--sheet", "4x5"]).files.len(), 2);
}

#[test]
fn the_error_for_an_invalid_id_shows_an_example() {
    for line in ["status 123", "watch x", "delete x", "download x", "retry x", "resume x a.mp4"] {
        let words = ["framezip"].into_iter().chain(line.split(' '));
        let error = Cli::try_parse_from(words).unwrap_err().to_string();
        assert!(error.contains("such as 0198c0de-0000-7000-8000-000000000000"), "{error}");
    }
}
