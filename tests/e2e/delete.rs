//! Videos that are deleted.

use crate::Stacks;
use anyhow::{Context, Result, bail, ensure};
use framezip_client::SourceFile;
use framezip_contract::{ExtractionOptions, Status, UserId, VideoId};
use framezip_media::path;
use framezip_tests::{Person, Stack, until};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::{Duration, Instant};

/// The time between two of the moments at which videos are deleted.
const STEP: Duration = Duration::from_millis(20);
/// The number of videos that are processed and deleted at once.
const AT_ONCE: usize = 3;
/// The number of videos that are sent until a worker splits one.
const MAX_SENT: usize = 5;
/// The longest wait for the start or the end of work on a video.
const LONGEST: Duration = Duration::from_secs(120);
/// The most that a worker may take to notice that its video is deleted.
const NOTICED_WITHIN: Duration = Duration::from_secs(15);

async fn assert_gone(person: &Person, id: VideoId) -> Result<()> {
    let Err(error) = person.api.get(id).await else { anyhow::bail!("it is still there") };
    ensure!(error.status() == Some(404), "{error}");
    let listed = person.api.list(None, None, None).await?.videos;
    ensure!(listed.iter().all(|view| view.video.id != id), "{listed:?}");
    Ok(())
}

pub async fn deleting_a_ready_video_leaves_nothing(stack: &Stack) -> Result<()> {
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
    let mails = person.mails_from(stack, id, 2).await?.len();

    person.api.delete(id).await?;
    assert_gone(&person, id).await?;
    let left = stack.objects(&owner, id).await?;
    ensure!(left.is_empty(), "{left:?}");
    let link = view.download.context("it was ready")?.url;
    let status = reqwest::get(link).await?.status();
    ensure!(status.is_client_error(), "its link answers {status}");
    let Err(error) = person.api.delete(id).await else { anyhow::bail!("deleted twice") };
    ensure!(error.status() == Some(404), "{error}");

    // late messages have no effect
    stack.enqueue_late(&owner, id, 1).await?;
    stack.until_handled(&id.to_string()).await?;
    assert_gone(&person, id).await?;
    let now = person.mails_about(stack, id).await?.len();
    ensure!(now == mails, "{} more mails are about it", now - mails);
    Ok(())
}

pub async fn a_worker_stops_when_its_video_is_deleted(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    // minutes of work
    let id = person.send(&path("sample.mp4"), r#"{"fps":30,"format":"webp"}"#).await?;
    let owner = until("a worker made progress", LONGEST, async || {
        let video = person.api.get(id).await?.video;
        ensure!(!video.status.is_final(), "{video:?}");
        let has_begun = video.progress.is_some_and(|progress| progress.done > 0);
        Ok((video.status == Status::Processing && has_begun).then_some(video.owner))
    })
    .await?;
    person.api.delete(id).await?;
    assert_gone(&person, id).await?;
    // a write of its progress fails, or its source is gone
    let stopped = ["the work was cancelled", "could not extract a video's frames"];
    until("its worker stopped", NOTICED_WITHIN, async || {
        Ok(stack.has_logged(id, &stopped)?.then_some(()))
    })
    .await?;
    stack.until_handled(&id.to_string()).await?;
    assert_gone(&person, id).await?;
    let left = stack.objects(&owner, id).await?;
    ensure!(left.is_empty(), "{left:?}");
    let mails = person.mails_now(stack, id).await?;
    ensure!(mails.is_empty(), "{mails:?}");
    Ok(())
}

pub async fn a_queued_video_can_be_deleted(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    person.api.delete(id).await?;
    assert_gone(&person, id).await?;
    // the event of its upload may come before the deletion or after it
    let handled = ["queued a video", "removed an upload of a deleted video"];
    until("its upload's event was handled", LONGEST, async || {
        Ok(stack.has_logged(id, &handled)?.then_some(()))
    })
    .await?;
    stack.until_handled(&id.to_string()).await?;
    assert_gone(&person, id).await
}

/// The event from which the moments of deletion are counted.
#[derive(Clone, Copy)]
enum From {
    /// The upload has ended.
    Sent,
    /// Several workers extract the video.
    FannedOut,
}

/// A kind of video that is deleted at every moment.
struct Subject<'a> {
    stack: &'a Stack,
    person: Person,
    options: &'static str,
    from: From,
}

/// A deleted video and its status just before.
struct Deleted {
    owner: UserId,
    id: VideoId,
    status: Status,
}

impl Subject<'_> {
    /// Sends a video and waits for the event from which the moments of deletion are counted.
    ///
    /// A worker that starts slowly on a busy machine does not split its video. Then another video is sent.
    async fn begin(&self) -> Result<VideoId> {
        for _ in 0..MAX_SENT {
            let id = self.person.send(&path("sample.mp4"), self.options).await?;
            if matches!(self.from, From::Sent) {
                return Ok(id);
            }
            let video = self.person.api.get(id).await?.video;
            let look = async || {
                let is_split = self.stack.fan_out(&video).await?.is_some();
                let is_final = self.person.api.get(id).await?.video.status.is_final();
                Ok((is_split || is_final).then_some(is_split))
            };
            if until("the video was split or ended", LONGEST, look).await? {
                return Ok(id);
            }
        }
        bail!("none of {MAX_SENT} videos was split")
    }

    async fn delete_after(&self, delay: Duration) -> Result<Deleted> {
        let id = self.begin().await?;
        // not a wait for anything: the moment is the case under test
        tokio::time::sleep(delay).await;
        let video = self.person.api.get(id).await?.video;
        self.person.api.delete(id).await?;
        Ok(Deleted { owner: video.owner, id, status: video.status })
    }

    /// Deletes videos at every 20 ms of the time that one takes. Then checks that both buckets contain no
    /// object of any of them.
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
        self.stack.until_idle().await?;
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
}

/// Runs on the stack that one test has for itself: the other one always has some message.
async fn delete_at_every_moment(stacks: &Stacks, from: From, options: &'static str) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let person = Person::sign_up(stack).await?;
    Subject { stack, person, options, from }.delete_at_every_moment().await
}

pub async fn a_video_deleted_at_any_moment_leaves_nothing(stacks: &Stacks) -> Result<()> {
    let options = r#"{"every":1,"width":320,"sheet":{},"storyboard":{}}"#;
    delete_at_every_moment(stacks, From::Sent, options).await
}

pub async fn a_fan_out_deleted_at_any_moment_leaves_nothing(stacks: &Stacks) -> Result<()> {
    let options = r#"{"fps":8,"format":"webp","width":960,"sheet":{},"storyboard":{}}"#;
    delete_at_every_moment(stacks, From::FannedOut, options).await
}

pub async fn an_upload_after_the_deletion_is_removed(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let source = SourceFile::open(&path("prores.mov")).await?;
    let created = person.api.create(&source.request(ExtractionOptions::default())).await?;
    let video = &created.video;
    person.api.delete(video.id).await?;
    person.api.upload(&created, &source, |_| ()).await?;
    until("the upload was removed", LONGEST, async || {
        Ok(stack.objects(&video.owner, video.id).await?.is_empty().then_some(()))
    })
    .await?;
    ensure!(stack.has_logged(video.id, &["removed an upload of a deleted video"])?);
    Ok(())
}
