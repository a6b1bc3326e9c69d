//! Concatenates objects in S3 into one zip.
//!
//! Several workers extract a large video's frames, and each writes its segment of the zip as an object.
//! S3 copies these into the zip: only objects that are too short to be copied, and the zip's tail, go
//! through the function.
//!
//! Assumes that the source objects are in the zip's bucket. Needs `s3:GetObject` on them, and
//! `s3:PutObject` and `s3:AbortMultipartUpload` on the zip.

mod plan;

use super::multipart::{
    NewObject, OpenUpload, Overwrite, UploadError, ZIP, without_stall_protection,
};
use aws_sdk_s3::{Client, types::CompletedPart};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use plan::{ConcatPlan, ObjectSlice, PlannedPart};
use std::io;

const CONCURRENT_COPIES: usize = 8;
/// Each gathered part is in memory as a whole.
const CONCURRENT_GATHERED: usize = 2;

/// The characters that are escaped in a copy's source.
const IN_PATHS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An object whose bytes go into the zip.
#[derive(Debug)]
pub(crate) struct ObjectRef {
    pub(crate) key: String,
    /// The entity tag as S3 returned it, with its quotes. An object with another one is an error.
    pub(crate) e_tag: String,
    pub(crate) bytes: u64,
}

/// Writes the bytes of the objects, in this order, and of the tail to `key`. Returns how many of the
/// objects' bytes were downloaded instead of copied by S3. The object that it replaces may be one of the
/// sources.
///
/// Run twice, it writes the same object, unless it replaced one of the sources: then the second run
/// fails. On an error the sources are unchanged and nothing else is left.
pub(crate) async fn concat(
    s3: &Client,
    bucket: &str,
    key: &str,
    objects: &[ObjectRef],
    tail: Bytes,
) -> Result<u64, UploadError> {
    let zip = NewObject { client: s3, bucket, key, content_type: ZIP };
    let Some(plan) = ConcatPlan::of(objects) else {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        return Err(UploadError::TooManyParts { bucket, key });
    };
    let gathered = plan.gathered();
    if plan.parts.is_empty() {
        zip.put(gather(zip, plan.rest, tail).await?, Overwrite::Anything).await?;
    } else {
        zip.multipart(async |upload| send(upload, plan, tail).await).await?;
    }
    Ok(gathered)
}

async fn send(
    upload: OpenUpload<'_>,
    plan: ConcatPlan<'_>,
    tail: Bytes,
) -> Result<String, UploadError> {
    let (mut copied, mut gathered) = (Vec::new(), Vec::new());
    let mut number = 1;
    for part in plan.parts {
        match part {
            PlannedPart::Copied(slice) => copied.push(copy(upload, number, slice)),
            PlannedPart::Gathered(slices) => gathered.push((number, slices, Bytes::new())),
        }
        number += 1;
    }
    if !(plan.rest.is_empty() && tail.is_empty()) {
        gathered.push((number, plan.rest, tail));
    }
    let gathered = gathered.into_iter().map(async |(number, slices, tail)| {
        upload.part(number, gather(upload.object, slices, tail).await?).await
    });
    let (mut sent, gathered) = tokio::try_join!(
        stream::iter(copied).buffer_unordered(CONCURRENT_COPIES).try_collect::<Vec<_>>(),
        stream::iter(gathered).buffer_unordered(CONCURRENT_GATHERED).try_collect::<Vec<_>>(),
    )?;
    sent.extend(gathered);
    upload.complete(sent, Overwrite::Anything).await
}

async fn copy(
    upload: OpenUpload<'_>,
    number: i32,
    slice: ObjectSlice<'_>,
) -> Result<CompletedPart, UploadError> {
    let NewObject { client, bucket, key, .. } = upload.object;
    let source = &slice.object.key;
    let copy = client.upload_part_copy().bucket(bucket).key(key).upload_id(upload.id);
    let copied = copy
        .part_number(number)
        .copy_source(format!("{bucket}/{}", utf8_percent_encode(source, IN_PATHS)))
        .copy_source_if_match(&slice.object.e_tag)
        .copy_source_range(range(&slice))
        .customize()
        .config_override(without_stall_protection())
        .send()
        .await
        .map_err(|error| UploadError::s3("UploadPartCopy", bucket, source, error))?;
    let e_tag = copied.copy_part_result.and_then(|result| result.e_tag);
    Ok(CompletedPart::builder().part_number(number).set_e_tag(e_tag).build())
}

