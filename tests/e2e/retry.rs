//! Videos that are begun again.

use anyhow::{Result, ensure};
use framezip_contract::{
    CreateVideo, ErrorCode, ExtractionOptions, Failure, Job, Outcome, Status, Verdict, Video,
    VideoId,
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
