//! Videos that take long, and so are split over several workers.

use crate::Stacks;
use anyhow::{Context, Result, bail, ensure};
use framezip_client::Existing;
use framezip_contract::{ErrorCode, Job, Segment, Status, Video, VideoId, VideoView};
use framezip_media::path;
use framezip_tests::{Person, Stack};
use std::{
    collections::HashSet,
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tokio::sync::OnceCell;

/// Takes a worker some ten seconds alone: WebP is slow to encode. With all that a part has to hand on.
const LONG: &str = r#"{"fps":8,"format":"webp","width":640,"sheet":{},
    "storyboard":{"columns":5,"rows":2}}"#;
/// Between two looks at something that will come.
const PAUSE: Duration = Duration::from_millis(50);
/// When a video is taken as stuck. A message whose worker was killed comes again after ten seconds.
const LONGEST: Duration = Duration::from_secs(120);

async fn zip(person: &Person, view: &VideoView) -> Result<Vec<u8>> {
    ensure!(view.video.status == Status::Ready, "{:?}", view.video);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("frames.zip");
    let link = view.download.as_ref().context("a ready video has a download link")?;
    person.api.download(link, folder.path(), |_| ()).await?.save(&file, Existing::Keep)?;
    Ok(fs::read(&file)?)
}

/// What one worker makes of the sample.
async fn made_by_one(usual: &Stack) -> Result<&'static [u8]> {
    static MADE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = async || {
        let person = Person::sign_up(usual).await?;
        let id = person.send(&path("sample.mp4"), LONG).await?;
        let view = person.wait(id).await?;
        zip(&person, &view).await
    };
    Ok(MADE.get_or_try_init(make).await?)
}

/// A video that several workers are at, and its run.
async fn split(stack: &Stack, person: &Person) -> Result<(Video, String)> {
    let id = person.send(&path("sample.mp4"), LONG).await?;
    let video = person.api.get(id).await?.video;
    let started = Instant::now();
    loop {
        if let Some(run) = stack.run(&video).await? {
            return Ok((video, run));
        }
        ensure!(started.elapsed() < Duration::from_secs(30), "the video was never split");
        tokio::time::sleep(PAUSE).await;
    }
}

/// That the video becomes ready, with the right zip, and that its owner is told once.
async fn assert_right(usual: &Stack, stack: &Stack, person: &Person, id: VideoId) -> Result<()> {
    let ended = tokio::time::timeout(LONGEST, person.api.wait(id, |_| ())).await;
    let view = ended.context("the video never ended")??;
    let zip = zip(person, &view).await?;
    ensure!(zip == made_by_one(usual).await?, "other bytes than those of one worker");
    let mails = person.mails_about(stack, id).await?;
    ensure!(mails.len() == 1, "mailed once: {mails:?}");
    Ok(())
}

pub async fn many_workers_give_the_bytes_that_one_gives(stacks: &Stacks) -> Result<()> {
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

pub async fn a_worker_that_is_killed_is_replaced(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, _) = split(stack, &person).await?;
    // they are at their segments then, and have said how long these are to be hidden
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let now = person.api.get(video.id).await?.video;
    ensure!(now.status == Status::Processing, "too late to kill anybody: {now:?}");
    for pid in stack.extract_workers()? {
        let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status()?;
        ensure!(killed.success(), "{pid} could not be killed");
    }
    assert_right(&stacks.usual, stack, &person, video.id).await
}

pub async fn segments_that_come_twice_change_nothing(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, run) = split(stack, &person).await?;
    let total = 128;
    for (first, end) in [(total - 10, total), (total - 10, total), (0, total), (50, 60)] {
        let segment = Segment { run: run.clone(), first, end };
        let job = Job::segment(video.owner.clone(), video.id, segment);
        stack.send_job(&serde_json::to_string(&job)?).await?;
    }
    // of a run that is none
    let segment = Segment { run: "other".to_owned(), first: 0, end: total };
    let job = Job::segment(video.owner.clone(), video.id, segment);
    stack.send_job(&serde_json::to_string(&job)?).await?;
    assert_right(&stacks.usual, stack, &person, video.id).await
}

/// A message that is delivered twice at once has two workers, who both write where the zip goes.
pub async fn of_two_workers_the_longer_part_stays(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let right = made_by_one(&stacks.usual).await?;
    // the other one is first, with less or with more
    for length in [1000, right.len() / 2] {
        let person = Person::sign_up(stack).await?;
        let id = person.send(&path("sample.mp4"), LONG).await?;
        let video = person.api.get(id).await?.video;
        stack.put_zip(&video, &right[..length]).await?;
        assert_right(&stacks.usual, stack, &person, id).await?;
    }
    // or comes later, with more
    let person = Person::sign_up(stack).await?;
    let (video, _) = split(stack, &person).await?;
    stack.put_zip(&video, &right[..right.len() / 2]).await?;
    assert_right(&stacks.usual, stack, &person, video.id).await
}

pub async fn a_video_taken_away_stops_all_its_workers(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, run) = split(stack, &person).await?;
    stack.forget(&video).await?;
    // late ones too
    let job = Job::segment(video.owner.clone(), video.id, Segment { run, first: 0, end: 128 });
    stack.send_job(&serde_json::to_string(&job)?).await?;
    tokio::time::sleep(Duration::from_secs(8)).await;
    ensure!(person.api.get(video.id).await.is_err(), "the record came back");
    let mails = stack.mails(&person.email).await?;
    ensure!(!mails.iter().any(|mail| mail.subject.contains("sample")), "{mails:?}");
    Ok(())
}

pub async fn a_segment_given_up_fails_the_video_once(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    let (video, run) = split(stack, &person).await?;
    for first in [10, 20] {
        let segment = Segment { run: run.clone(), first, end: first + 10 };
        let job = Job::segment(video.owner.clone(), video.id, segment);
        stack.send_dead_job(&serde_json::to_string(&job)?).await?;
    }
    let view = person.wait(video.id).await?;
    ensure!(view.video.error.as_ref().map(|error| error.code) == Some(ErrorCode::Internal));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let after = person.api.get(video.id).await?.video;
    ensure!(after.status == Status::Failed && after.error == view.video.error, "{after:?}");
    let mails = person.mails_about(stack, video.id).await?;
    ensure!(mails.len() == 1, "mailed once: {mails:?}");
    Ok(())
}

/// By the system calls of every extract process of the stack, while it extracts.
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
    tokio::time::sleep(Duration::from_secs(1)).await;
    let id = person.send(&path("sample.mp4"), r#"{"fps":5,"storyboard":{}}"#).await?;
    person.wait(id).await?;
    // by SIGTERM it lets the processes go
    Command::new("kill").arg(tracer.id().to_string()).status()?;
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
