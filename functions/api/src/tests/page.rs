//! The page's document and files.

use super::state;
use crate::{
    page_files::{self, PageFile, UNKNOWN},
    request::accept_encoding::Coding,
    router::router,
    state::AppState,
    storage::{Links, UploadBucket},
};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use std::io::Read;
use tower::ServiceExt;

type Answer = (StatusCode, HeaderMap, Bytes);

async fn get_from(state: AppState, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router(state).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap())
}

async fn get(path: &str, headers: &[(&str, &str)]) -> Answer {
    get_from(state(&[]), path, headers).await
}

fn decoded(body: &[u8], encoding: Option<&str>) -> Vec<u8> {
    let mut decoded = Vec::new();
    match encoding {
        None => decoded.extend(body),
        Some("br") => {
            let mut reader = brotli_decompressor::Decompressor::new(body, 4096);
            reader.read_to_end(&mut decoded).unwrap();
        }
        Some("gzip") => {
            flate2::read::GzDecoder::new(body).read_to_end(&mut decoded).unwrap();
        }
        Some(other) => panic!("{other}"),
    }
    decoded
}

/// The file's bytes as they are.
fn identity(file: &PageFile) -> &[u8] {
    file.body(Coding::Identity).unwrap()
}

#[tokio::test]
async fn the_document_is_served_with_strict_headers() {
    let (status, headers, body) = get("/", &[]).await;
    assert_eq!((status, &body[..]), (StatusCode::OK, identity(page_files::shell())));
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("vary", "accept-encoding"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    let permissions = headers["permissions-policy"].to_str().unwrap();
    for feature in ["clipboard-write=(self)", "screen-wake-lock=(self)", "camera=()"] {
        assert!(permissions.split(", ").any(|one| one == feature), "{permissions}");
    }
}

fn policy_of(headers: &HeaderMap) -> &str {
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("unsafe-") && !policy.contains('*'), "{policy}");
    policy
}

/// A policy with these servers for results, and for all of them.
fn policy(results: &str, servers: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: {results}; \
         media-src blob:; connect-src 'self' {servers}; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

fn client(endpoint: Option<&str>) -> aws_sdk_s3::Client {
    let mut config = aws_sdk_s3::config::Builder::from(&super::sdk());
    config.set_endpoint_url(endpoint.map(str::to_owned));
    aws_sdk_s3::Client::from_conf(config.build())
}

/// A state whose clients have this endpoint.
fn state_at(endpoint: Option<&str>) -> AppState {
    let mut state = state(&[]);
    state.uploads = UploadBucket::new(client(endpoint), "uploads".to_owned());
    state.links = Links::new(client(endpoint), "results".to_owned());
    let cognito = "https://cognito-idp.eu-central-1.amazonaws.com";
    state.config.cognito_endpoint = format!("{}/", endpoint.unwrap_or(cognito));
    state
}

#[tokio::test]
async fn the_policy_names_exactly_the_servers_that_the_page_needs() {
    let (_, headers, _) = get_from(state_at(None), "/", &[]).await;
    let results = "https://results.s3.eu-central-1.amazonaws.com";
    let servers = format!(
        "https://cognito-idp.eu-central-1.amazonaws.com \
         https://uploads.s3.eu-central-1.amazonaws.com {results}"
    );
    assert_eq!(policy_of(&headers), policy(results, &servers));

    let local = "http://127.0.0.1:4566";
    let (_, headers, _) = get_from(state_at(Some(local)), "/", &[]).await;
    assert_eq!(policy_of(&headers), policy(local, local));
}

#[test]
fn the_document_has_no_inline_script_or_style_and_loads_only_existing_files() {
    let html = std::str::from_utf8(identity(page_files::shell())).unwrap();
    for tag in html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        assert!(!tag.starts_with("style") && !tag.contains("style="), "<{tag}>");
        assert!(!tag.starts_with("script") || tag.contains("src="), "<{tag}>");
        let is_handler = |word: &str| word.starts_with("on") && word.contains('=');
        assert!(!tag.split_whitespace().any(is_handler), "<{tag}>");
    }
    let mut count = 0;
    for link in html.split(['"', '\'']).filter(|text| text.contains("assets/")) {
        // relative, because the local stack serves the page below a path
        let name = link.strip_prefix("./assets/").unwrap();
        assert!(page_files::assets().iter().any(|file| file.name == name), "{link}");
        count += 1;
    }
    assert!(count >= 2, "a script and a style: {html}");
}

