//! The things that a user must not see or do.

use anyhow::{Context, Result, ensure};
use framezip_client::SourceFile;
use framezip_contract::VideoId;
use framezip_media::path;
use framezip_tests::{Person, Stack, get, send};

pub async fn another_users_video_is_not_found(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let id = ada.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let (status, problem) = bob.get(stack, &format!("/videos/{id}")).await?;
    ensure!(status == 404 && problem["code"] == "not_found", "{status} {problem}");
    let (status, _) = ada.get(stack, &format!("/videos/{id}")).await?;
    ensure!(status == 200, "its owner sees it");
    Ok(())
}

/// The methods that are tried on every path.
const VERBS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Every path for users, and the status that Bob gets there for each of the methods. `{user}` is Ada, `{id}`
/// is a ready video of hers, `{event}` is an event for her webhook, and `{upload}` is a video of hers whose
/// bytes have not arrived. An empty body is neither a video nor a webhook. Bob may delete his own webhook. A method
/// that a path does not have gets 404 from API Gateway, because it has no route.
const ATTEMPTS: [(&str, [u16; 5]); 18] = [
    ("/videos?user={user}", [403, 400, 404, 404, 404]),
    ("/videos?all=true", [403, 400, 404, 404, 404]),
    ("/videos/{id}", [404, 404, 404, 404, 404]),
    ("/videos/{id}?user={user}", [403, 404, 404, 404, 403]),
    ("/videos/{id}/retry", [404, 404, 404, 404, 404]),
    ("/videos/{upload}/retry", [404, 404, 404, 404, 404]),
    ("/videos/{upload}/upload", [404, 404, 404, 404, 404]),
    ("/videos/{upload}/upload?user={user}", [400, 404, 404, 404, 404]),
    ("/videos/{upload}/upload/complete", [404, 404, 404, 404, 404]),
    ("/videos/{id}/upload/complete?user={user}", [404, 400, 404, 404, 404]),
    ("/webhook", [404, 404, 400, 404, 204]),
    ("/webhook?user={user}", [400, 404, 400, 404, 400]),
    ("/webhook/test?user={user}", [404, 400, 404, 404, 404]),
    ("/webhook/deliveries?user={user}", [400, 404, 404, 404, 404]),
    ("/webhook/deliveries/{event}", [404, 404, 404, 404, 404]),
    ("/webhook/deliveries/{event}/resend", [404, 404, 404, 404, 404]),
    ("/mail?user={user}", [400, 404, 400, 404, 404]),
    ("/metrics", [403, 404, 404, 404, 404]),
];

/// Returns the operations of the API's own description: method, path, and whether they are for users only.
async fn operations(stack: &Stack) -> Result<Vec<(String, String, bool)>> {
    let (_, document) = get(stack, "/openapi.json", None).await?;
    let paths = document["paths"].as_object().context("it has paths")?;
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(|(verb, operation)| {
            (verb.to_uppercase(), path.clone(), operation.get("security").is_some())
        })
    });
    Ok(operations.collect())
}

pub async fn no_method_reaches_another_users_data(stack: &Stack) -> Result<()> {
    for (_, path, _) in operations(stack).await?.into_iter().filter(|(_, _, users)| *users) {
        let tried = ATTEMPTS
            .iter()
            .map(|(attempt, _)| attempt.replace("{upload}", "{id}").replace("{event}", "{id}"));
        let tried: Vec<_> =
            tried.filter(|attempt| attempt.split('?').next() == Some(&path)).collect();
        ensure!(!tried.is_empty(), "{path} is missing from the table");
    }
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let id = ada.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let ready = ada.wait(id).await?.video;
    let file = SourceFile::open(path("prores.mov")).await?;
    let options = serde_json::from_str(r#"{"count":1}"#)?;
    let awaiting = ada.api.create(&file.request(options)).await?.video;
    ada.api.set_webhook(&"https://ada.invalid/".into()).await?;
    // it fails
    let event = ada.api.wait_for_attempt(ada.api.test_webhook().await?).await?.id;
    let webhook = ada.api.webhook().await?;
    let (owner, email) = (ready.owner.as_str(), &ada.email);
    let secrets = [owner, email, &ready.file_name, "X-Amz-Signature", "ada.invalid"];
    for (attempt, statuses) in ATTEMPTS {
        let path = attempt.replace("{id}", &id.to_string()).replace("{user}", owner);
        let path = path.replace("{upload}", &awaiting.id.to_string());
        let path = path.replace("{event}", &event.to_string());
        for (verb, expected) in VERBS.into_iter().zip(statuses) {
            let (status, body) = bob.request(stack, verb, &path).await?;
            ensure!(status == expected, "{verb} {attempt}: {status} {body}");
            let body = body.to_string();
            let leaked = secrets.iter().find(|secret| body.contains(**secret));
            ensure!(leaked.is_none(), "{verb} {attempt} leaks {leaked:?}: {body}");
        }
    }
    ensure!(ada.api.get(id).await?.video == ready, "her video has changed");
    ensure!(ada.api.get(awaiting.id).await?.video == awaiting, "her upload has changed");
    ensure!(ada.api.webhook().await? == webhook, "her webhook has changed");
    // no attempt follows
    ada.api.delete_webhook().await?;
    Ok(())
}

pub async fn requests_without_a_valid_token_are_refused(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let token = person.api.id_token().await?;
    let (rest, signature) = token.rsplit_once('.').context("a token has three parts")?;
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{rest}.{first}{}", &signature[1..]);
    let foreign = stack.token_of_another_pool().await?;
    let expired = person.expired_token(stack).await?;
    let operations = operations(stack).await?;
    let tokens = [None, Some(""), Some("nonsense"), Some(&forged), Some(&foreign), Some(&expired)];
    for token in tokens {
        for (verb, template, users_only) in &operations {
            let path = template.replace("{id}", &VideoId::now().to_string());
            let path = path.replace("{file}", "unknown.js");
            let token = token.filter(|_| *users_only);
            let (status, _) = send(stack, verb, &path, token).await?;
            let expected = match (users_only, template.contains("{file}")) {
                (true, _) => 401,
                (false, true) => 404,
                // no user has this link
                (false, false) if verb == "POST" => 404,
                (false, false) => 200,
            };
            ensure!(status == expected, "{verb} {path} with {token:?}: {status}");
        }
    }
    let for_users = operations.iter().filter(|(_, _, users_only)| *users_only).count();
    ensure!((for_users, operations.len() - for_users) == (17, 9), "{operations:?}");
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
