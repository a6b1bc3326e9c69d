//! Creating videos: again, at once, several, and too many.

use anyhow::{Result, ensure};
use framezip_contract::{CreateVideo, CreateVideos, ExtractionOptions};
use framezip_tests::{Person, Stack};
use serde_json::Value;

const BODY: &str = r#"{"fileName":"a.mp4","bytes":5}"#;
/// One that goes up in parts.
const LARGE: &str = r#"{"fileName":"a.mp4","bytes":100000000}"#;

/// Sends a body under a key, and returns status and answer.
async fn post(stack: &Stack, person: &Person, key: &str, body: &str) -> Result<(u16, Value)> {
    let request = reqwest::Client::new()
        .post(format!("{}/videos", stack.api_url()))
        .bearer_auth(person.api.id_token().await?)
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(body.to_owned());
    let answer = request.send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

async fn count(person: &Person) -> Result<usize> {
    Ok(person.api.list(None, Some(100), None).await?.videos.len())
}

fn announced(name: &str, bytes: u64) -> CreateVideo {
    CreateVideo {
        file_name: name.to_owned(),
        bytes,
        content_type: None,
        extraction: ExtractionOptions::default(),
    }
}

pub async fn a_repeated_call_makes_nothing_new(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    for (key, body, kind) in [("one", BODY, "single"), ("two", LARGE, "multipart")] {
        let (status, first) = post(stack, &ada, key, body).await?;
        ensure!(status == 201, "{status} {first}");
        let (status, second) = post(stack, &ada, key, body).await?;
        ensure!(status == 200 && second["video"]["id"] == first["video"]["id"], "{second}");
        ensure!(second["upload"]["kind"] == kind, "with fresh URLs: {second}");
    }
    ensure!(count(&ada).await? == 2);
    let (status, problem) = post(stack, &ada, "one", LARGE).await?;
    ensure!(status == 422 && problem["code"] == "idempotency_key_reused", "{status} {problem}");
    let (status, theirs) = post(stack, &bob, "one", LARGE).await?;
    ensure!(status == 201, "a key is its user's own: {status} {theirs}");
    let (status, problem) = post(stack, &ada, "a b", BODY).await?;
    ensure!(status == 400 && problem["code"] == "invalid_request", "{status} {problem}");
    Ok(())
}

pub async fn calls_of_one_key_at_once_make_one_video(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let call = || post(stack, &person, "key", LARGE);
    let (a, b, c, d) = tokio::try_join!(call(), call(), call(), call())?;
    let answers = [a, b, c, d];
    let created = answers.iter().filter(|(status, _)| *status == 201).count();
    ensure!(created == 1 && count(&person).await? == 1, "{answers:?}");
    let same = answers.iter().all(|(_, json)| json["video"]["id"] == answers[0].1["video"]["id"]);
    ensure!(same, "{answers:?}");
    Ok(())
}

pub async fn several_videos_are_created_at_once_or_none(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let mut batch = CreateVideos {
        videos: vec![announced("a.mp4", 5), announced("", 5), announced("c.mp4", 100_000_000)],
    };
    let Err(error) = person.api.create_all(&batch).await else { anyhow::bail!("it was taken") };
    ensure!(error.to_string().contains("videos[1].fileName"), "{error}");
    ensure!(count(&person).await? == 0, "nothing was created");
    batch.videos[1].file_name = "b.mp4".to_owned();
    let created = person.api.create_all(&batch).await?;
    let names: Vec<_> = created.iter().map(|one| one.video.file_name.as_str()).collect();
    ensure!(names == ["a.mp4", "b.mp4", "c.mp4"], "{names:?}");
    ensure!(created.iter().all(|one| one.upload.is_some()) && count(&person).await? == 3);
    Ok(())
}

pub async fn unfinished_videos_are_limited(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let batch = CreateVideos { videos: vec![announced("a.mp4", 5); 20] };
    for _ in 0..5 {
        person.api.create_all(&batch).await?;
    }
    let Err(error) = person.api.create(&announced("b.mp4", 5)).await else {
        anyhow::bail!("it was taken")
    };
    ensure!((error.status(), error.code()) == (Some(409), Some("too_many_videos")), "{error}");
    Ok(())
}
