//! Videos that take long, so that several workers extract them.

use crate::Stacks;
use anyhow::{Context, Result, bail, ensure};
use framezip_contract::{ErrorCode, Job, Segment, Status, Video, VideoId, VideoView};
use framezip_media::path;
use framezip_tests::{Message, Person, Queue, Stack, is_traced, signal, until};
use jiff::SignedDuration;
use std::{
    collections::HashSet,
    fs,
    ops::Range,
    process::{Command, Stdio},
    time::Duration,
};
use tokio::sync::OnceCell;

/// Takes one worker about ten seconds, because WebP is slow to encode: much longer than the start of a
/// worker, so that it splits the video even on a busy machine. It asks for everything that a segment has to
/// pass on to the assembly.
const LONG: &str = r#"{"fps":8,"format":"webp","width":960,"sheet":{},
    "storyboard":{"columns":5,"rows":2}}"#;
/// The number of targets.
const TARGETS: u32 = 128;
/// The longest time until a video is split.
const SPLIT_WITHIN: Duration = Duration::from_secs(30);
/// The longest time until a video ends. The message of a killed worker comes again after ten seconds.
const LONGEST: Duration = Duration::from_secs(120);
/// A message that is hidden for no longer than this has had a heartbeat: a worker hides its message for
/// ten seconds, and a queue for much longer.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// The template's default of `ExtractConcurrency`.
const MOST_WORKERS: usize = 5;

/// Returns the zip that one worker makes of the sample.
async fn made_by_one(usual: &Stack) -> Result<&'static [u8]> {
    static MADE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = async || {
        let person = Person::sign_up(usual).await?;
        let id = person.send(&path("sample.mp4"), LONG).await?;
        person.download(&ended(usual, &person, id).await?).await
    };
    Ok(MADE.get_or_try_init(make).await?)
}

/// Sends a video and waits until several workers extract it. Returns the video and its fan-out.
async fn split(stack: &Stack, person: &Person) -> Result<(Video, String)> {
    let id = person.send(&path("sample.mp4"), LONG).await?;
    let video = person.api.get(id).await?.video;
    let look = async || {
        let fan_out = stack.fan_out(&video).await?;
        let now = person.api.get(id).await?.video;
        ensure!(fan_out.is_some() || !now.status.is_final(), "it was not split: {now:?}");
        Ok(fan_out)
    };
    let fan_out = until("the video was split", SPLIT_WITHIN, look).await?;
    Ok((video, fan_out))
}

/// Waits until a video is `ready` or `failed`.
async fn ended(stack: &Stack, person: &Person, id: VideoId) -> Result<VideoView> {
    let ended = tokio::time::timeout(LONGEST, person.api.wait(id, |_| ())).await;
    let Ok(view) = ended else {
        // for how long they are hidden says which worker died without a heartbeat
        bail!("the video never ended; the jobs: {:#?}", stack.messages(Queue::Jobs).await?)
    };
    Ok(view?)
}

/// Returns the job for a segment of a fan-out.
fn segment(video: &Video, fan_out: &str, targets: Range<u32>) -> Job {
    let segment =
        Segment { fan_out: fan_out.to_owned(), first: targets.start, end: targets.end, depth: 1 };
    Job::segment(video.owner.clone(), video.id, segment)
}

/// Checks that the video becomes ready with the right zip, and that its owner gets one mail.
async fn assert_right(usual: &Stack, stack: &Stack, person: &Person, id: VideoId) -> Result<()> {
    let view = ended(stack, person, id).await?;
    ensure!(view.video.status == Status::Ready, "{:?}", view.video);
    let zip = person.download(&view).await?;
    ensure!(zip == made_by_one(usual).await?, "other bytes than those of one worker");
    let mails = person.mails_about(stack, id).await?;
    ensure!(mails.len() == 1, "mailed once: {mails:?}");
    Ok(())
}

