//! Helpers of the tests with real files.

#![allow(dead_code, reason = "every test file uses some of it")]

use framezip_contract::{Extraction, ExtractionOptions, Limits, Warning};
use framezip_frames::{ExtractionReport, Frame, FramesError, OutputFile, SourceVideo};
use framezip_media::path;
use std::{
    fs::File,
    io::{self, Cursor, Read, Seek, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// A frame and its image.
#[derive(Debug, PartialEq)]
pub struct Shot {
    pub frame: Frame,
    pub image: Vec<u8>,
}

/// A decoded image.
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    pub bytes: Vec<u8>,
}

impl Pixels {
    pub fn at(&self, x: f64, y: f64) -> &[u8] {
        let (x, y) = ((x * self.width as f64) as usize, (y * self.height as f64) as usize);
        &self.bytes[(y * self.width + x) * self.channels..][..self.channels]
    }
}

pub fn options(json: &str) -> Extraction {
    let options: ExtractionOptions = serde_json::from_str(json).unwrap();
    options.try_into().unwrap()
}

pub fn open(
    name: &str,
    extraction: &Extraction,
    limits: &Limits,
) -> Result<SourceVideo, FramesError> {
    let path = path(name);
    SourceVideo::open(move || File::open(&path), || false, extraction, limits, 2)
}

pub fn extract_with(
    name: &str,
    json: &str,
    threads: usize,
) -> Result<(Vec<OutputFile>, ExtractionReport), FramesError> {
    all(open(name, &options(json), &Limits::default())?, threads)
}

/// Opens a file in memory.
pub fn open_bytes(bytes: Vec<u8>, json: &str) -> Result<SourceVideo, FramesError> {
    let open = move || Ok(Cursor::new(bytes.clone()));
    SourceVideo::open(open, || false, &options(json), &Limits::default(), 2)
}

/// Returns the bytes of a file with zeros in a range, given in hundredths of its length.
pub fn broken(name: &str, from: usize, to: usize) -> Vec<u8> {
    let mut bytes = std::fs::read(path(name)).unwrap();
    let length = bytes.len();
    bytes[length * from / 100..length * to / 100].fill(0);
    bytes
}

pub fn all(
    video: SourceVideo,
    threads: usize,
) -> Result<(Vec<OutputFile>, ExtractionReport), FramesError> {
    let mut outputs = Vec::new();
    let report = video.extract(threads, |output| {
        outputs.push(output);
        Ok(())
    })?;
    Ok((outputs, report))
}

pub fn shots(outputs: Vec<OutputFile>) -> Vec<Shot> {
    let shot = |output: OutputFile| Some(Shot { frame: output.frame?, image: output.bytes });
    outputs.into_iter().filter_map(shot).collect()
}

pub fn extract(name: &str, json: &str) -> Result<(Vec<Shot>, Vec<Warning>), FramesError> {
    let (outputs, report) = extract_with(name, json, 2)?;
    Ok((shots(outputs), report.warnings))
}

pub fn read_jpeg(file: &[u8]) -> Pixels {
    let image = turbojpeg::decompress(file, turbojpeg::PixelFormat::RGB).unwrap();
    assert_eq!(image.pitch, image.width * 3);
    Pixels { width: image.width, height: image.height, channels: 3, bytes: image.pixels }
}

pub fn read_png(file: &[u8]) -> Pixels {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let (width, height) = (info.width as usize, info.height as usize);
    Pixels { width, height, channels: info.color_type.samples(), bytes }
}

pub fn read_webp(file: &[u8]) -> Pixels {
    let image = webp::Decoder::new(file).decode().unwrap();
    let channels = if image.is_alpha() { 4 } else { 3 };
    let (width, height) = (image.width() as usize, image.height() as usize);
    Pixels { width, height, channels, bytes: image.to_vec() }
}

/// A file with zeros in its middle. It counts the bytes that are read.
#[derive(Clone)]
pub struct Sparse {
    head: Arc<[u8]>,
    zeros: u64,
    tail: Arc<[u8]>,
    at: u64,
    /// The number of bytes that all clones have read.
    pub read: Arc<AtomicU64>,
}

impl Sparse {
    pub fn new(head: Vec<u8>, zeros: u64, tail: &[u8]) -> Self {
        Self { head: head.into(), zeros, tail: tail.into(), at: 0, read: Arc::default() }
    }

    fn zeros_end(&self) -> u64 {
        self.head.len() as u64 + self.zeros
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (head, zeros_end) = (self.head.len() as u64, self.zeros_end());
        let mut rest: &[u8] = match self.at {
            at if at < head => &self.head[at as usize..],
            at if at < zeros_end => &[0; 4096][..(zeros_end - at).min(4096) as usize],
            at => &self.tail[((at - zeros_end) as usize).min(self.tail.len())..],
        };
        let count = rest.read(buffer)?;
        self.at += count as u64;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.zeros_end() + self.tail.len() as u64;
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
