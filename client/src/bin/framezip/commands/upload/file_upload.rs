//! The state of one file.

use crate::{
    commands::wait::{VideoReport, Waiter},
    console::Console,
    destination::ZipDestination,
    exit::{self, Exit, VideoFailed},
    format,
    progress::Phase,
    unfinished_uploads::{UnfinishedUpload, UnfinishedUploads},
};
use framezip_client::{ApiClient, Error, SourceFile};
use framezip_contract::{CreateVideo, CreatedVideo, ExtractionOptions, Video, VideoId};
use std::path::{Path, PathBuf};

/// What the files of one command share.
pub struct UploadContext<'a> {
    pub api: &'a ApiClient,
    pub console: &'a Console,
    pub uploads: &'a UnfinishedUploads,
    /// Whether to stay until the videos are ready or failed.
    pub waits: bool,
    /// Where the zips go, if they are saved.
    pub output: Option<&'a ZipDestination>,
    /// The name to send in place of the file's own.
    pub name: Option<&'a str>,
    pub extraction: &'a ExtractionOptions,
    /// Whether a text must say which file it is about.
    pub several: bool,
}

/// One file, or why it cannot be sent.
pub struct FileUpload {
    pub path: PathBuf,
    pub start: anyhow::Result<PreparedUpload>,
}

pub struct PreparedUpload {
    pub file: SourceFile,
    pub state: RecordState,
    /// Keeps other processes off it.
    pub unfinished: Option<UnfinishedUpload>,
}

/// What is there of a file's upload.
pub enum RecordState {
    /// No record.
    Missing,
    /// A new record.
    Created(Box<CreatedVideo>),
    /// A record, and perhaps some of the bytes.
    Existing(VideoId),
}

impl UploadContext<'_> {
    /// Sends a file, says how it ended, and forgets its upload if nothing is left to go on with.
    pub async fn one(&self, task: FileUpload) -> Exit {
        let FileUpload { path, start } = task;
        let mut report = VideoReport::about(&path);
        let about = format::path(&path);
        let about = if self.several { format!("{about}: ") } else { String::new() };
        let result = match start {
            Ok(start) => self.send(&path, start, &about, &mut report).await,
            Err(error) => Err(error),
        };
        report.print(result, &about, self.console)
    }

    /// Everything for one file; what has been reached stands in the report also after an error.
    async fn send(
        &self,
        path: &Path,
        start: PreparedUpload,
        about: &str,
        report: &mut VideoReport,
    ) -> anyhow::Result<String> {
        let PreparedUpload { file, state, mut unfinished } = start;
        let (id, created) = match state {
            RecordState::Missing => {
                let created = self.api.create(&self.request(&file)).await?;
                unfinished = self.keep(&created.video, path);
                (created.video.id, Some(created))
            }
            RecordState::Created(created) => (created.video.id, Some(*created)),
            RecordState::Existing(id) => (id, None),
        };
        let result = self.finish(id, created, &file, about, report).await;
        if result.as_ref().map_or_else(is_final, |_| true)
            && let Err(error) = self.uploads.forget(id)
        {
            self.console.note(&format!("{about}{}", exit::error_text(&error)));
        }
        drop(unfinished);
        result
    }

    /// Sends the bytes, all or the rest, and waits as far as is wanted.
    async fn finish(
        &self,
        id: VideoId,
        created: Option<CreatedVideo>,
        file: &SourceFile,
        about: &str,
        report: &mut VideoReport,
    ) -> anyhow::Result<String> {
        let mut display = self.console.display(&file.name);
        let total = file.bytes;
        let progress = |done| display.show(Phase::Sending { done, total });
        let sent = match created {
            Some(created) => {
                report.set(created.video.clone());
                self.api.upload(&created, file, progress).await
            }
            None => {
                let view = self.api.get(id).await.map_err(|error| broken_off(error, id, file))?;
                let view = report.video.insert(view);
                VideoFailed::check(&view.video)?;
                self.api.resume(id, file, progress).await
            }
        };
        sent.map_err(|error| broken_off(error, id, file))?;
        if !self.waits {
            return Ok(format!("sent: {id}"));
        }
        let waiter = Waiter { api: self.api, console: self.console, output: self.output };
        waiter.run(id, about, &mut display, report).await
    }

    /// What to ask the API for.
    pub fn request(&self, file: &SourceFile) -> CreateVideo {
        let mut request = file.request(self.extraction.clone());
        if let Some(name) = self.name {
            request.file_name = name.to_owned();
        }
        request
    }

    /// Keeps a new upload, to go on with it later. That it cannot be done is no failure of this one.
    pub fn keep(&self, video: &Video, path: &Path) -> Option<UnfinishedUpload> {
        let kept = self.uploads.keep(video, path, self.extraction);
        let note = |error| {
            let id = video.id;
            let text = format!(
                "only framezip resume {id} could go on with it: {}",
                exit::error_text(&error)
            );
            self.console.note(&text);
        };
        kept.map_err(note).ok()
    }
}

/// Whether an error leaves nothing to go on with.
fn is_final(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let status = cause.downcast_ref().and_then(Error::status);
        cause.is::<VideoFailed>() || status == Some(404)
    })
}

/// What to do after an upload broke off. One that is gone cannot be resumed.
fn broken_off(error: Error, id: VideoId, file: &SourceFile) -> anyhow::Error {
    let path = format::shell_argument(&file.path);
    let context = match &error {
        Error::FileChanged { .. } => return error.into(),
        error if error.status() == Some(404) => {
            format!("{id} was deleted or has expired: framezip upload {path} sends the file again")
        }
        _ => format!("not everything is sent: framezip resume {id} {path} continues"),
    };
    anyhow::Error::from(error).context(context)
}
