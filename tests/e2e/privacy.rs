//! What one user must not see or do.

use anyhow::{Context, Result, ensure};
use framezip_contract::VideoId;
use framezip_media::path;
use framezip_tests::{Person, Stack, get, request};
use std::time::Duration;

pub async fn another_users_video_is_not_found(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let id = ada.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let (status, problem) = bob.get(stack, &format!("/videos/{id}")).await?;
    ensure!(status == 404 && problem["code"] == "not_found", "{status} {problem}");
    let (status, _) = ada.get(stack, &format!("/videos/{id}")).await?;
    ensure!(status == 200, "its owner sees it");
    Ok(())
}

/// Every route that is for users only.
const ROUTES: [(&str, &str); 5] = [
    ("POST", "/videos"),
    ("GET", "/videos"),
    ("GET", "/videos/{id}"),
    ("DELETE", "/videos/{id}"),
    ("POST", "/videos/{id}/retry"),
];

/// The paths of what belongs to one user. `{user}` is another.
const PATHS: [&str; 5] = [
    "/videos/{id}",
    "/videos/{id}?user={user}",
    "/videos/{id}/retry",
    "/videos?user={user}",
    "/videos?all=true",
];

pub async fn no_verb_reaches_another_users_video(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let id = ada.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let before = ada.wait(id).await?.video;
    let secrets = [before.owner.as_str(), &ada.email, &before.file_name, "X-Amz-Signature"];
    for path in PATHS {
        let path = path.replace("{id}", &id.to_string()).replace("{user}", before.owner.as_str());
        for verb in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let (status, body) = bob.request(stack, verb, &path).await?;
            // an empty body is no video to create
            let refusals: &[u16] = match (verb, path.starts_with("/videos?")) {
                ("GET", true) => &[403],
                ("POST", true) => &[400],
                // 405: no such route, for anybody
                _ => &[403, 404, 405],
            };
            ensure!(refusals.contains(&status), "{verb} {path}: {status} {body}");
            let body = body.to_string();
            let told = secrets.iter().find(|secret| body.contains(**secret));
            ensure!(told.is_none(), "{verb} {path} tells {told:?}: {body}");
        }
    }
    let after = ada.api.get(id).await?.video;
    ensure!(after == before, "{after:?}");
    Ok(())
}

pub async fn requests_without_a_good_token_are_refused(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let token = person.api.id_token().await?;
    let (rest, signature) = token.rsplit_once('.').context("a token has three parts")?;
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{rest}.{first}{}", &signature[1..]);
    let foreign = stack.token_of_another_pool().await?;
    let expired = person.short_lived_token(stack).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let tokens = [None, Some(""), Some("nonsense"), Some(&forged), Some(&foreign), Some(&expired)];
    for token in tokens {
        for (method, path) in ROUTES {
            let path = path.replace("{id}", &VideoId::now().to_string());
            let (status, body) = request(stack, method, &path, token).await?;
            ensure!(status == 401, "{method} {path} with {token:?}: {status} {body}");
        }
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
