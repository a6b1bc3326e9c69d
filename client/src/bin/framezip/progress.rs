//! The progress of a video: a bar on a terminal, otherwise a line every few seconds, so that a log shows it too.

use crate::{format, terminal::print_error};
use console::{Alignment, Term, measure_text_width, pad_str, truncate_str};
use framezip_contract::{Progress, Status, Video};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use std::{
    fmt,
    mem::{Discriminant, discriminant},
    time::{Duration, Instant},
};

/// The shortest time between two lines about the same phase.
const LINE_INTERVAL: Duration = Duration::from_secs(5);
/// The shortest time from which a rate is calculated.
const MIN_RATE_TIME: Duration = Duration::from_secs(1);
const SPINNER_INTERVAL: Duration = Duration::from_millis(120);
const SPINNER_FRAMES: [char; 4] = ['|', '/', '-', '\\'];
/// The narrowest terminal in which a line has a bar and figures.
const MIN_COLUMNS_FOR_BAR: usize = 80;
/// The narrowest terminal in which a line has the time left.
const MIN_COLUMNS_FOR_TIME_LEFT: usize = 49;
/// The largest number of columns for a video's name and the space after it.
const MAX_NAME_COLUMNS: usize = 16;
const MIN_NAME_COLUMNS: usize = 5;
/// The longest time left that is shown, in seconds. A longer one comes from a rate that will not last.
const MAX_TIME_LEFT: f64 = 100.0 * 3600.0;

/// An amount done out of a total, in bytes or frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub done: u64,
    pub total: u64,
}

impl Amount {
    fn percent(self) -> u64 {
        self.done.saturating_mul(100) / self.total.max(1)
    }
}

/// The current phase of a video's processing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// The client is uploading bytes.
    Sending(Amount),
    /// The server has no progress to report yet.
    Waiting(Status),
    /// The server is extracting frames.
    Extracting(Progress),
    /// The client is downloading bytes.
    Receiving(Amount),
}

impl Phase {
    /// Returns the phase that the server's record states.
    pub fn of(video: &Video) -> Self {
        match (video.status, video.progress) {
            (Status::Processing, Some(progress)) => Self::Extracting(progress),
            (status, _) => Self::Waiting(status),
        }
    }

    /// Returns the amount of bytes or frames; 0 of 0 if the server reports no progress yet.
    fn amount(self) -> Amount {
        match self {
            Self::Sending(bytes) | Self::Receiving(bytes) => bytes,
            Self::Extracting(Progress { done, total }) => {
                Amount { done: done.into(), total: total.into() }
            }
            Self::Waiting(_) => Amount::default(),
        }
    }

    /// Describes the phase for a person.
    pub fn describe(self) -> String {
        let bytes = |verb: &str, bytes: Amount| {
            format!("{verb}, {} % of {}", bytes.percent(), format::size(bytes.total))
        };
        match self {
            Self::Sending(amount) => bytes("sending", amount),
            Self::Waiting(status) => status_text(status).to_owned(),
            Self::Extracting(Progress { done, total }) => {
                format!("extracting, {done} of {}", format::count(total, "frame"))
            }
            Self::Receiving(amount) => bytes("receiving", amount),
        }
    }
}

fn status_text(status: Status) -> &'static str {
    match status {
        Status::AwaitingUpload => "awaiting upload",
        Status::Queued => "queued",
        Status::Processing => "processing",
        Status::Ready => "ready",
        Status::Failed => "failed",
    }
}

/// Shows the progress of one video. A bar is removed when this is dropped.
#[derive(Debug)]
pub struct ProgressDisplay {
    kind: DisplayKind,
    shown: Option<Discriminant<Phase>>,
    phase_start: PhaseStart,
}

/// The start of the phase that is shown.
#[derive(Debug)]
struct PhaseStart {
    time: Instant,
    /// The amount that was done at that time.
    done: u64,
}

impl PhaseStart {
    fn now(done: u64) -> Self {
        Self { time: Instant::now(), done }
    }

    /// Returns the amount done per second; `None` until it is known.
    fn rate(&self, done: u64) -> Option<f64> {
        let (elapsed, gained) = (self.time.elapsed(), done.saturating_sub(self.done));
        (elapsed >= MIN_RATE_TIME && gained > 0).then(|| gained as f64 / elapsed.as_secs_f64())
    }
}

#[derive(Debug)]
enum DisplayKind {
    Silent,
    Lines { name: String, printed_at: Instant },
    Bar { bar: ProgressBar, name: String },
}

impl ProgressDisplay {
    /// Creates a display that shows nothing.
    pub fn silent() -> Self {
        Self::new(DisplayKind::Silent)
    }

