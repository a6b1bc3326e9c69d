//! Videos that are retried.

use anyhow::{Context, Result, ensure};
use framezip_client::SourceFile;
use framezip_contract::{CreateVideos, ErrorCode, ExtractionOptions, Job, Status, Video, VideoId};
use framezip_media::path;
use framezip_tests::{Person, Queue, Stack, announcement};
use serde_json::Value;

fn options(json: &str) -> Result<Option<ExtractionOptions>> {
    Ok(Some(serde_json::from_str(json)?))
}

fn frames(video: &Video) -> Option<u32> {
    video.result.as_ref().map(|result| result.frames)
}

/// Checks that exactly `count` mails about a video come.
async fn mailed(stack: &Stack, person: &Person, id: VideoId, count: usize) -> Result<()> {
    let mails = person.mails_from(stack, id, count).await?;
    ensure!(mails.len() == count, "{mails:?}");
    Ok(())
}

/// Retries a video with a body and an idempotency key. Returns status and answer.
async fn post(
    stack: &Stack,
    person: &Person,
    id: VideoId,
    key: &str,
    body: &str,
) -> Result<(u16, Value)> {
    person.post(stack, &format!("/videos/{id}/retry"), key, body).await
}

pub async fn a_ready_video_can_be_retried_with_other_options(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("h264-30fps.mp4"), r#"{"count":2}"#).await?;
    let first = person.wait(id).await?;
    ensure!(frames(&first.video) == Some(2), "{first:?}");
    mailed(stack, &person, id, 1).await?;

    let again = person.api.retry(id, options(r#"{"count":3}"#)?).await?;
    ensure!(again.status == Status::Queued && again.result == first.video.result, "{again:?}");
    let second = person.wait(id).await?;
    ensure!(frames(&second.video) == Some(3), "{second:?}");
    mailed(stack, &person, id, 2).await?;

    // without options it is the same as before
    person.api.retry(id, None).await?;
    let third = person.wait(id).await?;
    ensure!(third.video.result == second.video.result, "{third:?}");
    mailed(stack, &person, id, 3).await?;

    stack.enqueue_late(&third.video.owner, id, 0).await?;
    stack.until_handled(&id.to_string()).await?;
    let after = person.api.get(id).await?.video;
    ensure!(after.status == Status::Ready && after.result == third.video.result, "{after:?}");
    mailed(stack, &person, id, 3).await
}

pub async fn a_failed_video_can_be_retried_despite_late_messages(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("sample.mp4"), r#"{"from":"01:00:00"}"#).await?;
    let failed = person.wait(id).await?.video;
    ensure!(
        failed.error.as_ref().map(|e| e.code) == Some(ErrorCode::NoFramesInRange),
        "{failed:?}"
    );
    let message = failed.error.as_ref().map(|error| error.message.as_str());
    ensure!(message.is_some_and(|text| text.ends_with("It is 16 seconds long.")), "{message:?}");
    mailed(stack, &person, id, 1).await?;

    let options = options(r#"{"fps":5,"to":8,"format":"webp","width":640}"#)?;
    let again = person.api.retry(id, options).await?;
    ensure!(again.status == Status::Queued && again.error.is_none(), "{again:?}");
    stack.enqueue_late(&failed.owner, id, 0).await?;
    let video = person.wait(id).await?.video;
    ensure!(video.status == Status::Ready && frames(&video) == Some(40), "{video:?}");
    mailed(stack, &person, id, 2).await
}

pub async fn a_video_is_retried_only_when_it_is_final_and_has_its_source(
    stack: &Stack,
) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = person.api.create(&announcement("lost.mp4", 10)).await?.video;
    let Err(error) = person.api.retry(video.id, None).await else {
        anyhow::bail!("it was retried")
    };
    ensure!((error.status(), error.code()) == (Some(409), Some("not_finished")), "{error}");

    stack.enqueue(Queue::Outcomes, &Job::new(video.owner, video.id)).await?;
    person.wait(video.id).await?;
    let Err(error) = person.api.retry(video.id, None).await else {
        anyhow::bail!("it was retried")
    };
    ensure!((error.status(), error.code()) == (Some(409), Some("source_gone")), "{error}");

    let wrong = options(r#"{"every":0}"#)?;
    let Err(error) = person.api.retry(video.id, wrong).await else {
        anyhow::bail!("it was accepted")
    };
    ensure!(error.status() == Some(400), "{error}");
    ensure!(error.to_string().contains("extraction.every"), "{error}");
    Ok(())
}

pub async fn one_of_two_concurrent_retries_is_refused(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    person.wait(id).await?;
    mailed(stack, &person, id, 1).await?;
    let (two, three) = (options(r#"{"count":2}"#)?, options(r#"{"count":3}"#)?);
    let (one, other) = tokio::join!(person.api.retry(id, two), person.api.retry(id, three));
    let expected = match (&one, &other) {
        (Ok(_), Err(error)) if error.code() == Some("not_finished") => 2,
        (Err(error), Ok(_)) if error.code() == Some("not_finished") => 3,
        _ => anyhow::bail!("{one:?} {other:?}"),
    };
    let video = person.wait(id).await?.video;
    ensure!(frames(&video) == Some(expected), "{expected} frames, not {video:?}");
    mailed(stack, &person, id, 2).await
}

const TWO: &str = r#"{"extraction":{"count":2}}"#;

pub async fn a_repeated_retry_starts_nothing_new(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let file = SourceFile::open(&path("prores.mov")).await?;
    let created = person.api.create(&file.request(ExtractionOptions::default())).await?;
    let id = created.video.id;
    let (status, problem) = post(stack, &person, id, "early", TWO).await?;
    person.api.upload(&created, &file, |_| ()).await?;
    person.wait(id).await?;
    ensure!(status == 409 && problem["code"] == "not_finished", "{status} {problem}");
    mailed(stack, &person, id, 1).await?;

    // the refused call has left its key unused
    let (status, begun) = post(stack, &person, id, "early", TWO).await?;
    ensure!(status == 202 && begun["status"] == "queued", "{status} {begun}");
    let (status, again) = post(stack, &person, id, "early", TWO).await?;
    ensure!(status == 200 && again["id"] == begun["id"], "{status} {again}");
    let video = person.wait(id).await?.video;
    ensure!(frames(&video) == Some(2), "{video:?}");
    mailed(stack, &person, id, 2).await?;

    let (status, again) = post(stack, &person, id, "early", TWO).await?;
    ensure!(status == 200 && again["status"] == "ready", "{status} {again}");
    ensure!(again["updatedAt"] == serde_json::to_value(&video)?["updatedAt"], "{again}");
    for other in ["", r#"{"extraction":{"count":3}}"#] {
        let (status, problem) = post(stack, &person, id, "early", other).await?;
        ensure!(status == 422 && problem["code"] == "idempotency_key_reused", "{status} {problem}");
    }
    let (status, problem) = post(stack, &person, id, "a b", TWO).await?;
    ensure!(status == 400 && problem["errors"][0]["field"] == "Idempotency-Key", "{problem}");
    mailed(stack, &person, id, 2).await
}

pub async fn concurrent_retries_with_one_key_start_one_attempt(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    person.wait(id).await?;
    mailed(stack, &person, id, 1).await?;
    let call = || post(stack, &person, id, "key", TWO);
    let (a, b, c, d) = tokio::try_join!(call(), call(), call(), call())?;
    let answers = [a, b, c, d];
    let count = |wanted: u16| answers.iter().filter(|(status, _)| *status == wanted).count();
    ensure!(count(202) == 1 && count(200) == 3, "{answers:?}");
    let video = person.wait(id).await?.video;
    ensure!(frames(&video) == Some(2), "{video:?}");
    mailed(stack, &person, id, 2).await
}

pub async fn a_retry_counts_as_an_unfinished_video(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    person.wait(id).await?;
    let batch = CreateVideos { videos: vec![announcement("a.mp4", 5); 20] };
    let mut last = None;
    for _ in 0..5 {
        last = person.api.create_all(&batch).await?.pop();
    }
    let Err(error) = person.api.retry(id, None).await else { anyhow::bail!("it was retried") };
    ensure!((error.status(), error.code()) == (Some(409), Some("too_many_videos")), "{error}");
    let last = last.context("videos were created")?;
    person.api.delete(last.video.id).await?;
    person.api.retry(id, None).await?;
    Ok(())
}
