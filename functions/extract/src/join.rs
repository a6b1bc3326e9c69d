//! Many parts, one zip. S3 itself copies the frames; what is written here is what comes behind them.

use crate::{
    assembly::{self, Piece},
    extraction::{Hold, ready},
    extras,
    handler::Extractor,
    parts::{Facts, Folder, PartName},
};
use anyhow::Context;
use bytes::Bytes;
use framezip_archive::ZipWriter;
use framezip_frames::{Output, Plan, Report, poster};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::Instant;

/// How many parts' facts are fetched at once.
const FETCHED_AT_ONCE: usize = 16;

/// What lies where the zip belongs: the first part, or the whole zip, which is longer and begins with the
/// same bytes.
struct Zip {
    key: String,
    e_tag: String,
    length: Option<u64>,
}

/// What the parts' bytes are followed by.
struct End {
    bytes: Bytes,
    /// The whole zip's length in bytes.
    length: u64,
    report: Report,
    /// Poster, contact sheet and the storyboard's text, which are objects of their own too.
    extras: Vec<Output>,
    /// How many bytes came here to make it.
    moved: u64,
}

impl Extractor {
    /// Makes one zip of all parts, sends the verdict, and removes the parts. Run again behind a failure,
    /// it does what is left to do.
    pub(crate) async fn join(
        &self,
        hold: &Hold<'_>,
        run: &str,
        plan: &Plan,
        names: Vec<PartName>,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        let folder = &self.folder(hold.video, run);
        let fetched = stream::iter(&names).map(|name| folder.facts(name));
        let fetched: Vec<_> = fetched.buffered(FETCHED_AT_ONCE).try_collect().await?;
        let (facts, lengths): (Vec<_>, Vec<_>) = fetched.into_iter().unzip();
        let pieces: Vec<_> = facts.iter().map(piece).collect();
        let zip = self.zip(hold).await?;
        let end = end(plan, folder, &zip, facts).await?;
        let mut moved = lengths.iter().sum::<usize>() as u64 + end.moved;
        // who was at it before may have failed behind this
        if zip.length != Some(end.length) {
            moved += end.bytes.len() as u64;
            moved +=
                assembly::assemble(&self.s3, &self.results, &zip.key, &pieces, end.bytes).await?;
        }
        for file in end.extras {
            extras::put(&self.s3, &self.results, &hold.extras_prefix(), file).await?;
        }
        tracing::info!(
            video.id = %hold.video.id,
            parts.count = pieces.len(),
            frames.count = end.report.frames,
            zip.bytes = end.length,
            moved.bytes = moved,
            duration_ms = started.elapsed().as_millis() as u64,
            "joined a video's parts"
        );
        let verdict = ready(end.length, end.report, plan.source().clone());
        self.tell(hold, verdict).await?;
        if let Err(error) = folder.clear(&names, &pieces).await {
            // the bucket's lifecycle does it later
            tracing::warn!(error = format!("{error:#}"), "parts were not removed");
        }
        Ok(())
    }

    async fn zip(&self, hold: &Hold<'_>) -> anyhow::Result<Zip> {
        let key = hold.zip_key();
        let head = self.s3.head_object().bucket(&self.results).key(&key).send().await;
        let head = head.map_err(aws_sdk_s3::Error::from);
        let head = head.with_context(|| format!("S3 HeadObject of {key} failed"))?;
        let length = head.content_length.and_then(|length| u64::try_from(length).ok());
        Ok(Zip { key, e_tag: head.e_tag.unwrap_or_default(), length })
    }
}

fn piece(facts: &Facts) -> Piece {
    let (key, e_tag) = (facts.key.clone(), facts.e_tag.clone());
    Piece { key, e_tag, bytes: facts.entries.bytes() }
}

async fn end(
    plan: &Plan,
    folder: &Folder<'_>,
    zip: &Zip,
    facts: Vec<Facts>,
) -> anyhow::Result<End> {
    let poster = poster_image(plan, folder, zip, &facts).await?;
    let moved = poster.len() as u64;
    let (entries, parts): (Vec<_>, Vec<_>) =
        facts.into_iter().map(|facts| (facts.entries, facts.part)).unzip();
    let (files, report) = plan.finish(&parts, poster)?;
    let mut zip = ZipWriter::after(Vec::new(), entries);
    files.iter().try_for_each(|file| zip.add(&file.name, &file.bytes))?;
    let (bytes, length) = zip.finish()?;
    let extras = files.into_iter().filter(extras::is_one).collect();
    Ok(End { bytes: bytes.into(), length, report, extras, moved })
}

/// The poster's bytes are those of a frame that is in one of the parts.
async fn poster_image(
    plan: &Plan,
    folder: &Folder<'_>,
    zip: &Zip,
    facts: &[Facts],
) -> anyhow::Result<Vec<u8>> {
    let Some(frame) = poster(facts.iter().map(|facts| &facts.part)) else { return Ok(Vec::new()) };
    let file = plan.file(frame);
    for Facts { key, e_tag, entries, .. } in facts {
        if let Some(range) = entries.find(&file) {
            let e_tag = if *key == zip.key { &zip.e_tag } else { e_tag };
            return Ok(folder.bytes(key, e_tag, range).await?.into());
        }
    }
    anyhow::bail!("no part has the file {file}")
}
