//! How a video comes along: a bar on a terminal, else now and then a line, so that a log shows it
//! too.

use crate::{console::print_error, format};
use console::{Alignment, Term, measure_text_width, pad_str, truncate_str};
use framezip_contract::{Progress, Status, Video};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use std::{
    fmt,
    mem::{Discriminant, discriminant},
    time::{Duration, Instant},
};

/// Lines of one stage come no faster.
const PACE: Duration = Duration::from_secs(5);
/// A rate is known after this.
const MEASURED: Duration = Duration::from_secs(1);
const SPIN: Duration = Duration::from_millis(120);
const SPINNER: [char; 4] = ['|', '/', '-', '\\'];
/// From this width on, a line has a bar and figures.
const WIDE: usize = 80;
/// From this width on, a line has the time that is left.
const NARROW: usize = 49;
/// The most columns of a video's name and the space after it.
const NAME: usize = 16;
const SHORTEST_NAME: usize = 5;
/// The longest time left that is shown, in seconds: a longer one comes from a rate that does not last.
const LONGEST_LEFT: f64 = 100.0 * 3600.0;

/// Where a video is on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// So many bytes of so many have gone up.
    Sending { done: u64, total: u64 },
    /// The server has nothing to count yet.
    Waiting(Status),
    /// The server has so many frames.
    Extracting(Progress),
    /// So many bytes of so many have come down.
    Receiving { done: u64, total: u64 },
}

impl Phase {
    /// The stage by the server's record.
    pub fn of(video: &Video) -> Self {
        match (video.status, video.progress) {
            (Status::Processing, Some(progress)) => Self::Extracting(progress),
            (status, _) => Self::Waiting(status),
        }
    }

    /// How much is done, of how much; 0 of 0 where the server counts nothing yet.
    fn counts(self) -> (u64, u64) {
        match self {
            Self::Sending { done, total } | Self::Receiving { done, total } => (done, total),
            Self::Extracting(Progress { done, total }) => (done.into(), total.into()),
            Self::Waiting(_) => (0, 0),
        }
    }

    /// The stage as a person says it.
    pub fn describe(self) -> String {
        let part = |done: u64, total: u64| {
            format!("{} % of {}", done.saturating_mul(100) / total.max(1), format::size(total))
        };
        match self {
            Self::Sending { done, total } => format!("sending, {}", part(done, total)),
            Self::Waiting(status) => words(status).to_owned(),
            Self::Extracting(Progress { done, total }) => {
                format!("extracting, {done} of {}", format::count(total, "frame"))
            }
            Self::Receiving { done, total } => format!("receiving, {}", part(done, total)),
        }
    }
}

fn words(status: Status) -> &'static str {
    match status {
        Status::AwaitingUpload => "awaiting upload",
        Status::Queued => "queued",
        Status::Processing => "processing",
        Status::Ready => "ready",
        Status::Failed => "failed",
    }
}

/// The way of one video. Its bar goes when it does.
#[derive(Debug)]
pub struct ProgressDisplay {
    look: Look,
    shown: Option<Discriminant<Phase>>,
    /// When the stage that is shown began, and what was done by then.
    began: Began,
}

#[derive(Debug)]
struct Began {
    at: Instant,
    done: u64,
}

impl Began {
    fn now(done: u64) -> Self {
        Self { at: Instant::now(), done }
    }

    /// How much is done in a second; `None` until that is known.
    fn rate(&self, done: u64) -> Option<f64> {
        let (time, more) = (self.at.elapsed(), done.saturating_sub(self.done));
        (time >= MEASURED && more > 0).then(|| more as f64 / time.as_secs_f64())
    }
}

#[derive(Debug)]
enum Look {
    Silent,
    Lines { name: String, since: Instant },
    Bar { bar: ProgressBar, name: String },
}

impl ProgressDisplay {
    /// Shows nothing.
    pub fn silent() -> Self {
        Self { look: Look::Silent, shown: None, began: Began::now(0) }
    }

    /// Prints lines.
    pub fn lines(name: &str) -> Self {
        let look = Look::Lines { name: format::escaped(name), since: Instant::now() };
        Self { look, shown: None, began: Began::now(0) }
    }

