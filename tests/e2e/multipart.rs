//! Videos that are too large for one PUT.

use anyhow::{Context, Result, ensure};
use framezip_client::SourceFile;
use framezip_contract::{CreatedVideo, MultipartUpload, Status, Upload, VideoId};
use framezip_media::path;
use framezip_tests::{Person, Stack};
use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::sync::Notify;

const MIB: u64 = 1 << 20;
/// Five parts of 16 MiB, the last one shorter.
const BYTES: u64 = 70 * MIB;

/// Makes a video of six seconds with this many bytes. A `free` box makes it large; readers of MP4 skip that.
pub fn large_video(folder: &TempDir, bytes: u64) -> Result<PathBuf> {
    let to = folder.path().join("large.mp4");
    std::fs::copy(path("h264-30fps.mp4"), &to)?;
    let mut file = File::options().append(true).open(&to)?;
    let free = u32::try_from(bytes - file.metadata()?.len())?;
    file.write_all(&free.to_be_bytes())?;
    file.write_all(b"free")?;
    file.set_len(bytes)?;
    Ok(to)
}

async fn create(person: &Person, file: &SourceFile) -> Result<CreatedVideo> {
    let options = serde_json::from_str(r#"{"every":1}"#)?;
    Ok(person.api.create(&file.request(options)).await?)
}

fn multipart(upload: Option<&Upload>) -> Result<&MultipartUpload> {
    match upload {
        Some(Upload::Multipart(upload)) => Ok(upload),
        other => anyhow::bail!("a large video is uploaded in parts: {other:?}"),
    }
}

/// Sends a part without the client and returns the status.
async fn put(upload: &MultipartUpload, number: u16, body: Vec<u8>) -> Result<u16> {
    let url = upload.urls.iter().find(|url| url.number == number).context("it has a URL")?;
    let answer = reqwest::Client::new().put(&url.url).body(body).send().await?;
    Ok(answer.status().as_u16())
}

fn part_of(file: &Path, upload: &MultipartUpload, number: u16) -> Result<Vec<u8>> {
    let bytes = std::fs::read(file)?;
    let length = upload.part_bytes as usize;
    let parts = bytes.chunks(length).nth(usize::from(number) - 1);
    Ok(parts.context("there is such a part")?.to_vec())
}

/// Checks that such a video becomes ready with all its frames.
pub async fn ends_well(person: &Person, id: VideoId) -> Result<()> {
    let video = person.wait(id).await?.video;
    ensure!(video.status == Status::Ready, "{video:?}");
    ensure!(video.result.map(|result| result.frames) == Some(6));
    Ok(())
}

pub async fn a_large_video_goes_up_in_parts(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let folder = tempfile::tempdir()?;
    let file = SourceFile::open(large_video(&folder, BYTES)?).await?;
    let created = create(&person, &file).await?;
    let upload = multipart(created.upload.as_ref())?;
    ensure!((upload.part_bytes, upload.parts) == (16 * MIB, 5), "{upload:?}");
    let mut last = 0;
    person.api.upload(&created, &file, |sent| last = sent).await?;
    ensure!(last == BYTES, "{last} bytes were sent");
    ends_well(&person, created.video.id).await
}

pub async fn an_interrupted_upload_resumes_where_it_stopped(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let folder = tempfile::tempdir()?;
    let path = large_video(&folder, BYTES)?;
    let file = SourceFile::open(&path).await?;
    let created = create(&person, &file).await?;
    let (id, upload) = (created.video.id, multipart(created.upload.as_ref())?);
    for number in [1, 3] {
        ensure!(put(upload, number, part_of(&path, upload, number)?).await? == 200);
    }
    let Err(error) = person.api.complete_upload(id).await else { anyhow::bail!("it was accepted") };
    ensure!((error.status(), error.code()) == (Some(409), Some("upload_incomplete")), "{error}");
    ensure!(error.to_string().contains("2, 4-5"), "{error}");

    // a client that is interrupted as soon as it reports progress
    let reported = Notify::new();
    tokio::select! {
        biased;
        () = reported.notified() => (),
        ended = person.api.resume(id, &file, |_| reported.notify_one()) => ended?,
    }

    let state = person.api.upload_state(id, 0).await?;
    let state = multipart(Some(&state))?;
    let arrived: Vec<_> = state.arrived.iter().map(|part| part.number).collect();
    ensure!(arrived.contains(&1) && arrived.contains(&3), "{state:?}");
    ensure!(arrived.len() + state.urls.len() == 5, "{state:?}");
    // From here on only the storage has the bytes of the parts that have arrived. If the client sent them
    // again, the video would be invalid.
    let mut wiped = File::options().write(true).open(&path)?;
    for part in &state.arrived {
        wiped.seek(SeekFrom::Start(u64::from(part.number - 1) * state.part_bytes))?;
        wiped.write_all(&vec![0xff; usize::try_from(part.bytes)?])?;
    }
    person.api.resume(id, &file, |_| ()).await?;
    person.api.complete_upload(id).await.context("completing again does nothing")?;
    ends_well(&person, id).await?;

    person.api.complete_upload(id).await.context("it does nothing later either")?;
    let Err(error) = person.api.upload_state(id, 0).await else { anyhow::bail!("it is over") };
    ensure!((error.status(), error.code()) == (Some(409), Some("upload_over")), "{error}");
    person.api.resume(id, &file, |_| ()).await.context("there is nothing left to send")?;
    Ok(())
}

pub async fn a_part_is_accepted_only_with_its_announced_length(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let folder = tempfile::tempdir()?;
    let file = SourceFile::open(large_video(&folder, BYTES)?).await?;
    let created = create(&person, &file).await?;
    let upload = multipart(created.upload.as_ref())?;
    let last = usize::try_from(BYTES - 4 * upload.part_bytes)?;
    for length in [0, last - 1, last + 1] {
        let status = put(upload, 5, vec![0; length]).await?;
        ensure!(status == 403, "{length} bytes in place of {last}: {status}");
    }
    ensure!(put(upload, 5, vec![0; last]).await? == 200);
    let state = person.api.upload_state(created.video.id, 2).await?;
    let state = multipart(Some(&state))?;
    let missing: Vec<_> = state.urls.iter().map(|url| url.number).collect();
    ensure!(missing == [3, 4] && state.arrived.len() == 1, "the page after part 2: {state:?}");
    Ok(())
}

pub async fn another_users_upload_is_not_found(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let folder = tempfile::tempdir()?;
    let file = SourceFile::open(large_video(&folder, BYTES)?).await?;
    let id = create(&ada, &file).await?.video.id;
    let Err(error) = bob.api.upload_state(id, 0).await else { anyhow::bail!("bob sees it") };
    ensure!((error.status(), error.code()) == (Some(404), Some("not_found")), "{error}");
    let Err(error) = bob.api.complete_upload(id).await else { anyhow::bail!("bob ends it") };
    ensure!((error.status(), error.code()) == (Some(404), Some("not_found")), "{error}");
    ada.api.upload_state(id, 0).await.context("its owner sees it")?;
    Ok(())
}
