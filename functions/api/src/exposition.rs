//! The text formats that Prometheus reads, as far as they are needed here: counters and a histogram.

use axum::http::HeaderValue;
use std::fmt::{Display, Write};

/// What a counter's samples end in.
pub(crate) const TOTAL: &str = "_total";

/// How metrics are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// OpenMetrics 1.0: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
    OpenMetrics,
    /// What was before it, and what tools such as promtool read:
    /// <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.
    Plain,
}

impl Format {
    /// What the header `Accept` asks for. Whoever takes both gets the newer one, and so does whoever does
    /// not say.
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

/// A text, metric by metric. No name, label or help of ours has a character that must be escaped.
pub(crate) struct Text {
    format: Format,
    text: String,
    /// The metric that samples are of.
    name: &'static str,
}

impl Text {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, text: String::new(), name: "" }
    }

    /// Begins a counter; its samples end in `_total`. The unit must end its name.
    pub(crate) fn counter(&mut self, name: &'static str, unit: Option<&str>, help: &str) {
        self.begin(name, "counter", unit, help);
    }

    /// Begins a histogram; its samples end in `_bucket`, `_count` and `_sum`.
    pub(crate) fn histogram(&mut self, name: &'static str, unit: &str, help: &str) {
        self.begin(name, "histogram", Some(unit), help);
    }

    /// One number of the metric that was begun last.
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

    /// The whole text.
    pub(crate) fn end(mut self) -> String {
        if self.format == Format::OpenMetrics {
            self.line("# EOF");
        }
        self.text
    }

    fn begin(&mut self, name: &'static str, kind: &str, unit: Option<&str>, help: &str) {
        self.name = name;
        let is_plain = self.format == Format::Plain;
        // there a counter is named as its samples are, and a unit is not told
        let suffix = if is_plain && kind == "counter" { TOTAL } else { "" };
        self.line(format_args!("# TYPE {name}{suffix} {kind}"));
        if let Some(unit) = unit.filter(|_| !is_plain) {
            self.line(format_args!("# UNIT {name} {unit}"));
        }
        self.line(format_args!("# HELP {name}{suffix} {help}"));
    }

    fn line(&mut self, line: impl Display) {
        // a string takes whatever is written to it
        let _ = writeln!(self.text, "{line}");
    }
}

/// Milliseconds as seconds, exactly.
pub(crate) fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: Format) -> String {
        let mut text = Text::new(format);
        text.counter("a_bytes", Some("bytes"), "Bytes.");
        text.sample(TOTAL, None, 5);
        text.histogram("b", "seconds", "Things.");
        text.sample("_sum", Some(("kind", "x")), seconds(12_034));
        text.end()
    }

    #[test]
    fn a_text_is_as_the_format_says() {
        let expected = "# TYPE a_bytes counter\n# UNIT a_bytes bytes\n# HELP a_bytes Bytes.\n\
                        a_bytes_total 5\n# TYPE b histogram\n# UNIT b seconds\n# HELP b Things.\n\
                        b_sum{kind=\"x\"} 12.034\n# EOF\n";
        assert_eq!(text(Format::OpenMetrics), expected);
        let expected = "# TYPE a_bytes_total counter\n# HELP a_bytes_total Bytes.\n\
                        a_bytes_total 5\n# TYPE b histogram\n# HELP b Things.\n\
                        b_sum{kind=\"x\"} 12.034\n";
        assert_eq!(text(Format::Plain), expected);
    }

    #[test]
    fn who_takes_the_newer_format_gets_it() {
        let prometheus =
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2,*/*;q=0.1";
        for (accept, format) in [
            (None, Format::OpenMetrics),
            (Some(prometheus), Format::OpenMetrics),
            (Some("*/*"), Format::OpenMetrics),
            (Some("text/plain;version=0.0.4"), Format::Plain),
        ] {
            let accept = accept.map(HeaderValue::from_static);
            assert_eq!(Format::accepted(accept.as_ref()), format, "{accept:?}");
        }
    }
}
