//! Where a video's bytes go, as the API tells it.

use crate::time;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a video's bytes are uploaded: by one request, or, above 64 MiB, by one request for each part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Upload {
    /// One request that sends the whole file.
    Single(SingleUpload),
    /// A request for each part, in any order and side by side, and one to the API that completes
    /// them.
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
    /// Headers that must be sent as they stand here; they are signed. `content-length` is signed
    /// too: HTTP clients set it themselves.
    pub headers: BTreeMap<String, String>,
    /// When the URL stops working.
    #[serde(serialize_with = "time::serialize")]
    pub expires_at: Timestamp,
}

/// A page of an upload in parts: what has arrived of some parts, and where the others go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MultipartUpload {
    /// The length of every part in bytes, but of the last one, which is the rest.
    pub part_bytes: u64,
    /// How many parts there are. Their numbers start at 1.
    pub parts: u16,
    /// Those of the page that have arrived, by number.
    pub arrived: Vec<ArrivedPart>,
    /// Those of the page that have not, by number.
    pub urls: Vec<PartUrl>,
    /// What to pass as `after` for the next page; absent on the last one.
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
    /// Its entity tag, as the storage told it.
    pub e_tag: String,
}

/// Where a part goes: a `PUT` of exactly its length, which is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PartUrl {
    /// Its number.
    pub number: u16,
    /// The presigned URL.
    pub url: String,
    /// When the URL stops working.
    #[serde(serialize_with = "time::serialize")]
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_kind_stands_beside_the_fields() {
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