    /// Draws a bar among others.
    pub fn bar(bars: &MultiProgress, name: &str) -> Self {
        let bar = bars.add(ProgressBar::new_spinner());
        bar.enable_steady_tick(SPIN);
        let look = Look::Bar { bar, name: name.to_owned() };
        Self { look, shown: None, began: Began::now(0) }
    }

    /// Shows a stage.
    pub fn show(&mut self, stage: Phase) {
        let new = self.shown.replace(discriminant(&stage)) != Some(discriminant(&stage));
        let (done, total) = stage.counts();
        if new {
            self.began = Began::now(done);
        }
        match &mut self.look {
            Look::Silent => (),
            Look::Lines { name, since } => {
                if new || since.elapsed() >= PACE {
                    *since = Instant::now();
                    print_error(&format!("{name}: {}", stage.describe()));
                }
            }
            Look::Bar { bar, name } => {
                if new {
                    bar.reset_elapsed();
                }
                bar.set_length(total);
                bar.set_position(done);
                let rate = self.began.rate(done);
                bar.set_style(style(Line { name: name.clone(), stage, rate }));
            }
        }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        if let Look::Bar { bar, .. } = &self.look {
            bar.finish_and_clear();
        }
    }
}

/// What a bar's line says of one stage.
#[derive(Clone, Debug)]
struct Line {
    /// The video's name, which may be longer than there is room for.
    name: String,
    stage: Phase,
    /// What is done in a second, once that is known.
    rate: Option<f64>,
}

impl Line {
    /// The line, `columns` wide at most; `waited` is how long the stage has lasted.
    fn fit(&self, columns: usize, waited: Duration) -> String {
        let line = match self.stage {
            Phase::Waiting(status) => self.waiting(words(status), columns, waited),
            Phase::Sending { .. } => self.counting("sending", columns),
            Phase::Extracting(_) => self.counting("extracting", columns),
            Phase::Receiving { .. } => self.counting("receiving", columns),
        };
        truncate_str(&line, columns, "").into_owned()
    }

    fn waiting(&self, words: &str, columns: usize, waited: Duration) -> String {
        let spinner = SPINNER[(waited.as_millis() / SPIN.as_millis()) as usize % SPINNER.len()];
        let line = format!("{words:10} {spinner}");
        match columns {
            WIDE.. => format!("{}{line} {}", self.name(NAME), format::rough_duration(waited)),
            _ => format!("{}{line}", self.name(columns.saturating_sub(line.chars().count()))),
        }
    }

    fn counting(&self, verb: &str, columns: usize) -> String {
        let (done, total) = self.stage.counts();
        let rest = total.saturating_sub(done) as f64;
        let left = self.rate.map(|rate| rest / rate).filter(|left| *left < LONGEST_LEFT);
        let left = left.map_or_else(String::new, |left| {
            format!(" {} left", format::rough_duration(Duration::from_secs_f64(left)))
        });
        let percent = format!("{verb:10} {:>3} %", done.saturating_mul(100) / total.max(1));
        match columns {
            WIDE.. => {
                let start = format!("{}{verb:10} ", self.name(NAME));
                let end = format!("{}{left}", self.counted());
                let bar = columns.saturating_sub(measure_text_width(&start) + end.len() + 3);
                format!("{start}[{}] {end}", filled(bar, done, total))
            }
            NARROW.. => format!("{}{percent}{left}", self.name(NAME)),
            _ => format!("{}{percent}", self.name(columns.saturating_sub(percent.len()))),
        }
    }

    /// What is done in figures.
    fn counted(&self) -> String {
        if let Phase::Extracting(Progress { done, total }) = self.stage {
            return format!("{done}/{}", format::count(total, "frame"));
        }
        let (done, total) = self.stage.counts();
        let rate = self.rate.map(|rate| format!(" {}/s", format::size(rate as u64)));
        format!("{}/{}{}", format::size(done), format::size(total), rate.unwrap_or_default())
    }

    /// The name and a space, `columns` wide at most; empty if there is no room for a name.
    fn name(&self, columns: usize) -> String {
        let width = columns.saturating_sub(1).min(NAME);
        if width < SHORTEST_NAME {
            return String::new();
        }
        let name = format::shortened(&self.name, width);
        format!("{} ", pad_str(&name, width, Alignment::Left, None))
    }
}

