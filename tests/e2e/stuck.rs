//! Nothing is ever stuck: whatever gets lost, a video ends, and its owner is notified once.

use crate::Stacks;
use anyhow::{Context, Result, ensure};
use framezip_contract::{
    CreateVideos, ErrorCode, Failure, Job, ObjectKey, Outcome, Status, Verdict, Video, VideoId,
    VideoView,
};
use framezip_media::path;
use framezip_tests::{Person, Queue, Stack, announcement, signal, until};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::time::Duration;

/// The longest wait for something that the stack does.
const LONGEST: Duration = Duration::from_secs(60);
/// Longer than the reconciler waits before it looks at a video whose worker is alive.
const A_WHILE: SignedDuration = SignedDuration::from_mins(20);
const OPTIONS: &str = r#"{"count":2}"#;

/// Lets time pass for a video and runs a round of the reconciler.
async fn round(stack: &Stack, video: &Video) -> Result<()> {
    stack.age(video, A_WHILE).await?;
    stack.reconcile().await
}

async fn sent(person: &Person) -> Result<Video> {
    let id = person.send(&path("prores.mov"), OPTIONS).await?;
    Ok(person.api.get(id).await?.video)
}

/// Waits until a video has this status.
async fn has(person: &Person, id: VideoId, status: Status) -> Result<VideoView> {
    until(format!("video {id} is {status}"), LONGEST, async || {
        let view = person.api.get(id).await?;
        Ok((view.video.status == status).then_some(view))
    })
    .await
}

/// Checks that a video becomes ready and that its owner gets one mail.
async fn is_ready(stack: &Stack, person: &Person, id: VideoId) -> Result<()> {
    has(person, id, Status::Ready).await?;
    // a message whose handler failed comes again after a pause
    let mails = until("a mail came", 2 * LONGEST, async || {
        let mails = person.mails_now(stack, id).await?;
        Ok(Some(mails).filter(|mails| !mails.is_empty()))
    })
    .await?;
    stack.until_handled(&id.to_string()).await?;
    let after = person.mails_now(stack, id).await?;
    ensure!(mails.len() == 1 && after.len() == 1, "mailed once: {after:?}");
    Ok(())
}

pub async fn an_upload_whose_event_was_lost_is_found(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    // a client that does not complete its upload
    let video = stack.without_events(uploaded(&person)).await?;
    ensure!(person.api.get(video.id).await?.video.status == Status::AwaitingUpload);
    round(stack, &video).await?;
    is_ready(stack, &person, video.id).await?;
    // and one that does
    let video = stack.without_events(sent(&person)).await?;
    is_ready(stack, &person, video.id).await
}

/// Uploads a file by one PUT, as a client without our library does.
async fn uploaded(person: &Person) -> Result<Video> {
    let file = framezip_client::SourceFile::open(path("prores.mov")).await?;
    let created = person.api.create(&file.request(serde_json::from_str(OPTIONS)?)).await?;
    let Some(framezip_contract::Upload::Single(upload)) = created.upload else {
        anyhow::bail!("it is uploaded by one PUT")
    };
    let mut put = reqwest::Client::new().put(upload.url).body(std::fs::read(path("prores.mov"))?);
    for (name, value) in &upload.headers {
        put = put.header(name, value);
    }
    put.send().await?.error_for_status()?;
    Ok(created.video)
}

pub async fn an_event_that_failed_is_handled_in_the_next_round(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let video = stack.without_events(uploaded(&person)).await?;
    let mut event: Value = serde_json::from_str(include_str!("../../events/enqueue.json"))?;
    event["Records"][0]["s3"]["object"] = json!({ "key": ObjectKey::source(&video.owner, video.id).to_string(), "size": video.bytes });
    stack.enqueue(Queue::FailedEvents, &json!({ "requestPayload": event })).await?;
    // the check of the video is not due for minutes
    stack.reconcile().await?;
    ensure!(stack.messages(Queue::FailedEvents).await?.is_empty());
    is_ready(stack, &person, video.id).await
}

pub async fn an_upload_that_never_arrives_fails_with_its_reason(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let video = person.api.create(&announcement("never.mp4", 200 << 20)).await?.video;
    stack.age(&video, SignedDuration::from_hours(49)).await?;
    stack.reconcile().await?;
    let failed = has(&person, video.id, Status::Failed).await?.video;
    ensure!(failed.error.map(|error| error.code) == Some(ErrorCode::UploadExpired));
    ensure!(person.mails_about(stack, video.id).await?.len() == 1);
    Ok(())
}

pub async fn a_purged_queue_of_jobs_loses_no_video(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let video = stack
        .without("extract", async {
            let video = sent(&person).await?;
            has(&person, video.id, Status::Queued).await?;
            stack.purge(Queue::Jobs).await?;
            Ok(video)
        })
        .await?;
    round(stack, &video).await?;
    is_ready(stack, &person, video.id).await
}

pub async fn a_purged_queue_of_outcomes_loses_no_video(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let video = stack
        .without("notify", async {
            let video = sent(&person).await?;
            until("the worker sent its outcome", LONGEST, async || {
                let outcomes = stack.messages(Queue::Outcomes).await?;
                let id = video.id.to_string();
                Ok(outcomes.iter().any(|message| message.contains(&id)).then_some(()))
            })
            .await?;
            until("the job was handled", LONGEST, async || {
                let jobs = stack.messages(Queue::Jobs).await?;
                let id = video.id.to_string();
                Ok(jobs.iter().all(|message| !message.contains(&id)).then_some(()))
            })
            .await?;
            stack.purge(Queue::Outcomes).await?;
            Ok(video)
        })
        .await?;
    ensure!(person.api.get(video.id).await?.video.status == Status::Processing);
    round(stack, &video).await?;
    is_ready(stack, &person, video.id).await
}