pub async fn several_workers_make_the_same_zip_as_one(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, _) = split(stack, &person).await?;
    let mut latest = 0;
    let wait = person.api.wait(video.id, |video| {
        latest = video.progress.map_or(latest, |progress| progress.done);
    });
    wait.await?;
    ensure!(latest > 0, "progress adds up");
    assert_right(&stacks.usual, stack, &person, video.id).await
}

/// Messages of segments are lost, and no worker would ever complete the set: the reconciler resumes the fan-out.
pub async fn a_fan_out_whose_messages_are_lost_is_completed(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, _) = split(stack, &person).await?;
    stack
        .without("extract", async || {
            stack.purge(Queue::Jobs).await?;
            signal("KILL", &stack.extract_workers()?)?;
            stack.purge(Queue::Jobs).await
        })
        .await?;
    stack.age(&video, SignedDuration::from_mins(20)).await?;
    stack.reconcile().await?;
    assert_right(&stacks.usual, stack, &person, video.id).await
}

/// Whether all workers can be killed without losing a job for the queue's own visibility timeout: at least
/// two workers run, each has sent a heartbeat, and no further job can be received.
fn can_be_killed(jobs: &[Message]) -> bool {
    let (waiting, in_flight): (Vec<_>, Vec<_>) = jobs.iter().partition(|job| job.is_visible);
    in_flight.len() >= 2
        && in_flight.iter().all(|job| job.hidden_for() <= HEARTBEAT)
        && (waiting.is_empty() || in_flight.len() >= MOST_WORKERS)
}

/// Kills all workers once [`can_be_killed`] holds. They are stopped while that is looked at.
async fn kill_workers(stack: &Stack) -> Result<()> {
    until("every worker sent a heartbeat", SPLIT_WITHIN, async || {
        let workers = stack.extract_workers()?;
        signal("STOP", &workers)?;
        // twice: the first look comes after every request that a worker sent before it was stopped
        let looks = tokio::try_join!(stack.messages(Queue::Jobs), stack.messages(Queue::Jobs));
        let is_time = looks.as_ref().is_ok_and(|(a, b)| can_be_killed(a) && can_be_killed(b));
        signal(if is_time { "KILL" } else { "CONT" }, &workers)?;
        looks?;
        Ok(is_time.then_some(()))
    })
    .await
}

/// Every worker is killed by SIGKILL after its first heartbeat.
///
/// Lambda receives a message with the queue's own visibility timeout, 900 s. Each worker's first act is to
/// shorten that to ten seconds, and then to prolong it again and again. If a worker dies between the receive
/// and this first `ChangeMessageVisibility`, such as during its cold start, no worker gets the message for 15
/// minutes. An earlier form of this test killed the workers at a fixed time after the split. With one
/// segment a second for each worker, a new message sometimes fell into that gap, and "the video never ended".
/// The test is about work that was begun, so it waits until no message is in the gap.
pub async fn a_worker_that_is_killed_is_replaced(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, _) = split(stack, &person).await?;
    kill_workers(stack).await?;
    let now = person.api.get(video.id).await?.video;
    ensure!(now.status == Status::Processing, "too late to kill a worker: {now:?}");
    assert_right(&stacks.usual, stack, &person, video.id).await
}

pub async fn repeated_segments_change_nothing(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, fan_out) = split(stack, &person).await?;
    for targets in [TARGETS - 10..TARGETS, TARGETS - 10..TARGETS, 0..TARGETS, 50..60] {
        stack.enqueue(Queue::Jobs, &segment(&video, &fan_out, targets)).await?;
    }
    // of a fan-out that does not exist
    stack.enqueue(Queue::Jobs, &segment(&video, "other", 0..TARGETS)).await?;
    assert_right(&stacks.usual, stack, &person, video.id).await
}

