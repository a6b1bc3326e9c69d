//! Videos that are deleted.

use anyhow::{Context, Result, ensure};
use framezip_contract::{ErrorCode, Failure, Job, Outcome, Status, Verdict, VideoId};
use framezip_media::path;
use framezip_tests::{Person, Stack};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

async fn assert_gone(person: &Person, id: VideoId) -> Result<()> {
    let Err(error) = person.api.get(id).await else { anyhow::bail!("it is still there") };
    ensure!(error.status() == Some(404), "{error}");
    let listed = person.api.list(None, None, None).await?.videos;
    ensure!(listed.iter().all(|video| video.id != id), "{listed:?}");
    Ok(())
}

/// Waits for the mails of two attempts.
async fn told(stack: &Stack, person: &Person, id: VideoId) -> Result<usize> {
    let mut looks = 0..100;
    loop {
        let mails = person.mails_about(stack, id).await?.len();
        if mails >= 2 {
            return Ok(mails);
        }
        looks.next().context("not both attempts were told of")?;
        tokio::time::sleep(PAUSE).await;
    }
}

pub async fn nothing_of_a_ready_video_stays(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    person.wait(id).await?;
    person.mails_about(stack, id).await?;
    // two attempts, two zips, two posters
    person.api.retry(id, None).await?;
    let view = person.wait(id).await?;
    let owner = view.video.owner;
    let objects = stack.objects(&owner, id).await?;
    ensure!(objects.len() == 5, "a source, and twice a zip and a poster: {objects:?}");
    let mails = told(stack, &person, id).await?;

    person.api.delete(id).await?;
    assert_gone(&person, id).await?;
    let left = stack.objects(&owner, id).await?;
    ensure!(left.is_empty(), "{left:?}");
    let link = view.download.context("it was ready")?.url;
    let status = reqwest::get(link).await?.status();
    ensure!(status.is_client_error(), "its link answers {status}");
    let Err(error) = person.api.delete(id).await else { anyhow::bail!("deleted twice") };
    ensure!(error.status() == Some(404), "{error}");

    // what comes late about it is heard by nobody
    let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "late"));
    let outcome = Outcome::new(owner.clone(), id, failed).of_attempt(1);
    stack.send_outcome(&serde_json::to_string(&outcome)?).await?;
    let job = serde_json::to_string(&Job::new(owner, id).of_attempt(1))?;
    stack.send_job(&job).await?;
    stack.send_dead_job(&job).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_gone(&person, id).await?;
    let now = person.mails_about(stack, id).await?.len();
    ensure!(now == mails, "{} more mails tell of it", now - mails);
    Ok(())
}

pub async fn a_worker_stops_when_its_video_is_deleted(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    // minutes of work
    let id = person.send(&path("sample.mp4"), r#"{"fps":30,"format":"webp"}"#).await?;
    let mut looks = 0..300;
    let owner = loop {
        let video = person.api.get(id).await?.video;
        ensure!(!video.status.is_final(), "{video:?}");
        if video.status == Status::Processing && video.progress.is_some_and(|now| now.done > 0) {
            break video.owner;
        }
        looks.next().context("nobody began with it")?;
        tokio::time::sleep(PAUSE).await;
    };
    person.api.delete(id).await?;
    assert_gone(&person, id).await?;
    // its progress tells it, or that its source is gone
    let stopped = ["the video was taken away", "could not extract a video's frames"];
    let mut looks = 0..150;
    while !stack.has_logged(id, &stopped)? {
        looks.next().context("its worker goes on")?;
        tokio::time::sleep(PAUSE).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_gone(&person, id).await?;
    let left = stack.objects(&owner, id).await?;
    ensure!(left.is_empty(), "{left:?}");
    let mails = stack.mails(&person.email).await?;
    ensure!(!mails.iter().any(|mail| mail.body_text.contains(&id.to_string())), "{mails:?}");
    Ok(())
}

pub async fn a_video_is_deleted_on_its_way(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    person.api.delete(id).await?;
    assert_gone(&person, id).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_gone(&person, id).await
}
