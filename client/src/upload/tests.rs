//! Tests of uploads: which requests are sent, and how often.

use super::*;
use crate::test_server::{CannedResponse, RecordedRequest, TestServer};
use framezip_contract::{MultipartUpload, PartUrl};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const BYTES: usize = 600_001;
const PART: usize = 200_000;
const ID: &str = "0198c0de-0000-7000-8000-000000000000";

async fn file(folder: &tempfile::TempDir) -> SourceFile {
    let path = folder.path().join("a.mp4");
    let bytes: Vec<u8> = (0..BYTES).map(|i| (i % 251) as u8).collect();
    std::fs::write(&path, bytes).unwrap();
    SourceFile::open(&path).await.unwrap()
}

fn video() -> Value {
    json!({
        "id": ID, "owner": "u", "fileName": "a.mp4", "bytes": BYTES, "contentType": "video/mp4",
        "extraction": {}, "status": "awaiting_upload", "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z", "expiresAt": "2026-01-03T00:00:00Z",
    })
}

fn created(upload: Upload) -> CreatedVideo {
    CreatedVideo { video: serde_json::from_value(video()).unwrap(), upload: Some(upload) }
}

fn single(server: &TestServer) -> SingleUpload {
    let headers =
        [("if-none-match", "*"), ("content-type", "video/mp4"), ("content-length", "600001")];
    SingleUpload {
        method: "PUT".to_owned(),
        url: format!("{}/bucket/key?X-Amz-Signature=s", server.url),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        expires_at: Timestamp::now(),
    }
}

fn signed(server: &TestServer) -> CreatedVideo {
    created(Upload::Single(single(server)))
}

fn url(server: &str, number: u16) -> PartUrl {
    PartUrl { number, url: format!("{server}/part/{number}"), expires_at: Timestamp::now() }
}

/// Returns a page of four parts, the last of one byte. The parts `arrived` have arrived, `missing` have not.
fn page(server: &str, arrived: &[u16], missing: &[u16], next: Option<u16>) -> MultipartUpload {
    let arrived = arrived.iter().map(|number| {
        let bytes = if *number == 4 { 1 } else { PART };
        json!({ "number": number, "bytes": bytes, "eTag": "t" })
    });
    MultipartUpload {
        part_bytes: PART as u64,
        parts: 4,
        arrived: arrived.map(|part| serde_json::from_value(part).unwrap()).collect(),
        urls: missing.iter().map(|number| url(server, *number)).collect(),
        next,
    }
}

fn json_response(body: impl serde::Serialize) -> CannedResponse {
    CannedResponse::json(200, &serde_json::to_string(&body).unwrap())
}

fn stored() -> CannedResponse {
    CannedResponse::new(200, "", "")
}

fn lines(requests: &[RecordedRequest]) -> Vec<&str> {
    requests.iter().map(|request| request.line.trim_end_matches(" HTTP/1.1")).collect()
}

#[tokio::test]
async fn the_request_has_exactly_the_bytes_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (file, server) = (file(&folder).await, TestServer::start([stored()]).await);
    let mut seen = Vec::new();
    let api = server.api_client(3600);
    api.upload(&signed(&server), &file, |sent| seen.push(sent)).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.line, "PUT /bucket/key?X-Amz-Signature=s HTTP/1.1");
    assert_eq!(request.header("content-length"), Some("600001"));
    assert_eq!(request.header("if-none-match"), Some("*"));
    assert_eq!(request.header("content-type"), Some("video/mp4"));
    assert_eq!(request.header("transfer-encoding"), None);
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.body, std::fs::read(&file.path).unwrap());
    assert_eq!(seen.last(), Some(&file.bytes));
}

#[tokio::test]
async fn an_earlier_attempt_that_arrived_is_a_success() {
    let folder = tempfile::tempdir().unwrap();
    let xml = "<Error><Code>PreconditionFailed</Code><Message>m</Message></Error>";
    let exists = || CannedResponse::new(412, "application/xml", xml);
    for first in [CannedResponse::hang_up(), CannedResponse::new(500, "", "")] {
        let server = TestServer::start([first, exists()]).await;
        let file = file(&folder).await;
        server.api_client(3600).upload(&signed(&server), &file, |_| ()).await.unwrap();
        assert_eq!(server.requests().len(), 2);
    }

    let server = TestServer::start([exists()]).await;
    let file = file(&folder).await;
    let error = server.api_client(3600).upload(&signed(&server), &file, |_| ()).await.unwrap_err();
    assert_eq!(error.status(), Some(412));
    assert!(error.to_string().contains("PreconditionFailed: m"), "{error}");
}

#[tokio::test]
async fn an_expired_url_is_renewed_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder).await;
    let refused = || CannedResponse::new(403, "", "");
    let server = TestServer::start_with(|url| {
        let fresh = SingleUpload {
            method: "PUT".to_owned(),
            url: format!("{url}/fresh"),
            headers: BTreeMap::new(),
            expires_at: Timestamp::now(),
        };
        vec![refused(), json_response(Upload::Single(fresh)), refused()]
    });
    let server = server.await;
    let error = server.api_client(3600).upload(&signed(&server), &file, |_| ()).await.unwrap_err();
    assert_eq!(error.status(), Some(403));
    let requests = server.requests();
    let state = format!("GET /api/videos/{ID}/upload?after=0");
    assert_eq!(lines(&requests)[1..], [state.as_str(), "PUT /fresh"]);

    let over = r#"{"type":"about:blank","title":"Conflict","status":409,"code":"upload_over","detail":"d"}"#;
    let over = CannedResponse::new(409, "application/problem+json", over);
    let server = TestServer::start([refused(), over]).await;
    server.api_client(3600).upload(&signed(&server), &file, |_| ()).await.unwrap();
}

