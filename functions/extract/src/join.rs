//! Many parts, one zip. S3 itself copies the frames; what is written here is what comes behind them.

use crate::{
    assembly::{self, Piece},
    extraction::{Hold, ready},
    extras,
    handler::Extractor,
    multipart::{Target, ZIP},
    parts::{Facts, Folder, PartName},
};
use bytes::Bytes;
use framezip_archive::ZipWriter;
use framezip_frames::{ExtractionReport as Report, OutputFile as Output, Plan, poster};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::Instant;

/// How many parts' facts are fetched at once.
const FETCHED_AT_ONCE: usize = 16;

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
    /// Makes one zip of all parts, and sends the verdict. Run again behind a failure, it does what is left
    /// to do.
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
        let (mut facts, lengths): (Vec<_>, Vec<_>) = fetched.into_iter().unzip();
        let key = &hold.zip_key();
        let zip = Target { client: &self.s3, bucket: &self.results, key, content_type: ZIP };
        let zip = zip.head().await?;
        for first in facts.iter_mut().filter(|facts| facts.key == *key) {
            // it may have grown since, by more of the same
            first.e_tag.clone_from(&zip.e_tag);
            check(folder, first).await?;
        }
        let pieces: Vec<_> = facts.iter().map(piece).collect();
        let end = end(plan, folder, facts).await?;
        let mut moved = lengths.iter().sum::<usize>() as u64 + end.moved;
        // who was at it before may have failed behind this
        if zip.length != end.length {
            moved += end.bytes.len() as u64;
            moved += assembly::assemble(&self.s3, &self.results, key, &pieces, end.bytes).await?;
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
        self.tell(hold, verdict).await
    }
}

/// That an object begins with the part which these facts are of. Another version of this function, or of
/// its libraries, may have written there too, and made other images.
async fn check(folder: &Folder<'_>, facts: &Facts) -> anyhow::Result<()> {
    let Facts { key, e_tag, entries, .. } = facts;
    let Some((range, header)) = entries.last_header() else { return Ok(()) };
    let found = folder.bytes(key, e_tag, range).await?;
    anyhow::ensure!(found == header, "{key} is not what one of its workers has made");
    Ok(())
}

fn piece(facts: &Facts) -> Piece {
    let (key, e_tag) = (facts.key.clone(), facts.e_tag.clone());
    Piece { key, e_tag, bytes: facts.entries.bytes() }
}

async fn end(plan: &Plan, folder: &Folder<'_>, facts: Vec<Facts>) -> anyhow::Result<End> {
    let poster = poster_image(plan, folder, &facts).await?;
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
    facts: &[Facts],
) -> anyhow::Result<Vec<u8>> {
    let Some(frame) = poster(facts.iter().map(|facts| &facts.part)) else { return Ok(Vec::new()) };
    let file = plan.file_name(frame);
    for Facts { key, e_tag, entries, .. } in facts {
        if let Some(range) = entries.find(&file) {
            return Ok(folder.bytes(key, e_tag, range).await?.into());
        }
    }
    anyhow::bail!("no part has the file {file}")
}
