//! Bodies that are accepted, and the errors of those that are not.

use super::*;
use serde_json::json;

fn parse_all(json: &str) -> Result<NewVideos, ApiError> {
    NewVideos::parse(json.as_bytes(), &Limits::default())
}

fn parse(json: &str) -> Result<NewVideo, ApiError> {
    parse_all(json).map(|mut new| {
        assert_eq!(new.form, CreationForm::Single);
        new.videos.remove(0)
    })
}

fn errors<T>(read: Result<T, ApiError>) -> Vec<(String, String)> {
    let Err(ApiError::Invalid(errors)) = read else { panic!("it is not invalid") };
    errors.into_iter().map(|error| (error.field, error.detail)).collect()
}

fn wrong_fields(json: &str) -> Vec<String> {
    errors(parse_all(json)).into_iter().map(|(field, _)| field).collect()
}

#[test]
fn only_name_and_length_are_required() {
    for json in [
        r#"{"fileName":"a.mp4","bytes":1}"#,
        r#"{"fileName":"a.mp4","bytes":1,"contentType":null,"extraction":null}"#,
    ] {
        let video = parse(json).unwrap();
        assert_eq!(video.content_type, "application/octet-stream");
        assert_eq!(video.extraction, Extraction::default());
    }
}

#[test]
fn whole_numbers_are_integers_however_they_are_written() {
    let json = r#"{"fileName":"a.mp4","bytes":3.0,"extraction":{"count":2e1,"quality":-0.0}}"#;
    assert_eq!(wrong_fields(json), ["extraction.quality"]);
    let video = parse(&json.replace("-0.0", "5.0")).unwrap();
    assert_eq!((video.bytes, video.extraction.quality), (3, 5));
    for bytes in ["3.5", "-1.0", "1e300", "18446744073709551616"] {
        let json = json.replace("3.0", bytes);
        assert_eq!(wrong_fields(&json), ["bytes", "extraction.quality"], "{bytes}");
    }
}

/// A body, and each invalid field with its error.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)]);

const UNKNOWN: &str = "is not a known field; the fields here are";

