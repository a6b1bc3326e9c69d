//! Messages that arrive twice or late, or that are invalid.

use anyhow::{Result, ensure};
use framezip_contract::{
    ErrorCode, Failure, Job, ObjectKey, Outcome, Status, UserId, Verdict, Video, VideoId,
};
use framezip_media::path;
use framezip_tests::{Person, Queue, Stack, announcement};
use serde_json::{Value, json};

/// Makes a video ready and waits for the mail about it.
async fn done(stack: &Stack, person: &Person) -> Result<Video> {
    let id = person.send(&path("prores.mov"), r#"{"count":2}"#).await?;
    let view = person.wait(id).await?;
    ensure!(view.video.status == Status::Ready, "{view:?}");
    person.mails_about(stack, id).await?;
    Ok(view.video)
}

/// Checks that a video is as before, once every message about it has been handled.
async fn assert_unchanged(stack: &Stack, person: &Person, before: &Video) -> Result<()> {
    stack.until_handled(&before.id.to_string()).await?;
    let after = person.api.get(before.id).await?.video;
    ensure!(after.status == before.status && after.result == before.result, "{after:?}");
    let mails = person.mails_about(stack, before.id).await?;
    ensure!(mails.len() == 1, "mailed once: {mails:?}");
    Ok(())
}

pub async fn a_repeated_upload_event_changes_nothing(stack: &Stack) -> Result<()> {
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

pub async fn a_repeated_job_changes_nothing(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = done(stack, &person).await?;
    let job = Job::new(video.owner.clone(), video.id);
    stack.enqueue(Queue::Jobs, &job).await?;
    stack.enqueue(Queue::Jobs, &job).await?;
    assert_unchanged(stack, &person, &video).await
}

pub async fn a_repeated_outcome_changes_nothing(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = done(stack, &person).await?;
    let Some(result) = video.result.clone() else { anyhow::bail!("{video:?}") };
    let ready = Verdict::Ready { result, warnings: Vec::new() };
    let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "late"));
    for verdict in [ready, failed] {
        let outcome = Outcome::new(video.owner.clone(), video.id, verdict);
        stack.enqueue(Queue::Outcomes, &outcome).await?;
    }
    assert_unchanged(stack, &person, &video).await
}

pub async fn a_job_that_is_given_up_fails_its_video(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = person.api.create(&announcement("lost.mp4", 10)).await?.video;
    stack.enqueue(Queue::Outcomes, &Job::new(video.owner, video.id)).await?;
    let view = person.wait(video.id).await?;
    ensure!(view.video.status == Status::Failed, "{view:?}");
    ensure!(view.video.error.map(|error| error.code) == Some(ErrorCode::Internal));
    let mails = person.mails_about(stack, video.id).await?;
    ensure!(mails.len() == 1, "{mails:?}");
    Ok(())
}

pub async fn a_message_that_does_not_parse_blocks_nothing(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let (owner, id) = (UserId::try_from("absent".to_owned())?, VideoId::now());
    let (nonsense, unknown) = ("nonsense", r#"{"type":"extract","version":"99"}"#);
    stack.enqueue_text(Queue::Jobs, nonsense).await?;
    stack.enqueue_text(Queue::Jobs, unknown).await?;
    stack.enqueue(Queue::Jobs, &Job::new(owner, id)).await?;
    done(stack, &person).await?;
    for message in [nonsense, unknown, &id.to_string()] {
        stack.until_handled(message).await?;
    }
    Ok(())
}