/// The inside of a bar.
fn filled(columns: usize, done: u64, total: u64) -> String {
    let share = done.min(total) as f64 / total.max(1) as f64;
    let full = (columns as f64 * share) as usize;
    let head = if full < columns { ">" } else { "" };
    format!("{:columns$}", "=".repeat(full) + head)
}

/// A style that writes the line each time the bar is drawn, for the width that the terminal has then.
fn style(line: Line) -> ProgressStyle {
    let style = ProgressStyle::with_template("{line}").expect("a constant, made in the tests");
    style.with_key("line", move |state: &ProgressState, out: &mut dyn fmt::Write| {
        let columns = usize::from(Term::stderr().size().1);
        // a bar that cannot be drawn is missing, which is no failure of the command
        let _ = out.write_str(&line.fit(columns, state.elapsed()));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [Phase; 4] = [
        Phase::Sending { done: 34, total: 100 },
        Phase::Waiting(Status::Queued),
        Phase::Extracting(Progress { done: 1, total: 1 }),
        Phase::Receiving { done: 0, total: 0 },
    ];

    #[test]
    fn stages_in_words() {
        assert_eq!(
            STAGES.map(Phase::describe),
            [
                "sending, 34 % of 100 B",
                "queued",
                "extracting, 1 of 1 frame",
                "receiving, 0 % of 0 B"
            ]
        );
    }

    #[test]
    fn every_stage_can_be_drawn() {
        let bars = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden());
        let mut display = ProgressDisplay::bar(&bars, "a.mp4");
        for stage in STAGES {
            display.show(stage);
        }
        let Look::Bar { bar, .. } = &display.look else { panic!("no bar") };
        assert_eq!((bar.position(), bar.length()), (0, Some(0)));
    }

    fn line(stage: Phase, rate: Option<f64>, columns: usize) -> String {
        let name = "日本語の長い名前の動画ファイルです.mp4".to_owned();
        Line { name, stage, rate }.fit(columns, Duration::from_secs(3))
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let many = Progress { done: 12_345, total: u32::MAX };
        let stages = Status::ALL.map(Phase::Waiting).into_iter().chain(STAGES).chain([
            Phase::Sending { done: 1, total: u64::MAX },
            Phase::Receiving { done: 999_499_999, total: 5 << 40 },
            Phase::Extracting(many),
        ]);
        for stage in stages {
            for rate in [None, Some(1e-9), Some(99.4e6), Some(1e12)] {
                for columns in 0..200 {
                    let line = line(stage, rate, columns);
                    assert!(measure_text_width(&line) <= columns, "{columns}: {line}");
                }
            }
        }
    }

    #[test]
    fn a_line_says_what_there_is_room_for() {
        let stage = Phase::Sending { done: 25_000_000, total: 100_000_000 };
        let wide = line(stage, Some(5e6), 80);
        let end = "25.0 MB/100 MB 5.0 MB/s 15 s left";
        assert!(wide.contains(".mp4   sending    [") && wide.ends_with(end), "{wide}");
        assert_eq!(measure_text_width(&wide), 80);
        let unknown = line(stage, None, 80);
        assert!(unknown.ends_with("] 25.0 MB/100 MB"), "{unknown}");
        let narrow = line(stage, Some(5e6), 60);
        assert!(narrow.starts_with("日本語…す.mp4 "), "{narrow}");
        assert!(narrow.ends_with(" sending     25 % 15 s left"), "{narrow}");
        let tight = line(stage, Some(5e6), 30);
        assert!(tight.contains(".mp4") && tight.ends_with(" sending     25 %"), "{tight}");
        assert_eq!(line(stage, Some(5e6), 17), "sending     25 %");
        // it would take years
        assert!(line(stage, Some(0.5), 80).ends_with("0 B/s"));
    }

    #[test]
    fn a_bar_is_filled_from_the_left() {
        for (done, total, bar) in [(0, 4, ">   "), (1, 4, "=>  "), (4, 4, "===="), (0, 0, ">   ")] {
            assert_eq!(filled(4, done, total), bar);
        }
        assert_eq!(filled(0, 1, 2), "");
    }
}