#[test]
fn every_invalid_field_is_reported_once_with_its_rule() {
    let options = "every, fps, count, at, keyframes, scenes, from, to, width, height, fit, format, \
                   quality, skipBlank, sheet, storyboard";
    let video = format!("{UNKNOWN} fileName, bytes, contentType, extraction");
    let tiles = format!("{UNKNOWN} columns, rows, width");
    let options = format!("{UNKNOWN} {options}");
    let missing_name = format!("is missing: it {}", rules::FILE_NAME);
    let missing_bytes = format!("is missing: it {}", rules::BYTES);
    let rows: &[Row] = &[
        ("[]", &[("body", rules::OBJECT)]),
        ("7", &[("body", rules::OBJECT)]),
        ("null", &[("body", rules::OBJECT)]),
        (r#"["a.mp4",1]"#, &[("body", rules::OBJECT)]),
        ("{}", &[("fileName", &missing_name), ("bytes", &missing_bytes)]),
        (
            r#"{"fileName":5,"bytes":"5","contentType":7,"extraction":[],"y":1,"z":1}"#,
            &[
                ("fileName", rules::FILE_NAME),
                ("bytes", rules::BYTES),
                ("contentType", rules::CONTENT_TYPE),
                ("extraction", rules::OBJECT),
                ("y", &video),
                ("z", &video),
            ],
        ),
        (
            r#"{"fileName":" ","bytes":0,"contentType":"video/*"}"#,
            &[
                ("fileName", rules::FILE_NAME),
                ("bytes", rules::BYTES),
                ("contentType", rules::CONTENT_TYPE),
            ],
        ),
        (
            r#"{"fileName":null,"bytes":-1,"contentType":"a//b"}"#,
            &[
                ("fileName", rules::FILE_NAME),
                ("bytes", rules::BYTES),
                ("contentType", rules::CONTENT_TYPE),
            ],
        ),
        (
            r#"{"fileName":"a","bytes":1,"extraction":{"every":0.1234567,"evry":1,"quality":0}}"#,
            &[
                ("extraction.every", rules::EVERY),
                ("extraction.quality", rules::QUALITY),
                ("extraction.evry", &options),
            ],
        ),
        (
            r#"{"fileName":"a","bytes":1,"extraction":{"fps":"1/0","count":"4","scenes":true,
                "keyframes":1,"from":"noon","to":[],"width":1e300,"height":17.5,"fit":"fill",
                "format":"gif","skipBlank":"yes"}}"#,
            &[
                ("extraction.fps", rules::FPS),
                ("extraction.count", rules::COUNT),
                ("extraction.keyframes", rules::SWITCH),
                ("extraction.scenes", rules::SCENES),
                ("extraction.from", rules::TIME),
                ("extraction.to", rules::TIME),
                ("extraction.width", rules::SIDE),
                ("extraction.height", rules::SIDE),
                ("extraction.format", rules::FORMAT),
                ("extraction.skipBlank", rules::SWITCH),
            ],
        ),
        (
            r#"{"fileName":"a","bytes":1,"extraction":{"at":[{},1,"x",null,-1,4294967296]}}"#,
            &[
                ("extraction.at[0]", rules::TIME),
                ("extraction.at[2]", rules::TIME),
                ("extraction.at[3]", rules::TIME),
                ("extraction.at[4]", rules::TIME),
                ("extraction.at[5]", rules::TIME),
            ],
        ),
        (r#"{"fileName":"a","bytes":1,"extraction":{"at":5}}"#, &[("extraction.at", rules::AT)]),
        (r#"{"fileName":"a","bytes":1,"extraction":{"at":[]}}"#, &[("extraction.at", rules::AT)]),
        (
            r#"{"videos":[{"fileName":"a","bytes":1,"extraction":{"sheet":{"columns":0,"colums":1,
                "width":"x"},"storyboard":7}},[],{"bytes":1}]}"#,
            &[
                ("videos[0].extraction.sheet.width", rules::TILE),
                ("videos[0].extraction.sheet.colums", &tiles),
                ("videos[0].extraction.storyboard", rules::OBJECT),
                ("videos[0].extraction.sheet.columns", rules::GRID),
                ("videos[1]", rules::OBJECT),
                ("videos[2].fileName", &missing_name),
            ],
        ),
        (r#"{"videos":null}"#, &[("videos", "must be a list of 1 to 20 videos")]),
        (r#"{"videos":{}}"#, &[("videos", "must be a list of 1 to 20 videos")]),
        (r#"{"videos":[]}"#, &[("videos", "must be a list of 1 to 20 videos")]),
        (
            r#"{"videos":[{"fileName":"a","bytes":1}],"bytes":1}"#,
            &[("bytes", "is not a known field; the fields here are videos")],
        ),
        (
            r#"{"fileName":"a","bytes":1,"extraction":{"every":1,"every":2}}"#,
            &[("extraction.every", "is given more than once in one object")],
        ),
    ];
    for (body, expected) in rows {
        let expected: Vec<_> =
            expected.iter().map(|(f, d)| (f.to_string(), d.to_string())).collect();
        assert_eq!(errors(parse_all(body)), expected, "{body}");
    }
}

#[test]
fn options_that_exclude_each_other_are_reported_once() {
    let json = r#"{"fileName":"a","bytes":1,"extraction":{"every":0,"fps":0,"fit":"fill"}}"#;
    assert_eq!(wrong_fields(json), ["extraction.every", "extraction.fps", "extraction.fit"]);
}

#[test]
fn a_retry_takes_the_same_options() {
    for none in ["", "null", "{}", r#"{"extraction":null}"#] {
        assert_eq!(retry(none.as_bytes()).unwrap(), None, "{none}");
    }
    assert_eq!(retry(br#"{"extraction":{}}"#).unwrap(), Some(Extraction::default()));
    for (body, field) in [
        ("[]", "body"),
        ("{", "body"),
        (r#"{"extraction":[]}"#, "extraction"),
        (r#"{"extraction":{"at":["x"]}}"#, "extraction.at[0]"),
        (r#"{"extraction":{},"extraction":{}}"#, "extraction"),
        (r#"{"every":1}"#, "every"),
    ] {
        assert_eq!(errors(retry(body.as_bytes()))[0].0, field, "{body}");
    }
}

#[test]
fn a_webhook_has_a_url_and_a_flag() {
    for (body, expire_previous_secret) in [
        (r#"{"url":"x"}"#, false),
        (r#"{"url":"x","expirePreviousSecret":null}"#, false),
        (r#"{"url":"x","expirePreviousSecret":true}"#, true),
    ] {
        let expected = SetWebhook { url: "x".to_owned(), expire_previous_secret };
        assert_eq!(set_webhook(body.as_bytes()).unwrap(), expected, "{body}");
    }
    for (body, field) in [
        ("{}", "url"),
        (r#"{"url":null}"#, "url"),
        (r#"{"url":7}"#, "url"),
        (r#"{"url":"x","secret":"y"}"#, "secret"),
        (r#"{"url":"x","url":"y"}"#, "url"),
        (r#"{"url":"x","expirePreviousSecret":"yes"}"#, "expirePreviousSecret"),
        ("[]", "body"),
        ("", "body"),
    ] {
        assert_eq!(errors(set_webhook(body.as_bytes()))[0].0, field, "{body}");
    }
}

#[test]
fn too_large_files_are_refused() {
    let huge = format!(r#"{{"fileName":"a","bytes":{}}}"#, u64::MAX);
    assert!(matches!(parse(&huge), Err(ApiError::TooLarge(_))));
    let batch = format!(r#"{{"videos":[{{"fileName":"a","bytes":1}},{huge}]}}"#);
    let Err(ApiError::TooLarge(detail)) = parse_all(&batch) else { panic!("{batch}") };
    assert!(detail.starts_with("videos[1]: "), "{detail}");
}

#[test]
fn several_videos_are_checked_one_by_one() {
    let good = json!({ "fileName": "a.mp4", "bytes": 1 }).to_string();
    let new = parse_all(&format!(r#"{{"videos":[{good},{good}]}}"#)).unwrap();
    assert_eq!((new.videos.len(), new.form), (2, CreationForm::List));
    let many = vec![good.as_str(); MAX_VIDEOS + 1].join(",");
    assert_eq!(wrong_fields(&format!(r#"{{"videos":[{many}]}}"#)), ["videos"]);
}
