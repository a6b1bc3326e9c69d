//! The header `Accept-Encoding`: the forms of a body that a client takes (RFC 9110, section 12.5.3).

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use std::convert::Infallible;

/// A form in which a body can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Compressed by Brotli.
    Brotli,
    /// Compressed by gzip.
    Gzip,
    /// As it is.
    Identity,
}

impl Coding {
    /// All forms, the shortest first.
    pub(crate) const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// Returns the name in HTTP.
    pub(crate) fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// The codings that a request names, each with its weight in thousandths. `None` without the header.
pub(crate) struct AcceptEncoding(Option<Vec<(String, u16)>>);

impl AcceptEncoding {
    /// Reads the header, which may be sent in several lines. Entries that are not well-formed are ignored.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT_ENCODING);
        let mut lines = lines.iter().filter_map(|line| line.to_str().ok()).peekable();
        let is_present = lines.peek().is_some();
        Self(is_present.then(|| lines.flat_map(|line| line.split(',')).filter_map(entry).collect()))
    }

    /// Returns the available coding with the greatest weight, of several the shortest. `None` if the client
    /// refuses them all.
    pub(crate) fn choose(&self, available: impl Fn(Coding) -> bool) -> Option<Coding> {
        let codings = Coding::ALL.into_iter().filter(|coding| available(*coding));
        let accepted = codings.filter(|coding| self.weight(*coding) > 0);
        // the last one of several with the greatest weight
        accepted.rev().max_by_key(|coding| self.weight(*coding))
    }

    fn weight(&self, coding: Coding) -> u16 {
        // every client takes a body as it is unless it says otherwise
        let unnamed = if coding == Coding::Identity { 1 } else { 0 };
        let Some(named) = &self.0 else { return unnamed };
        let weight = |name: &str| named.iter().find(|(token, _)| token == name).map(|(_, q)| *q);
        weight(coding.token()).or_else(|| weight("*")).unwrap_or(unnamed)
    }
}

impl<S: Sync> FromRequestParts<S> for AcceptEncoding {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// Reads a coding and its weight, such as `gzip;q=0.5`.
fn entry(text: &str) -> Option<(String, u16)> {
    let (token, parameter) = text.split_once(';').unwrap_or((text, "q=1"));
    let (name, value) = parameter.split_once('=')?;
    let token = token.trim().to_ascii_lowercase();
    let is_valid = !token.is_empty() && name.trim().eq_ignore_ascii_case("q");
    let weight = thousandths(value.trim()).filter(|_| is_valid)?;
    // an old name of the same coding
    Some((if token == "x-gzip" { "gzip".to_owned() } else { token }, weight))
}

/// Reads a weight: 0 to 1 with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    match (whole, format!("{decimals:0<3}").parse().ok()?) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(lines: &[&str], available: &[Coding]) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT_ENCODING, line.parse().unwrap());
        }
        AcceptEncoding::of(&headers).choose(|coding| available.contains(&coding))
    }

    #[test]
    fn the_coding_with_the_greatest_weight_is_chosen() {
        use Coding::{Brotli, Gzip, Identity};
        for (header, coding) in [
            ("gzip, deflate, br, zstd", Some(Brotli)),
            ("gzip, deflate", Some(Gzip)),
            ("GZIP", Some(Gzip)),
            ("x-gzip", Some(Gzip)),
            ("deflate", Some(Identity)),
            ("", Some(Identity)),
            ("*", Some(Brotli)),
            ("br;q=0.5, gzip", Some(Gzip)),
            ("br ; Q=0.5 , gzip; q=0.501", Some(Gzip)),
            ("br;q=0, *", Some(Gzip)),
            ("br;q=0, gzip;q=0.0", Some(Identity)),
            ("br;q=0.5, identity", Some(Identity)),
            ("gzip;q=0.001", Some(Gzip)),
            ("gzip;q=1.000, identity;q=0", Some(Gzip)),
            ("*;q=0", None),
            ("*;q=0, gzip;q=0.1", Some(Gzip)),
            ("identity;q=0", None),
            ("identity;q=0, *;q=0.5", Some(Brotli)),
            ("*;q=0, identity", Some(Identity)),
            // not well-formed
            ("br;q=2, gzip;q=0.5", Some(Gzip)),
            ("br;q=1.5, br;q=0.1234, br;q=x, br;level=1, ;q=1, br;", Some(Identity)),
        ] {
            assert_eq!(chosen(&[header], &Coding::ALL), coding, "{header:?}");
        }
        assert_eq!(chosen(&[], &Coding::ALL), Some(Identity));
        assert_eq!(chosen(&["gzip", "br;q=0.9"], &Coding::ALL), Some(Gzip));
        assert_eq!(chosen(&["br, gzip"], &[Gzip, Identity]), Some(Gzip));
        assert_eq!(chosen(&["br, gzip"], &[Identity]), Some(Identity));
        assert_eq!(chosen(&["br, identity;q=0"], &[Identity]), None);
    }
}
