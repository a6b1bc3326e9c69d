//! The API's instructions for uploading a file.

use crate::time;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The way to upload a file: by one request, or, above 64 MiB, by one request per part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Upload {
    /// One request that sends the whole file.
    Single(SingleUpload),
    /// One request per part, in any order and in parallel, followed by a call to the API that completes the
    /// upload.
    Multipart(MultipartUpload),
}

/// One request that uploads the whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SingleUpload {
    /// The HTTP method, `PUT`.
    pub method: String,
    /// The presigned URL.
    pub url: String,
    /// Headers that must be sent unchanged, since they are signed. `content-length` is signed, too; HTTP
    /// clients set it themselves.
    pub headers: BTreeMap<String, String>,
    /// The time at which the URL expires.
    #[serde(serialize_with = "time::serialize")]
    pub expires_at: Timestamp,
}

/// A page of a multipart upload: the parts that have arrived, and links for the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MultipartUpload {
    /// The length of each part in bytes; the last part is the rest.
    pub part_bytes: u64,
    /// The number of parts. Part numbers start at 1.
    pub parts: u16,
    /// The parts on this page that have arrived, by number.
    pub arrived: Vec<ArrivedPart>,
    /// The parts on this page that have not arrived, by number.
    pub urls: Vec<PartUrl>,
    /// The `after` of the next page; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next: Option<u16>,
}

/// A part that has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ArrivedPart {
    /// Its number.
    pub number: u16,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its entity tag on S3.
    pub e_tag: String,
}

/// The link for a part: a `PUT` of exactly the part's length, which is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PartUrl {
    /// Its number.
    pub number: u16,
    /// The presigned URL.
    pub url: String,
    /// The time at which the URL expires.
    #[serde(serialize_with = "time::serialize")]
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_kind_is_a_field_among_the_others() {
        let json = json!({
            "kind": "single", "method": "PUT", "url": "u", "headers": { "if-none-match": "*" },
            "expiresAt": "2026-11-21T13:00:00.000Z",
        });
        let single: Upload = serde_json::from_value(json.clone()).unwrap();
        assert!(matches!(single, Upload::Single(_)));
        assert_eq!(serde_json::to_value(single).unwrap(), json);

        let json = json!({
            "kind": "multipart", "partBytes": 5, "parts": 3,
            "arrived": [{ "number": 1, "bytes": 5, "eTag": "\"a\"" }],
            "urls": [{ "number": 2, "url": "u", "expiresAt": "2026-11-21T13:00:00.000Z" }], "next": 2,
        });
        let multipart: Upload = serde_json::from_value(json.clone()).unwrap();
        assert!(matches!(multipart, Upload::Multipart(_)));
        assert_eq!(serde_json::to_value(multipart).unwrap(), json);
    }
}
