//! Reads archives with the programs that people use: Info-ZIP, Python, libarchive, 7-Zip and Java.
//! `make test` installs them.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue has failed")]

use framezip_archive::ZipWriter;
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs::{self, File},
    io::{self, ErrorKind, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A program that reads zips.
struct Reader {
    program: &'static str,
    /// The Debian package that contains the program.
    package: &'static str,
}

const UNZIP: Reader = Reader { program: "unzip", package: "unzip" };
const PYTHON: Reader = Reader { program: "python3", package: "python3" };
const BSDTAR: Reader = Reader { program: "bsdtar", package: "libarchive-tools" };
const SEVEN_ZIP: Reader = Reader { program: "7zz", package: "7zip" };
const JAVA: Reader = Reader { program: "java", package: "default-jdk-headless" };

/// A Python program with the output of `ListEntries.java`.
const LIST_ENTRIES_PY: &str = r#"
import sys, zipfile, zlib
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in sys.argv[2:] or archive.namelist():
        data = archive.read(name)
        print(name, len(data), format(zlib.crc32(data), "08x"))
"#;
const LIST_ENTRIES_JAVA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ListEntries.java");

impl Reader {
    /// Returns the program's output.
    fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Vec<u8> {
        self.run_with(arguments, Stdio::null())
    }

    /// Returns the program's output for a file that it reads from a pipe.
    fn run_piped<A: AsRef<OsStr>>(&self, arguments: &[A], file: &Path) -> Vec<u8> {
        let mut cat = Command::new("cat").arg(file).stdout(Stdio::piped()).spawn().unwrap();
        let output = self.run_with(arguments, cat.stdout.take().unwrap().into());
        cat.wait().unwrap();
        output
    }

    fn run_with<A: AsRef<OsStr>>(&self, arguments: &[A], input: Stdio) -> Vec<u8> {
        let Self { program, package } = self;
        let output = Command::new(program)
            .args(arguments)
            // names in UTF-8 with any locale of the machine
            .env("LC_ALL", "C.UTF-8")
            .stdin(input)
            .output()
            .unwrap_or_else(|error| match error.kind() {
                ErrorKind::NotFound => {
                    panic!("{program} is missing: install the Debian package {package}")
                }
                _ => panic!("{program}: {error}"),
            });
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} ({package}): {}\n{errors}", output.status);
        output.stdout
    }

    fn lines<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Vec<String> {
        lines(&self.run(arguments))
    }
}

fn lines(output: &[u8]) -> Vec<String> {
    std::str::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
}

type Files = Vec<(String, Vec<u8>)>;

struct Archive {
    path: PathBuf,
    files: Files,
}

impl Archive {
    fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn names(&self) -> Vec<String> {
        self.files.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Returns the data of all files, in order.
    fn data(&self) -> Vec<u8> {
        self.files.iter().flat_map(|(_, bytes)| bytes).copied().collect()
    }

    /// Returns the expected output of both `ListEntries` programs.
    fn listing(&self) -> Vec<String> {
        self.files.iter().map(|(name, bytes)| listed(name, bytes)).collect()
    }

    /// Returns whether the folder contains exactly these files.
    fn is_in(&self, folder: &Path) -> bool {
        let mut found = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(inner) = folders.pop() {
            for item in fs::read_dir(inner).unwrap() {
                let path = item.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                    found.insert(name, fs::read(path).unwrap());
                }
            }
        }
        found == self.files.iter().cloned().collect()
    }
}

fn listed(name: &str, bytes: &[u8]) -> String {
    format!("{name} {} {:08x}", bytes.len(), crc32fast::hash(bytes))
}

fn add(zip: &mut ZipWriter<impl Write>, files: &[(String, Vec<u8>)]) {
    for (name, bytes) in files {
        zip.add(name, bytes).unwrap();
    }
}

fn written(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Vec::new());
    add(&mut zip, files);
    zip.finish().unwrap().0
}

/// Writes an archive of three segments, one of them without files, and two files after them.
fn joined(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let rest = files.len() - 2;
    let (bytes, entries): (Vec<_>, Vec<_>) = [&files[..2], &[], &files[2..rest]]
        .map(|segment| {
            let mut zip = ZipWriter::new(Vec::new());
            add(&mut zip, segment);
            zip.detach().unwrap()
        })
        .into_iter()
        .unzip();
    let mut zip = ZipWriter::after(bytes.concat(), entries);
    add(&mut zip, &files[rest..]);
    zip.finish().unwrap().0
}