    /// Creates a display that prints lines.
    pub fn lines(name: &str) -> Self {
        Self::new(DisplayKind::Lines { name: format::escaped(name), printed_at: Instant::now() })
    }

    /// Creates a display that draws a bar among others.
    pub fn bar(bars: &MultiProgress, name: &str) -> Self {
        let bar = bars.add(ProgressBar::new_spinner());
        bar.enable_steady_tick(SPINNER_INTERVAL);
        Self::new(DisplayKind::Bar { bar, name: name.to_owned() })
    }

    fn new(kind: DisplayKind) -> Self {
        Self { kind, shown: None, phase_start: PhaseStart::now(0) }
    }

    /// Shows a phase.
    pub fn show(&mut self, phase: Phase) {
        let is_new = self.shown.replace(discriminant(&phase)) != Some(discriminant(&phase));
        let amount = phase.amount();
        if is_new {
            self.phase_start = PhaseStart::now(amount.done);
        }
        match &mut self.kind {
            DisplayKind::Silent => (),
            DisplayKind::Lines { name, printed_at } => {
                if is_new || printed_at.elapsed() >= LINE_INTERVAL {
                    *printed_at = Instant::now();
                    print_error(&format!("{name}: {}", phase.describe()));
                }
            }
            DisplayKind::Bar { bar, name } => {
                if is_new {
                    bar.reset_elapsed();
                }
                bar.set_length(amount.total);
                bar.set_position(amount.done);
                let rate = self.phase_start.rate(amount.done);
                bar.set_style(style(ProgressLine { name: name.clone(), phase, rate }));
            }
        }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        if let DisplayKind::Bar { bar, .. } = &self.kind {
            bar.finish_and_clear();
        }
    }
}

/// The line that a bar shows for one phase.
#[derive(Clone, Debug)]
struct ProgressLine {
    /// The video's name, which is shortened if there is not enough room.
    name: String,
    phase: Phase,
    /// The amount done per second, once it is known.
    rate: Option<f64>,
}

impl ProgressLine {
    /// Returns the line, at most `columns` wide; `waited` is the duration of the phase so far.
    fn fit(&self, columns: usize, waited: Duration) -> String {
        let line = match self.phase {
            Phase::Waiting(status) => self.waiting(status_text(status), columns, waited),
            Phase::Sending(_) => self.counting("sending", columns),
            Phase::Extracting(_) => self.counting("extracting", columns),
            Phase::Receiving(_) => self.counting("receiving", columns),
        };
        truncate_str(&line, columns, "").into_owned()
    }

    fn waiting(&self, status: &str, columns: usize, waited: Duration) -> String {
        let frame = waited.as_millis() / SPINNER_INTERVAL.as_millis();
        let spinner = SPINNER_FRAMES[frame as usize % SPINNER_FRAMES.len()];
        let line = format!("{status:10} {spinner}");
        match columns {
            MIN_COLUMNS_FOR_BAR.. => {
                let name = self.name(MAX_NAME_COLUMNS);
                format!("{name}{line} {}", format::rough_duration(waited))
            }
            _ => format!("{}{line}", self.name(columns.saturating_sub(line.chars().count()))),
        }
    }

    fn counting(&self, verb: &str, columns: usize) -> String {
        let amount = self.phase.amount();
        let remaining = amount.total.saturating_sub(amount.done) as f64;
        let seconds = self.rate.map(|rate| remaining / rate);
        let time_left = seconds.filter(|seconds| *seconds < MAX_TIME_LEFT);
        let time_left = time_left.map_or_else(String::new, |seconds| {
            format!(" {} left", format::rough_duration(Duration::from_secs_f64(seconds)))
        });
        let percent = format!("{verb:10} {:>3} %", amount.percent());
        match columns {
            MIN_COLUMNS_FOR_BAR.. => {
                let start = format!("{}{verb:10} ", self.name(MAX_NAME_COLUMNS));
                let end = format!("{}{time_left}", self.figures());
                let bar = columns.saturating_sub(measure_text_width(&start) + end.len() + 3);
                format!("{start}[{}] {end}", filled_bar(bar, amount))
            }
            MIN_COLUMNS_FOR_TIME_LEFT.. => {
                format!("{}{percent}{time_left}", self.name(MAX_NAME_COLUMNS))
            }
            _ => format!("{}{percent}", self.name(columns.saturating_sub(percent.len()))),
        }
    }

    /// Returns the amount and the rate in figures.
    fn figures(&self) -> String {
        if let Phase::Extracting(Progress { done, total }) = self.phase {
            return format!("{done}/{}", format::count(total, "frame"));
        }
        let Amount { done, total } = self.phase.amount();
        let rate = self.rate.map(|rate| format!(" {}/s", format::size(rate as u64)));
        format!("{}/{}{}", format::size(done), format::size(total), rate.unwrap_or_default())
    }

