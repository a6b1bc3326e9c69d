//! Uploading a file in parts: several at the same time, and only those that have not arrived.

use super::put_request::{OPERATION, PutRequest, SentBytes};
use crate::{ApiClient, Error, SourceFile, backoff::Backoff};
use framezip_contract::{MultipartUpload, PartUrl, Upload, VideoId};
use futures_util::{TryStreamExt, stream};
use serde::de::Error as _;
use std::collections::BTreeMap;

/// The number of parts that are sent at the same time.
const CONCURRENT_PARTS: usize = 4;

/// The upload of one file in parts.
pub(super) struct MultipartSender<'a> {
    pub(super) api: &'a ApiClient,
    pub(super) id: VideoId,
    pub(super) file: &'a SourceFile,
    pub(super) sent: &'a SentBytes,
}

/// The next page of an upload's state.
enum NextPage {
    /// A page that was read already.
    Loaded(MultipartUpload),
    /// The page that starts after this part.
    After(u16),
    /// There are no more pages.
    End,
}

impl MultipartSender<'_> {
    /// Sends every part that has not arrived, starting with the page `first_page`, and completes the upload.
    pub(super) async fn send(&self, first_page: MultipartUpload) -> Result<(), Error> {
        let part_bytes = first_page.part_bytes;
        let pages = stream::try_unfold(NextPage::Loaded(first_page), async |next| {
            let page = match next {
                NextPage::Loaded(page) => page,
                NextPage::After(part) => self.page(part).await?,
                NextPage::End => return Ok::<_, Error>(None),
            };
            let next = page.next.map_or(NextPage::End, NextPage::After);
            Ok(Some((page, next)))
        });
        let urls = pages.map_ok(|page| {
            for part in &page.arrived {
                self.sent.start(part.number, part.bytes);
            }
            stream::iter(page.urls.into_iter().map(Ok))
        });
        let urls = urls.try_flatten();
        let send = |url| self.send_part(url, part_bytes);
        urls.try_for_each_concurrent(CONCURRENT_PARTS, send).await?;
        self.api.complete_upload(self.id).await.map(drop)
    }

    /// Sends one part. Repeats the request after a lost connection or a server error, and replaces an
    /// expired URL by a fresh one.
    async fn send_part(&self, mut url: PartUrl, part_bytes: u64) -> Result<(), Error> {
        let number = url.number;
        let start = u64::from(number.saturating_sub(1)) * part_bytes;
        let range = start..start.saturating_add(part_bytes).min(self.file.bytes).max(start);
        let mut backoff = Backoff::for_transfers();
        let mut renewed = false;
        loop {
            let put = PutRequest {
                http: &self.api.server.http,
                method: "PUT",
                url: &url.url,
                headers: &BTreeMap::new(),
                file: self.file,
                range: range.clone(),
            };
            let Err(error) = put.send(self.sent.start(number, 0)).await else { return Ok(()) };
            if error.status() == Some(403) && !renewed {
                renewed = true;
                let page = self.page(number.saturating_sub(1)).await?;
                match page.urls.into_iter().find(|url| url.number == number) {
                    Some(fresh) => url = fresh,
                    // the part has arrived with an earlier attempt, whose response was lost
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
            Upload::Single(_) => Err(Error::InvalidResponse {
                operation: OPERATION,
                source: serde_json::Error::custom("a multipart upload became a single one"),
            }),
        }
    }
}