/// Writes an archive of every kind that needs little disk space.
fn archives(folder: &TempDir) -> [Archive; 3] {
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let bytes: Vec<_> = (0..=255).cycle().take(70_000).collect();
    let mut files = vec![
        file("empty first", b""),
        file("frames/000001.jpg", &bytes),
        file("frames/größe 映像.jpg", b"\r\n\x1a\0"),
        file("empty", b""),
    ];
    // an inner archive: a reader that searches for marks would take its records for those of the archive
    files.push(file("frames/inside.zip", &written(&files)));
    files.push(file("empty last", b""));
    let many: Files = (0..70_000_u32)
        .map(|n| (format!("{n:06}"), n.to_string().into_bytes()))
        .map(|(name, bytes)| if name.ends_with('0') { (name, vec![]) } else { (name, bytes) })
        .collect();

    let kinds = [
        ("written", written(&files), files.clone()),
        ("joined", joined(&files), files),
        ("many", written(&many), many),
    ];
    kinds.map(|(name, bytes, files)| {
        let path = folder.path().join(name).with_extension("zip");
        fs::write(&path, bytes).unwrap();
        Archive { path, files }
    })
}

#[test]
fn info_zip_reads_every_file() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        UNZIP.run(&["-tqq", archive.path()]);
        assert!(UNZIP.lines(&["-Z1", archive.path()]) == archive.names(), "{:?}", archive.path);
        assert!(UNZIP.run(&["-p", archive.path()]) == archive.data(), "{:?}", archive.path);
    }
}

#[test]
fn python_reads_every_file() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        let listing = PYTHON.lines(&["-c", LIST_ENTRIES_PY, archive.path()]);
        assert!(listing == archive.listing(), "{:?}", archive.path);
    }
}

#[test]
fn libarchive_reads_every_file_from_a_pipe() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        let unpacked = TempDir::new().unwrap();
        BSDTAR.run_piped(&["-xf", "-", "-C", unpacked.path().to_str().unwrap()], &archive.path);
        assert!(archive.is_in(unpacked.path()), "{:?}", archive.path);
    }
}

#[test]
fn seven_zip_reads_every_file() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        let unpacked = TempDir::new().unwrap();
        SEVEN_ZIP.run(&["t", archive.path()]);
        SEVEN_ZIP.run(&["x", &format!("-o{}", unpacked.path().display()), archive.path()]);
        assert!(archive.is_in(unpacked.path()), "{:?}", archive.path);
    }
}

#[test]
fn java_reads_every_file_from_a_pipe_and_by_the_directory() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        let streamed = lines(&JAVA.run_piped(&[LIST_ENTRIES_JAVA], &archive.path));
        assert!(streamed == archive.listing(), "{:?}", archive.path);
        let found = JAVA.lines(&[LIST_ENTRIES_JAVA, archive.path()]);
        assert!(found == archive.listing(), "{:?}", archive.path);
    }
}

/// A file that skips writes of `zeros`, so that they use no disk space.
struct Sparse {
    file: File,
    zeros: Vec<u8>,
}

impl Write for Sparse {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes == self.zeros {
            self.file.seek(SeekFrom::Current(bytes.len() as i64))?;
            Ok(bytes.len())
        } else {
            self.file.write(bytes)
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[test]
fn every_program_reads_files_beyond_4_gib() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("big.zip");
    let zeros = vec![0; 64 << 20];
    let mut out = Sparse { file: File::create(&path).unwrap(), zeros: zeros.clone() };
    let mut segments = Vec::new();
    for segment in 0..2 {
        let mut zip = ZipWriter::new(out);
        for index in 0..33 {
            zip.add(&format!("segment {segment}/{index}"), &zeros).unwrap();
        }
        zip.add(&format!("segment {segment}/last"), format!("of segment {segment}").as_bytes())
            .unwrap();
        let (rest, entries) = zip.detach().unwrap();
        segments.push(entries);
        out = rest;
    }
    let mut zip = ZipWriter::after(out, segments);
    zip.add("after", b"after the segments").unwrap();
    let (_, length) = zip.finish().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), length);
    assert!(length > u64::from(u32::MAX));

    let path = path.to_str().unwrap();
    let files: [(&str, &[u8]); 3] = [
        ("segment 0/last", b"of segment 0"),
        ("segment 1/last", b"of segment 1"),
        ("after", b"after the segments"),
    ];
    let names = files.map(|(name, _)| name);
    let listing = files.map(|(name, bytes)| listed(name, bytes));
    assert_eq!(UNZIP.lines(&["-Z1", path]).len(), 69);
    for (name, bytes) in files {
        assert_eq!(UNZIP.run(&["-p", path, name]), bytes);
        assert_eq!(BSDTAR.run(&["-xOf", path, name]), bytes);
        assert_eq!(SEVEN_ZIP.run(&["x", "-so", path, name]), bytes);
    }
    assert_eq!(PYTHON.lines(&[&["-c", LIST_ENTRIES_PY, path], &names[..]].concat()), listing);
    assert_eq!(JAVA.lines(&[&[LIST_ENTRIES_JAVA, path], &names[..]].concat()), listing);
}