#[tokio::test]
async fn an_unchanged_document_is_not_sent_again() {
    let mut tags = Vec::new();
    for encoding in ["br", "gzip", "identity"] {
        let accept = ("accept-encoding", encoding);
        let (_, first, _) = get("/", &[accept]).await;
        let tag = first["etag"].to_str().unwrap().to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is strong");
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let (status, headers, body) = get("/", &[accept, ("if-none-match", &known)]).await;
            assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            for name in ["etag", "cache-control", "vary", "content-security-policy"] {
                assert_eq!(headers[name], first[name], "{name}");
            }
        }
        let (status, ..) = get("/", &[accept, ("if-none-match", "\"x\"")]).await;
        assert_eq!(status, StatusCode::OK);
        tags.push(tag);
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "each form has a tag of its own");
}

#[tokio::test]
async fn every_file_arrives_intact_in_every_encoding() {
    let paths = page_files::assets().iter().map(|file| (format!("/assets/{}", file.name), file));
    let named =
        [("/".to_owned(), page_files::shell()), ("/favicon.svg".to_owned(), page_files::icon())];
    for (path, file) in paths.chain(named) {
        for coding in Coding::ALL {
            let (status, headers, body) = get(&path, &[("accept-encoding", coding.token())]).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            let encoding = headers.get("content-encoding").map(|value| value.to_str().unwrap());
            let stored = file.body(coding).is_some() && coding != Coding::Identity;
            assert_eq!(encoding, stored.then(|| coding.token()), "{path}");
            assert_eq!(decoded(&body, encoding), identity(file), "{path} {encoding:?}");
            assert!(encoding.is_none() || body.len() < identity(file).len(), "{path}");
            assert_ne!(headers["content-type"], UNKNOWN, "{path}");
            assert_eq!(headers["vary"], "accept-encoding", "{path}");
            assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
            if path.starts_with("/assets/") {
                let caching = &headers["cache-control"];
                assert_eq!(caching, "public, max-age=31536000, immutable", "{path}");
            }
        }
    }
    let scripts = page_files::assets().iter().filter(|file| file.name.ends_with(".js"));
    assert!(
        scripts.clone().count() > 0
            && scripts.clone().any(|file| file.body(Coding::Brotli).is_some())
    );
}

#[tokio::test]
async fn a_file_that_does_not_exist_or_is_refused_answers_with_a_problem() {
    let script = page_files::assets().iter().find(|file| file.name.ends_with(".js")).unwrap();
    let refused = ("accept-encoding", "deflate, identity;q=0");
    for (path, headers, status, code) in [
        ("/assets/none.js".to_owned(), &[][..], 404, "not_found"),
        ("/assets/%ff".to_owned(), &[], 404, "not_found"),
        ("/assets/..%2Findex.html".to_owned(), &[], 404, "not_found"),
        // a compressed form is not a file of its own
        (format!("/assets/{}.br", script.name), &[], 404, "not_found"),
        (format!("/assets/{}", script.name), &[refused], 406, "not_acceptable"),
        ("/".to_owned(), &[refused], 406, "not_acceptable"),
    ] {
        let (got, headers, body) = get(&path, headers).await;
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((got.as_u16(), &problem["code"]), (status, &code.into()), "{path}: {problem}");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert!(!headers.contains_key("etag") && !headers.contains_key("content-encoding"));
    }
}
