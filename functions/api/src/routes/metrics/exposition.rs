//! Counters and histograms in the text formats that Prometheus reads.

use axum::http::HeaderValue;
use std::fmt::{Display, Write};

/// The suffix of a counter's samples.
pub(crate) const TOTAL: &str = "_total";

/// A text format for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpositionFormat {
    /// OpenMetrics 1.0: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
    OpenMetrics,
    /// The older Prometheus text format, which tools such as promtool read:
    /// <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.
    Plain,
}

impl ExpositionFormat {
    /// Chooses the format for the header `Accept`: the newer one, unless only the older is accepted.
    pub(crate) fn accepted(accept: Option<&HeaderValue>) -> Self {
        let accept = accept.and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        if accept.contains("text/plain") && !accept.contains("application/openmetrics-text") {
            Self::Plain
        } else {
            Self::OpenMetrics
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// A text that is written metric by metric. Our names, labels and help texts need no escaping.
pub(crate) struct Exposition {
    format: ExpositionFormat,
    text: String,
    /// The current metric.
    name: &'static str,
}

impl Exposition {
    pub(crate) fn new(format: ExpositionFormat) -> Self {
        Self { format, text: String::new(), name: "" }
    }

    /// Begins a counter, whose samples end in `_total`. Its name must end in the unit.
    pub(crate) fn counter(&mut self, name: &'static str, unit: Option<&str>, help: &str) {
        self.begin(name, "counter", unit, help);
    }

    /// Begins a histogram, whose samples end in `_bucket`, `_count` and `_sum`.
    pub(crate) fn histogram(&mut self, name: &'static str, unit: &str, help: &str) {
        self.begin(name, "histogram", Some(unit), help);
    }

    /// Writes one sample of the current metric.
    pub(crate) fn sample(
        &mut self,
        suffix: &str,
        label: Option<(&str, &str)>,
        value: impl Display,
    ) {
        let label = label.map(|(name, value)| format!("{{{name}=\"{value}\"}}"));
        let name = self.name;
        self.line(format_args!("{name}{suffix}{} {value}", label.unwrap_or_default()));
    }

    /// Ends the text and returns it.
    pub(crate) fn end(mut self) -> String {
        if self.format == ExpositionFormat::OpenMetrics {
            self.line("# EOF");
        }
        self.text
    }

    fn begin(&mut self, name: &'static str, kind: &str, unit: Option<&str>, help: &str) {
        self.name = name;
        let is_plain = self.format == ExpositionFormat::Plain;
        // the older format names a counter like its samples and has no units
        let suffix = if is_plain && kind == "counter" { TOTAL } else { "" };
        self.line(format_args!("# TYPE {name}{suffix} {kind}"));
        if let Some(unit) = unit.filter(|_| !is_plain) {
            self.line(format_args!("# UNIT {name} {unit}"));
        }
        self.line(format_args!("# HELP {name}{suffix} {help}"));
    }

    fn line(&mut self, line: impl Display) {
        // writing to a string cannot fail
        let _ = writeln!(self.text, "{line}");
    }
}

/// Writes milliseconds as seconds, exactly.
pub(crate) fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: ExpositionFormat) -> String {
        let mut text = Exposition::new(format);
        text.counter("a_bytes", Some("bytes"), "Bytes.");
        text.sample(TOTAL, None, 5);
        text.histogram("b", "seconds", "Things.");
        text.sample("_sum", Some(("kind", "x")), seconds(12_034));
        text.end()
    }

    #[test]
    fn each_format_is_written_as_specified() {
        let expected = "# TYPE a_bytes counter\n# UNIT a_bytes bytes\n# HELP a_bytes Bytes.\n\
                        a_bytes_total 5\n# TYPE b histogram\n# UNIT b seconds\n# HELP b Things.\n\
                        b_sum{kind=\"x\"} 12.034\n# EOF\n";
        assert_eq!(text(ExpositionFormat::OpenMetrics), expected);
        let expected = "# TYPE a_bytes_total counter\n# HELP a_bytes_total Bytes.\n\
                        a_bytes_total 5\n# TYPE b histogram\n# HELP b Things.\n\
                        b_sum{kind=\"x\"} 12.034\n";
        assert_eq!(text(ExpositionFormat::Plain), expected);
    }

    #[test]
    fn the_newer_format_is_preferred() {
        let prometheus =
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2,*/*;q=0.1";
        for (accept, format) in [
            (None, ExpositionFormat::OpenMetrics),
            (Some(prometheus), ExpositionFormat::OpenMetrics),
            (Some("*/*"), ExpositionFormat::OpenMetrics),
            (Some("text/plain;version=0.0.4"), ExpositionFormat::Plain),
        ] {
            let accept = accept.map(HeaderValue::from_static);
            assert_eq!(ExpositionFormat::accepted(accept.as_ref()), format, "{accept:?}");
        }
    }
}
