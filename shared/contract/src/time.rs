//! The form of times in JSON and in records: RFC 3339 in UTC, always with milliseconds.

use jiff::Timestamp;
use serde::Serializer;

/// Formats a time as `2026-11-21T12:00:00.123Z`. Fractions of a millisecond are cut off.
pub fn format_time(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// Serializes a time in this form, for `serialize_with`.
pub(crate) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_time(*time))
}

/// Serializes a time that may be absent in this form, for `serialize_with`.
pub(crate) fn serialize_option<S: Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serialize(time, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_has_three_decimals() {
        for (nanoseconds, text) in [
            (0, "2026-11-21T12:00:00.000Z"),
            (120_000_000, "2026-11-21T12:00:00.120Z"),
            (123_999_999, "2026-11-21T12:00:00.123Z"),
        ] {
            let time: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
            let time = Timestamp::new(time.as_second(), nanoseconds).unwrap();
            assert_eq!(format_time(time), text);
        }
    }
}
