//! Exact fractions, because 29.97 frames a second must not drift.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// A number of 0 or more, as a reduced fraction. In JSON it is a number (`0.5`) with at most six decimal
/// places, or a fraction in a string (`"1001/30000"`). It is written as a number if that is exact, and as
/// a fraction otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    numerator: u64,
    denominator: u32,
}

/// The text is not such a number.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a number such as 2, 0.5 or 1001/30000")]
pub struct InvalidFraction(String);

/// The most decimal places of a number.
const PLACES: usize = 6;

/// The largest numerator: that of the largest whole number with all decimal places. Its product with two
/// denominators fits into 128 bits.
const LARGEST: u64 = 1 << 53;

impl Fraction {
    /// Returns a whole number.
    pub const fn whole(number: u32) -> Self {
        Self { numerator: number as u64, denominator: 1 }
    }

    /// Returns `numerator / denominator`, or `None` if the denominator is 0, the value exceeds every 32-bit
    /// number, or the fraction is finer than the type can hold.
    pub fn new(numerator: u64, denominator: u32) -> Option<Self> {
        let divisor = gcd(numerator, denominator.into());
        let numerator = numerator / divisor;
        let denominator = u32::try_from(u64::from(denominator) / divisor).ok()?;
        let is_small = numerator <= u64::from(u32::MAX).saturating_mul(denominator.into());
        (denominator != 0 && numerator <= LARGEST && is_small)
            .then_some(Self { numerator, denominator })
    }

    /// Returns one divided by the fraction, or `None` for 0 and for a result that the type cannot hold.
    pub fn inverse(self) -> Option<Self> {
        Self::new(self.denominator.into(), u32::try_from(self.numerator).ok()?)
    }

    /// Returns the numerator of the reduced fraction.
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// Returns the denominator of the reduced fraction, which is never 0.
    pub fn denominator(self) -> u32 {
        self.denominator
    }

    /// Returns the nearest floating-point number.
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / f64::from(self.denominator)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

impl FromStr for Fraction {
    type Err = InvalidFraction;

    fn from_str(text: &str) -> Result<Self, InvalidFraction> {
        let invalid = || InvalidFraction(text.to_owned());
        // Rust's own parser accepts a sign
        let digits = |part: &str| {
            let plain = part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u64>().ok().filter(|_| plain).ok_or_else(invalid)
        };
        if let Some((numerator, denominator)) = text.split_once('/') {
            let denominator = u32::try_from(digits(denominator)?).map_err(|_| invalid())?;
            return Self::new(digits(numerator)?, denominator).ok_or_else(invalid);
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        if decimals.len() > PLACES || text.ends_with('.') {
            return Err(invalid());
        }
        let denominator = 10u32.pow(decimals.len() as u32);
        let decimals = if decimals.is_empty() { 0 } else { digits(decimals)? };
        let numerator = digits(whole)?
            .checked_mul(denominator.into())
            .and_then(|n| n.checked_add(decimals))
            .ok_or_else(invalid)?;
        Self::new(numerator, denominator).ok_or_else(invalid)
    }
}

impl TryFrom<f64> for Fraction {
    type Error = InvalidFraction;

    /// Converts the number by its shortest decimal form, which must have at most six decimal places.
    fn try_from(number: f64) -> Result<Self, InvalidFraction> {
        // no minus before a zero
        (number + 0.0).to_string().parse()
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.as_f64().to_string();
        if number.parse() == Ok(*self) {
            f.write_str(&number)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.to_string();
        if text.contains('/') {
            serializer.serialize_str(&text)
        } else if self.denominator == 1 {
            serializer.serialize_u64(self.numerator)
        } else {
            serializer.serialize_f64(self.as_f64())
        }
    }
}

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FractionVisitor;
        impl de::Visitor<'_> for FractionVisitor {
            type Value = Fraction;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a number such as 2, 0.5 or \"1001/30000\"")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Fraction, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Fraction, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Fraction, E> {
                Fraction::try_from(number).map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Fraction, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(FractionVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_fractions_are_exact() {
        for (text, numerator, denominator) in [
            ("2", 2, 1),
            ("0.1", 1, 10),
            ("1001/30000", 1001, 30000),
            ("2.50", 5, 2),
            ("4/2", 2, 1),
        ] {
            let fraction: Fraction = text.parse().unwrap();
            assert_eq!((fraction.numerator(), fraction.denominator()), (numerator, denominator));
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "-1", "1/0", "NaN", "inf", "1e3", "0.1234567", "+5", "1.+5", "1.", "99999999999"]
        {
            assert!(text.parse::<Fraction>().is_err(), "{text}");
        }
        for text in ["4294967296", "4294967295.1", "4294967296/1", "1/4294967296", "/2", "2/"] {
            assert!(text.parse::<Fraction>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_has_at_most_six_decimals() {
        for (json, text) in [
            ("0.1", "0.1"),
            ("-0.0", "0"),
            ("86399.123456", "86399.123456"),
            ("4294967294.123457", "4294967294.123457"),
            ("4294967295.0", "4294967295"),
            ("2.5e-1", "0.25"),
        ] {
            let read: Fraction = serde_json::from_str(json).unwrap();
            assert_eq!(read, text.parse().unwrap(), "{json}");
        }
        for json in [
            "-0.0000001",
            "-1.5",
            "1e300",
            "4294967296",
            "0.30000000000000004",
            "\"0.30000000000000004\"",
            "0.1234567",
            "1e-7",
            "86399.1234567",
            "null",
            "true",
            "[1]",
        ] {
            assert!(serde_json::from_str::<Fraction>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn one_is_divided_by_a_fraction() {
        let fraction = Fraction::new(30_000, 1001).unwrap();
        assert_eq!(fraction.inverse(), Fraction::new(1001, 30_000));
        assert_eq!(Fraction::whole(0).inverse(), None);
    }

    #[test]
    fn json_reads_back_as_written() {
        for (json, text) in [
            ("2", "2"),
            ("0.1", "0.1"),
            ("\"1/3\"", "1/3"),
            ("86399.123456", "86399.123456"),
            ("4294967294.123457", "4294967294.123457"),
        ] {
            let fraction: Fraction = text.parse().unwrap();
            assert_eq!(serde_json::to_string(&fraction).unwrap(), json);
            assert_eq!(serde_json::from_str::<Fraction>(json).unwrap(), fraction);
        }
    }
}
