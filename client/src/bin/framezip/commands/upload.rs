//! Sending videos, up to three side by side; waiting for their zips and fetching them. What is broken
//! off is kept, to go on with.

mod file_upload;
#[cfg(test)]
mod tests;

use crate::{
    args::{ResumeArgs, UploadArgs, WaitArgs},
    console::Console,
    exit::{Exit, UsageError},
    format,
    unfinished_uploads::{FileFingerprint, UnfinishedUpload, UnfinishedUploads},
};
use anyhow::{bail, ensure};
use file_upload::{FileUpload, PreparedUpload, RecordState, UploadContext};
use framezip_client::{ApiClient, SourceFile};
use framezip_contract::{CreateVideos, ExtractionOptions};
use futures_util::stream::{self, StreamExt};
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

const SIDE_BY_SIDE: usize = 3;

/// The most records that one call makes.
const BATCH: usize = 20;

/// Sends the files. One that fails does not keep the others back; the worst decides the exit code.
pub async fn run(
    args: &UploadArgs,
    api: &ApiClient,
    uploads: &UnfinishedUploads,
    console: &Console,
) -> anyhow::Result<Exit> {
    let extraction = &args.options.extraction()?;
    let mut kept = uploads.all()?;
    let mut files = args.files.clone();
    let all = files.is_empty();
    if all {
        kept.retain(|kept| !kept.is_busy());
        files = kept.iter().map(|kept| kept.begun.file.path.clone()).collect();
    }
    if files.is_empty() {
        console.note("no upload was broken off");
    }
    if args.name.is_some() && files.len() > 1 {
        return Err(UsageError("--name is for a single FILE".to_owned()).into());
    }
    let output = args.waiting.destination(files.len())?;
    let output = output.as_ref();
    let kept = RefCell::new(kept);
    let several = files.len() > 1;
    let name = args.name.as_deref();
    let waits = args.waiting.waits();
    let run = UploadContext { api, console, uploads, waits, output, name, extraction, several };
    let begin = UploadQueue { run: &run, resume: args.resume, all, kept };
    console.on_interruption(advice(&args.waiting));
    Ok(begin.send(&files).await)
}

/// Goes on with one upload by its id, which may have begun on another machine.
pub async fn resume(
    args: &ResumeArgs,
    api: &ApiClient,
    uploads: &UnfinishedUploads,
    console: &Console,
) -> anyhow::Result<Exit> {
    let output = args.waiting.destination(1)?;
    let output = output.as_ref();
    let file = SourceFile::open(&args.file).await?;
    let unfinished = uploads.all()?.into_iter().find(|kept| kept.begun.id == args.id);
    ensure!(
        !unfinished.as_ref().is_some_and(UnfinishedUpload::is_busy),
        "{} is being sent already",
        args.id
    );
    let start = PreparedUpload { file, state: RecordState::Existing(args.id), unfinished };
    let task = FileUpload { path: args.file.clone(), start: Ok(start) };
    let extraction = &ExtractionOptions::default();
    let waits = args.waiting.waits();
    let run = UploadContext {
        api,
        console,
        uploads,
        waits,
        output,
        name: None,
        extraction,
        several: false,
    };
    console.on_interruption("the same command goes on".to_owned());
    Ok(run.one(task).await)
}

/// What a person types to go on with what was kept.
fn advice(end: &WaitArgs) -> String {
    let mut command = "framezip upload --resume".to_owned();
    let saving = &end.saving;
    if let Some(to) = &saving.output {
        command.push_str(&format!(" -o {}", format::shell_argument(to)));
    } else if let Some(to) = &saving.output_dir {
        command.push_str(&format!(" --output-dir {}", format::shell_argument(to)));
    } else if end.wait {
        command.push_str(" --wait");
    }
    if saving.force {
        command.push_str(" --force");
    }
    format!("{command} goes on with what is not done")
}