    /// Returns the name and a space, at most `columns` wide; empty if there is no room for a name.
    fn name(&self, columns: usize) -> String {
        let width = columns.saturating_sub(1).min(MAX_NAME_COLUMNS);
        if width < MIN_NAME_COLUMNS {
            return String::new();
        }
        let name = format::shortened(&self.name, width);
        format!("{} ", pad_str(&name, width, Alignment::Left, None))
    }
}

/// Returns the inside of a bar.
fn filled_bar(columns: usize, Amount { done, total }: Amount) -> String {
    let share = done.min(total) as f64 / total.max(1) as f64;
    let full = (columns as f64 * share) as usize;
    let head = if full < columns { ">" } else { "" };
    format!("{:columns$}", "=".repeat(full) + head)
}

/// Returns a style that formats the line for the current width of the terminal each time the bar is drawn.
fn style(line: ProgressLine) -> ProgressStyle {
    let style = ProgressStyle::with_template("{line}").expect("the template is a valid constant");
    style.with_key("line", move |state: &ProgressState, out: &mut dyn fmt::Write| {
        let columns = usize::from(Term::stderr().size().1);
        // a bar that cannot be drawn does not make the command fail
        let _ = out.write_str(&line.fit(columns, state.elapsed()));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHASES: [Phase; 4] = [
        Phase::Sending(Amount { done: 34, total: 100 }),
        Phase::Waiting(Status::Queued),
        Phase::Extracting(Progress { done: 1, total: 1 }),
        Phase::Receiving(Amount { done: 0, total: 0 }),
    ];

    #[test]
    fn phases_are_described_in_words() {
        assert_eq!(
            PHASES.map(Phase::describe),
            [
                "sending, 34 % of 100 B",
                "queued",
                "extracting, 1 of 1 frame",
                "receiving, 0 % of 0 B"
            ]
        );
    }

    #[test]
    fn every_phase_can_be_drawn() {
        let bars = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden());
        let mut display = ProgressDisplay::bar(&bars, "a.mp4");
        for phase in PHASES {
            display.show(phase);
        }
        let DisplayKind::Bar { bar, .. } = &display.kind else { panic!("no bar") };
        assert_eq!((bar.position(), bar.length()), (0, Some(0)));
    }

    fn line(phase: Phase, rate: Option<f64>, columns: usize) -> String {
        let name = "日本語の長い名前の動画ファイルです.mp4".to_owned();
        ProgressLine { name, phase, rate }.fit(columns, Duration::from_secs(3))
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let many = Progress { done: 12_345, total: u32::MAX };
        let phases = Status::ALL.map(Phase::Waiting).into_iter().chain(PHASES).chain([
            Phase::Sending(Amount { done: 1, total: u64::MAX }),
            Phase::Receiving(Amount { done: 999_499_999, total: 5 << 40 }),
            Phase::Extracting(many),
        ]);
        for phase in phases {
            for rate in [None, Some(1e-9), Some(99.4e6), Some(1e12)] {
                for columns in 0..200 {
                    let line = line(phase, rate, columns);
                    assert!(measure_text_width(&line) <= columns, "{columns}: {line}");
                }
            }
        }
    }

    #[test]
    fn a_line_shows_what_there_is_room_for() {
        let phase = Phase::Sending(Amount { done: 25_000_000, total: 100_000_000 });
        let wide = line(phase, Some(5e6), 80);
        let end = "25.0 MB/100 MB 5.0 MB/s 15 s left";
        assert!(wide.contains(".mp4   sending    [") && wide.ends_with(end), "{wide}");
        assert_eq!(measure_text_width(&wide), 80);
        let unknown = line(phase, None, 80);
        assert!(unknown.ends_with("] 25.0 MB/100 MB"), "{unknown}");
        let narrow = line(phase, Some(5e6), 60);
        assert!(narrow.starts_with("日本語…す.mp4 "), "{narrow}");
        assert!(narrow.ends_with(" sending     25 % 15 s left"), "{narrow}");
        let tight = line(phase, Some(5e6), 30);
        assert!(tight.contains(".mp4") && tight.ends_with(" sending     25 %"), "{tight}");
        assert_eq!(line(phase, Some(5e6), 17), "sending     25 %");
        // the time left would be years
        assert!(line(phase, Some(0.5), 80).ends_with("0 B/s"));
    }

    #[test]
    fn a_bar_is_filled_from_the_left() {
        for (done, total, bar) in [(0, 4, ">   "), (1, 4, "=>  "), (4, 4, "===="), (0, 0, ">   ")] {
            assert_eq!(filled_bar(4, Amount { done, total }), bar);
        }
        assert_eq!(filled_bar(0, Amount { done: 1, total: 2 }), "");
    }
}
