//! Videos that are begun again.

use anyhow::{Context, Result, ensure};
use framezip_contract::{
    CreateVideo, CreateVideos, ErrorCode, ExtractionOptions, Failure, Job, Outcome, Status,
    Verdict, Video, VideoId,
};
use framezip_media::path;
use framezip_tests::{Person, Stack};
use std::time::Duration;

fn options(json: &str) -> Result<Option<ExtractionOptions>> {
    Ok(Some(serde_json::from_str(json)?))
}

fn frames(video: &Video) -> Option<u32> {
    video.result.as_ref().map(|result| result.frames)
}

/// Waits until so many mails about a video have come.
async fn mailed(stack: &Stack, person: &Person, id: VideoId, count: usize) -> Result<()> {
    for _ in 0..100 {
        if person.mails_about(stack, id).await?.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mails = person.mails_about(stack, id).await?;
    ensure!(mails.len() == count, "{mails:?}");
    Ok(())
}

/// Sends what messages of a video's first attempt may still come.
async fn send_late_messages(stack: &Stack, video: &Video) -> Result<()> {
    let job = serde_json::to_string(&Job::new(video.owner.clone(), video.id))?;
    stack.send_job(&job).await?;
    stack.send_dead_job(&job).await?;
    let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "late"));
    let outcome = Outcome::new(video.owner.clone(), video.id, failed);
    stack.send_outcome(&serde_json::to_string(&outcome)?).await
}

pub async fn a_ready_video_takes_other_options(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("h264-30fps.mp4"), r#"{"count":2}"#).await?;
    let first = person.wait(id).await?;
    ensure!(frames(&first.video) == Some(2), "{first:?}");
    mailed(stack, &person, id, 1).await?;

    let again = person.api.retry(id, options(r#"{"count":3}"#)?).await?;
    ensure!(again.status == Status::Queued && again.result.is_none(), "{again:?}");
    let second = person.wait(id).await?;
    ensure!(frames(&second.video) == Some(3), "{second:?}");
    mailed(stack, &person, id, 2).await?;

    // without options it is the same again
    person.api.retry(id, None).await?;
    let third = person.wait(id).await?;
    ensure!(third.video.result == second.video.result, "{third:?}");
    mailed(stack, &person, id, 3).await?;

    send_late_messages(stack, &third.video).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = person.api.get(id).await?.video;
    ensure!(after.status == Status::Ready && after.result == third.video.result, "{after:?}");
    mailed(stack, &person, id, 3).await
}

pub async fn a_failed_video_is_tried_again_whatever_comes_late(stack: &Stack) -> Result<()> {
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
    send_late_messages(stack, &failed).await?;
    let video = person.wait(id).await?.video;
    ensure!(video.status == Status::Ready && frames(&video) == Some(40), "{video:?}");
    mailed(stack, &person, id, 2).await
}

pub async fn a_video_is_begun_again_only_when_it_can_be(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let request = CreateVideo {
        file_name: "lost.mp4".to_owned(),
        bytes: 10,
        content_type: None,
        extraction: ExtractionOptions::default(),
    };
    let video = person.api.create(&request).await?.video;
    let Err(error) = person.api.retry(video.id, None).await else { anyhow::bail!("it was begun") };
    ensure!((error.status(), error.code()) == (Some(409), Some("not_finished")), "{error}");

    stack.send_dead_job(&serde_json::to_string(&Job::new(video.owner, video.id))?).await?;
    person.wait(video.id).await?;
    let Err(error) = person.api.retry(video.id, None).await else { anyhow::bail!("it was begun") };
    ensure!((error.status(), error.code()) == (Some(409), Some("source_gone")), "{error}");

    let wrong = options(r#"{"every":0}"#)?;
    let Err(error) = person.api.retry(video.id, wrong).await else { anyhow::bail!("it was taken") };
    ensure!(error.status() == Some(400), "{error}");
    ensure!(error.to_string().contains("extraction.every"), "{error}");
    Ok(())
}

pub async fn of_two_that_begin_it_again_one_is_refused(stack: &Stack) -> Result<()> {
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

/// Sends a body under a key, and returns status and answer.
async fn post(
    stack: &Stack,
    person: &Person,
    id: VideoId,
    key: &str,
    body: &str,
) -> Result<(u16, serde_json::Value)> {
    let request = reqwest::Client::new()
        .post(format!("{}/videos/{id}/retry", stack.api_url()))
        .bearer_auth(person.api.id_token().await?)
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(body.to_owned());
    let answer = request.send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

const TWO: &str = r#"{"extraction":{"count":2}}"#;

pub async fn a_repeated_call_begins_nothing_new(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let (status, problem) = post(stack, &person, id, "early", TWO).await?;
    if status == 202 {
        anyhow::bail!("it was retried before it was final");
    }
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

pub async fn calls_of_one_key_at_once_begin_it_once(stack: &Stack) -> Result<()> {
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

pub async fn it_counts_as_a_new_video_does(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    person.wait(id).await?;
    let video = CreateVideo {
        file_name: "a.mp4".to_owned(),
        bytes: 5,
        content_type: None,
        extraction: ExtractionOptions::default(),
    };
    let batch = CreateVideos { videos: vec![video; 20] };
    let mut last = None;
    for _ in 0..5 {
        last = person.api.create_all(&batch).await?.pop();
    }
    let Err(error) = person.api.retry(id, None).await else { anyhow::bail!("it was begun") };
    ensure!((error.status(), error.code()) == (Some(409), Some("too_many_videos")), "{error}");
    let last = last.context("videos were created")?;
    person.api.delete(last.video.id).await?;
    person.api.retry(id, None).await?;
    Ok(())
}
