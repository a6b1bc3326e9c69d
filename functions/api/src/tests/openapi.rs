//! The OpenAPI document: it describes every route, and only existing ones.

use super::state;
use crate::{openapi::complete, router::router, routes};
use axum::{
    body::{Body, to_bytes},
    http::{Request, Response},
};
use framezip_contract::Limits;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use tower::ServiceExt;

fn description() -> Value {
    serde_json::to_value(complete(routes::all().into_openapi(), &Limits::default())).unwrap()
}

/// The operations by route, such as `GET /videos`.
fn described() -> BTreeMap<String, Value> {
    let description = description();
    let paths = description["paths"].as_object().unwrap().clone().into_iter();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().clone().into_iter();
            methods.map(move |(method, operation)| {
                (format!("{} {path}", method.to_uppercase()), operation)
            })
        })
        .collect()
}

async fn get(path: &str) -> (Response<()>, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (parts, body) = router(state(&[])).oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).unwrap())
}

/// The methods of a router that add something without a description.
const UNDESCRIBED: [&str; 6] =
    [".route(", ".route_service(", ".nest(", ".nest_service(", ".merge(", ".fallback_service("];

/// Returns the lines of the sources in a folder that add something to a router without a description.
fn undescribed(path: &Path) -> Vec<String> {
    if path.is_dir() {
        let entries = path.read_dir().unwrap().map(|entry| entry.unwrap().path());
        return entries.flat_map(|path| undescribed(&path)).collect();
    }
    let source = fs::read(path).unwrap();
    let source = String::from_utf8_lossy(&source);
    let lines = source.lines().filter(|line| UNDESCRIBED.iter().any(|call| line.contains(call)));
    lines.map(str::to_owned).collect()
}

#[test]
fn every_route_of_the_router_is_described() {
    // `routes!` describes each route that it adds
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(undescribed(&sources.join("router.rs")), [""; 0]);
    let routes = sources.join("routes");
    assert_eq!(undescribed(&routes), [""; 0]);
    assert!(routes.join("videos/mod.rs").exists(), "folders are searched");
    assert!(described().contains_key("DELETE /videos/{id}"));
}

#[test]
fn exactly_the_routes_with_an_authorizer_require_a_token() {
    let template = include_str!("../../../../template.yaml");
    let routes = template.split("Type: AWS::ApiGatewayV2::Route").skip(1).filter_map(|route| {
        let route = route.split("\n\n").next()?;
        let key = route.split("RouteKey: ").nth(1)?.split([',', '\n']).next()?.trim_matches('"');
        route.contains("AuthorizationType: JWT").then(|| key.to_owned())
    });
    let (heads, routes): (BTreeSet<_>, BTreeSet<_>) =
        routes.partition(|route| route.starts_with("HEAD "));
    let gets = routes.iter().filter_map(|route| route.strip_prefix("GET "));
    assert_eq!(
        heads,
        gets.map(|path| format!("HEAD {path}")).collect(),
        "HEAD needs what GET needs"
    );
    let secured = described()
        .into_iter()
        .filter_map(|(route, operation)| operation.get("security").is_some().then_some(route));
    assert_eq!(routes, secured.collect());
}

#[tokio::test]
async fn the_document_is_served_as_json_and_as_a_page() {
    let (response, text) = get("/openapi.json").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers().contains_key("cache-control"));
    let served: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(served, description());
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1."), "{}", served["openapi"]);

    let (response, page) = get("/docs").await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for (route, operation) in described() {
        assert!(page.contains(&route), "{route}");
        let id = operation["operationId"].as_str().unwrap();
        assert!(page.contains(&format!("<h2 id={id}>")), "{id}");
    }
    for name in served["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("<h3 id={name}>")), "{name}");
    }
    assert!(!page.contains("<script") && !page.contains("src="), "nothing is loaded");
}

#[test]
fn every_reference_resolves_and_every_schema_is_used() {
    let description = description();
    let (mut references, mut ids) = (BTreeSet::new(), BTreeSet::new());
    visit(&description, &mut |key, value| {
        if let ("$ref", Some(path)) = (key, value.as_str()) {
            assert!(description.pointer(&path[1..]).is_some(), "{path}");
            references.insert(path.rsplit('/').next().unwrap().to_owned());
        }
        if let ("operationId", Some(id)) = (key, value.as_str()) {
            assert!(ids.insert(id.to_owned()), "{id} twice");
        }
    });
    let schemas = description["components"]["schemas"].as_object().unwrap();
    assert_eq!(references, schemas.keys().cloned().collect());
}

#[test]
fn every_operation_describes_its_parameters_and_answers() {
    for (route, operation) in described() {
        for field in ["summary", "operationId", "tags"] {
            assert!(!operation[field].is_null(), "{route}: {field}");
        }
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{route}");
        assert!(responses.values().all(|response| response["description"] != ""), "{route}");
        if operation.get("security").is_some() {
            for status in ["400", "401", "429", "500"] {
                assert!(responses.contains_key(status), "{route}: {status}");
            }
        }
        for name in route.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let parameters = operation["parameters"].as_array().unwrap();
            let is_it = |one: &Value| one["in"] == "path" && one["name"] == name;
            assert!(parameters.iter().any(is_it), "{route}: {name}");
        }
    }
}

#[test]
fn the_schemas_of_bodies_are_as_strict_as_their_parsers() {
    let schemas = &description()["components"]["schemas"];
    for name in ["CreateVideo", "CreateVideos", "RetryVideo", "TilesOptions"] {
        assert_eq!(schemas[name]["additionalProperties"], false, "{name}");
    }
    assert_eq!(schemas["ExtractionOptions"]["allOf"][0]["additionalProperties"], false);
    let bytes = &schemas["CreateVideo"]["properties"]["bytes"];
    assert_eq!(bytes["maximum"], Limits::default().upload_bytes);
}

fn visit(value: &Value, each: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                each(key, value);
                visit(value, each);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, each)),
        _ => {}
    }
}

/// The document from which the page's types are made. `UPDATE=1` writes it again.
#[test]
fn the_page_is_made_from_this_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/openapi.json");
    let document = format!("{:#}\n", description());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &document).unwrap();
    }
    let stored = fs::read_to_string(path).unwrap();
    assert!(stored == document, "web/openapi.json is out of date: make api-types");
}
