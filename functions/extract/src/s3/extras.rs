//! The files that are shown without the zip: poster, contact sheet and storyboard. The zip contains them
//! too, but a link leads to a whole object, so each of them is also an object.
//!
//! Several workers may write them at the same time, or again after a message is delivered again: always
//! the same bytes.
//!
//! Needs `s3:PutObject`.

use super::multipart::{NewObject, Overwrite, UploadError};
use aws_sdk_s3::Client;
use framezip_frames::OutputFile;
use tokio::sync::mpsc;

/// The maximum number of files that wait to be sent.
const QUEUE_DEPTH: usize = 2;

/// Takes files from a thread that may block.
pub(crate) type ExtraSender = mpsc::Sender<OutputFile>;

/// Passes the files on to the upload.
pub(crate) type ExtraReceiver = mpsc::Receiver<OutputFile>;

pub(crate) fn pipe() -> (ExtraSender, ExtraReceiver) {
    mpsc::channel(QUEUE_DEPTH)
}

/// Uploads every file that it receives, under `prefix` and the file's own name.
pub(crate) async fn upload(
    client: &Client,
    bucket: &str,
    prefix: &str,
    mut files: ExtraReceiver,
) -> Result<(), UploadError> {
    while let Some(file) = files.recv().await {
        put(client, bucket, prefix, file).await?;
    }
    Ok(())
}

/// Uploads one file under `prefix` and its own name.
pub(crate) async fn put(
    client: &Client,
    bucket: &str,
    prefix: &str,
    OutputFile { name, bytes, .. }: OutputFile,
) -> Result<(), UploadError> {
    let key = format!("{prefix}{name}");
    let object = NewObject { client, bucket, key: &key, content_type: content_type(&name) };
    object.put(bytes.into(), Overwrite::Anything).await?;
    Ok(())
}

/// Returns whether a file of the zip is an object of its own, too. Frames are not, and neither is the
/// table of contents, which describes the zip.
pub(crate) fn is_extra(file: &OutputFile) -> bool {
    file.frame.is_none() && !file.name.ends_with(".json")
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("vtt") => "text/vtt",
        _ => "image/jpeg",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::operation::put_object::PutObjectOutput;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    fn file(name: &str) -> OutputFile {
        OutputFile { name: name.to_owned(), bytes: vec![1], frame: None }
    }

    #[tokio::test]
    async fn each_file_is_an_object_of_its_own() {
        let put = |key: &'static str, kind: &'static str| {
            mock!(Client::put_object)
                .match_requests(move |request| {
                    (request.key(), request.content_type()) == (Some(key), Some(kind))
                })
                .then_output(|| PutObjectOutput::builder().build())
        };
        let rules = [
            put("a/storyboard/001.jpg", "image/jpeg"),
            put("a/poster.webp", "image/webp"),
            put("a/storyboard.vtt", "text/vtt"),
        ];
        let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules.each_ref());
        let (sender, receiver) = pipe();
        let sending = async move {
            for name in ["storyboard/001.jpg", "poster.webp", "storyboard.vtt"] {
                sender.send(file(name)).await.unwrap();
            }
        };
        let (sent, ()) = tokio::join!(upload(&client, "results", "a/", receiver), sending);
        sent.unwrap();
        assert_eq!(rules.map(|rule| rule.num_calls()), [1; 3]);
        assert!(is_extra(&file("sheet.jpg")) && !is_extra(&file("frames.json")));
    }
}
