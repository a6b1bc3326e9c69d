//! The programs people unpack zips with find every byte: Info-ZIP, Python, libarchive, 7-Zip, Java.
//! `make test` installs them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

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

/// A program, and the Debian package it is in.
struct Reader(&'static str, &'static str);

const UNZIP: Reader = Reader("unzip", "unzip");
const PYTHON: Reader = Reader("python3", "python3");
const BSDTAR: Reader = Reader("bsdtar", "libarchive-tools");
const SEVEN_ZIP: Reader = Reader("7zz", "7zip");
const JAVA: Reader = Reader("java", "default-jdk-headless");

/// Prints what `ListEntries.java` prints.
const LIST_ENTRIES_PY: &str = r#"
import sys, zipfile, zlib
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in sys.argv[2:] or archive.namelist():
        data = archive.read(name)
        print(name, len(data), format(zlib.crc32(data), "08x"))
"#;
const LIST_ENTRIES_JAVA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ListEntries.java");

impl Reader {
    /// What the program prints.
    fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Vec<u8> {
        self.run_with(arguments, Stdio::null())
    }

    /// What the program prints, when it gets a file through a pipe.
    fn run_piped<A: AsRef<OsStr>>(&self, arguments: &[A], file: &Path) -> Vec<u8> {
        let mut cat = Command::new("cat").arg(file).stdout(Stdio::piped()).spawn().unwrap();
        let output = self.run_with(arguments, cat.stdout.take().unwrap().into());
        cat.wait().unwrap();
        output
    }

    fn run_with<A: AsRef<OsStr>>(&self, arguments: &[A], input: Stdio) -> Vec<u8> {
        let Self(program, package) = self;
        let output = Command::new(program)
            .args(arguments)
            // names in UTF-8, whatever the machine speaks
            .env("LC_ALL", "C.UTF-8")
            .stdin(input)
            .output()
            .unwrap_or_else(|error| match error.kind() {
                ErrorKind::NotFound => {
                    panic!("{program} is missing: it is in Debian's package {package}")
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

    /// All data, one file behind the other.
    fn data(&self) -> Vec<u8> {
        self.files.iter().flat_map(|(_, bytes)| bytes).copied().collect()
    }

    /// What the two `ListEntries` print.
    fn listing(&self) -> Vec<String> {
        self.files.iter().map(|(name, bytes)| listed(name, bytes)).collect()
    }

    /// Whether these files, no more and no less, lie in the folder.
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

/// The archive in two parts, one part without files, and two files behind them.
fn joined(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let rest = files.len() - 2;
    let (bytes, entries): (Vec<_>, Vec<_>) = [&files[..2], &[], &files[2..rest]]
        .map(|part| {
            let mut zip = ZipWriter::new(Vec::new());
            add(&mut zip, part);
            zip.detach().unwrap()
        })
        .into_iter()
        .unzip();
    let mut zip = ZipWriter::after(bytes.concat(), entries);
    add(&mut zip, &files[rest..]);
    zip.finish().unwrap().0
}

/// An archive of every kind that a disk holds without ado.
fn archives(folder: &TempDir) -> [Archive; 3] {
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let bytes: Vec<_> = (0..=255).cycle().take(70_000).collect();
    let mut files = vec![
        file("empty first", b""),
        file("frames/000001.jpg", &bytes),
        file("frames/größe 映像.jpg", b"\r\n\x1a\0"),
        file("empty", b""),
    ];
    // what a reader would take for the archive's own records, if it searched for their marks
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
fn info_zip() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        UNZIP.run(&["-tqq", archive.path()]);
        assert!(UNZIP.lines(&["-Z1", archive.path()]) == archive.names(), "{:?}", archive.path);
        assert!(UNZIP.run(&["-p", archive.path()]) == archive.data(), "{:?}", archive.path);
    }
}

#[test]
fn python() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        let listing = PYTHON.lines(&["-c", LIST_ENTRIES_PY, archive.path()]);
        assert!(listing == archive.listing(), "{:?}", archive.path);
    }
}

#[test]
fn libarchive_from_a_pipe() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        let unpacked = TempDir::new().unwrap();
        BSDTAR.run_piped(&["-xf", "-", "-C", unpacked.path().to_str().unwrap()], &archive.path);
        assert!(archive.is_in(unpacked.path()), "{:?}", archive.path);
    }
}

#[test]
fn seven_zip() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        let unpacked = TempDir::new().unwrap();
        SEVEN_ZIP.run(&["t", archive.path()]);
        SEVEN_ZIP.run(&["x", &format!("-o{}", unpacked.path().display()), archive.path()]);
        assert!(archive.is_in(unpacked.path()), "{:?}", archive.path);
    }
}

#[test]
fn java_from_a_pipe_and_by_the_directory() {
    let folder = TempDir::new().unwrap();
    for archive in archives(&folder) {
        let streamed = lines(&JAVA.run_piped(&[LIST_ENTRIES_JAVA], &archive.path));
        assert!(streamed == archive.listing(), "{:?}", archive.path);
        let found = JAVA.lines(&[LIST_ENTRIES_JAVA, archive.path()]);
        assert!(found == archive.listing(), "{:?}", archive.path);
    }
}

/// A file that leaves holes for `zeros`, which take no room on the disk.
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
fn all_beyond_4_gib() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("big.zip");
    let zeros = vec![0; 64 << 20];
    let mut out = Sparse { file: File::create(&path).unwrap(), zeros: zeros.clone() };
    let mut parts = Vec::new();
    for part in 0..2 {
        let mut zip = ZipWriter::new(out);
        for index in 0..33 {
            zip.add(&format!("part {part}/{index}"), &zeros).unwrap();
        }
        zip.add(&format!("part {part}/last"), format!("of part {part}").as_bytes()).unwrap();
        let (rest, entries) = zip.detach().unwrap();
        parts.push(entries);
        out = rest;
    }
    let mut zip = ZipWriter::after(out, parts);
    zip.add("behind", b"behind the parts").unwrap();
    let (_, length) = zip.finish().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), length);
    assert!(length > u64::from(u32::MAX));

    let path = path.to_str().unwrap();
    let files: [(&str, &[u8]); 3] = [
        ("part 0/last", b"of part 0"),
        ("part 1/last", b"of part 1"),
        ("behind", b"behind the parts"),
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
