//! The text format of OpenMetrics 1.0, as far as it is needed here: counters and a histogram.

use std::fmt::{Display, Write};

/// A text, metric by metric. No name, label or help of ours has a character that must be escaped.
#[derive(Default)]
pub(crate) struct Text {
    text: String,
    /// The metric that samples are of.
    name: &'static str,
}

impl Text {
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
        self.line("# EOF");
        self.text
    }

    fn begin(&mut self, name: &'static str, kind: &str, unit: Option<&str>, help: &str) {
        self.name = name;
        self.line(format_args!("# TYPE {name} {kind}"));
        if let Some(unit) = unit {
            self.line(format_args!("# UNIT {name} {unit}"));
        }
        self.line(format_args!("# HELP {name} {help}"));
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

    #[test]
    fn a_text_is_as_the_format_says() {
        let mut text = Text::default();
        text.counter("a_bytes", Some("bytes"), "Bytes.");
        text.sample("_total", None, 5);
        text.counter("b", None, "Things.");
        text.sample("_total", Some(("kind", "x")), seconds(12_034));
        let expected = "# TYPE a_bytes counter\n# UNIT a_bytes bytes\n# HELP a_bytes Bytes.\n\
                        a_bytes_total 5\n# TYPE b counter\n# HELP b Things.\n\
                        b_total{kind=\"x\"} 12.034\n# EOF\n";
        assert_eq!(text.end(), expected);
    }
}
