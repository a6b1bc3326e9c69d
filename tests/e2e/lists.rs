//! Lists and their pages, and what administrators see.

use anyhow::{Context, Result, ensure};
use framezip_client::OwnerFilter;
use framezip_contract::{Status, VideoId, VideoView};
use framezip_media::path;
use framezip_tests::{Person, Stack};

/// Returns the videos of all pages of a list.
async fn all(
    person: &Person,
    whose: &OwnerFilter,
    status: Option<Status>,
    limit: u32,
) -> Result<Vec<VideoView>> {
    let mut videos = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = person.api.list_of(whose, status, Some(limit), cursor.as_deref()).await?;
        ensure!(page.videos.len() <= limit as usize, "{} on a page", page.videos.len());
        videos.extend(page.videos);
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(videos);
        }
    }
}

fn ids(videos: &[VideoView]) -> Vec<VideoId> {
    videos.iter().map(|view| view.video.id).collect()
}

/// Makes two videos ready and lets one fail. Returns them, newest first.
async fn three(person: &Person) -> Result<[VideoId; 3]> {
    let first = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let failed = person.send(&path("prores.mov"), r#"{"from":"01:00:00"}"#).await?;
    let last = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    for (id, status) in [(first, Status::Ready), (failed, Status::Failed), (last, Status::Ready)] {
        let video = person.wait(id).await?.video;
        ensure!(video.status == status, "{video:?}");
    }
    Ok([last, failed, first])
}

pub async fn filtered_lists_are_paged(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let [last, failed, first] = three(&person).await?;
    for limit in [1, 2, 3] {
        let listed =
            async |status| anyhow::Ok(ids(&all(&person, &OwnerFilter::Own, status, limit).await?));
        ensure!(listed(None).await? == [last, failed, first]);
        ensure!(listed(Some(Status::Ready)).await? == [last, first]);
        ensure!(listed(Some(Status::Failed)).await? == [failed]);
        ensure!(listed(Some(Status::Queued)).await?.is_empty());
    }
    Ok(())
}

pub async fn a_cursor_is_valid_only_for_its_own_list(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let [last, ..] = three(&ada).await?;
    let page = ada.api.list(None, Some(1), None).await?;
    let cursor = page.cursor.context("there are more pages")?;
    let first = if cursor.starts_with('A') { "B" } else { "A" };
    let touched = format!("{first}{}", &cursor[1..]);
    for (who, query) in [
        (&ada, format!("cursor={touched}")),
        (&ada, format!("cursor={last}")),
        (&ada, "cursor=".to_owned()),
        (&ada, format!("status=ready&cursor={cursor}")),
        (&bob, format!("cursor={cursor}")),
    ] {
        let (status, problem) = who.get(stack, &format!("/videos?{query}")).await?;
        ensure!(status == 400, "{query}: {status} {problem}");
        ensure!(problem["errors"][0]["field"] == "cursor", "{query}: {problem}");
    }
    let (status, _) = ada.get(stack, &format!("/videos?limit=2&cursor={cursor}")).await?;
    ensure!(status == 200, "another limit is another page of the same list");
    Ok(())
}

pub async fn administrators_see_everyones_videos(stack: &Stack) -> Result<()> {
    let (ada, bob) = tokio::try_join!(Person::sign_up(stack), Person::sign_up(stack))?;
    let admin = Person::admin(stack).await?;
    let (adas, bobs) = tokio::try_join!(three(&ada), three(&bob))?;
    let owner = ada.api.get(adas[0]).await?.video.owner;

    let whose = OwnerFilter::User(owner.clone());
    ensure!(ids(&all(&admin, &whose, None, 2).await?) == adas);
    ensure!(ids(&all(&admin, &whose, Some(Status::Failed), 2).await?) == [adas[1]]);

    let everyones = ids(&all(&admin, &OwnerFilter::Everyone, None, 7).await?);
    ensure!(everyones.is_sorted_by(|a, b| a > b), "newest first, each once: {everyones:?}");
    ensure!(adas.iter().chain(&bobs).all(|id| everyones.contains(id)), "{everyones:?}");
    let failed = all(&admin, &OwnerFilter::Everyone, Some(Status::Failed), 3).await?;
    ensure!(failed.iter().all(|view| view.video.status == Status::Failed), "{failed:?}");
    let failed = ids(&failed);
    ensure!([adas[1], bobs[1]].iter().all(|id| failed.contains(id)), "{failed:?}");
    ensure!(!failed.contains(&adas[0]), "{failed:?}");

    ensure!(
        admin.api.list(None, None, None).await?.videos.is_empty(),
        "they have no videos of their own"
    );
    let view = admin.api.get_of(&owner, adas[0]).await?;
    ensure!(view.download.is_some(), "{view:?}");
    let Err(error) = admin.api.get(adas[0]).await else { anyhow::bail!("it is not theirs") };
    ensure!(error.status() == Some(404), "{error}");
    Ok(())
}

pub async fn administrators_can_delete_any_video(stack: &Stack) -> Result<()> {
    let (ada, admin) = tokio::try_join!(Person::sign_up(stack), Person::admin(stack))?;
    let id = ada.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    let owner = ada.wait(id).await?.video.owner;
    admin.api.delete_of(&owner, id).await?;
    let Err(error) = ada.api.get(id).await else { anyhow::bail!("it is still there") };
    ensure!(error.status() == Some(404), "{error}");
    let left = stack.objects(&owner, id).await?;
    ensure!(left.is_empty(), "{left:?}");
    Ok(())
}
