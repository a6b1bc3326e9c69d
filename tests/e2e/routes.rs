//! The API's routes, who may use them, and how often.

use anyhow::{Context, Result, ensure};
use framezip_contract::VideoId;
use framezip_tests::{Person, Stack, get};
use reqwest::{Client, StatusCode};
use std::collections::BTreeSet;

/// Every path that needs no token.
const PUBLIC: [&str; 8] =
    ["/", ASSETS, "/config.json", "/docs", "/favicon.svg", "/health", "/openapi.json", UNSUBSCRIBE];
/// The page to which a link in each mail leads.
const UNSUBSCRIBE: &str = "/unsubscribe/{user}/{token}";
/// The files of the page. A browser loads several of them at once.
const ASSETS: &str = "/assets/{file}";

/// Returns the route keys of all operations in the API's description. A path with GET has HEAD too.
async fn described(stack: &Stack) -> Result<BTreeSet<String>> {
    let (_, document) = get(stack, "/openapi.json", None).await?;
    let paths = document["paths"].as_object().context("it has paths")?;
    let mut keys = BTreeSet::new();
    for (path, item) in paths {
        for verb in item.as_object().context("a path has operations")?.keys() {
            keys.insert(format!("{} {path}", verb.to_uppercase()));
            if verb == "get" {
                keys.insert(format!("HEAD {path}"));
            }
        }
    }
    Ok(keys)
}

pub async fn every_route_is_described_and_throttled(stack: &Stack) -> Result<()> {
    let routes = stack.routes()?;
    let keys: BTreeSet<_> = routes.keys().cloned().collect();
    ensure!(keys == described(stack).await?, "{keys:?}");
    let users = routes.values().filter(|route| route.needs_token);
    let users = users.map(|route| route.requests_a_second).fold(f64::INFINITY, f64::min);
    for (key, route) in routes {
        let path = key.split(' ').nth(1).context("a route has a path")?;
        ensure!(route.needs_token != PUBLIC.contains(&path), "{key}: {route:?}");
        let share = if path == ASSETS { 2.0 } else { 10.0 };
        let is_low = route.requests_a_second * share <= users;
        ensure!(route.needs_token || is_low, "{key} can use up the users' share: {route:?}");
    }
    Ok(())
}

pub async fn every_route_answers_with_a_token_and_without(stack: &Stack) -> Result<()> {
    let admin = Person::admin(stack).await?;
    let token = admin.api.id_token().await?;
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    for (key, route) in stack.routes()? {
        let (verb, path) = key.split_once(' ').context("a route has a method and a path")?;
        let path = path.replace("{id}", &VideoId::now().to_string());
        let url = format!("{}{path}", stack.api_url());
        let send = |verb: &str| Ok::<_, anyhow::Error>(http.request(verb.parse()?, &url));
        let without = send(verb)?.send().await?.status();
        let is_refused = without == StatusCode::UNAUTHORIZED;
        ensure!(is_refused == route.needs_token, "{key} without a token: {without}");
        let with = send(verb)?.bearer_auth(&token).send().await?;
        let status = with.status();
        ensure!(!status.is_server_error(), "{key}: {status}");
        ensure!(status != StatusCode::UNAUTHORIZED, "{key}: {status}");
        // the function answers, and not API Gateway, which answers 404 to unknown paths
        if status == StatusCode::NOT_FOUND && verb != "HEAD" && path != UNSUBSCRIBE {
            let problem: serde_json::Value = with.json().await?;
            ensure!(problem["code"] == "not_found", "{key}: {problem}");
        }
        if verb == "HEAD" {
            let got = send("GET")?.bearer_auth(&token).send().await?;
            ensure!(got.status() == status, "{key}: {status}, and GET: {}", got.status());
        }
    }
    Ok(())
}

pub async fn a_request_without_a_route_reaches_no_function(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    for (verb, path) in
        [("GET", "/nothing"), ("PATCH", "/videos"), ("POST", "/health"), ("GET", "/videos/a/b")]
    {
        let (status, answer) = person.request(stack, verb, path).await?;
        ensure!(status == 404, "{verb} {path}: {status} {answer}");
        ensure!(answer["message"] == "Not Found", "a function answered {verb} {path}: {answer}");
    }
    Ok(())
}
