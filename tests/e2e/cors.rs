//! Calls that only a page at the web origin may make. The requests are those of a browser.

use crate::upload::single;
use anyhow::{Context, Result, ensure};
use framezip_media::path;
use framezip_tests::{Person, Stack};
use reqwest::{Client, Method, RequestBuilder, Response};

/// The page's origin.
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

fn allows(answer: &Response, method: &str, header: &str) -> bool {
    let is = |given: &str, wanted: &str| given == "*" || given.eq_ignore_ascii_case(wanted);
    let named = |name: &str, wanted: &str| list(answer, name).iter().any(|one| is(one, wanted));
    answer.status().is_success()
        && named("access-control-allow-origin", ORIGIN)
        && named("access-control-allow-methods", method)
        && named("access-control-allow-headers", header)
}

pub async fn a_page_at_the_web_origin_may_use_it(stack: &Stack) -> Result<()> {
    let videos = format!("{}/videos", stack.api_url());
    let needed = [("POST", "idempotency-key"), ("GET", "authorization"), ("HEAD", "authorization")];
    for (method, header) in needed {
        let answer = preflight(&videos, ORIGIN, method, header).send().await?;
        ensure!(allows(&answer, method, header), "{method}: {answer:?}");
    }
    let person = Person::sign_up(stack).await?;
    let file = framezip_client::SourceFile::open(path("prores.mov")).await?;
    let created = person.api.create(&file.request(serde_json::from_str("{}")?)).await?;
    let upload = single(&created)?;
    let answer = preflight(&upload.url, ORIGIN, "PUT", "content-type").send().await?;
    ensure!(allows(&answer, "PUT", "content-type"), "{answer:?}");
    let mut put = Client::new().put(&upload.url).header("origin", ORIGIN);
    for (name, value) in &upload.headers {
        put = put.header(name, value);
    }
    let put = put.body(std::fs::read(path("prores.mov"))?).send().await?.error_for_status()?;
    ensure!(list(&put, "access-control-allow-origin") == [ORIGIN], "{put:?}");
    // a page needs it to complete an upload in parts
    ensure!(list(&put, "access-control-expose-headers").contains(&"ETag"), "{put:?}");

    let view = person.wait(created.video.id).await?;
    let link = view.download.context("a ready video has a download link")?.url;
    let got = Client::new().get(&link).header("origin", ORIGIN).send().await?;
    ensure!(list(&got, "access-control-allow-origin") == [ORIGIN], "{got:?}");
    // a page reads a zip's directory by it, and then single frames
    for method in ["GET", "HEAD"] {
        let answer = preflight(&link, ORIGIN, method, "range").send().await?;
        ensure!(allows(&answer, method, "range"), "{method}: {answer:?}");
    }
    let ranged = Client::new().get(&link).header("origin", ORIGIN).header("range", "bytes=-22");
    let ranged = ranged.send().await?;
    let (exposed, headers) = (list(&ranged, "access-control-expose-headers"), ranged.headers());
    ensure!(ranged.status() == 206, "{ranged:?}");
    for name in ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"] {
        ensure!(exposed.contains(&name) && headers.contains_key(name), "{name}: {ranged:?}");
    }
    for answer in [
        preflight(&videos, OTHER, "POST", "authorization").send().await?,
        preflight(&upload.url, OTHER, "PUT", "content-type").send().await?,
        Client::new().get(&link).header("origin", OTHER).send().await?,
    ] {
        let allowed = answer.headers().get("access-control-allow-origin");
        ensure!(allowed.is_none(), "another page may: {answer:?}");
    }
    Ok(())
}
