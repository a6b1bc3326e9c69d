//! Videos that are deleted.

use crate::Stacks;
use anyhow::{Context, Result, ensure};
use framezip_client::SourceFile;
use framezip_contract::{
    ErrorCode, ExtractionOptions, Failure, Job, Outcome, Status, UserId, Verdict, VideoId,
};
use framezip_media::path;
use framezip_tests::{Person, Stack};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(100);
/// Between the moments at which a video is deleted.
const STEP: Duration = Duration::from_millis(20);
/// How many videos are on their way to their deletion at once.
const AT_ONCE: usize = 3;
/// How long the last message about the deleted videos may take, and then the removal of a late object.
const SETTLED_WITHIN: Duration = Duration::from_secs(120);

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
    let stopped = ["the work was cancelled", "could not extract a video's frames"];
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

/// From when on the moments of deletion are counted.
#[derive(Clone, Copy)]
enum From {
    Sent,
    /// Several workers are busy with it.
    FannedOut,
}

/// A kind of video that is deleted at every moment.
struct Subject<'a> {
    stack: &'a Stack,
    person: Person,
    options: &'static str,
    from: From,
}

/// A video that was deleted, and where it stood a moment before.
struct Deleted {
    owner: UserId,
    id: VideoId,
    status: Status,
}

impl Subject<'_> {
    /// Sends a video and waits for the moment from which on the moments of deletion are counted.
    async fn begin(&self) -> Result<VideoId> {
        let id = self.person.send(&path("sample.mp4"), self.options).await?;
        if matches!(self.from, From::FannedOut) {
            let started = Instant::now();
            let video = self.person.api.get(id).await?.video;
            while self.stack.run(&video).await?.is_none() {
                ensure!(started.elapsed() < SETTLED_WITHIN, "the video was never split");
                tokio::time::sleep(STEP).await;
            }
        }
        Ok(id)
    }

    async fn delete_after(&self, delay: Duration) -> Result<Deleted> {
        let id = self.begin().await?;
        tokio::time::sleep(delay).await;
        let video = self.person.api.get(id).await?.video;
        self.person.api.delete(id).await?;
        Ok(Deleted { owner: video.owner, id, status: video.status })
    }

    /// Deletes videos at every 20 ms of the time that one takes, and checks that both buckets then hold
    /// nothing of any of them.
    async fn delete_at_every_moment(&self) -> Result<()> {
        let id = self.begin().await?;
        let started = Instant::now();
        let video = self.person.wait(id).await?.video;
        ensure!(video.status == Status::Ready, "{video:?}");
        let moments = started.elapsed().div_duration_f64(STEP).ceil() as u32 + 2;
        let deleted: Vec<_> = stream::iter(0..moments)
            .map(|moment| self.delete_after(STEP * moment))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let hit = deleted.iter().filter(|video| video.status == Status::Processing).count();
        ensure!(hit > 0, "none of {moments} videos was deleted while it was processed");
        self.settle().await?;
        for Deleted { owner, id, .. } in &deleted {
            let left = self.stack.objects(owner, *id).await?;
            ensure!(
                left.is_empty(),
                "{moments} videos were deleted, {hit} of them while they were \
                     processed, and this is left: {left:?}"
            );
        }
        Ok(())
    }

    /// Waits until no job and no outcome is left, so that nothing more will be written.
    async fn settle(&self) -> Result<()> {
        let started = Instant::now();
        while self.stack.open_jobs().await? + self.stack.open_outcomes().await? > 0 {
            ensure!(started.elapsed() < SETTLED_WITHIN, "a message about a deleted video stays");
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// On the stack that one test has for itself: on the other one there is always some message.
async fn delete_at_every_moment(stacks: &Stacks, from: From, options: &'static str) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    Subject { stack, person, options, from }.delete_at_every_moment().await
}

pub async fn nothing_stays_whenever_it_is_deleted(stacks: &Stacks) -> Result<()> {
    let options = r#"{"every":1,"width":320,"sheet":{},"storyboard":{}}"#;
    delete_at_every_moment(stacks, From::Sent, options).await
}

pub async fn nothing_stays_whenever_a_fan_out_is_deleted(stacks: &Stacks) -> Result<()> {
    let options = r#"{"fps":8,"format":"webp","width":960,"sheet":{},"storyboard":{}}"#;
    delete_at_every_moment(stacks, From::FannedOut, options).await
}

pub async fn a_late_upload_does_not_stay(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let source = SourceFile::open(&path("prores.mov")).await?;
    let created = person.api.create(&source.request(ExtractionOptions::default())).await?;
    let video = &created.video;
    person.api.delete(video.id).await?;
    person.api.upload(&created, &source, |_| ()).await?;
    let started = Instant::now();
    while !stack.objects(&video.owner, video.id).await?.is_empty() {
        ensure!(started.elapsed() < SETTLED_WITHIN, "the upload stays");
        tokio::time::sleep(PAUSE).await;
    }
    ensure!(stack.has_logged(video.id, &["removed an upload of a deleted video"])?);
    Ok(())
}
