//! Nothing is ever stuck: whatever gets lost, a video ends, and its owner is notified once.

use crate::Stacks;
use anyhow::{Context, Result, ensure};
use framezip_client::ReceivedEvent;
use framezip_contract::{
    CreateVideos, ErrorCode, Failure, Job, Outcome, Status, Verdict, Video, VideoId, VideoView,
};
use framezip_media::path;
use framezip_tests::{Mail, Person, Queue, Stack, announcement, signal, until};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use serde_json::json;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// The longest wait for something that the stack does.
const LONGEST: Duration = Duration::from_secs(60);
/// The longest wait for an event that has arrived.
pub const AT_ONCE: Duration = Duration::from_millis(100);
/// Longer than the reconciler waits before it looks at a video whose worker is alive.
pub const A_WHILE: SignedDuration = SignedDuration::from_mins(20);
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
    let video =
        stack.without_events(async || person.put(&path("prores.mov"), OPTIONS).await).await?;
    ensure!(person.api.get(video.id).await?.video.status == Status::AwaitingUpload);
    round(stack, &video).await?;
    is_ready(stack, &person, video.id).await?;
    // and one that does
    let video = stack.without_events(async || sent(&person).await).await?;
    is_ready(stack, &person, video.id).await
}

pub async fn an_event_that_failed_is_handled_in_the_next_round(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let video =
        stack.without_events(async || person.put(&path("prores.mov"), OPTIONS).await).await?;
    let event = stack.upload_event(&video)?;
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
        .without("extract", async || {
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
        .without("notify", async || {
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
        .without_mail(async || {
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

/// Kills random functions for a minute while 150 videos are processed. All are ready at last, with the same zip, and
/// every owner is mailed.
///
/// A kill of `notify` between SES's answer and the record of it repeats a mail: see [`killed`](crate::killed). Even then
/// only one mail of a video is recorded.
pub async fn killed_functions_lose_nothing(stacks: &Stacks) -> Result<()> {
    const VIDEOS: usize = 150;
    const KILLS: Duration = Duration::from_secs(60);
    // a process that is killed handles up to 10 messages
    const REPEATED: usize = VIDEOS / 10;
    // the time for the messages of a round
    const ROUND: Duration = Duration::from_secs(3);
    let stack = &*stacks.shaken.lock().await;
    let person = Person::sign_up(stack).await?;
    let sends = stream::iter(0..VIDEOS).map(|_| sent(&person)).buffered(4).try_collect::<Vec<_>>();
    let (videos, kills) = tokio::try_join!(sends, kill_randomly(stack, KILLS))?;
    until(format!("all owners were mailed after {kills} kills"), 6 * LONGEST, async || {
        let mails = stack.mails(&person.email).await?;
        let unmailed: Vec<_> = videos.iter().filter(|video| about(&mails, video) == 0).collect();
        if unmailed.is_empty() {
            return Ok(Some(()));
        }
        for video in unmailed {
            stack.age(video, A_WHILE).await?;
        }
        stack.reconcile().await?;
        tokio::time::sleep(ROUND).await;
        Ok(None)
    })
    .await?;
    // A worker that was killed before its first act leaves its message hidden for 15 minutes. The reconciler has sent
    // another, and this one would have no effect.
    stack.purge(Queue::Jobs).await?;
    stack.until_idle().await?;
    let mails = stack.mails(&person.email).await?;
    let recorded = stack.logged(&["mailed a video's outcome to its owner"])?;
    let mut repeated = 0;
    let mut zip = None;
    for video in &videos {
        let view = has(&person, video.id, Status::Ready).await?;
        let bytes = person.download(&view).await?;
        ensure!(zip.get_or_insert_with(|| bytes.clone()) == &bytes, "zips differ");
        let id = video.id.to_string();
        let recorded = recorded.iter().filter(|line| line.contains(&id)).count();
        ensure!(recorded <= 1, "{recorded} mails about video {id} were recorded");
        let about = about(&mails, video);
        ensure!(about > 0, "no mail about video {id}");
        repeated += about - 1;
    }
    ensure!(repeated <= REPEATED, "{kills} kills, and {repeated} mails were repeated");
    Ok(())
}

/// Returns the number of these mails that are about a video.
fn about(mails: &[Mail], video: &Video) -> usize {
    let id = video.id.to_string();
    mails.iter().filter(|mail| mail.body_text.contains(&id)).count()
}

/// Kills the processes of a random function again and again for some time. Returns the number of kills.
async fn kill_randomly(stack: &Stack, time: Duration) -> Result<usize> {
    let started = Instant::now();
    let mut kills = 0;
    while started.elapsed() < time {
        // not a wait for anything: the moments are the case under test
        tokio::time::sleep(Duration::from_millis(fastrand::u64(100..1500))).await;
        let function = ["extract", "notify", "enqueue", "deliver"][fastrand::usize(..4)];
        let processes = stack.processes_of(function)?;
        kills += processes.len();
        // a process may end by itself
        let _ = signal("KILL", &processes);
    }
    Ok(kills)
}

/// Every outcome is delivered twice, in random order: one mail, one event and one status each.
pub async fn five_hundred_outcomes_delivered_twice(stacks: &Stacks) -> Result<()> {
    const VIDEOS: usize = 500;
    let stack = &*stacks.shaken.lock().await;
    let person = Person::sign_up(stack).await?;
    let mut receiver = person.receive_events().await?;
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
    until("all outcomes and deliveries were handled", 6 * LONGEST, async || {
        let outcomes = stack.messages(Queue::Outcomes).await?;
        let deliveries = stack.messages(Queue::Deliveries).await?;
        Ok((outcomes.is_empty() && deliveries.is_empty()).then_some(()))
    })
    .await?;
    let mut events = Vec::with_capacity(VIDEOS);
    while let Ok(received) = tokio::time::timeout(AT_ONCE, receiver.next()).await {
        let ReceivedEvent::Verified { event, .. } = received else { anyhow::bail!("{received:?}") };
        events.extend(event.data.id);
    }
    let received = events.len();
    let distinct = BTreeSet::from_iter(events);
    ensure!(
        received == VIDEOS && distinct == videos.iter().map(|video| video.id).collect(),
        "{received} events about {} videos",
        distinct.len()
    );
    let mails = stack.mails(&person.email).await?;
    for video in &videos {
        let about = about(&mails, video);
        ensure!(about == 1, "{about} mails about video {}", video.id);
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

/// After all other tests: no record waits longer than its limit, no dead-letter queue has a message, and every object
/// is one of a video.
pub async fn nothing_is_left(stack: &Stack) -> Result<()> {
    stack.reconcile().await?;
    stack.until_idle().await?;
    for queue in [Queue::FailedEvents, Queue::DeadOutcomes, Queue::DeadDeliveries] {
        let left = stack.messages(queue).await?;
        ensure!(left.is_empty(), "{queue:?} has {left:#?}");
    }
    let overdue = stack.overdue(SignedDuration::from_mins(10)).await?;
    ensure!(overdue.is_empty(), "{overdue:#?}");
    let orphans = stack.orphans().await?;
    ensure!(orphans.is_empty(), "objects without a record: {orphans:#?}");
    Ok(())
}
