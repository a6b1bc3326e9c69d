//! Sending a video's bytes to where the API says: by one presigned request, or by one for each part.
//!
//! The URLs sign the exact lengths, and what has come is never replaced: nothing else can be put there,
//! and nothing can be put there twice.

mod multipart;
mod put_request;

use crate::{ApiClient, Error, SourceFile, backoff::Backoff};
use framezip_contract::{CreatedVideo, SingleUpload, Upload, VideoId};
use multipart::MultipartSender;
use put_request::{PutRequest, SentBytes, report_progress};
use std::borrow::Cow;

/// The API's code where an upload's bytes have come.
const UPLOAD_OVER: &str = "upload_over";

impl ApiClient {
    /// Sends a file whose record was just made; `progress` is report_progress the bytes sent, without those of
    /// attempts that failed. Only small parts of the file are in memory at a time.
    ///
    /// A lost connection or a server error is followed by another attempt, of the whole file or of one
    /// part; an expired URL by a fresh one. Where it fails all the same, [`Self::resume`] goes on with
    /// it, also after a restart.
    ///
    /// # Errors
    ///
    /// [`Error::FileChanged`] where the file has another length by now, [`Error::Stalled`] where
    /// nothing moves, [`Error::Status`] where the storage refuses, and as for any request.
    pub async fn upload(
        &self,
        created: &CreatedVideo,
        file: &SourceFile,
        mut progress: impl FnMut(u64),
    ) -> Result<(), Error> {
        if let Some(upload) = &created.upload {
            self.send_file(created.video.id, upload, file, &mut progress).await?;
        }
        progress(file.bytes);
        Ok(())
    }

    /// Goes on with an upload that was broken off: sends what has not arrived, and nothing where all
    /// has. The file must be the same; only its length is checked.
    ///
    /// # Errors
    ///
    /// As for [`Self::upload`].
    pub async fn resume(
        &self,
        id: VideoId,
        file: &SourceFile,
        mut progress: impl FnMut(u64),
    ) -> Result<(), Error> {
        let declared = self.get(id).await?.video.bytes;
        if declared != file.bytes {
            let path = file.path.clone();
            return Err(Error::FileChanged { path, declared, now: file.bytes });
        }
        match self.upload_state(id, 0).await {
            Err(error) if error.code() == Some(UPLOAD_OVER) => (),
            upload => self.send_file(id, &upload?, file, &mut progress).await?,
        }
        progress(file.bytes);
        Ok(())
    }

    async fn send_file(
        &self,
        id: VideoId,
        upload: &Upload,
        file: &SourceFile,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        let sent = SentBytes::default();
        match upload {
            Upload::Single(single) => {
                report_progress(self.send_whole(id, single, file, &sent), &sent, progress).await
            }
            Upload::Multipart(first) => {
                let parts = MultipartSender { api: self, id, file, sent: &sent };
                report_progress(parts.send(first.clone()), &sent, progress).await
            }
        }
    }

    async fn send_whole(
        &self,
        id: VideoId,
        upload: &SingleUpload,
        file: &SourceFile,
        sent: &SentBytes,
    ) -> Result<(), Error> {
        let mut upload = Cow::Borrowed(upload);
        let mut backoff = Backoff::for_transfers();
        let (mut repeated, mut renewed) = (false, false);
        loop {
            let put = PutRequest {
                http: &self.server.http,
                method: &upload.method,
                url: &upload.url,
                headers: &upload.headers,
                file,
                range: 0..file.bytes,
            };
            let Err(error) = put.send(sent.start(1, 0)).await else { return Ok(()) };
            match error.status() {
                // something is there already. On a repetition it is what the earlier attempt sent,
                // complete, since the length is signed
                Some(412) if repeated => return Ok(()),
                Some(403) if !renewed => {
                    renewed = true;
                    match self.upload_state(id, 0).await {
                        Ok(Upload::Single(fresh)) => upload = Cow::Owned(fresh),
                        Err(over) if over.code() == Some(UPLOAD_OVER) => return Ok(()),
                        _ => return Err(error),
                    }
                }
                status => {
                    // 409: the storage is still busy with an earlier attempt
                    let passing = error.is_transient() || status == Some(409);
                    if !passing || !backoff.pause().await {
                        return Err(error);
                    }
                    repeated = true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