/// A message that is delivered twice at once has two workers, and both write to the zip's key.
pub async fn the_longer_of_two_zip_objects_stays(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let right = made_by_one(&stacks.usual).await?;
    // the other worker is earlier, with a shorter object or a longer one
    for length in [1000, right.len() / 2] {
        let person = Person::sign_up(stack).await?;
        let id = person.send(&path("sample.mp4"), LONG).await?;
        let video = person.api.get(id).await?.video;
        stack.put_zip(&video, &right[..length]).await?;
        assert_right(&stacks.usual, stack, &person, id).await?;
    }
    // or it is later, with a longer object
    let person = Person::sign_up(stack).await?;
    let (video, _) = split(stack, &person).await?;
    stack.put_zip(&video, &right[..right.len() / 2]).await?;
    assert_right(&stacks.usual, stack, &person, video.id).await
}

pub async fn the_workers_of_a_deleted_record_stop(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, fan_out) = split(stack, &person).await?;
    stack.delete_record(&video).await?;
    // so does a late one
    stack.enqueue(Queue::Jobs, &segment(&video, &fan_out, 0..TARGETS)).await?;
    stack.until_handled(&video.id.to_string()).await?;
    ensure!(person.api.get(video.id).await.is_err(), "the record came back");
    let mails = stack.mails(&person.email).await?;
    ensure!(!mails.iter().any(|mail| mail.subject.contains("sample")), "{mails:?}");
    // a deletion of the video would have removed it
    stack.delete_source(&video).await
}

pub async fn a_segment_that_is_given_up_fails_its_video_once(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, fan_out) = split(stack, &person).await?;
    for first in [10, 20] {
        stack.enqueue(Queue::Outcomes, &segment(&video, &fan_out, first..first + 10)).await?;
    }
    let view = person.wait(video.id).await?;
    ensure!(view.video.error.as_ref().map(|error| error.code) == Some(ErrorCode::Internal));
    stack.until_handled(&video.id.to_string()).await?;
    let after = person.api.get(video.id).await?.video;
    ensure!(after.status == Status::Failed && after.error == view.video.error, "{after:?}");
    let mails = person.mails_about(stack, video.id).await?;
    ensure!(mails.len() == 1, "mailed once: {mails:?}");
    Ok(())
}

/// Looks at the system calls of every extract process of the stack while it extracts.
pub async fn nothing_is_written_to_disk(stacks: &Stacks) -> Result<()> {
    let person = Person::sign_up(&stacks.usual).await?;
    // so that there is a process to look at
    let id = person.send(&path("h264-30fps.mp4"), r#"{"every":1}"#).await?;
    person.wait(id).await?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("calls");
    let mut tracer = Command::new("strace");
    tracer.args(["--follow-forks", "--quiet=all", "--trace=openat,open,creat,write", "--output"]);
    tracer.arg(&log).stderr(Stdio::null());
    let traced = stacks.usual.extract_workers()?;
    for pid in &traced {
        tracer.args(["--attach", &pid.to_string()]);
    }
    let mut tracer =
        tracer.spawn().context("strace is missing: it is in Debian's package strace")?;
    until("strace traced every thread", SPLIT_WITHIN, async || {
        let threads = traced.iter().map(|pid| is_traced(*pid, tracer.id()));
        let are_traced = threads.collect::<Result<Vec<_>>>()?;
        Ok(are_traced.into_iter().all(|is| is).then_some(()))
    })
    .await?;
    let id = person.send(&path("sample.mp4"), r#"{"fps":5,"storyboard":{}}"#).await?;
    person.wait(id).await?;
    // at SIGTERM it detaches from the processes
    signal("TERM", &[tracer.id()])?;
    tracer.wait()?;
    let calls = fs::read_to_string(&log)?;
    ensure!(calls.contains("write("), "nothing was traced of {traced:?}");
    let opened: HashSet<_> = calls.lines().filter(|call| call.contains("open")).collect();
    let writing = ["O_WRONLY", "O_RDWR", "O_CREAT"];
    let written: Vec<_> =
        opened.iter().filter(|call| writing.iter().any(|flag| call.contains(flag))).collect();
    if let [first, ..] = written[..] {
        bail!("{} files were opened to be written: {first}", written.len());
    }
    Ok(())
}
