//! Numbers, times and names as text for a person.

use console::{measure_text_width, truncate_str};
pub use framezip_contract::escaped;
use framezip_contract::{Warning, ZipFacts};
use jiff::{Timestamp, tz::TimeZone};
use std::{path::Path, time::Duration};

/// Formats a length in bytes in powers of a thousand, such as `8.1 MB`.
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

/// Formats a duration in seconds, such as `1 min 05 s`.
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

/// Formats an estimated duration, such as `8 s`, `4 min` or `2 h 05 min`.
pub fn rough_duration(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{} s", seconds.max(1)),
        seconds @ 60..3600 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Shortens a name to `columns` of a terminal: its beginning and its end, as in `holid…020.mp4`.
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

/// Formats a time in the local time zone.
pub fn time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Formats a number of things, such as `1 frame` or `2 frames`.
pub fn count(number: u32, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// Describes a zip, such as `60 frames, 8.1 MB`.
pub fn zip_facts(zip: &ZipFacts) -> String {
    format!("{}, {}", count(zip.frames, "frame"), size(zip.bytes))
}

/// Returns a path as text that is safe to show in a terminal.
pub fn path(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}

/// Returns a path as an argument that a person can copy into a shell, quoted if necessary.
pub fn shell_argument(argument: &Path) -> String {
    let text = path(argument);
    // the command would take a leading dash for an option
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    let is_plain = |c: char| c.is_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Formats a warning in one line.
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
    fn sizes_are_in_powers_of_a_thousand() {
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
    fn durations_are_rounded() {
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
    fn estimated_durations_are_rounded_up() {
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
