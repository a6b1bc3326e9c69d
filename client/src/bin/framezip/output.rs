//! Where zips are saved: what `-o` and `--output-dir` lead to. It is looked at before any byte is moved.
//!
//! Only a regular file is ever replaced, and only if that is asked for. A device or a named pipe is written
//! to. A symbolic link is followed, and stays.

use crate::{exit::WrongPlace, human};
use anyhow::{Context, bail, ensure};
use framezip_client::{ApiClient, Existing, NotSaved};
use framezip_contract::{Download, Video, is_unsafe_to_show};
use std::{
    fs::{self, FileType, Metadata},
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

/// The most bytes of a file's name, on every usual file system.
const LONGEST_NAME: usize = 255;
/// What stands for standard output.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Where the zips of one command go.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// One zip, to standard output.
    Stdout,
    /// One zip, to a device or a named pipe.
    Stream(PathBuf),
    /// One zip, to a regular file.
    File {
        /// Where it is, with every symbolic link resolved.
        path: PathBuf,
        existing: Existing,
    },
    /// Any number of zips, each named after its video.
    Folder { path: PathBuf, existing: Existing },
}

impl Output {
    /// What `-o` leads to.
    pub fn of(path: &Path, existing: Existing) -> anyhow::Result<Self> {
        if STDOUT.iter().any(|name| path == Path::new(name)) {
            let is_terminal = io::stdout().is_terminal();
            ensure!(!is_terminal, wrong("a zip is not written to a terminal: name a file with -o"));
            return Ok(Self::Stdout);
        }
        let shown = human::path(path);
        let Ok(link) = path.symlink_metadata() else {
            let is_folder = path.to_string_lossy().ends_with('/');
            let text = format!("{shown} is a folder's name: name a file, or use --output-dir");
            ensure!(!is_folder, wrong(text));
            check_folder(parent(path))?;
            return Ok(Self::File { path: path.to_owned(), existing });
        };
        let metadata = path.metadata().with_context(|| match link.is_symlink() {
            true => format!("{shown} is a symbolic link to nothing: name a file"),
            false => format!("cannot read {shown}"),
        })?;
        match Kind::of(&metadata) {
            Kind::File => {
                let is_kept = existing == Existing::Keep;
                let text = format!("{shown} exists: replace it with --force, or name another file");
                ensure!(!is_kept, WrongPlace { code: "file_exists", text });
                Ok(Self::File { path: path.canonicalize()?, existing })
            }
            Kind::Stream => Ok(Self::Stream(path.to_owned())),
            Kind::Folder => {
                bail!(wrong(format!("{shown} is a folder: name a file in it, or use --output-dir")))
            }
            Kind::Other => {
                bail!(wrong(format!("{shown} is neither a file nor a pipe: name another one")))
            }
        }
    }

    /// What `--output-dir` leads to. The folder is made if there is none.
    pub fn folder(path: &Path, existing: Existing) -> anyhow::Result<Self> {
        let made = fs::create_dir_all(path);
        made.with_context(|| format!("cannot make the folder {}", human::path(path)))?;
        Ok(Self::Folder { path: path.to_owned(), existing })
    }

    /// Downloads a video's zip to where it goes. Returns what to call that place.
    pub async fn save(
        &self,
        video: &Video,
        download: &Download,
        api: &ApiClient,
        progress: impl FnMut(u64),
    ) -> anyhow::Result<String> {
        match self {
            Self::Stdout => {
                let (stdout, name) = (tokio::io::stdout(), Path::new("standard output"));
                api.download_to(download, stdout, name, progress).await?;
                Ok(name.display().to_string())
            }
            Self::Stream(path) => {
                let cannot_write = || format!("cannot write {}", human::path(path));
                let stream = tokio::fs::OpenOptions::new().write(true).open(path).await;
                let stream = stream.with_context(cannot_write)?;
                api.download_to(download, stream, path, progress).await?;
                Ok(path.display().to_string())
            }
            Self::File { path, existing } => {
                let zip = api.download(download, parent(path), progress).await?;
                zip.save(path, *existing).map_err(framezip_client::Error::from)?;
                Ok(path.display().to_string())
            }
            Self::Folder { path, existing } => {
                let mut zip = api.download(download, path, progress).await?;
                // of two videos of one name, each is saved
                for number in 1.. {
                    let name = path.join(file_name(video, number));
                    match zip.save(&name, if number == 1 { *existing } else { Existing::Keep }) {
                        Ok(()) => return Ok(name.display().to_string()),
                        Err(NotSaved {
                            error: framezip_client::Error::Exists { .. },
                            zip: kept,
                        }) => {
                            zip = kept;
                        }
                        Err(NotSaved { error, .. }) => return Err(error.into()),
                    }
                }
                unreachable!("there is no end of numbers")
            }
        }
    }
}

