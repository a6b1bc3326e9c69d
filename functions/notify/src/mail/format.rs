//! Numbers, sizes, times and dates as readers of each language write them, in the same forms as on the page.

use framezip_contract::Locale;
use jiff::{Timestamp, tz::TimeZone};

/// Units are decimal, as drives, phones and networks state them.
const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const MESES: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];

/// Returns `12,345` or `12.345`.
pub(super) fn number(value: u64, locale: Locale) -> String {
    let separator = match locale {
        Locale::En => ',',
        Locale::PtBr => '.',
    };
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns `60 frames` or `60 quadros`.
pub(super) fn frames(count: u32, locale: Locale) -> String {
    let word = match (locale, count) {
        (Locale::En, 1) => "frame",
        (Locale::En, _) => "frames",
        (Locale::PtBr, 0 | 1) => "quadro",
        (Locale::PtBr, _) => "quadros",
    };
    format!("{} {word}", number(count.into(), locale))
}

/// Returns `3 warnings` or `3 avisos`.
pub(super) fn warnings(count: usize, locale: Locale) -> String {
    let word = match (locale, count) {
        (Locale::En, 1) => "warning",
        (Locale::En, _) => "warnings",
        (Locale::PtBr, 0 | 1) => "aviso",
        (Locale::PtBr, _) => "avisos",
    };
    format!("{count} {word}")
}

/// Returns `1.4 MB` or `1,4 MB`.
pub(super) fn bytes(bytes: u64, locale: Locale) -> String {
    if bytes < 1000 {
        return format!("{bytes} {}", if bytes == 1 { "byte" } else { "bytes" });
    }
    let mut units = UNITS.into_iter();
    let mut unit = "";
    let mut value = bytes as f64;
    // 999.5 would be rounded to 1000
    while value >= 999.5 {
        let Some(next) = units.next() else { break };
        (unit, value) = (next, value / 1000.0);
    }
    let decimal = if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") };
    let short = decimal.strip_suffix(".0").unwrap_or(&decimal);
    let number = match locale {
        Locale::En => short.to_owned(),
        Locale::PtBr => short.replace('.', ","),
    };
    format!("{number} {unit}")
}

/// Returns a duration in seconds as `1:02:03` or `2:03`.
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours == 0 {
        return format!("{minutes}:{rest:02}");
    }
    format!("{hours}:{minutes:02}:{rest:02}")
}

/// Returns a position in seconds as `00:01:02.500`.
pub(super) fn position(seconds: f64) -> String {
    let millis = (seconds.max(0.0) * 1000.0).round() as u64;
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", millis / 1000 % 60, millis % 1000)
}

/// Returns the day of a time in UTC as `January 20, 2027` or `20 de janeiro de 2027`.
pub(super) fn date(time: Timestamp, locale: Locale) -> String {
    let date = time.to_zoned(TimeZone::UTC).date();
    let (day, year) = (date.day(), date.year());
    let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
    match locale {
        Locale::En => format!("{} {day}, {year}", MONTHS[month]),
        Locale::PtBr if day == 1 => format!("1º de {} de {year}", MESES[month]),
        Locale::PtBr => format!("{day} de {} de {year}", MESES[month]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framezip_contract::Locale::{En, PtBr};

    #[test]
    fn sizes_are_decimal_and_rounded() {
        for (size, en, pt) in [
            (1, "1 byte", "1 byte"),
            (999, "999 bytes", "999 bytes"),
            (1000, "1 kB", "1 kB"),
            (999_400, "999 kB", "999 kB"),
            (999_600, "1 MB", "1 MB"),
            (1_449_000, "1.4 MB", "1,4 MB"),
            (99_960_000, "100 MB", "100 MB"),
            (999_960_000, "1 GB", "1 GB"),
            (12_300_000_000, "12.3 GB", "12,3 GB"),
        ] {
            assert_eq!((&*bytes(size, En), &*bytes(size, PtBr)), (en, pt), "{size}");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(value, En), text);
            assert_eq!(number(value, PtBr), text.replace(',', "."));
        }
        assert_eq!([frames(1, En), frames(2000, PtBr)], ["1 frame", "2.000 quadros"]);
        assert_eq!([warnings(1, PtBr), warnings(2, En)], ["1 aviso", "2 warnings"]);
    }

    #[test]
    fn times_have_the_forms_of_the_page() {
        let lengths = [0.4, 62.5, 3599.6, 3723.0, -1.0, f64::NAN].map(duration);
        assert_eq!(lengths, ["0:00", "1:03", "1:00:00", "1:02:03", "0:00", "0:00"]);
        assert_eq!([62.5, 3723.001].map(position), ["00:01:02.500", "01:02:03.001"]);
    }

    #[test]
    fn dates_are_in_words() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(date(time("2027-01-20T23:59:59Z"), En), "January 20, 2027");
        assert_eq!(date(time("2027-01-20T23:59:59Z"), PtBr), "20 de janeiro de 2027");
        assert_eq!(date(time("2027-12-01T00:00:00Z"), PtBr), "1º de dezembro de 2027");
    }
}
