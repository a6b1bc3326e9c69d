//! The page, as a browser loads it through API Gateway.

use anyhow::{Context, Result, ensure};
use framezip_tests::Stack;
use reqwest::{Client, Response, StatusCode};
use std::{fs, path::Path};

/// The encodings of a file, with the endings of their files in `web/dist`.
const ENCODINGS: [(&str, &str); 3] = [("br", ".br"), ("gzip", ".gz"), ("identity", "")];

fn header<'a>(answer: &'a Response, name: &str) -> Result<&'a str> {
    let value = answer.headers().get(name).with_context(|| format!("no {name}: {answer:?}"))?;
    Ok(value.to_str()?)
}

/// Loads a file in every encoding and compares it with the built one, byte by byte.
async fn arrives_intact(url: &str, file: &Path) -> Result<()> {
    for (encoding, ending) in ENCODINGS {
        let name = file.to_str().context("a name in UTF-8")?;
        let (coded, plain) = (fs::read(format!("{name}{ending}")), fs::read(file)?);
        let answer = Client::new().get(url).header("accept-encoding", encoding).send().await?;
        ensure!(answer.status() == StatusCode::OK, "{url}: {answer:?}");
        let given = answer.headers().get("content-encoding");
        let expected = (coded.is_ok() && !ending.is_empty()).then_some(encoding);
        ensure!(given.map(|given| given.as_bytes()) == expected.map(str::as_bytes), "{answer:?}");
        let body = answer.bytes().await?;
        ensure!(body == coded.unwrap_or(plain), "{url} in {encoding}: {} bytes", body.len());
    }
    Ok(())
}

pub async fn the_page_and_its_files_arrive_intact(stack: &Stack) -> Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist");
    let page = stack.page_url();
    arrives_intact(&page, &dist.join("index.html")).await?;
    arrives_intact(&format!("{page}favicon.svg"), &dist.join("favicon.svg")).await?;
    let mut count = 0;
    for entry in fs::read_dir(dist.join("assets"))? {
        let (path, name) = {
            let entry = entry?;
            (entry.path(), entry.file_name())
        };
        let name = name.to_str().context("a name in UTF-8")?;
        if !name.ends_with(".br") && !name.ends_with(".gz") {
            arrives_intact(&format!("{page}assets/{name}"), &path).await?;
            count += 1;
        }
    }
    ensure!(count >= 2, "a script and a style");
    Ok(())
}

pub async fn the_page_may_connect_only_to_the_stack(stack: &Stack) -> Result<()> {
    let answer = reqwest::get(stack.page_url()).await?;
    let policy = header(&answer, "content-security-policy")?;
    let servers = stack.api_url().split("/_aws/").next().context("the API's URL has a path")?;
    for expected in
        [format!("img-src 'self' blob: {servers};"), format!("connect-src 'self' {servers};")]
    {
        ensure!(policy.contains(&expected), "{policy}");
    }
    ensure!(header(&answer, "cache-control")? == "no-cache", "{answer:?}");
    let tag = header(&answer, "etag")?;
    let again = Client::new().get(stack.page_url()).header("if-none-match", tag).send().await?;
    ensure!(again.status() == StatusCode::NOT_MODIFIED, "{again:?}");
    ensure!(header(&again, "etag")? == tag, "{again:?}");
    Ok(())
}
