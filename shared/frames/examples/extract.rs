//! Extracts frames from a file to a zip, without AWS, and prints the costs as one line of JSON.
//!
//! ```text
//! cargo run --release --package framezip-frames --example extract -- \
//!     INPUT OUT.zip [--threads N] [--every 1] [--at 5,50%] [--width 640] …
//! ```
//!
//! The options have the names of the API: `--skipBlank true`, `--sheet '{"rows":2}'`.

use framezip_archive::ZipWriter;
use framezip_contract::{Extraction, ExtractionOptions, Limits};
use framezip_frames::SourceVideo;
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

/// A file that counts the bytes that all its readers read.
struct Counted {
    file: File,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = env::args().skip(1);
    let (Some(input), Some(output)) = (words.next(), words.next()) else {
        return Err("usage: extract INPUT OUT.zip [--threads N] [options]".into());
    };
    let mut threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut options = Map::new();
    while let Some(option) = words.next() {
        let name = option.strip_prefix("--").ok_or("an option starts with --")?;
        let value = words.next().ok_or("an option needs a value")?;
        match name {
            "threads" => threads = value.parse()?,
            "at" => drop(options.insert("at".into(), value.split(',').collect())),
            _ => drop(options.insert(name.into(), literal(&value))),
        }
    }
    let options: ExtractionOptions = serde_json::from_value(Value::Object(options))?;
    let extraction = Extraction::try_from(options).map_err(|error| error.to_string())?;

    let started = Instant::now();
    let bytes = Arc::new(AtomicU64::new(0));
    let count = bytes.clone();
    let open = move || Ok(Counted { file: File::open(&input)?, bytes: count.clone() });
    let video = SourceVideo::open(open, || false, &extraction, &Limits::default(), threads)?;
    // drawn on standard error if it is a terminal
    let progress = ProgressBar::new(video.plan().total().into());
    let mut zip = ZipWriter::new(BufWriter::new(File::create(&output)?));
    let report = video.extract(threads, |output| {
        progress.inc(output.frame.is_some().into());
        zip.add(&output.name, &output.bytes)
    })?;
    zip.finish()?.0.flush()?;
    progress.finish_and_clear();
    let facts = json!({
        "frames": report.frames,
        "threads": threads,
        "packetsRead": report.packets_read,
        "packetsDecoded": report.packets_decoded,
        "bytesRead": bytes.load(Ordering::Relaxed),
        "wallSeconds": started.elapsed().as_secs_f64(),
        "cpuSeconds": cpu_seconds()?,
        "peakResidentBytes": peak_resident_bytes()?,
        "warnings": report.warnings,
    });
    println!("{facts}");
    Ok(())
}

/// Parses a value as JSON, such as a number or an object. Anything else is a text.
fn literal(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_else(|_| value.into())
}

/// Returns the CPU time of this process in seconds, from `/proc/self/stat` (proc(5)): fields 14 and 15, in hundredths.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let times: Vec<f64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(times.iter().sum::<f64>() / 100.0)
}

/// Returns the peak memory of this process in bytes, from `/proc/self/status` (proc(5)).
fn peak_resident_bytes() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.split_whitespace().next()).ok_or("no VmHWM")?;
    Ok(kilobytes.parse::<u64>()? * 1024)
}
