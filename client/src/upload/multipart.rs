//! Sending a file in parts, some side by side, and only those that have not arrived.

use super::put::{OPERATION, Put, Sent};
use crate::{ApiClient, Error, SourceFile, backoff::Backoff};
use framezip_contract::{MultipartUpload, PartUrl, Upload, VideoId};
use futures_util::{TryStreamExt, stream};
use serde::de::Error as _;
use std::collections::BTreeMap;

/// How many parts are on their way at a time.
const SIDE_BY_SIDE: usize = 4;

/// The upload of one file in parts.
pub(super) struct Parts<'a> {
    pub(super) api: &'a ApiClient,
    pub(super) id: VideoId,
    pub(super) file: &'a SourceFile,
    pub(super) sent: &'a Sent,
}

/// Where the pages of an upload go on.
enum Next {
    Page(MultipartUpload),
    After(u16),
    End,
}

impl Parts<'_> {
    /// Sends every part of these pages that has not arrived, beginning with the page `first`, and
    /// completes the upload.
    pub(super) async fn send(&self, first: MultipartUpload) -> Result<(), Error> {
        let part_bytes = first.part_bytes;
        let pages = stream::try_unfold(Next::Page(first), async |next| {
            let page = match next {
                Next::Page(page) => page,
                Next::After(part) => self.page(part).await?,
                Next::End => return Ok::<_, Error>(None),
            };
            let next = page.next.map_or(Next::End, Next::After);
            Ok(Some((page, next)))
        });
        let urls = pages.map_ok(|page| {
            for part in &page.arrived {
                self.sent.count(part.number, part.bytes);
            }
            stream::iter(page.urls.into_iter().map(Ok))
        });
        let parts = urls.try_flatten();
        parts.try_for_each_concurrent(SIDE_BY_SIDE, |url| self.part(url, part_bytes)).await?;
        self.api.complete_upload(self.id).await.map(drop)
    }

    /// Sends one part. A lost connection or a server error is followed by another attempt, an expired
    /// URL by one with a fresh URL.
    async fn part(&self, mut url: PartUrl, part_bytes: u64) -> Result<(), Error> {
        let number = url.number;
        let start = u64::from(number.saturating_sub(1)) * part_bytes;
        let range = start..start.saturating_add(part_bytes).min(self.file.bytes).max(start);
        let mut backoff = Backoff::patient();
        let mut renewed = false;
        loop {
            let put = Put {
                http: &self.api.server.http,
                method: "PUT",
                url: &url.url,
                headers: &BTreeMap::new(),
                file: self.file,
                range: range.clone(),
            };
            let Err(error) = put.send(self.sent.count(number, 0)).await else { return Ok(()) };
            if error.status() == Some(403) && !renewed {
                renewed = true;
                let page = self.page(number.saturating_sub(1)).await?;
                match page.urls.into_iter().find(|url| url.number == number) {
                    Some(fresh) => url = fresh,
                    // an attempt whose answer was lost had arrived
                    None => return Ok(()),
                }
            } else if !error.is_transient() || !backoff.pause().await {
                return Err(error);
            }
        }
    }

    async fn page(&self, after: u16) -> Result<MultipartUpload, Error> {
        match self.api.upload_state(self.id, after).await? {
            Upload::Multipart(page) => Ok(page),
            Upload::Single(_) => Err(Error::Answer {
                operation: OPERATION,
                source: serde_json::Error::custom("an upload in parts became one request"),
            }),
        }
    }
}
