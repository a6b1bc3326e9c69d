//! Uploading videos, up to three at the same time; waiting for their zips and saving them. Unfinished uploads
//! are saved, so that they can be continued.

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

/// The number of files that are uploaded at the same time.
const CONCURRENT_FILES: usize = 3;

/// The largest number of records that one request creates.
const BATCH_SIZE: usize = 20;

/// Uploads the files. A failed file does not stop the others; the worst result decides the exit code.
pub async fn run(
    args: &UploadArgs,
    api: &ApiClient,
    uploads: &UnfinishedUploads,
    console: &Console,
) -> anyhow::Result<Exit> {
    let extraction = &args.options.extraction()?;
    let mut unfinished = uploads.load_all()?;
    let mut files = args.files.clone();
    let resumes_all = files.is_empty();
    if resumes_all {
        unfinished.retain(|upload| !upload.is_locked_elsewhere());
        files = unfinished.iter().map(|upload| upload.record.file.path.clone()).collect();
    }
    if files.is_empty() {
        console.note("there is no unfinished upload");
    }
    if args.name.is_some() && files.len() > 1 {
        return Err(UsageError("--name is for a single FILE".to_owned()).into());
    }
    let destination = args.waiting.destination(files.len())?;
    let context = UploadContext {
        api,
        console,
        uploads,
        waits: args.waiting.waits(),
        destination: destination.as_ref(),
        name: args.name.as_deref(),
        extraction,
        has_several_files: files.len() > 1,
    };
    let queue = UploadQueue {
        context: &context,
        resumes: args.resume,
        resumes_all,
        unfinished: RefCell::new(unfinished),
    };
    console.set_interruption_advice(resume_advice(&args.waiting));
    Ok(queue.upload(&files).await)
}

/// Continues one upload by the video's id. Another machine may have started it.
pub async fn resume(
    args: &ResumeArgs,
    api: &ApiClient,
    uploads: &UnfinishedUploads,
    console: &Console,
) -> anyhow::Result<Exit> {
    let id = args.id;
    let destination = args.waiting.destination(1)?;
    let file = SourceFile::open(&args.file).await?;
    let unfinished = uploads.load_all()?.into_iter().find(|upload| upload.record.id == id);
    let is_locked = unfinished.as_ref().is_some_and(UnfinishedUpload::is_locked_elsewhere);
    ensure!(!is_locked, "another framezip process is already sending {id}");
    let prepared = PreparedUpload { file, record: RecordState::Existing(id), unfinished };
    let upload = FileUpload { path: args.file.clone(), prepared: Ok(prepared) };
    let context = UploadContext {
        api,
        console,
        uploads,
        waits: args.waiting.waits(),
        destination: destination.as_ref(),
        name: None,
        extraction: &ExtractionOptions::default(),
        has_several_files: false,
    };
    console.set_interruption_advice("run the same command again to continue".to_owned());
    Ok(context.upload(upload).await)
}

/// Returns advice on how to continue after an interruption.
fn resume_advice(waiting: &WaitArgs) -> String {
    let mut command = "framezip upload --resume".to_owned();
    let saving = &waiting.saving;
    if let Some(file) = &saving.output {
        command.push_str(&format!(" -o {}", format::shell_argument(file)));
    } else if let Some(folder) = &saving.output_dir {
        command.push_str(&format!(" --output-dir {}", format::shell_argument(folder)));
    } else if waiting.wait {
        command.push_str(" --wait");
    }
    if saving.force {
        command.push_str(" --force");
    }
    format!("run {command} to continue")
}

/// The files of one command before they are sent.
struct UploadQueue<'a> {
    context: &'a UploadContext<'a>,
    /// Whether `--resume` is given.
    resumes: bool,
    /// Whether `--resume` is given without files, so that all unfinished uploads are continued.
    resumes_all: bool,
    unfinished: RefCell<Vec<UnfinishedUpload>>,
}