/// Returns the slices' bytes, followed by the tail.
async fn gather(
    zip: NewObject<'_>,
    slices: Vec<ObjectSlice<'_>>,
    tail: Bytes,
) -> Result<Bytes, UploadError> {
    if slices.is_empty() {
        return Ok(tail);
    }
    let mut bytes = BytesMut::with_capacity(plan::length(&slices) as usize + tail.len());
    for slice in slices {
        bytes.put(download(zip, &slice).await?);
    }
    bytes.extend_from_slice(&tail);
    Ok(bytes.freeze())
}

async fn download(zip: NewObject<'_>, slice: &ObjectSlice<'_>) -> Result<impl Buf, UploadError> {
    let NewObject { client, bucket, .. } = zip;
    let key = &slice.object.key;
    let get = client.get_object().bucket(bucket).key(key);
    let got = get.if_match(&slice.object.e_tag).range(range(slice)).send().await;
    let got = got.map_err(|error| UploadError::s3("GetObject", bucket, key, error))?;
    let broke_off = |source| {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        UploadError::BrokeOff { bucket, key, source }
    };
    let body = got.body.collect().await.map_err(|error| broke_off(error.into()))?;
    if body.remaining() as u64 != slice.len() {
        return Err(broke_off(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(body)
}

fn range(slice: &ObjectSlice<'_>) -> String {
    format!("bytes={}-{}", slice.range.start, slice.range.end - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::multipart::rules::{aborted, created};
    use aws_sdk_s3::{
        error::ErrorMetadata,
        operation::{
            complete_multipart_upload::CompleteMultipartUploadOutput,
            get_object::GetObjectOutput,
            put_object::PutObjectOutput,
            upload_part::UploadPartOutput,
            upload_part_copy::{UploadPartCopyError, UploadPartCopyOutput},
        },
        primitives::ByteStream,
        types::CopyPartResult,
    };
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

    const MIB: u64 = 1 << 20;

    /// Objects `0`, `1` … of these lengths in bytes.
    fn objects(lengths: &[u64]) -> Vec<ObjectRef> {
        let object = |(number, &bytes)| ObjectRef {
            key: format!("user/the zip/{number}"),
            e_tag: format!("\"{number}\""),
            bytes,
        };
        lengths.iter().enumerate().map(object).collect()
    }

    async fn concatenated(
        rules: &[&Rule],
        lengths: &[u64],
        tail: &'static [u8],
    ) -> Result<u64, UploadError> {
        let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules);
        concat(&client, "results", "key", &objects(lengths), Bytes::from_static(tail)).await
    }

    /// The answer to the copy of a range to a part.
    fn copied(part: i32, object: u64, range: &'static str) -> Rule {
        mock!(Client::upload_part_copy)
            .match_requests(move |request| {
                request.part_number() == Some(part)
                    && request.upload_id() == Some("id")
                    && (request.bucket(), request.key()) == (Some("results"), Some("key"))
                    && request.copy_source() == Some(&format!("results/user/the%20zip/{object}"))
                    && request.copy_source_if_match() == Some(&format!("\"{object}\""))
                    && request.copy_source_range() == Some(range)
            })
            .then_output(move || {
                let result = CopyPartResult::builder().e_tag(format!("part {part}")).build();
                UploadPartCopyOutput::builder().copy_part_result(result).build()
            })
    }

    /// The answer to the download of a range: bytes that all equal the object's number.
    fn downloaded(object: u8, range: &'static str, bytes: u64) -> Rule {
        mock!(Client::get_object)
            .match_requests(move |request| {
                request.key() == Some(&format!("user/the zip/{object}"))
                    && request.if_match() == Some(&format!("\"{object}\""))
                    && request.range() == Some(range)
            })
            .then_output(move || {
                let body = ByteStream::from(vec![object; bytes as usize]);
                GetObjectOutput::builder().body(body).build()
            })
    }

    fn sent(part: i32, bytes: Vec<u8>) -> Rule {
        mock!(Client::upload_part)
            .match_requests(move |request| {
                request.part_number() == Some(part)
                    && request.upload_id() == Some("id")
                    && request.body().bytes() == Some(&bytes)
            })
            .then_output(move || UploadPartOutput::builder().e_tag(format!("part {part}")).build())
    }

    fn completed(parts: i32) -> Rule {
        mock!(Client::complete_multipart_upload)
            .match_requests(move |request| {
                let listed = request.multipart_upload().unwrap().parts().iter();
                listed
                    .map(|part| (part.part_number().unwrap(), part.e_tag().unwrap().to_owned()))
                    .eq((1..=parts).map(|part| (part, format!("part {part}"))))
            })
            .then_output(|| CompleteMultipartUploadOutput::builder().build())
    }

    #[tokio::test]
    async fn large_objects_are_copied_and_only_the_tail_is_sent() {
        let copies: Vec<Rule> =
            (0..20).map(|n| copied(n + 1, n as u64, "bytes=0-104857599")).collect();
        let (create, tail, complete) = (created(), sent(21, b"tail".to_vec()), completed(21));
        let mut rules = vec![&create, &tail, &complete];
        rules.extend(&copies);
        let gathered = concatenated(&rules, &[100 * MIB; 20], b"tail").await;
        assert_eq!(gathered.unwrap(), 0);
        assert_eq!(rules.iter().map(|rule| rule.num_calls()).sum::<usize>(), 23);
    }

    #[tokio::test]
    async fn small_objects_are_sent_with_a_little_of_the_next_or_with_the_tail() {
        let gathered = [vec![0; 2 << 20], vec![2; 3 << 20]].concat();
        let rules = [
            created(),
            downloaded(0, "bytes=0-2097151", 2 * MIB),
            downloaded(2, "bytes=0-3145727", 3 * MIB),
            sent(1, gathered),
            copied(2, 2, "bytes=3145728-811597823"),
            copied(3, 2, "bytes=811597824-1620049919"),
            downloaded(3, "bytes=0-6", 7),
            sent(4, b"\x03\x03\x03\x03\x03\x03\x03tail".to_vec()),
            completed(4),
        ];
        let lengths = [2 * MIB, 0, 1545 * MIB, 7];
        let gathered = concatenated(&rules.each_ref(), &lengths, b"tail").await;
        assert_eq!(gathered.unwrap(), 5 * MIB + 7);
        assert_eq!(rules.map(|rule| rule.num_calls()), [1; 9]);
    }

    #[tokio::test]
    async fn without_a_tail_the_last_copy_is_the_last_part() {
        let rules = [created(), copied(1, 0, "bytes=0-104857599"), completed(1)];
        let gathered = concatenated(&rules.each_ref(), &[100 * MIB], b"").await;
        assert_eq!(gathered.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_small_zip_is_sent_in_one_request() {
        let put = mock!(Client::put_object)
            .match_requests(|request| {
                request.content_type() == Some("application/zip")
                    && request.body().bytes() == Some(b"\x00\x00\x01tail")
            })
            .then_output(|| PutObjectOutput::builder().build());
        let rules = [&downloaded(0, "bytes=0-1", 2), &downloaded(1, "bytes=0-0", 1), &put];
        let gathered = concatenated(&rules, &[2, 1, 0], b"tail").await;
        assert_eq!(gathered.unwrap(), 3);
        assert_eq!(put.num_calls(), 1);
    }

    #[tokio::test]
    async fn a_replaced_object_aborts_the_upload() {
        let replaced = mock!(Client::upload_part_copy).then_error(|| {
            UploadPartCopyError::generic(
                ErrorMetadata::builder().code("PreconditionFailed").build(),
            )
        });
        let (create, abort) = (created(), aborted());
        let copied = copied(1, 0, "bytes=0-104857599");
        let tail = sent(3, b"tail".to_vec());
        let rules = [&create, &copied, &replaced, &tail, &abort];
        let error = concatenated(&rules, &[100 * MIB; 2], b"tail").await.unwrap_err().to_string();
        let expected = "S3 UploadPartCopy of s3://results/user/the zip/1 failed";
        assert!(error.starts_with(expected), "{error}");
        assert!(error.contains("PreconditionFailed"), "{error}");
        assert_eq!(abort.num_calls(), 1);
    }

    #[tokio::test]
    async fn an_object_that_is_shorter_than_expected_aborts_the_upload() {
        let (create, abort) = (created(), aborted());
        let shorter = downloaded(0, "bytes=0-4194303", 3 * MIB);
        let copied = copied(2, 1, "bytes=1048576-104857599");
        let tail = sent(3, b"tail".to_vec());
        let rules = [&create, &shorter, &copied, &tail, &abort];
        let error = concatenated(&rules, &[4 * MIB, 100 * MIB], b"tail").await.unwrap_err();
        assert!(matches!(error, UploadError::BrokeOff { .. }), "{error}");
        assert_eq!(abort.num_calls(), 1);
    }
}
