//! Requests of pages at different origins. They are those that a browser sends: our own page only needs the
//! buckets, because it has the API's origin.

use crate::Stacks;
use anyhow::{Context, Result, ensure};
use framezip_media::path;
use framezip_tests::{Person, Stack, single};
use reqwest::{Client, Method, RequestBuilder, Response};

/// The web origin of the usual stack.
pub const ORIGIN: &str = "https://frames.example";
const OTHER: &str = "https://elsewhere.example";

/// Returns the request that a browser sends before such a request.
fn preflight(url: &str, origin: &str, method: &str, headers: &str) -> RequestBuilder {
    Client::new()
        .request(Method::OPTIONS, url)
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", headers)
}

fn list<'a>(answer: &'a Response, name: &str) -> Vec<&'a str> {
    let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().split(',').map(str::trim).collect()
}

fn allows(answer: &Response, origin: &str, method: &str, header: &str) -> bool {
    let is = |given: &str, wanted: &str| given == "*" || given.eq_ignore_ascii_case(wanted);
    let named = |name: &str, wanted: &str| list(answer, name).iter().any(|one| is(one, wanted));
    answer.status().is_success()
        && named("access-control-allow-origin", origin)
        && named("access-control-allow-methods", method)
        && named("access-control-allow-headers", header)
}

/// Sends a request and checks that a page at this origin may not read the answer.
async fn is_refused(request: RequestBuilder) -> Result<()> {
    let answer = request.send().await?;
    let allowed = answer.headers().get("access-control-allow-origin");
    ensure!(allowed.is_none(), "another page may: {answer:?}");
    Ok(())
}

/// Uploads a video from a page at this origin, and reads its zip there. A page at another origin may do neither.
async fn the_buckets_serve_only(origin: &str, other: &str, stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let file = framezip_client::SourceFile::open(path("prores.mov")).await?;
    let created = person.api.create(&file.request(serde_json::from_str("{}")?)).await?;
    let upload = single(&created)?;
    let answer = preflight(&upload.url, origin, "PUT", "content-type").send().await?;
    ensure!(allows(&answer, origin, "PUT", "content-type"), "{answer:?}");
    is_refused(preflight(&upload.url, other, "PUT", "content-type")).await?;
    let mut put = Client::new().put(&upload.url).header("origin", origin);
    for (name, value) in &upload.headers {
        put = put.header(name, value);
    }
    let put = put.body(std::fs::read(path("prores.mov"))?).send().await?.error_for_status()?;
    ensure!(list(&put, "access-control-allow-origin") == [origin], "{put:?}");
    // a page needs it to complete an upload in parts
    ensure!(list(&put, "access-control-expose-headers").contains(&"ETag"), "{put:?}");

    let view = person.wait(created.video.id).await?;
    let link = view.download.context("a ready video has a download link")?.url;
    let got = Client::new().get(&link).header("origin", origin).send().await?;
    ensure!(list(&got, "access-control-allow-origin") == [origin], "{got:?}");
    is_refused(Client::new().get(&link).header("origin", other)).await?;
    // a page reads a zip's directory by it, and then single frames
    for method in ["GET", "HEAD"] {
        let answer = preflight(&link, origin, method, "range").send().await?;
        ensure!(allows(&answer, origin, method, "range"), "{method}: {answer:?}");
        is_refused(preflight(&link, other, method, "range")).await?;
    }
    let ranged = Client::new().get(&link).header("origin", origin).header("range", "bytes=-22");
    let ranged = ranged.send().await?;
    let (exposed, headers) = (list(&ranged, "access-control-expose-headers"), ranged.headers());
    ensure!(ranged.status() == 206, "{ranged:?}");
    for name in ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"] {
        ensure!(exposed.contains(&name) && headers.contains_key(name), "{name}: {ranged:?}");
    }
    Ok(())
}

pub async fn our_own_page_may_use_the_buckets(stack: &Stack) -> Result<()> {
    let origin = stack.page_origin();
    ensure!(stack.page_url().starts_with(&format!("{origin}/")), "{origin}");
    the_buckets_serve_only(&origin, OTHER, stack).await
}

pub async fn a_page_at_the_web_origin_may_use_the_buckets_and_the_api(stack: &Stack) -> Result<()> {
    let videos = format!("{}/videos", stack.api_url());
    let needed = [("POST", "idempotency-key"), ("GET", "authorization"), ("HEAD", "authorization")];
    for (method, header) in needed {
        let answer = preflight(&videos, ORIGIN, method, header).send().await?;
        ensure!(allows(&answer, ORIGIN, method, header), "{method}: {answer:?}");
        is_refused(preflight(&videos, OTHER, method, header)).await?;
    }
    the_buckets_serve_only(ORIGIN, OTHER, stack).await
}

pub async fn without_a_web_origin_only_our_own_page_may(stacks: &Stacks) -> Result<()> {
    let stack = stacks.hasty.lock().await;
    is_refused(preflight(&format!("{}/videos", stack.api_url()), ORIGIN, "GET", "range")).await?;
    the_buckets_serve_only(&stack.page_origin(), ORIGIN, &stack).await
}
