//! What is shown of a video without its zip: poster, contact sheet, storyboard. They are in the zip too; but
//! a link leads to a whole object, so each of them also is one.
//!
//! Several workers write them side by side, and again when a message comes again: always the same bytes.
//!
//! Needs `s3:PutObject`.

use crate::multipart::{Over, Target, UploadError};
use aws_sdk_s3::Client;
use framezip_frames::OutputFile as Output;
use tokio::sync::mpsc;

/// How many may wait to be sent.
const WAITING: usize = 2;

/// The end that takes files, for a thread that may block.
pub(crate) type Sender = mpsc::Sender<Output>;

/// The end that they come out of.
pub(crate) type Receiver = mpsc::Receiver<Output>;

pub(crate) fn pipe() -> (Sender, Receiver) {
    mpsc::channel(WAITING)
}

/// Uploads every file that comes, under its own name behind `prefix`.
pub(crate) async fn upload(
    client: &Client,
    bucket: &str,
    prefix: &str,
    mut files: Receiver,
) -> Result<(), UploadError> {
    while let Some(file) = files.recv().await {
        put(client, bucket, prefix, file).await?;
    }
    Ok(())
}

/// Uploads one file under its own name behind `prefix`.
pub(crate) async fn put(
    client: &Client,
    bucket: &str,
    prefix: &str,
    Output { name, bytes, .. }: Output,
) -> Result<(), UploadError> {
    let key = format!("{prefix}{name}");
    let target = Target { client, bucket, key: &key, content_type: content_type(&name) };
    target.put(bytes.into(), Over::Anything).await?;
    Ok(())
}

/// Whether a file of the zip is one of these. The table of contents tells of what is in the zip.
pub(crate) fn is_one(file: &Output) -> bool {
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

    fn file(name: &str) -> Output {
        Output { name: name.to_owned(), bytes: vec![1], frame: None }
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
        assert!(is_one(&file("sheet.jpg")) && !is_one(&file("frames.json")));
    }
}
