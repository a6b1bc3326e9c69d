//! The file name of a video's zip.

use framezip_contract::{Video, is_unsafe_to_show};
use std::path::Path;

/// The longest file name of all common file systems, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// Returns the name of a video's zip, with the number if it is above 1. The video's name is not trusted:
/// nothing in it may lead out of the folder, hide the file, look like an option or control a terminal.
pub fn file_name(video: &Video, number: u32) -> String {
    let name = video.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let stem: String = stem.chars().map(|c| if is_unsafe_to_show(c) { '_' } else { c }).collect();
    let stem = stem.trim_start_matches(['.', '-', ' ']).trim_end_matches(['.', ' ']);
    let id = video.id.to_string();
    let stem = if stem.is_empty() { &id } else { stem };
    let end = if number == 1 { ".zip".to_owned() } else { format!(" ({number}).zip") };
    let max = stem.len().min(MAX_NAME_BYTES - end.len());
    format!("{}{end}", &stem[..stem.floor_char_boundary(max)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use framezip_contract::Status;

    fn video(file_name: &str) -> Video {
        Video { file_name: file_name.to_owned(), ..samples::video(Status::Ready) }
    }

    #[test]
    fn the_zip_is_named_after_the_video() {
        for (name, zip) in [
            ("clip.mp4", "clip.zip"),
            ("a.b.mkv", "a.b.zip"),
            ("clip", "clip.zip"),
            ("../../etc/x.mp4", "x.zip"),
            ("c:\\videos\\x.mp4", "x.zip"),
            ("a\u{1b}[2J\u{202e}4pm.mp4", "a_[2J_4pm.zip"),
            ("-rf.mp4", "rf.zip"),
            (".hidden.mp4", "hidden.zip"),
            ("café.mov", "café.zip"),
        ] {
            assert_eq!(file_name(&video(name), 1), zip);
        }
        for name in ["", "..", "/", ".", "---.mp4", "a/.."] {
            let video = video(name);
            assert_eq!(file_name(&video, 1), format!("{}.zip", video.id), "{name}");
        }
        assert_eq!(file_name(&video("clip.mp4"), 2), "clip (2).zip");
    }

    #[test]
    fn long_names_are_shortened_between_characters() {
        for name in ["x".repeat(251) + ".mp4", "é".repeat(200) + ".mp4", "語".repeat(90) + ".mp4"]
        {
            for number in [1, 12] {
                let zip = file_name(&video(&name), number);
                assert!(zip.len() <= 255 && zip.len() > 250 && zip.ends_with(".zip"), "{zip}");
            }
        }
    }
}
