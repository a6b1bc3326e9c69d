//! Assembles a fan-out's segments into one zip. S3 copies the frames; only the rest of the zip is
//! written here.

use super::segment_store::{SegmentFacts, SegmentName, SegmentStore};
use crate::{
    claimed_video::ClaimedVideo,
    extractor::Extractor,
    outcome,
    s3::{
        concat::{ObjectRef, concat},
        extras,
        multipart::{NewObject, ZIP},
    },
};
use bytes::Bytes;
use framezip_archive::ZipWriter;
use framezip_frames::{ExtractionReport, OutputFile, Plan, poster};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::Instant;

/// The number of segments whose facts are fetched at once.
const CONCURRENT_FETCHES: usize = 16;

/// The end of a zip, after the segments' entries.
struct ZipTail {
    bytes: Bytes,
    /// The whole zip's length in bytes.
    zip_bytes: u64,
    report: ExtractionReport,
    /// Poster, contact sheet and the storyboard's text, which are objects of their own too.
    extras: Vec<OutputFile>,
    /// The number of bytes that were downloaded to make it.
    downloaded: u64,
}

/// Assembles one zip from all segments, and sends the verdict. Run again after a failure, it does what
/// was left.
pub(crate) async fn assemble(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    store: &SegmentStore<'_>,
    plan: &Plan,
    names: Vec<SegmentName>,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let (client, bucket) = (&extractor.s3, &extractor.results);
    let fetches = stream::iter(&names).map(|name| store.facts(name));
    let fetched: Vec<_> = fetches.buffered(CONCURRENT_FETCHES).try_collect().await?;
    let (mut facts, lengths): (Vec<_>, Vec<_>) = fetched.into_iter().unzip();
    let key = &claimed.zip_key();
    let zip = NewObject { client, bucket, key, content_type: ZIP }.head().await?;
    for first in facts.iter_mut().filter(|facts| facts.key == *key) {
        // a longer object with the same beginning may have replaced it since
        first.e_tag.clone_from(&zip.e_tag);
        check_content(store, first).await?;
    }
    let objects: Vec<_> = facts.iter().map(object_ref).collect();
    let tail = tail(plan, store, facts).await?;
    let mut moved = lengths.iter().sum::<usize>() as u64 + tail.downloaded;
    // an earlier assembler may have written the zip and failed after that
    if zip.length != tail.zip_bytes {
        moved += tail.bytes.len() as u64;
        moved += concat(client, bucket, key, &objects, tail.bytes).await?;
    }
    for file in tail.extras {
        extras::put(client, bucket, &claimed.results_prefix(), file).await?;
    }
    tracing::info!(
        video.id = %claimed.video.id,
        segments.count = objects.len(),
        frames.count = tail.report.frames,
        zip.bytes = tail.zip_bytes,
        moved.bytes = moved,
        duration_ms = started.elapsed().as_millis() as u64,
        "assembled a video's zip"
    );
    let verdict = outcome::ready(tail.zip_bytes, tail.report, plan.source().clone());
    outcome::send(extractor, claimed, verdict).await
}

/// Checks that an object begins with the segment that these facts describe. A worker of another version
/// of this function, or of its libraries, may have written different images to the same key.
async fn check_content(store: &SegmentStore<'_>, facts: &SegmentFacts) -> anyhow::Result<()> {
    let SegmentFacts { key, e_tag, entries, .. } = facts;
    let Some((range, header)) = entries.last_header() else { return Ok(()) };
    let found = store.bytes(key, e_tag, range).await?;
    anyhow::ensure!(found == header, "{key} does not begin with the segment of its facts");
    Ok(())
}

fn object_ref(facts: &SegmentFacts) -> ObjectRef {
    let (key, e_tag) = (facts.key.clone(), facts.e_tag.clone());
    ObjectRef { key, e_tag, bytes: facts.entries.bytes() }
}

async fn tail(
    plan: &Plan,
    store: &SegmentStore<'_>,
    facts: Vec<SegmentFacts>,
) -> anyhow::Result<ZipTail> {
    let poster = poster_image(plan, store, &facts).await?;
    let downloaded = poster.len() as u64;
    let (entries, extracted): (Vec<_>, Vec<_>) =
        facts.into_iter().map(|facts| (facts.entries, facts.extracted)).unzip();
    let (files, report) = plan.finish(&extracted, poster)?;
    let mut zip = ZipWriter::after(Vec::new(), entries);
    files.iter().try_for_each(|file| zip.add(&file.name, &file.bytes))?;
    let (bytes, zip_bytes) = zip.finish()?;
    let extras = files.into_iter().filter(extras::is_extra).collect();
    Ok(ZipTail { bytes: bytes.into(), zip_bytes, report, extras, downloaded })
}

/// Downloads the image of the poster's frame from its segment.
async fn poster_image(
    plan: &Plan,
    store: &SegmentStore<'_>,
    facts: &[SegmentFacts],
) -> anyhow::Result<Vec<u8>> {
    let Some(frame) = poster(facts.iter().map(|facts| &facts.extracted)) else {
        return Ok(Vec::new());
    };
    let file = plan.file_name(frame);
    for SegmentFacts { key, e_tag, entries, .. } in facts {
        if let Some(range) = entries.find(&file) {
            return Ok(store.bytes(key, e_tag, range).await?.into());
        }
    }
    anyhow::bail!("no segment contains the file {file}")
}
