//! Numbers and names as a person reads them.

use console::{measure_text_width, truncate_str};
pub use framezip_contract::escaped;
use framezip_contract::{Warning, ZipFacts};
use jiff::{Timestamp, tz::TimeZone};
use std::{path::Path, time::Duration};

/// A length in bytes, such as `8.1 MB`, in powers of a thousand.
pub fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64;
    let mut unit = "";
    for next in ["kB", "MB", "GB", "TB"] {
        if !unit.is_empty() && value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if value < 99.95 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// A span of time in seconds, such as `1 min 05 s`.
pub fn duration(seconds: f64) -> String {
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours == 0 {
        format!("{minutes} min {seconds:02} s")
    } else {
        format!("{hours} h {minutes:02} min")
    }
}

/// How long something will take, about: `8 s`, `4 min`, `2 h 05 min`.
pub fn rough_duration(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{} s", seconds.max(1)),
        seconds @ 60..3600 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A name that fits `columns` of a terminal: its beginning and its end, as in `holid…020.mp4`.
pub fn shortened(name: &str, columns: usize) -> String {
    let name = escaped(name);
    if measure_text_width(&name) <= columns {
        return name;
    }
    let (head, tail) = ((columns - 1) / 2, columns - 1 - (columns - 1) / 2);
    let start = truncate_str(&name, head, "");
    let ends = name.char_indices().map(|(at, _)| &name[at..]);
    let end = ends.into_iter().find(|end| measure_text_width(end) <= tail).unwrap_or_default();
    format!("{start}…{end}")
}

/// A point in time, where the reader is.
pub fn time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// So many of something.
pub fn count(number: u32, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// What a zip holds, such as `60 frames, 8.1 MB`.
pub fn zip_facts(zip: &ZipFacts) -> String {
    format!("{}, {}", count(zip.frames, "frame"), size(zip.bytes))
}

/// A path, as far as it can be shown.
pub fn path(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}

/// A path as an argument of a command that a person copies into a shell, quoted where a shell needs that.
pub fn shell_argument(argument: &Path) -> String {
    let text = path(argument);
    // else it would be taken for an option
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    let is_plain = |c: char| c.is_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A warning in one line.
pub fn warning(warning: &Warning) -> String {
    let message = escaped(&warning.message);
    match warning.time {
        Some(time) => format!("warning: at {time:.3} s: {message}"),
        None => format!("warning: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (8_100_000, "8.1 MB"),
            (99_949_999, "99.9 MB"),
            (99_950_000, "100 MB"),
            (999_499_999, "999 MB"),
            (999_500_000, "1.0 GB"),
            (5 << 40, "5.5 TB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn durations() {
        for (seconds, text) in [
            (0.0, "0.0 s"),
            (59.94, "59.9 s"),
            (59.96, "1 min 00 s"),
            (65.4, "1 min 05 s"),
            (3599.6, "1 h 00 min"),
            (7500.0, "2 h 05 min"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn rough_times() {
        for (seconds, text) in
            [(0, "1 s"), (59, "59 s"), (60, "1 min"), (61, "2 min"), (7500, "2 h 05 min")]
        {
            assert_eq!(rough_duration(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        for (path, argument) in [
            ("clips/été-1.mp4", "clips/été-1.mp4"),
            ("my clip.mp4", "'my clip.mp4'"),
            ("it's.mp4", r"'it'\''s.mp4'"),
            ("$(id).mp4", "'$(id).mp4'"),
            ("-o.mp4", "./-o.mp4"),
            ("~/a.mp4", "'~/a.mp4'"),
        ] {
            assert_eq!(super::shell_argument(Path::new(path)), argument);
        }
    }

    #[test]
    fn names_are_shortened_in_the_middle() {
        assert_eq!(shortened("clip.mp4", 16), "clip.mp4");
        assert_eq!(shortened("holiday-in-norway-2020.mp4", 16), "holiday…2020.mp4");
        let wide = shortened("日本語の長い名前の動画.mp4", 16);
        assert!(measure_text_width(&wide) <= 16 && wide.ends_with(".mp4"), "{wide}");
    }
}
