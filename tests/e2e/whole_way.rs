//! The way of a video from the upload to its zip and mail.

use anyhow::{Context, Result, ensure};
use framezip_contract::{Progress, Status, VideoView};
use framezip_media::{path, truth};
use framezip_tests::{Person, Stack, ZipFile};

/// Downloads a ready video's zip and reads it back.
async fn download(person: &Person, view: &VideoView) -> Result<ZipFile> {
    ZipFile::new(person.download(view).await?)
}

pub async fn a_video_becomes_a_zip_and_a_mail(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("h264-30fps.mp4"), r#"{"every":1,"width":160}"#).await?;
    let mut progress = Vec::new();
    let view = person.api.wait(id, |video| progress.extend(video.progress)).await?;
    let video = &view.video;
    ensure!(video.status == Status::Ready, "{video:?}");
    ensure!(progress.iter().all(|Progress { done, total }| done <= total && *total == 6));
    let result = video.result.as_ref().context("a ready video has a result")?;
    ensure!(result.frames == 6 && result.source.codec == "h264", "{result:?}");
    ensure!(result.source.duration == Some(6.0), "{result:?}");

    let mut zip = download(&person, &view).await?;
    let names = zip.names()?;
    ensure!(names.len() == 8 && names[6..] == ["poster.jpg", "frames.json"], "{names:?}");
    ensure!(names[1] == "frames/000002_00-00-01.000.jpg", "{names:?}");
    let numbers: Vec<_> = zip.numbers()?.into_iter().flatten().collect();
    ensure!(numbers == [0, 30, 60, 90, 120, 150], "{numbers:?}");
    let times: Vec<_> = zip.frames.iter().map(|frame| frame.time).collect();
    ensure!(times == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "{times:?}");
    ensure!(zip.frames.iter().all(|frame| (frame.width, frame.height) == (160, 90)));

    let mails = person.mails_about(stack, id).await?;
    ensure!(mails.len() == 1, "{mails:?}");
    ensure!(mails[0].subject == "The frames of h264-30fps.mp4 are ready", "{mails:?}");
    ensure!(mails[0].body_text.contains("Frames: 6"), "{mails:?}");
    ensure!(mails[0].body_html.contains("Frames: <strong>6</strong>"), "{mails:?}");
    Ok(())
}

pub async fn every_option_reaches_the_zip(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let options = r#"{"scenes":0.3,"format":"webp","skipBlank":true,"sheet":{},"storyboard":{}}"#;
    let id = person.send(&path("scenes.mp4"), options).await?;
    let view = person.wait(id).await?;
    ensure!(view.video.status == Status::Ready, "{:?}", view.video);
    let mut zip = download(&person, &view).await?;
    let times: Vec<_> = zip.frames.iter().map(|frame| frame.time).collect();
    ensure!(times == [0.0, 1.2, 2.2, 5.4], "{times:?}");
    let names = zip.names()?;
    ensure!(names[..4].iter().all(|name| name.ends_with(".webp")), "{names:?}");
    let rest = ["storyboard/001.jpg", "poster.webp", "sheet.jpg", "storyboard.vtt", "frames.json"];
    ensure!(names[4..] == rest, "{names:?}");
    let storyboard = view.storyboard.as_ref().context("it has a storyboard")?;
    let links = [view.poster.as_ref(), view.sheet.as_ref(), Some(&storyboard.vtt)];
    let links = links.into_iter().flatten().chain(&storyboard.images);
    let linked: Vec<_> = links.clone().map(|link| link.name.as_str()).collect();
    ensure!(
        linked == ["poster.webp", "sheet.jpg", "storyboard.vtt", "storyboard/001.jpg"],
        "{linked:?}"
    );
    for link in links {
        let answer = reqwest::get(&link.url).await?.error_for_status()?;
        let kind = answer.headers()["content-type"].to_str()?.to_owned();
        ensure!(kind.starts_with("image/") || kind == "text/vtt", "{}: {kind}", link.name);
        ensure!(
            answer.bytes().await? == zip.bytes(&link.name)?,
            "{} is the same as in the zip",
            link.name
        );
    }
    Ok(())
}

pub async fn every_container_and_codec_gives_its_frames(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let mut sent = Vec::new();
    for (name, truth) in truth() {
        sent.push((person.send(&path(&name), r#"{"every":0.5}"#).await?, name, truth));
    }
    for (id, name, truth) in sent {
        let view = person.wait(id).await?;
        ensure!(view.video.status == Status::Ready, "{name}: {:?}", view.video);
        let mut zip = download(&person, &view).await?;
        let last = truth.seconds(truth.pts.len() - 1);
        let steps = (0..).map(|index| f64::from(index) * 0.5).take_while(|time| *time <= last);
        let mut frames: Vec<_> = steps.map(|time| truth.frame_at(time)).collect();
        frames.dedup();
        let expected: Vec<_> = frames.iter().map(|frame| Some(truth.numbers[*frame])).collect();
        let mut numbers = zip.numbers()?;
        // a step between the start and the end of the last frame may add that frame
        numbers.truncate(expected.len());
        ensure!(numbers == expected, "{name}: {numbers:?} instead of {expected:?}");
    }
    Ok(())
}

pub async fn two_users_are_served_at_once(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let (one, other) = (path("vp9.webm"), path("hevc.mp4"));
    let (first, second) =
        tokio::try_join!(ada.send(&one, r#"{"count":2}"#), bob.send(&other, r#"{"count":3}"#))?;
    let (first, second) = tokio::try_join!(ada.wait(first), bob.wait(second))?;
    ensure!(first.video.result.as_ref().map(|result| result.frames) == Some(2), "{first:?}");
    ensure!(second.video.result.as_ref().map(|result| result.frames) == Some(3), "{second:?}");
    ensure!(first.video.owner != second.video.owner);
    Ok(())
}

pub async fn lists_are_paged_and_filtered(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.insert(0, person.send(&path("prores.mov"), r#"{"count":1}"#).await?);
    }
    for id in &ids {
        person.wait(*id).await?;
    }
    let first = person.api.list(None, Some(2), None).await?;
    let second = person.api.list(None, Some(2), first.cursor.as_deref()).await?;
    let listed: Vec<_> =
        first.videos.iter().chain(&second.videos).map(|view| view.video.id).collect();
    ensure!(listed == ids, "newest first, on two pages: {listed:?} {ids:?}");
    ensure!(second.cursor.is_none(), "the last page has no cursor");
    let ready = person.api.list(Some(Status::Ready), None, None).await?;
    ensure!(ready.videos.len() == 3, "{ready:?}");
    for view in &ready.videos {
        let poster = view.poster.as_ref().context("a ready video has a poster")?;
        let image = reqwest::get(&poster.url).await?.error_for_status()?.bytes().await?;
        ensure!(image.starts_with(b"\xff\xd8"), "{poster:?} is no JPEG");
        ensure!(view.download.is_none(), "a list has no other links: {view:?}");
        let kept = view.video.expires_at.duration_since(view.video.updated_at);
        ensure!(kept.as_hours() >= 29 * 24, "{view:?}");
    }
    let failed = person.api.list(Some(Status::Failed), None, None).await?;
    ensure!(failed.videos.is_empty(), "{failed:?}");
    Ok(())
}
