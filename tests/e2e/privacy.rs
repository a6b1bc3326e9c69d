//! What one user must not see or do.

use anyhow::{Context, Result, ensure};
use framezip_media::path;
use framezip_tests::{Person, Stack, get};

pub async fn another_users_video_is_not_found(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let id = ada.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let (status, problem) = bob.get(stack, &format!("/videos/{id}")).await?;
    ensure!(status == 404 && problem["code"] == "not_found", "{status} {problem}");
    let (status, page) = bob.get(stack, &format!("/videos?cursor={id}")).await?;
    ensure!(status == 200 && page["videos"] == serde_json::json!([]), "{status} {page}");
    let (status, _) = ada.get(stack, &format!("/videos/{id}")).await?;
    ensure!(status == 200, "its owner sees it");
    Ok(())
}

pub async fn requests_without_a_good_token_are_refused(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let token = person.api.id_token().await?;
    let (rest, signature) = token.rsplit_once('.').context("a token has three parts")?;
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{rest}.{first}{}", &signature[1..]);
    for token in [None, Some(""), Some("nonsense"), Some(forged.as_str())] {
        let (status, body) = get(stack, "/videos", token).await?;
        ensure!(status == 401, "{token:?}: {status} {body}");
    }
    for path in ["/health", "/config.json"] {
        let (status, body) = get(stack, path, None).await?;
        ensure!(status == 200, "{path} is for anyone: {status} {body}");
    }
    Ok(())
}

pub async fn links_work_only_as_they_were_signed(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let view = person.wait(id).await?;
    let url = view.download.context("a ready video has a download link")?.url;
    let http = reqwest::Client::new();
    let good = http.get(&url).send().await?;
    ensure!(good.status() == 200, "{}", good.status());
    let disposition = good.headers()["content-disposition"].to_str()?;
    ensure!(disposition.contains("filename=\"prores.zip\""), "{disposition}");
    let other = url.replace("frames.zip", "source");
    let status = http.get(&other).send().await?.status();
    ensure!(status == 403, "another object's link: {status}");
    let unsigned = url.split('?').next().unwrap_or_default();
    let status = http.get(unsigned).send().await?.status();
    ensure!(status == 403, "no signature: {status}");
    Ok(())
}