impl UploadQueue<'_> {
    /// Uploads the files. Records are created shortly before their files are sent, since there may be more
    /// files than a user may have unfinished videos.
    async fn upload(&self, files: &[PathBuf]) -> Exit {
        stream::iter(files.chunks(BATCH_SIZE))
            .then(|batch| self.prepare_batch(batch))
            .flat_map(stream::iter)
            .map(|upload| self.context.upload(upload))
            .buffer_unordered(CONCURRENT_FILES)
            .fold(Exit::Done, async |worst, exit| worst.max(exit))
            .await
    }

    async fn prepare_batch(&self, files: &[PathBuf]) -> Vec<FileUpload> {
        let mut uploads = Vec::with_capacity(files.len());
        for path in files {
            uploads.push(FileUpload { path: path.clone(), prepared: self.prepare(path).await });
        }
        self.create_records(&mut uploads).await;
        uploads
    }

    async fn prepare(&self, path: &Path) -> anyhow::Result<PreparedUpload> {
        let file = SourceFile::open(path).await?;
        let Some(unfinished) = self.take_unfinished(path)? else {
            return Ok(PreparedUpload { file, record: RecordState::Missing, unfinished: None });
        };
        let id = unfinished.record.id;
        let given = self.context.extraction;
        if *given != ExtractionOptions::default() && *given != unfinished.record.extraction {
            bail!(
                "the upload of {id} was started with other options: to continue it, leave the options \
                 out; to start a new upload, leave --resume out"
            );
        }
        let unfinished = Some(unfinished);
        Ok(PreparedUpload { file, record: RecordState::Existing(id), unfinished })
    }

    /// Returns the unfinished upload of a file if there is one and `--resume` is given.
    fn take_unfinished(&self, path: &Path) -> anyhow::Result<Option<UnfinishedUpload>> {
        let fingerprint = FileFingerprint::of(path)?;
        let mut unfinished = self.unfinished.borrow_mut();
        let Some(at) = unfinished.iter().rposition(|upload| upload.record.file == fingerprint)
        else {
            let is_same_path =
                |upload: &&UnfinishedUpload| upload.record.file.path == fingerprint.path;
            if let Some(changed) = unfinished.iter().find(is_same_path)
                && self.resumes_all
            {
                let (id, path) = (changed.record.id, format::shell_argument(path));
                bail!(
                    "the file has changed since its upload started: run framezip upload {path} to send \
                     it again, and framezip delete {id} to delete the unfinished upload"
                );
            }
            return Ok(None);
        };
        let id = unfinished[at].record.id;
        if !self.resumes {
            let path = format::path(path);
            self.context.console.note(&format!(
                "{path} is uploaded from the start, although its upload as {id} is not finished: \
                 --resume would continue it"
            ));
            return Ok(None);
        }
        if unfinished[at].is_locked_elsewhere() {
            bail!("another framezip process is already sending the file as {id}");
        }
        Ok(Some(unfinished.remove(at)))
    }

    /// Creates the records in one request if several are missing. The API creates all of them or none. If it
    /// refuses, each record is created on its own later, so that only the invalid ones fail.
    async fn create_records(&self, uploads: &mut [FileUpload]) {
        let missing =
            uploads.iter_mut().filter_map(|FileUpload { path, prepared }| match prepared {
                Ok(prepared) if matches!(prepared.record, RecordState::Missing) => {
                    Some((path, prepared))
                }
                _ => None,
            });
        let missing: Vec<_> = missing.collect();
        if missing.len() < 2 {
            return;
        }
        let request =
            |(_, prepared): &(_, &mut PreparedUpload)| self.context.request(&prepared.file);
        let request = CreateVideos { videos: missing.iter().map(request).collect() };
        let Ok(created) = self.context.api.create_all(&request).await else { return };
        for ((path, prepared), created) in missing.into_iter().zip(created) {
            prepared.unfinished = self.context.save_unfinished(&created.video, path);
            prepared.record = RecordState::Created(Box::new(created));
        }
    }
}
