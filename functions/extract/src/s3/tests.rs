//! The requests that S3 receives from a real client with the functions' own settings. The fake S3 here is
//! as strict about checksums as the real one; the local stack is not.
//!
//! S3's rule, from "Checking object integrity for data uploads" in the Amazon S3 User Guide and the
//! reference of `CreateMultipartUpload`, `UploadPart` and `CompleteMultipartUpload`: if a multipart upload
//! is created with a checksum algorithm, all its parts use that algorithm, and the completion lists every
//! part's checksum; if it is created without one, no part may have a checksum.

use super::{
    concat::{ObjectRef, concat},
    streaming_upload::{ZipExtent, pipe, upload},
};
use aws_sdk_s3::{
    Client,
    config::{Credentials, SharedCredentialsProvider},
};
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};

const MIB: usize = 1 << 20;

/// A request: its operation, the names of its headers, and its body.
#[derive(Debug)]
struct ReceivedRequest {
    operation: &'static str,
    headers: Vec<String>,
    body: Bytes,
}

impl ReceivedRequest {
    fn of(request: &Request<SdkBody>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let is_copy = request.headers().contains_key("x-amz-copy-source");
        let operation = match request.method().as_str() {
            "POST" if query.contains("uploads") => "CreateMultipartUpload",
            "POST" => "CompleteMultipartUpload",
            "PUT" if is_copy => "UploadPartCopy",
            "PUT" if query.contains("partNumber") => "UploadPart",
            "PUT" => "PutObject",
            "DELETE" => "AbortMultipartUpload",
            _ => "another",
        };
        let headers = request.headers().keys().map(|name| name.as_str().to_owned()).collect();
        let body = Bytes::copy_from_slice(request.body().bytes().unwrap_or_default());
        Self { operation, headers, body }
    }

    /// Returns whether the request has a checksum of its body, or announces one.
    fn has_checksum(&self) -> bool {
        let prefixes = ["x-amz-checksum", "x-amz-sdk-checksum", "x-amz-trailer", "content-md5"];
        self.headers.iter().any(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
    }

    fn answer(&self) -> Response<SdkBody> {
        let ok = |body: &str| {
            let answer = Response::builder().status(200).header("etag", "\"part\"");
            answer.body(SdkBody::from(body)).unwrap()
        };
        match self.operation {
            "UploadPart" if self.has_checksum() => {
                let message = "Checksum Type mismatch occurred, expected checksum Type: null";
                let error = format!(
                    "<Error><Code>InvalidRequest</Code><Message>{message}</Message></Error>"
                );
                Response::builder().status(400).body(SdkBody::from(error)).unwrap()
            }
            "CreateMultipartUpload" => ok("<InitiateMultipartUploadResult><UploadId>id</UploadId>\
                 </InitiateMultipartUploadResult>"),
            "UploadPartCopy" => ok("<CopyPartResult><ETag>\"copy\"</ETag></CopyPartResult>"),
            "CompleteMultipartUpload" => ok("<CompleteMultipartUploadResult><ETag>\"zip\"</ETag>\
                 </CompleteMultipartUploadResult>"),
            _ => ok(""),
        }
    }
}

/// A client of the fake S3, and the requests that the fake S3 receives.
fn strict_s3() -> (Client, Arc<Mutex<Vec<ReceivedRequest>>>) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let log = received.clone();
    let http = infallible_client_fn(move |request| {
        let request = ReceivedRequest::of(&request);
        let answer = request.answer();
        log.lock().unwrap().push(request);
        answer
    });
    let config = framezip_runtime::sdk_defaults("eu-central-1".to_owned())
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
        .http_client(http)
        .build();
    (Client::new(&config), received)
}

/// Checks that exactly these operations were received, in any order, that no request had a checksum, and
/// that the completion lists the parts only by number and entity tag.
fn assert_consistent(received: &[ReceivedRequest], expected: &[&str]) {
    let mut operations: Vec<_> = received.iter().map(|request| request.operation).collect();
    operations.sort_unstable();
    assert_eq!(operations, expected);
    for request in received {
        assert!(!request.has_checksum(), "{} {:?}", request.operation, request.headers);
        let is_chunked = request.headers.iter().any(|name| name == "content-encoding");
        assert!(!is_chunked, "{} {:?}", request.operation, request.headers);
        if request.operation == "CompleteMultipartUpload" {
            let body = String::from_utf8_lossy(&request.body);
            assert!(
                body.contains("<ETag>") && body.contains("<PartNumber>2</PartNumber>"),
                "{body}"
            );
            assert!(!body.contains("Checksum"), "{body}");
        }
    }
}

#[tokio::test]
async fn the_requests_of_a_streaming_upload_have_no_checksums() {
    let (client, received) = strict_s3();
    let (mut writer, parts) = pipe();
    let writing = tokio::task::spawn_blocking(move || {
        writer.write_all(&vec![1; 9 * MIB]).unwrap();
        writer.finish(ZipExtent::Whole).unwrap();
    });
    upload(&client, "results", "key", parts).await.unwrap();
    writing.await.unwrap();
    let expected = ["CompleteMultipartUpload", "CreateMultipartUpload", "UploadPart", "UploadPart"];
    assert_consistent(&received.lock().unwrap(), &expected);
}

#[tokio::test]
async fn the_requests_of_a_concatenation_have_no_checksums() {
    let (client, received) = strict_s3();
    let object = ObjectRef { key: "a".to_owned(), e_tag: "\"a\"".to_owned(), bytes: 100 << 20 };
    let tail = Bytes::from_static(b"tail");
    concat(&client, "results", "key", &[object], tail).await.unwrap();
    let expected =
        ["CompleteMultipartUpload", "CreateMultipartUpload", "UploadPart", "UploadPartCopy"];
    assert_consistent(&received.lock().unwrap(), &expected);
}

#[tokio::test]
async fn a_single_put_has_no_checksum() {
    let (client, received) = strict_s3();
    let (writer, parts) = pipe();
    let writing = tokio::task::spawn_blocking(move || writer.finish(ZipExtent::Whole).unwrap());
    upload(&client, "results", "key", parts).await.unwrap();
    writing.await.unwrap();
    assert_consistent(&received.lock().unwrap(), &["PutObject"]);
}
