//! Examples of bodies, by the name of their schema.

use super::object;
use serde_json::{Value, json};
use utoipa::{Modify, openapi::OpenApi};

/// Adds the examples to the schemas.
pub(super) struct SchemaExamples;

impl Modify for SchemaExamples {
    fn modify(&self, document: &mut OpenApi) {
        for (name, example) in examples() {
            if let Some(object) = object(document, name) {
                object.examples = vec![example];
            }
        }
    }
}

/// Returns the examples. A test checks that each is a value of its type.
pub(super) fn examples() -> [(&'static str, Value); 7] {
    [
        ("Video", video()),
        ("SingleUpload", single()),
        ("MultipartUpload", multipart()),
        ("Download", download()),
        (
            "VideoPage",
            json!({ "videos": [ready()], "cursor": "AZkNLGo-fFGdCy9sGnvgAbhGcH3XK2q0Zb0Hk8tYw1E" }),
        ),
        ("CreatedVideo", json!({ "video": video(), "upload": upload() })),
        ("CreatedVideos", json!({ "videos": [{ "video": video(), "upload": upload() }] })),
    ]
}

fn video() -> Value {
    json!({
        "id": "01990d2c-6a3e-7c51-9d0b-2f6c1a7be001",
        "owner": "83d4b8c2-50f1-7095-1c3a-9f2b6b1f0a11",
        "fileName": "clip.mp4",
        "bytes": 562153,
        "contentType": "video/mp4",
        "extraction": { "every": 2, "quality": 85 },
        "status": "awaiting_upload",
        "createdAt": "2026-11-21T12:00:00.123Z",
        "updatedAt": "2026-11-21T12:00:00.123Z",
        "expiresAt": "2026-11-23T12:00:00.000Z",
    })
}

fn ready() -> Value {
    let mut video = video();
    video["status"] = json!("ready");
    video["updatedAt"] = json!("2026-11-21T12:01:00.000Z");
    video["expiresAt"] = json!("2027-01-20T12:01:00.000Z");
    video["result"] = json!({
        "bytes": 4193042,
        "frames": 8,
        "source": {
            "container": "mov,mp4,m4a,3gp,3g2,mj2",
            "codec": "h264",
            "width": 1280,
            "height": 720,
            "duration": 16.0,
            "frameRate": 30.0,
        },
    });
    video["poster"] = json!({
        "name": "poster.jpg",
        "url": "https://framezip-results-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com/…",
        "expiresAt": "2026-11-21T13:01:00.000Z",
    });
    video
}

fn single() -> Value {
    json!({
        "method": "PUT",
        "url": "https://framezip-uploads-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com/…",
        "headers": { "content-type": "video/mp4", "if-none-match": "*" },
        "expiresAt": "2026-11-21T13:00:00.000Z",
    })
}

fn upload() -> Value {
    let mut upload = single();
    upload["kind"] = json!("single");
    upload
}

fn multipart() -> Value {
    json!({
        "partBytes": 16777216,
        "parts": 19,
        "arrived": [{ "number": 1, "bytes": 16777216, "eTag": "\"d41d8cd98f00b204e9800998ecf8427e\"" }],
        "urls": [{ "number": 2, "url": "https://…", "expiresAt": "2026-11-21T18:00:00.000Z" }],
        "next": 2,
    })
}

fn download() -> Value {
    json!({
        "url": "https://framezip-results-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com/…",
        "expiresAt": "2026-11-21T13:00:00.000Z",
        "bytes": 4193042,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use framezip_contract::{
        CreatedVideo, CreatedVideos, Download, MultipartUpload, SingleUpload, Video, VideoPage,
    };

    #[test]
    fn every_example_is_a_value_of_its_type() {
        for (name, example) in examples() {
            // unchanged after reading and writing, so it has exactly the type's fields
            macro_rules! same {
                ($($type:ident)*) => {
                    match name {
                        $(stringify!($type) => {
                            serde_json::from_value::<$type>(example.clone())
                                .and_then(serde_json::to_value)
                        })*
                        _ => panic!("{name}"),
                    }
                };
            }
            let again = same!(Video SingleUpload MultipartUpload Download VideoPage CreatedVideo CreatedVideos);
            assert_eq!(again.unwrap(), example, "{name}");
        }
    }
}