/// The last good result stays while a retry runs, and after it failed.
pub async fn a_failed_retry_keeps_the_earlier_frames(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let video = sent(&person).await?;
    let first = has(&person, video.id, Status::Ready).await?;
    let zip = person.download(&first).await?;
    let nothing = serde_json::from_str(r#"{"from":"01:00:00","format":"png"}"#)?;
    let queued = person.api.retry(video.id, Some(nothing)).await?;
    ensure!(queued.result == first.video.result, "{queued:?}");
    let failed = has(&person, video.id, Status::Failed).await?;
    ensure!(failed.video.result == first.video.result, "{failed:?}");
    ensure!(person.download(&failed).await? == zip, "other bytes");
    let poster = failed.poster.context("it has a poster")?;
    ensure!(reqwest::get(&poster.url).await?.status() == 200, "{}", poster.name);
    let again = person.api.retry(video.id, Some(serde_json::from_str(r#"{"count":3}"#)?)).await?;
    ensure!(again.result.is_some());
    let ready = has(&person, video.id, Status::Ready).await?;
    ensure!(ready.video.result.context("a result")?.frames == 3);
    Ok(())
}

/// A job whose retry was never written is dropped, and cannot fail a later attempt.
pub async fn a_job_without_its_attempt_is_dropped(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let video = sent(&person).await?;
    let ready = has(&person, video.id, Status::Ready).await?.video;
    let never = Job::new(ready.owner.clone(), ready.id).of_attempt(7);
    stack.enqueue(Queue::Jobs, &never).await?;
    stack.until_handled(&ready.id.to_string()).await?;
    let after = person.api.get(ready.id).await?.video;
    ensure!(after.status == Status::Ready, "{after:?}");
    ensure!(person.mails_now(stack, ready.id).await?.len() == 1);
    Ok(())
}

/// While SES refuses every mail the status is right, and the mail comes once SES accepts it again.
pub async fn a_refused_mail_comes_later(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let video = stack
        .without_mail(async {
            let video = sent(&person).await?;
            has(&person, video.id, Status::Ready).await?;
            until("SES refused the mail", LONGEST, async || {
                let outcomes = stack.messages(Queue::Outcomes).await?;
                Ok(outcomes.iter().any(|message| message.receive_count > 1).then_some(()))
            })
            .await?;
            ensure!(person.mails_now(stack, video.id).await?.is_empty());
            Ok(video)
        })
        .await?;
    is_ready(stack, &person, video.id).await
}

/// Kills a function's processes at many moments while videos are processed.
pub async fn killed_functions_lose_nothing(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let mut videos = Vec::new();
    for round in 0..6_u64 {
        videos.push(sent(&person).await?);
        for function in ["extract", "notify", "enqueue"] {
            tokio::time::sleep(Duration::from_millis(40 * round)).await;
            // a process may end by itself
            let _ = signal("KILL", &stack.processes_of(function)?);
        }
    }
    for video in &videos {
        until(format!("video {} ended", video.id), 4 * LONGEST, async || {
            let now = person.api.get(video.id).await?.video;
            if !now.status.is_final() {
                round(stack, video).await?;
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            Ok(now.status.is_final().then_some(now))
        })
        .await?;
        is_ready(stack, &person, video.id).await?;
    }
    Ok(())
}

/// Every outcome is delivered twice, in random order: one mail and one status each.
pub async fn five_hundred_outcomes_delivered_twice(stacks: &Stacks) -> Result<()> {
    const VIDEOS: usize = 500;
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let mut videos = Vec::with_capacity(VIDEOS);
    for _ in 0..VIDEOS / 20 {
        let wanted = CreateVideos { videos: vec![announcement("outcome.mp4", 10); 20] };
        let created = person.api.create_all(&wanted).await?;
        videos.extend(created.into_iter().map(|created| created.video));
    }
    let mut outcomes: Vec<_> = videos.iter().chain(&videos).map(outcome).collect();
    fastrand::shuffle(&mut outcomes);
    for batch in outcomes.chunks(50) {
        let sends = batch.iter().map(|outcome| stack.enqueue(Queue::Outcomes, outcome));
        futures_util::future::try_join_all(sends).await?;
    }
    until("all outcomes were handled", 6 * LONGEST, async || {
        Ok(stack.messages(Queue::Outcomes).await?.is_empty().then_some(()))
    })
    .await?;
    let mails = stack.mails(&person.email).await?;
    for video in &videos {
        let id = video.id.to_string();
        let about = mails.iter().filter(|mail| mail.body_text.contains(&id)).count();
        ensure!(about == 1, "{about} mails about video {id}");
    }
    for video in &videos {
        let status = person.api.get(video.id).await?.video.status;
        ensure!(status == Status::Failed, "video {} is {status}", video.id);
    }
    Ok(())
}

fn outcome(video: &Video) -> Outcome {
    let failed = Verdict::Failed(Failure::new(ErrorCode::NotAVideo, "No video."));
    Outcome::new(video.owner.clone(), video.id, failed)
}

/// After all other tests: no record waits longer than its limit, and no dead-letter queue has a message.
pub async fn nothing_is_left(stack: &Stack) -> Result<()> {
    stack.reconcile().await?;
    stack.until_idle().await?;
    for queue in [Queue::FailedEvents, Queue::DeadOutcomes, Queue::DeadDeliveries] {
        let left = stack.messages(queue).await?;
        ensure!(left.is_empty(), "{queue:?} has {left:#?}");
    }
    let overdue = stack.overdue(SignedDuration::from_mins(10)).await?;
    ensure!(overdue.is_empty(), "{overdue:#?}");
    Ok(())
}
