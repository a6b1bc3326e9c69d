//! Positions in a video.

use crate::Fraction;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// A position in a video: seconds from its first frame (`5`, `2.5`, `"1001/30000"`), a timecode
/// (`"1:02.5"`, `"00:01:02.5"`) or a share of its length (`"50%"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Seconds from the first frame.
    Seconds(Fraction),
    /// Hundredths of the length, 0 to 100.
    Percent(Fraction),
}

/// The text is not a position in a video.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time such as 5, 2.5, 00:01:02.5 or 50%")]
pub struct InvalidPosition(String);

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let invalid = || InvalidPosition(text.to_owned());
        let number = |text: &str| text.parse::<Fraction>().map_err(|_| invalid());
        if let Some(percent) = text.strip_suffix('%') {
            let percent = number(percent)?;
            let within = percent.numerator() <= u64::from(percent.denominator()) * 100;
            return if within { Ok(Self::Percent(percent)) } else { Err(invalid()) };
        }
        let Some((above, seconds)) = text.rsplit_once(':') else {
            return number(text).map(Self::Seconds);
        };
        let seconds = number(seconds)?;
        let (hours, minutes) = above.split_once(':').unwrap_or(("0", above));
        let whole = |text: &str| {
            let number = number(text)?;
            (number.denominator() == 1).then_some(number.numerator()).ok_or_else(invalid)
        };
        let (hours, minutes) = (whole(hours)?, whole(minutes)?);
        if seconds.as_f64() >= 60.0 || (minutes >= 60 && above.contains(':')) {
            return Err(invalid());
        }
        hours
            .checked_mul(60)
            .and_then(|hours| hours.checked_add(minutes)?.checked_mul(60))
            .and_then(|whole| whole.checked_mul(seconds.denominator().into()))
            .and_then(|whole| {
                Fraction::new(whole.checked_add(seconds.numerator())?, seconds.denominator())
            })
            .map(Self::Seconds)
            .ok_or_else(invalid)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => seconds.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => seconds.serialize(serializer),
            Self::Percent(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PositionVisitor;
        impl de::Visitor<'_> for PositionVisitor {
            type Value = Position;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a time such as 5, 2.5, \"00:01:02.5\" or \"50%\"")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Position, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Position, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Position, E> {
                Fraction::try_from(number).map(Position::Seconds).map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Position, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(PositionVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(numerator: u32, denominator: u32) -> Position {
        Position::Seconds(Fraction::new(numerator.into(), denominator).unwrap())
    }

    #[test]
    fn every_form_is_read() {
        for (json, position) in [
            ("5", seconds(5, 1)),
            ("2.5", seconds(5, 2)),
            ("\"1001/30000\"", seconds(1001, 30000)),
            ("\"1:02.5\"", seconds(125, 2)),
            ("\"00:01:02.5\"", seconds(125, 2)),
            ("\"12:00:00\"", seconds(43_200, 1)),
            ("\"90:00\"", seconds(5400, 1)),
            ("\"50%\"", Position::Percent(Fraction::whole(50))),
        ] {
            let read: Position = serde_json::from_str(json).unwrap();
            assert_eq!(read, position, "{json}");
            let written = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<Position>(&written).unwrap(), position, "{written}");
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["", "-1", "101%", "%", "1:60", "1:60:00", ":5", "1:2:3:4", "1:-5", "noon"] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
        for json in ["-1", "1.1234567", "1e300", "4294967296", "null", "[]", "true"] {
            assert!(serde_json::from_str::<Position>(json).is_err(), "{json}");
        }
    }
}
