//! The creation of videos: repeated, concurrent, several at once, and too many.

use anyhow::{Result, ensure};
use framezip_contract::CreateVideos;
use framezip_tests::{Person, Stack, announcement};
use serde_json::Value;

const BODY: &str = r#"{"fileName":"a.mp4","bytes":5}"#;
/// A video that is uploaded in parts.
const LARGE: &str = r#"{"fileName":"a.mp4","bytes":100000000}"#;

/// Creates a video with a body and an idempotency key. Returns status and answer.
async fn post(stack: &Stack, person: &Person, key: &str, body: &str) -> Result<(u16, Value)> {
    person.post(stack, "/videos", key, body).await
}

async fn count(person: &Person) -> Result<usize> {
    Ok(person.api.list(None, Some(100), None).await?.videos.len())
}

pub async fn a_repeated_call_creates_nothing_new(stack: &Stack) -> Result<()> {
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
    ensure!(status == 201, "each user has keys of their own: {status} {theirs}");
    let (status, problem) = post(stack, &ada, "a b", BODY).await?;
    ensure!(status == 400 && problem["code"] == "invalid_request", "{status} {problem}");
    Ok(())
}

pub async fn concurrent_calls_with_one_key_create_one_video(stack: &Stack) -> Result<()> {
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

pub async fn a_batch_of_videos_is_created_as_a_whole_or_not_at_all(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let mut batch = CreateVideos {
        videos: vec![
            announcement("a.mp4", 5),
            announcement("", 5),
            announcement("c.mp4", 100_000_000),
        ],
    };
    let Err(error) = person.api.create_all(&batch).await else { anyhow::bail!("it was accepted") };
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
    let batch = CreateVideos { videos: vec![announcement("a.mp4", 5); 20] };
    for _ in 0..5 {
        person.api.create_all(&batch).await?;
    }
    let Err(error) = person.api.create(&announcement("b.mp4", 5)).await else {
        anyhow::bail!("it was accepted")
    };
    ensure!((error.status(), error.code()) == (Some(409), Some("too_many_videos")), "{error}");
    Ok(())
}
