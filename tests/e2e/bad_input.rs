//! Files that are not videos, or not whole ones.

use anyhow::{Context, Result, ensure};
use framezip_contract::{ErrorCode, Status};
use framezip_media::path;
use framezip_tests::{Person, Stack};

pub async fn a_file_that_is_not_a_video_fails_with_its_code_and_a_mail(
    stack: &Stack,
) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let Err(error) = person.send(&path("empty.mp4"), "{}").await else {
        anyhow::bail!("an empty file was accepted")
    };
    ensure!(
        error.to_string().contains("bytes: must be a whole number of bytes, 1 or more"),
        "{error}"
    );
    let mut sent = Vec::new();
    for (name, code) in [
        ("text.mp4", ErrorCode::NotAVideo),
        ("truncated-moov.mp4", ErrorCode::NotAVideo),
        ("audio-only.m4a", ErrorCode::NoVideoStream),
        ("cover-art.m4a", ErrorCode::NoVideoStream),
        ("protected-cenc.mp4", ErrorCode::Encrypted),
        ("still-tiled.avif", ErrorCode::NotAVideo),
        ("table-stts.mp4", ErrorCode::CorruptVideo),
    ] {
        sent.push((person.send(&path(name), "{}").await?, name, code));
    }
    for (id, name, code) in sent {
        let view = person.wait(id).await?;
        ensure!(view.video.status == Status::Failed, "{name}: {view:?}");
        let error = view.video.error.context("a failed video has an error")?;
        ensure!(error.code == code, "{name}: {error:?}");
        ensure!(view.download.is_none(), "{name} has nothing to download");
        let mails = person.mails_about(stack, id).await?;
        ensure!(mails.len() == 1, "{name}: {mails:?}");
        ensure!(mails[0].body_text.contains(code.as_str()), "{name}: {mails:?}");
    }
    Ok(())
}

pub async fn a_truncated_video_gives_the_frames_that_it_has(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("truncated-head.mp4"), r#"{"every":1}"#).await?;
    let view = person.wait(id).await?;
    ensure!(view.video.status == Status::Ready, "{view:?}");
    ensure!(view.video.result.map(|result| result.frames) == Some(3));
    ensure!(!view.video.warnings.is_empty(), "a warning names what is missing");
    let mails = person.mails_about(stack, id).await?;
    ensure!(mails[0].body_text.contains("1 warning"), "{mails:?}");
    Ok(())
}
