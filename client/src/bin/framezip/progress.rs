//! How a video comes along: a bar on a terminal, else now and then a line, so that a log shows it
//! too.

use crate::{console::print_error, human};
use console::Term;
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
/// How many columns of a bar's line are the video's name.
const NAME_WIDTH: usize = 16;

/// Where a video is on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage {
    /// So many bytes of so many have gone up.
    Sending { done: u64, total: u64 },
    /// The server has nothing to count yet.
    Waiting(Status),
    /// The server has so many frames.
    Extracting(Progress),
    /// So many bytes of so many have come down.
    Receiving { done: u64, total: u64 },
}

impl Stage {
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
    pub fn words(self) -> String {
        let part = |done: u64, total: u64| {
            format!("{} % of {}", done.saturating_mul(100) / total.max(1), human::size(total))
        };
        match self {
            Self::Sending { done, total } => format!("sending, {}", part(done, total)),
            Self::Waiting(status) => words(status).to_owned(),
            Self::Extracting(Progress { done, total }) => {
                format!("extracting, {done} of {}", human::count(total, "frame"))
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
pub struct Track {
    look: Look,
    shown: Option<Discriminant<Stage>>,
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
    Bar(ProgressBar),
}

impl Track {
    /// Shows nothing.
    pub fn silent() -> Self {
        Self { look: Look::Silent, shown: None, began: Began::now(0) }
    }

    /// Prints lines.
    pub fn lines(name: &str) -> Self {
        let look = Look::Lines { name: human::escaped(name), since: Instant::now() };
        Self { look, shown: None, began: Began::now(0) }
    }

    /// Draws a bar among others.
    pub fn bar(bars: &MultiProgress, name: &str) -> Self {
        let bar = bars.add(ProgressBar::new_spinner());
        bar.set_prefix(human::shortened(name, NAME_WIDTH));
        bar.enable_steady_tick(SPIN);
        Self { look: Look::Bar(bar), shown: None, began: Began::now(0) }
    }

    /// Shows a stage.
    pub fn show(&mut self, stage: Stage) {
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
                    print_error(&format!("{name}: {}", stage.words()));
                }
            }
            Look::Bar(bar) => {
                if new {
                    bar.reset_elapsed();
                }
                if let Stage::Waiting(status) = stage {
                    bar.set_message(words(status));
                }
                bar.set_length(total);
                bar.set_position(done);
                let rate = self.began.rate(done);
                let left = rate.map(|rate| total.saturating_sub(done) as f64 / rate);
                bar.set_style(style(stage, Room::now(), rate, left));
            }
        }
    }
}

impl Drop for Track {
    fn drop(&mut self) {
        if let Look::Bar(bar) = &self.look {
            bar.finish_and_clear();
        }
    }
}

/// How much of a line the terminal has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// For all of it: 80 columns or more.
    Wide,
    /// For name, percentage and time left: 46 columns or more.
    Narrow,
    /// For name and percentage.
    Tight,
}

impl Room {
    /// The room on the terminal as it is now.
    fn now() -> Self {
        match Term::stderr().size().1 {
            80.. => Self::Wide,
            46.. => Self::Narrow,
            _ => Self::Tight,
        }
    }
}

/// `rate` is what is done in a second, `left` how many seconds the rest takes.
fn style(stage: Stage, room: Room, rate: Option<f64>, left: Option<f64>) -> ProgressStyle {
    let bytes = "[{wide_bar}] {decimal_bytes}/{decimal_total_bytes} {rate} {left}";
    let (verb, wide) = match stage {
        Stage::Sending { .. } => ("sending", bytes),
        Stage::Receiving { .. } => ("receiving", bytes),
        Stage::Extracting(_) => ("extracting", "[{wide_bar}] {pos}/{len} frames {left}"),
        Stage::Waiting(_) => ("{msg}", "{spinner} {elapsed}"),
    };
    let template = match (room, stage) {
        (Room::Wide, _) => format!("{{prefix:16!}} {verb:10} {wide}"),
        (_, Stage::Waiting(_)) => "{prefix:12!} {msg} {spinner}".to_owned(),
        (Room::Narrow, _) => format!("{{prefix:12!}} {verb:10} {{percent:>3}} % {{left}}"),
        (Room::Tight, _) => format!("{{prefix:12!}} {verb:10} {{percent:>3}} %"),
    };
    let style = ProgressStyle::with_template(&template).expect("constants, drawn in the tests");
    style
        .progress_chars("=> ")
        .with_key("rate", move |_: &ProgressState, line: &mut dyn fmt::Write| {
            if let Some(rate) = rate {
                let _ = write!(line, "{}/s", human::size(rate as u64));
            }
        })
        .with_key("left", move |_: &ProgressState, line: &mut dyn fmt::Write| {
            if let Some(left) = left {
                let _ = write!(line, "{} left", human::rough(Duration::from_secs_f64(left)));
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [Stage; 4] = [
        Stage::Sending { done: 34, total: 100 },
        Stage::Waiting(Status::Queued),
        Stage::Extracting(Progress { done: 1, total: 1 }),
        Stage::Receiving { done: 0, total: 0 },
    ];

    #[test]
    fn stages_in_words() {
        assert_eq!(
            STAGES.map(Stage::words),
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
        let mut track = Track::bar(&bars, "a.mp4");
        for stage in STAGES {
            track.show(stage);
            for room in [Room::Wide, Room::Narrow, Room::Tight] {
                let _ = style(stage, room, Some(1.0), None);
            }
        }
        let Look::Bar(bar) = &track.look else { panic!("no bar") };
        assert_eq!((bar.position(), bar.length()), (0, Some(0)));
    }
}