/// What a path leads to, as far as it matters for writing there.
enum Kind {
    File,
    Folder,
    /// A character device or a named pipe.
    Stream,
    /// A socket, a disk.
    Other,
}

impl Kind {
    fn of(metadata: &Metadata) -> Self {
        if metadata.is_file() {
            Self::File
        } else if metadata.is_dir() {
            Self::Folder
        } else if is_stream(metadata.file_type()) {
            Self::Stream
        } else {
            Self::Other
        }
    }
}

#[cfg(unix)]
fn is_stream(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_char_device() || kind.is_fifo()
}

#[cfg(not(unix))]
fn is_stream(_: FileType) -> bool {
    false
}

/// The folder of a file.
fn parent(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn wrong(text: impl Into<String>) -> WrongPlace {
    WrongPlace { code: "file", text: text.into() }
}

fn check_folder(folder: &Path) -> anyhow::Result<()> {
    ensure!(folder.is_dir(), wrong(format!("there is no folder {}", human::path(folder))));
    Ok(())
}

/// The name of a video's zip, from the second on with a number. The video's name comes from elsewhere:
/// nothing in it may lead out of the folder, hide the file, look like an option or steer a terminal.
pub fn file_name(video: &Video, number: u32) -> String {
    let name = video.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let stem: String = stem.chars().map(|c| if is_unsafe_to_show(c) { '_' } else { c }).collect();
    let stem = stem.trim_start_matches(['.', '-', ' ']).trim_end_matches(['.', ' ']);
    let id = video.id.to_string();
    let stem = if stem.is_empty() { &id } else { stem };
    let end = if number == 1 { ".zip".to_owned() } else { format!(" ({number}).zip") };
    let most = LONGEST_NAME - end.len();
    let cut = (0..=most.min(stem.len())).rev().find(|at| stem.is_char_boundary(*at));
    format!("{}{end}", &stem[..cut.unwrap_or(0)])
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

    #[test]
    fn a_place_that_cannot_be_right_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.zip");
        let of = |path: &Path| Output::of(path, Existing::Keep);
        let kept = Output::File { path: file.clone(), existing: Existing::Keep };
        assert_eq!(of(&file).unwrap(), kept);
        assert!(of(folder.path()).unwrap_err().to_string().contains("--output-dir"));
        assert!(of(&folder.path().join("a/b.zip")).is_err());
        assert!(of(&folder.path().join("a/")).unwrap_err().to_string().contains("--output-dir"));
        fs::write(&file, "").unwrap();
        assert!(of(&file).unwrap_err().to_string().contains("--force"));
        assert!(Output::of(&file, Existing::Replace).is_ok());
        assert!(of(Path::new("b.zip")).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let (file, link) = (folder.join("a.zip"), folder.join("link"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let error = Output::of(&link, Existing::Replace).unwrap_err().to_string();
        assert!(error.contains("a symbolic link to nothing"), "{error}");
        fs::write(&file, "").unwrap();
        let expected = Output::File { path: file, existing: Existing::Replace };
        assert_eq!(Output::of(&link, Existing::Replace).unwrap(), expected);
        let null = Path::new("/dev/null");
        assert_eq!(Output::of(null, Existing::Replace).unwrap(), Output::Stream(null.to_owned()));
    }
}
