//! Uploads that are accepted, and others that are refused.

use anyhow::{Result, ensure};
use framezip_contract::{CreateVideo, Status};
use framezip_tests::{Person, Stack, announcement, put, single};

fn announced(bytes: u64) -> CreateVideo {
    CreateVideo { content_type: Some("video/mp4".to_owned()), ..announcement("clip.mp4", bytes) }
}

pub async fn another_length_than_announced_is_refused(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let created = person.api.create(&announced(1000)).await?;
    let upload = single(&created)?;
    for length in [0, 999, 1001, 5000] {
        let status = put(upload, vec![0; length]).await?;
        ensure!(status == 403, "{length} bytes in place of 1000: {status}");
    }
    let view = person.api.get(created.video.id).await?;
    ensure!(view.video.status == Status::AwaitingUpload, "{view:?}");
    ensure!(put(upload, vec![0; 1000]).await? == 200, "the announced length is accepted");
    Ok(())
}

pub async fn an_upload_cannot_be_replaced(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let created = person.api.create(&announced(10)).await?;
    let upload = single(&created)?;
    ensure!(put(upload, vec![1; 10]).await? == 200);
    let status = put(upload, vec![2; 10]).await?;
    ensure!(status == 412, "a second upload: {status}");
    let mut without = upload.clone();
    without.headers.remove("if-none-match");
    let status = put(&without, vec![2; 10]).await?;
    ensure!(status == 403, "a second upload without the signed header: {status}");
    Ok(())
}

pub async fn a_single_upload_is_complete_once_its_bytes_have_arrived(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let created = person.api.create(&announced(10)).await?;
    let id = created.video.id;
    let Err(error) = person.api.complete_upload(id).await else { anyhow::bail!("it was accepted") };
    ensure!((error.status(), error.code()) == (Some(409), Some("upload_incomplete")), "{error}");
    ensure!(put(single(&created)?, vec![0; 10]).await? == 200);
    person.api.complete_upload(id).await?;
    Ok(())
}

pub async fn every_media_type_is_signed_and_accepted(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    for kind in [
        "video/mp4",
        "VIDEO/x-Matroska",
        "video/webm; codecs=\"vp8, opus\"",
        "video/webm \t;codecs=vp8 ;  a=b",
        "video/webm; a=\"two  spaces \\\" ; = / \\\\\"",
        "video/webm;",
    ] {
        let mut request = announced(10);
        request.content_type = Some(kind.to_owned());
        let created = person.api.create(&request).await?;
        ensure!(created.video.content_type == kind, "{kind:?}: {created:?}");
        let status = put(single(&created)?, vec![0; 10]).await?;
        ensure!(status == 200, "{kind:?}: {status}");
    }
    for kind in ["", "a//b", "video/*", "*/*", "video/mp4; codecs", "video/mp4\n"] {
        let mut request = announced(10);
        request.content_type = Some(kind.to_owned());
        let Err(error) = person.api.create(&request).await else { anyhow::bail!("{kind:?}") };
        ensure!(error.status() == Some(400), "{kind:?}: {error}");
        ensure!(error.to_string().contains("contentType: must be one media type"), "{error}");
    }
    Ok(())
}

pub async fn wrong_requests_name_every_field(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let mut wrong = announced(10);
    wrong.file_name.clear();
    wrong.extraction.quality = Some(0);
    let Err(error) = person.api.create(&wrong).await else { anyhow::bail!("it was accepted") };
    ensure!(error.status() == Some(400), "{error:?}");
    ensure!(error.code() == Some("invalid_request"), "{error:?}");
    let text = error.to_string();
    ensure!(text.contains("fileName") && text.contains("extraction.quality"), "{text}");
    let mut empty = announced(0);
    empty.file_name = " \u{200b}".to_owned();
    let Err(error) = person.api.create(&empty).await else { anyhow::bail!("it was accepted") };
    let text = error.to_string();
    ensure!(text.contains("fileName") && text.contains("bytes"), "{text}");
    let Err(error) = person.api.create(&announced(u64::MAX)).await else {
        anyhow::bail!("it was accepted")
    };
    ensure!((error.status(), error.code()) == (Some(413), Some("too_large")), "{error:?}");
    Ok(())
}
