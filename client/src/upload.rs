//! Uploading a video's bytes to presigned URLs: in one request, or in one request per part.
//!
//! Each URL signs the exact length, and the storage never replaces an object or a part that has arrived.

mod multipart;
mod put_request;

use crate::{ApiClient, Error, SourceFile, backoff::Backoff};
use framezip_contract::{CreatedVideo, SingleUpload, Upload, Video, VideoId};
use multipart::MultipartSender;
use put_request::{PutRequest, SentBytes, report_progress};
use std::borrow::Cow;

/// The API's error code if all bytes of an upload have arrived.
const UPLOAD_OVER: &str = "upload_over";

impl ApiClient {
    /// Uploads a file for a new record. Calls `progress` with the number of bytes sent, not counting
    /// failed attempts. The file is streamed in small chunks.
    ///
    /// After a lost connection or a server error, the request for the whole file or for one part is
    /// repeated. An expired URL is replaced by a fresh one. If the upload still fails, [`Self::resume`]
    /// continues it, even in another process.
    ///
    /// # Errors
    ///
    /// [`Error::FileChanged`] if the length of the file has changed, [`Error::Stalled`] if no data is
    /// transferred, [`Error::Status`] if the storage refuses, and as for any request.
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

    /// Continues an interrupted upload: sends the bytes that have not arrived, if any. The file must be the
    /// same; only its length is checked.
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
                report_progress(self.send_single(id, single, file, &sent), &sent, progress).await?;
                self.report_arrival(id).await;
                Ok(())
            }
            Upload::Multipart(first_page) => {
                let sender = MultipartSender { api: self, id, file, sent: &sent };
                report_progress(sender.send(first_page.clone()), &sent, progress).await
            }
        }
    }

    /// Reports to the API that the whole file has arrived. The storage reports it as well, so a failure is harmless, and
    /// the call is made once.
    async fn report_arrival(&self, id: VideoId) {
        let url = self.server.url(&["videos", &id.to_string(), "upload", "complete"]);
        let reported = self.send_once("complete the upload", self.server.http.post(url)).await;
        let _: Result<Video, Error> = reported;
    }

    async fn send_single(
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
                // an object exists already. After a repeated request it is the one that the earlier
                // attempt sent, and it is complete, since the length is signed
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
                    let is_transient = error.is_transient() || status == Some(409);
                    if !is_transient || !backoff.pause().await {
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
