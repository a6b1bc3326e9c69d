//! Errors and their answers.

use super::{ID, answer, answer_to, context};
use aws_smithy_mocks::mock;
use axum::{body::Body, http::Request};
use tower::ServiceExt;

#[tokio::test]
async fn errors_are_problems_with_stable_codes() {
    let video = format!("/videos/{ID}");
    let retry = format!("{video}/retry");
    for (method, path, token, body, status, code) in [
        ("GET", "/nowhere", Some("id"), "", 404, "not_found"),
        ("GET", "/videos/1", Some("id"), "", 404, "not_found"),
        ("DELETE", "/videos", Some("id"), "", 405, "method_not_allowed"),
        ("GET", "/videos", None, "", 401, "unauthorized"),
        ("GET", "/videos", Some("access"), "", 401, "unauthorized"),
        ("POST", "/videos", Some("id"), "{", 400, "invalid_request"),
        ("GET", "/videos?limit=0", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?limit=x", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?cursor=x", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?status=x", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?x=1", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?all=true", Some("id"), "", 403, "forbidden"),
        ("GET", "/videos?user=user-1", Some("id"), "", 403, "forbidden"),
        ("GET", "/videos?user=a%2Fb", Some("admin"), "", 400, "invalid_request"),
        ("GET", "/videos?user=a&all=true", Some("admin"), "", 400, "invalid_request"),
        ("GET", "/videos/1?user=user-2", Some("id"), "", 404, "not_found"),
        ("GET", &format!("{video}?user=user-2"), Some("id"), "", 403, "forbidden"),
        ("GET", &format!("{video}?x=1"), Some("id"), "", 400, "invalid_request"),
        ("DELETE", &format!("{video}?user=user-2"), Some("id"), "", 403, "forbidden"),
        ("DELETE", &format!("{video}?all=true"), Some("admin"), "", 400, "invalid_request"),
        ("DELETE", &video, None, "", 401, "unauthorized"),
        ("PUT", &video, Some("id"), "", 405, "method_not_allowed"),
        ("POST", &retry, None, "", 401, "unauthorized"),
        ("POST", &retry, Some("access"), "", 401, "unauthorized"),
        ("POST", &format!("{retry}?user=user-2"), Some("admin"), "", 400, "invalid_request"),
        ("POST", &retry, Some("id"), "{", 400, "invalid_request"),
        ("POST", "/videos/1/retry", Some("id"), "", 404, "not_found"),
        ("GET", &retry, Some("id"), "", 405, "method_not_allowed"),
    ] {
        let (got, kind, json) = answer(&[], method, path, token, body).await;
        assert_eq!((got.as_u16(), json["code"].as_str()), (status, Some(code)), "{path} {json}");
        assert_eq!(kind, "application/problem+json");
        assert_eq!(json["status"], status);
    }
}

#[tokio::test]
async fn internal_errors_reveal_nothing() {
    let get = mock!(aws_sdk_dynamodb::Client::get_item).then_error(|| {
        aws_sdk_dynamodb::operation::get_item::GetItemError::unhandled("a secret detail")
    });
    let (status, kind, json) =
        answer(&[&get], "GET", &format!("/videos/{ID}"), Some("id"), "").await;
    assert_eq!((status.as_u16(), json["code"].as_str()), (500, Some("internal")));
    assert_eq!(kind, "application/problem+json");
    assert_eq!(json["requestId"], "JKJaXmPLvHcESHA=");
    assert!(!json.to_string().contains("secret"));
}

#[tokio::test]
async fn only_json_is_accepted() {
    for (kind, status) in [
        ("text/plain", 415),
        ("multipart/form-data", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonx", 415),
        ("", 415),
        // accepted, but the fields are missing
        ("application/json", 400),
        ("Application/JSON; charset=utf-8", 400),
    ] {
        let request = Request::post("/videos").header("content-type", kind);
        let request = request.extension(context("id")).body(Body::from("{}")).unwrap();
        let (got, _, json) = answer_to(&[], request).await;
        assert_eq!(got.as_u16(), status, "{kind}: {json}");
    }
}

#[tokio::test]
async fn invalid_text_and_large_bodies_are_refused() {
    for (body, status, code) in [
        (b"{\"fileName\":\"\xff\",\"bytes\":1}".to_vec(), 400, "invalid_request"),
        (br#"{"fileName":"\u0000","bytes":1}"#.to_vec(), 400, "invalid_request"),
        (br#"{"fileName":"\ud800","bytes":1}"#.to_vec(), 400, "invalid_request"),
        (vec![b' '; 3 << 20], 413, "too_large"),
    ] {
        let request = Request::post("/videos").extension(context("id"));
        let (got, _, json) = answer_to(&[], request.body(Body::from(body)).unwrap()).await;
        assert_eq!((got.as_u16(), json["code"].as_str()), (status, Some(code)), "{json}");
    }
}

#[tokio::test]
async fn a_401_states_how_to_authenticate() {
    for (path, token) in [("/videos", None), ("/videos", Some("access")), ("/metrics", None)] {
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.extension(context(token));
        }
        let router = crate::router::router(super::state(&[]));
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(response.headers()["www-authenticate"], "Bearer", "{path}");
    }
}

#[tokio::test]
async fn the_detail_of_many_invalid_fields_stays_short() {
    let body = format!(r#"{{"extraction":{{"at":[{}]}}}}"#, vec!["-1"; 60].join(","));
    let retry = format!("/videos/{ID}/retry");
    let (_, _, json) = answer(&[], "POST", &retry, Some("id"), &body).await;
    assert_eq!(json["errors"].as_array().unwrap().len(), 50);
    let detail = json["detail"].as_str().unwrap();
    assert!(detail.starts_with("extraction.at[0]: must be a time"), "{detail}");
    assert!(detail.ends_with("; and at least 45 more") && !detail.contains("at[5]"), "{detail}");
}