/// The files of one command, before their first byte goes out.
struct UploadQueue<'a> {
    run: &'a UploadContext<'a>,
    resume: bool,
    /// Whether the files are those that are kept, since none were named.
    all: bool,
    kept: RefCell<Vec<UnfinishedUpload>>,
}

impl UploadQueue<'_> {
    /// Sends the files. Their records are made as their turn comes: there may be more files than a user
    /// may have unfinished videos.
    async fn send(&self, files: &[PathBuf]) -> Exit {
        stream::iter(files.chunks(BATCH))
            .then(|batch| self.tasks(batch))
            .flat_map(stream::iter)
            .map(|task| self.run.one(task))
            .buffer_unordered(SIDE_BY_SIDE)
            .fold(Exit::Done, async |worst, exit| worst.max(exit))
            .await
    }

    async fn tasks(&self, files: &[PathBuf]) -> Vec<FileUpload> {
        let mut tasks = Vec::with_capacity(files.len());
        for path in files {
            tasks.push(FileUpload { path: path.clone(), start: self.start(path).await });
        }
        self.create(&mut tasks).await;
        tasks
    }

    async fn start(&self, path: &Path) -> anyhow::Result<PreparedUpload> {
        let file = SourceFile::open(path).await?;
        let Some(kept) = self.take(path)? else {
            return Ok(PreparedUpload { file, state: RecordState::Missing, unfinished: None });
        };
        let id = kept.begun.id;
        let given = self.run.extraction;
        if *given != ExtractionOptions::default() && *given != kept.begun.extraction {
            bail!(
                "{id} was begun with other options: leave them out to go on with it, or --resume to \
                 begin anew"
            );
        }
        Ok(PreparedUpload { file, state: RecordState::Existing(id), unfinished: Some(kept) })
    }

    /// The upload to go on with, if there is one and it is wanted.
    fn take(&self, path: &Path) -> anyhow::Result<Option<UnfinishedUpload>> {
        let stamp = FileFingerprint::of(path)?;
        let mut kept = self.kept.borrow_mut();
        let Some(at) = kept.iter().rposition(|kept| kept.begun.file == stamp) else {
            let changed = kept.iter().find(|kept| kept.begun.file.path == stamp.path);
            if let Some(UnfinishedUpload { begun, .. }) = changed.filter(|_| self.all) {
                let (id, path) = (begun.id, format::shell_argument(path));
                bail!(
                    "it has changed since its upload began: framezip upload {path} sends it again, \
                     framezip delete {id} deletes what was sent"
                );
            }
            return Ok(None);
        };
        let (id, busy) = (kept[at].begun.id, kept[at].is_busy());
        match (self.resume, busy) {
            (true, true) => bail!("another framezip is sending it as {id}"),
            (true, false) => Ok(Some(kept.remove(at))),
            (false, _) => {
                let path = format::path(path);
                let text =
                    "is sent anew, although an upload of it is not done; --resume goes on with";
                self.run.console.note(&format!("{path} {text} {id}"));
                Ok(None)
            }
        }
    }

    /// Makes the records in one call where there are several to make. Where that fails, each is left to
    /// be made by itself: the API takes all or none, and one may be what it refuses.
    async fn create(&self, tasks: &mut [FileUpload]) {
        let starts = tasks.iter_mut().filter_map(|FileUpload { path, start }| match start {
            Ok(start) if matches!(start.state, RecordState::Missing) => Some((path, start)),
            _ => None,
        });
        let starts: Vec<_> = starts.collect();
        if starts.len() < 2 {
            return;
        }
        let request = |(_, start): &(_, &mut PreparedUpload)| self.run.request(&start.file);
        let videos = starts.iter().map(request).collect();
        let Ok(created) = self.run.api.create_all(&CreateVideos { videos }).await else { return };
        for ((path, start), created) in starts.into_iter().zip(created) {
            start.unfinished = self.run.keep(&created.video, path);
            start.state = RecordState::Created(Box::new(created));
        }
    }
}
