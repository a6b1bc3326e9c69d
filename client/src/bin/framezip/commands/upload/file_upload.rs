//! The upload of one file.

use crate::{
    commands::{report::VideoReport, wait::Waiter},
    console::Console,
    destination::ZipDestination,
    exit::{self, Exit, VideoFailed},
    format,
    progress::{Amount, Phase},
    unfinished_uploads::{UnfinishedUpload, UnfinishedUploads},
};
use framezip_client::{ApiClient, Error, SourceFile};
use framezip_contract::{CreateVideo, CreatedVideo, ExtractionOptions, Video, VideoId};
use std::path::{Path, PathBuf};

/// The settings that all files of one command share.
pub struct UploadContext<'a> {
    pub api: &'a ApiClient,
    pub console: &'a Console,
    pub uploads: &'a UnfinishedUploads,
    /// Whether to wait until the videos are ready or failed.
    pub waits: bool,
    /// The destination of the zips, if they are saved.
    pub destination: Option<&'a ZipDestination>,
    /// The name to send instead of the file's name.
    pub name: Option<&'a str>,
    pub extraction: &'a ExtractionOptions,
    /// Whether messages must name the file, because there are several.
    pub has_several_files: bool,
}

/// A file to upload, or the reason why it cannot be uploaded.
pub struct FileUpload {
    pub path: PathBuf,
    pub prepared: anyhow::Result<PreparedUpload>,
}

pub struct PreparedUpload {
    pub file: SourceFile,
    pub record: RecordState,
    /// The saved upload, which stays locked until the upload has ended.
    pub unfinished: Option<UnfinishedUpload>,
}

/// The state of a video's record before its file is sent.
pub enum RecordState {
    /// There is no record yet.
    Missing,
    /// This command has created the record.
    Created(Box<CreatedVideo>),
    /// An earlier command has created the record, and has perhaps sent some bytes.
    Existing(VideoId),
}

impl UploadContext<'_> {
    /// Uploads a file and prints the result. Removes the saved upload unless it can be continued.
    pub async fn upload(&self, FileUpload { path, prepared }: FileUpload) -> Exit {
        let mut report = VideoReport::for_file(&path);
        let prefix = match self.has_several_files {
            true => format!("{}: ", format::path(&path)),
            false => String::new(),
        };
        let result = match prepared {
            Ok(prepared) => self.upload_prepared(&path, prepared, &prefix, &mut report).await,
            Err(error) => Err(error),
        };
        report.print(result, &prefix, self.console)
    }

    /// As [`Self::upload`]. After an error, the report has the results so far.
    async fn upload_prepared(
        &self,
        path: &Path,
        prepared: PreparedUpload,
        prefix: &str,
        report: &mut VideoReport,
    ) -> anyhow::Result<String> {
        let PreparedUpload { file, record, mut unfinished } = prepared;
        let (id, created) = match record {
            RecordState::Missing => {
                let created = self.api.create(&self.request(&file)).await?;
                unfinished = self.save_unfinished(&created.video, path);
                (created.video.id, Some(created))
            }
            RecordState::Created(created) => (created.video.id, Some(*created)),
            RecordState::Existing(id) => (id, None),
        };
        let result = self.send_and_wait(id, created, &file, prefix, report).await;
        if result.as_ref().map_or_else(is_final, |_| true)
            && let Err(error) = self.uploads.remove(id)
        {
            self.console.note(&format!("{prefix}{}", exit::error_text(&error)));
        }
        drop(unfinished);
        result
    }

    /// Sends all bytes or the rest, then waits and saves the zip if requested.
    async fn send_and_wait(
        &self,
        id: VideoId,
        created: Option<CreatedVideo>,
        file: &SourceFile,
        prefix: &str,
        report: &mut VideoReport,
    ) -> anyhow::Result<String> {
        let mut display = self.console.progress(&file.name);
        let total = file.bytes;
        let progress = |done| display.show(Phase::Sending(Amount { done, total }));
        let sent = match created {
            Some(created) => {
                report.set_video(created.video.clone());
                self.api.upload(&created, file, progress).await
            }
            None => {
                let view = self.api.get(id).await.map_err(|error| upload_error(error, id, file))?;
                let view = report.video.insert(view);
                VideoFailed::check(&view.video)?;
                self.api.resume(id, file, progress).await
            }
        };
        sent.map_err(|error| upload_error(error, id, file))?;
        if !self.waits {
            return Ok(format!("sent: {id}"));
        }
        let (api, console, destination) = (self.api, self.console, self.destination);
        Waiter { api, console, destination }.wait(id, prefix, &mut display, report).await
    }

    /// Returns the request that creates the file's record.
    pub fn request(&self, file: &SourceFile) -> CreateVideo {
        let mut request = file.request(self.extraction.clone());
        if let Some(name) = self.name {
            request.file_name = name.to_owned();
        }
        request
    }

    /// Saves a new upload, so that it can be continued later. A failure does not end the upload.
    pub fn save_unfinished(&self, video: &Video, path: &Path) -> Option<UnfinishedUpload> {
        let saved = self.uploads.save(video, path, self.extraction);
        let note = |error| {
            let (id, error) = (video.id, exit::error_text(&error));
            self.console.note(&format!(
                "if the upload is interrupted, only framezip resume {id} can continue it: {error}"
            ));
        };
        saved.map_err(note).ok()
    }
}

/// Returns whether the upload cannot be continued after an error.
fn is_final(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let status = cause.downcast_ref().and_then(Error::status);
        cause.is::<VideoFailed>() || status == Some(404)
    })
}

/// Adds what to do after an upload failed. The upload of a deleted video cannot be resumed.
fn upload_error(error: Error, id: VideoId, file: &SourceFile) -> anyhow::Error {
    let path = format::shell_argument(&file.path);
    let context = match &error {
        Error::FileChanged { .. } => return error.into(),
        error if error.status() == Some(404) => {
            format!(
                "{id} was deleted or has expired: run framezip upload {path} to send the file again"
            )
        }
        _ => {
            format!("the upload is not complete: run framezip resume {id} {path} to continue it")
        }
    };
    anyhow::Error::from(error).context(context)
}
