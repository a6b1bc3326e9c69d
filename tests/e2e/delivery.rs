//! Messages come twice, late, or are none.

use anyhow::{Result, ensure};
use framezip_contract::{
    ErrorCode, Failure, Job, ObjectKey, Outcome, Status, UserId, Verdict, Video, VideoId,
};
use framezip_media::path;
use framezip_tests::{Person, Stack};
use serde_json::{Value, json};
use std::time::Duration;

/// A video that is ready, and whose owner was told.
async fn done(stack: &Stack, person: &Person) -> Result<Video> {
    let id = person.send(&path("prores.mov"), r#"{"count":2}"#).await?;
    let view = person.wait(id).await?;
    ensure!(view.video.status == Status::Ready, "{view:?}");
    person.mails_about(stack, id).await?;
    Ok(view.video)
}

/// That nothing has changed, after time for anything to do so.
async fn assert_unchanged(stack: &Stack, person: &Person, before: &Video) -> Result<()> {
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = person.api.get(before.id).await?.video;
    ensure!(after.status == before.status && after.result == before.result, "{after:?}");
    let mails = person.mails_about(stack, before.id).await?;
    ensure!(mails.len() == 1, "mailed once: {mails:?}");
    Ok(())
}

pub async fn an_upload_event_that_comes_again_changes_nothing(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = done(stack, &person).await?;
    let mut event: Value = serde_json::from_str(include_str!("../../events/enqueue.json"))?;
    let object = &mut event["Records"][0]["s3"]["object"];
    object["key"] = json!(ObjectKey::source(&video.owner, video.id).to_string());
    object["size"] = json!(video.bytes);
    for _ in 0..2 {
        stack.invoke("enqueue", &event.to_string()).await?;
    }
    assert_unchanged(stack, &person, &video).await
}

pub async fn a_job_that_comes_again_changes_nothing(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = done(stack, &person).await?;
    let job = serde_json::to_string(&Job::new(video.owner.clone(), video.id))?;
    stack.send_job(&job).await?;
    stack.send_job(&job).await?;
    assert_unchanged(stack, &person, &video).await
}

pub async fn an_outcome_that_comes_again_changes_nothing(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = done(stack, &person).await?;
    let Some(result) = video.result.clone() else { anyhow::bail!("{video:?}") };
    let ready = Verdict::Ready { result, warnings: Vec::new() };
    let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "late"));
    for verdict in [ready, failed] {
        let outcome = Outcome::new(video.owner.clone(), video.id, verdict);
        stack.send_outcome(&serde_json::to_string(&outcome)?).await?;
    }
    assert_unchanged(stack, &person, &video).await
}

pub async fn a_job_given_up_ends_as_failed(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let request = framezip_contract::CreateVideo {
        file_name: "lost.mp4".to_owned(),
        bytes: 10,
        content_type: None,
        extraction: Default::default(),
    };
    let video = person.api.create(&request).await?.video;
    let job = serde_json::to_string(&Job::new(video.owner, video.id))?;
    stack.send_dead_job(&job).await?;
    let view = person.wait(video.id).await?;
    ensure!(view.video.status == Status::Failed, "{view:?}");
    ensure!(view.video.error.map(|error| error.code) == Some(ErrorCode::Internal));
    let mails = person.mails_about(stack, video.id).await?;
    ensure!(mails.len() == 1, "{mails:?}");
    Ok(())
}

pub async fn a_message_that_does_not_parse_blocks_nothing(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let nobody = UserId::try_from("nobody".to_owned())?;
    stack.send_job("nonsense").await?;
    stack.send_job(r#"{"type":"extract","version":"99"}"#).await?;
    stack.send_job(&serde_json::to_string(&Job::new(nobody, VideoId::now()))?).await?;
    done(stack, &person).await?;
    for _ in 0..100 {
        if stack.open_jobs().await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    anyhow::bail!("messages that cannot be handled stay on the queue")
}