#[tokio::test]
async fn a_changed_file_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start([]).await;
    let file = file(&folder).await;
    std::fs::write(&file.path, [0; 9]).unwrap();
    let parts = created(Upload::Multipart(page(&server.url, &[], &[1, 2, 3, 4], None)));
    for upload in [signed(&server), parts] {
        let error = server.api_client(3600).upload(&upload, &file, |_| ()).await.unwrap_err();
        assert!(matches!(error, Error::FileChanged { declared: 600_001, now: 9, .. }), "{error:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn every_part_is_sent_once_and_the_upload_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder).await;
    let answers = [stored(), stored(), stored(), stored(), json_response(video())];
    let server = TestServer::start(answers).await;
    let upload = Upload::Multipart(page(&server.url, &[], &[1, 2, 3, 4], None));
    let mut last = 0;
    let api = server.api_client(3600);
    api.upload(&created(upload), &file, |sent| last = sent).await.unwrap();
    let mut requests = server.requests();
    let complete = requests.pop().unwrap();
    assert_eq!(complete.line, format!("POST /api/videos/{ID}/upload/complete HTTP/1.1"));
    requests.sort_by(|one, other| one.line.cmp(&other.line));
    assert_eq!(lines(&requests), ["PUT /part/1", "PUT /part/2", "PUT /part/3", "PUT /part/4"]);
    assert_eq!(requests[3].header("content-length"), Some("1"));
    let whole: Vec<u8> = requests.into_iter().flat_map(|request| request.body).collect();
    assert_eq!(whole, std::fs::read(&file.path).unwrap());
    assert_eq!(last, file.bytes);
}

#[tokio::test]
async fn only_the_part_that_failed_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder).await;
    let slow = "<Error><Code>RequestTimeout</Code><Message>m</Message></Error>";
    let slow = CannedResponse::new(400, "application/xml", slow);
    for failure in [CannedResponse::hang_up(), CannedResponse::new(503, "", ""), slow] {
        let server = TestServer::start([failure, stored(), json_response(video())]).await;
        let upload = Upload::Multipart(page(&server.url, &[1, 2, 3], &[4], None));
        server.api_client(3600).upload(&created(upload), &file, |_| ()).await.unwrap();
        assert_eq!(lines(&server.requests())[..2], ["PUT /part/4", "PUT /part/4"]);
    }
}

#[tokio::test]
async fn a_resumed_upload_sends_only_the_missing_parts() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder).await;
    let server = TestServer::start_with(|url| {
        let (first, second) = (page(url, &[1, 2], &[], Some(2)), page(url, &[3], &[4], None));
        let pages = [first, second].map(|page| json_response(Upload::Multipart(page)));
        [json_response(video())]
            .into_iter()
            .chain(pages)
            .chain([stored(), json_response(video())])
            .collect()
    })
    .await;
    let mut last = 0;
    let api = server.api_client(3600);
    api.resume(ID.parse().unwrap(), &file, |sent| last = sent).await.unwrap();
    let requests = server.requests();
    let upload = format!("/api/videos/{ID}/upload");
    assert_eq!(
        lines(&requests)[1..],
        [
            format!("GET {upload}?after=0"),
            format!("GET {upload}?after=2"),
            "PUT /part/4".to_owned(),
            format!("POST {upload}/complete"),
        ]
    );
    assert_eq!(last, file.bytes);
}

#[tokio::test]
async fn an_expired_part_url_is_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder).await;
    for arrived in [false, true] {
        let server = TestServer::start_with(|url| {
            let fresh = if arrived {
                page(url, &[4], &[], None)
            } else {
                let mut fresh = page(url, &[], &[4], None);
                fresh.urls[0].url.push_str("?fresh");
                fresh
            };
            let mut answers = vec![
                CannedResponse::new(403, "", ""),
                json_response(Upload::Multipart(fresh)),
                stored(),
            ];
            answers.truncate(if arrived { 2 } else { 3 });
            answers.push(json_response(video()));
            answers
        })
        .await;
        let upload = Upload::Multipart(page(&server.url, &[1, 2, 3], &[4], None));
        server.api_client(3600).upload(&created(upload), &file, |_| ()).await.unwrap();
        let requests = server.requests();
        assert_eq!(lines(&requests)[1], format!("GET /api/videos/{ID}/upload?after=3"));
        assert_eq!(lines(&requests)[2] == "PUT /part/4?fresh", !arrived);
    }
}

#[tokio::test]
async fn an_upload_is_not_resumed_with_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.mp4");
    std::fs::write(&path, [0; 9]).unwrap();
    let other = SourceFile::open(&path).await.unwrap();
    let server = TestServer::start([json_response(video())]).await;
    let api = server.api_client(3600);
    let error = api.resume(ID.parse().unwrap(), &other, |_| ()).await.unwrap_err();
    assert!(matches!(error, Error::FileChanged { declared: 600_001, now: 9, .. }), "{error:?}");
}
