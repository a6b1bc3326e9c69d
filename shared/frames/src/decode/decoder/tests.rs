//! Compares decoded pictures with checksums of another FFmpeg, without our patches.

use super::*;
use adler2::Adler32;
use ffmpeg_next::format::Pixel;
use framezip_contract::Limits;
use std::{collections::BTreeMap, fs::File};

/// Returns the checksum of FFmpeg's `framecrc`: Adler-32 of the rows without padding, beginning with 0.
fn checksum(picture: &frame::Video) -> String {
    let mut sum = Adler32::from_checksum(0);
    let bytes = match picture.format() {
        Pixel::YUV420P | Pixel::YUV422P => 1,
        Pixel::YUV420P10LE => 2,
        other => panic!("no file has pictures in {other:?}"),
    };
    for plane in 0..picture.planes() {
        let width = picture.plane_width(plane) as usize * bytes;
        let rows = picture.data(plane).chunks(picture.stride(plane));
        for row in rows.take(picture.plane_height(plane) as usize) {
            sum.write_slice(&row[..width]);
        }
    }
    format!("0x{:08x}", sum.checksum())
}

/// The patches of the libraries (`layers/ffmpeg/patches`) only change the speed.
#[test]
fn every_sample_decodes_as_without_patches() {
    let expected = std::fs::read(framezip_media::path("decoding.json")).unwrap();
    let expected: BTreeMap<String, Vec<String>> = serde_json::from_slice(&expected).unwrap();
    assert!(!expected.is_empty());
    for (name, expected) in expected {
        let file = framezip_media::path(&format!("decoding/{name}"));
        let open = move || File::open(&file);
        let media = Arc::new(MediaSource::new(open, || false, Limits::default()));
        let recording = Arc::new(media.recordings().unwrap().remove(0));
        let mut decoder = Decoder::open(&media, &recording).unwrap();
        let mut found = Vec::new();
        while let Some(picture) = decoder.next().unwrap() {
            found.push(checksum(&picture));
        }
        assert_eq!(found, expected, "{name}");
    }
}
