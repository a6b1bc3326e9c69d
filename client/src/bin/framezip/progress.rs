//! How a video comes along: a bar on a terminal, else now and then a line, so that a log shows it
//! too.

use crate::{console::print_error, human};
use framezip_contract::{Progress, Status, Video};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use std::{
    fmt,
    mem::{Discriminant, discriminant},
    time::{Duration, Instant},
};

/// Lines of one stage come no faster.
const PACE: Duration = Duration::from_secs(5);
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
        Self { look: Look::Silent, shown: None }
    }

    /// Prints lines.
    pub fn lines(name: &str) -> Self {
        let look = Look::Lines { name: human::escaped(name), since: Instant::now() };
        Self { look, shown: None }
    }

    /// Draws a bar among others.
    pub fn bar(bars: &MultiProgress, name: &str) -> Self {
        let bar = bars.add(ProgressBar::new_spinner());
        bar.set_prefix(human::shortened(name, NAME_WIDTH));
        bar.enable_steady_tick(SPIN);
        Self { look: Look::Bar(bar), shown: None }
    }

    /// Shows a stage.
    pub fn show(&mut self, stage: Stage) {
        let new = self.shown.replace(discriminant(&stage)) != Some(discriminant(&stage));
        match &mut self.look {
            Look::Silent => (),
            Look::Lines { name, since } => {
                if new || since.elapsed() >= PACE {
                    *since = Instant::now();
                    print_error(&format!("{name}: {}", stage.words()));
                }
            }
            Look::Bar(bar) => draw(bar, stage, new),
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

fn draw(bar: &ProgressBar, stage: Stage, new: bool) {
    let (done, total) = match stage {
        Stage::Sending { done, total } | Stage::Receiving { done, total } => (done, total),
        Stage::Extracting(Progress { done, total }) => (done.into(), total.into()),
        Stage::Waiting(_) => (0, 0),
    };
    if new {
        bar.set_style(style(stage));
        // the rate of one stage says nothing about the next
        bar.reset();
    }
    if let Stage::Waiting(status) = stage {
        bar.set_message(words(status));
    }
    bar.set_length(total);
    bar.set_position(done);
}

/// A line fits 80 columns, with 16 for the name; on a narrower terminal the end of it is cut off by whole
/// columns, and the bar gives way first.
fn style(stage: Stage) -> ProgressStyle {
    let template = match stage {
        Stage::Sending { .. } => {
            "{prefix:16!} sending    [{wide_bar}] {decimal_bytes}/{decimal_total_bytes} {rate} {left}"
        }
        Stage::Waiting(_) => "{prefix:16!} {msg} {spinner} {elapsed}",
        Stage::Extracting(_) => "{prefix:16!} extracting [{wide_bar}] {pos}/{len} frames {left}",
        Stage::Receiving { .. } => {
            "{prefix:16!} receiving  [{wide_bar}] {decimal_bytes}/{decimal_total_bytes} {rate} {left}"
        }
    };
    let style = ProgressStyle::with_template(template).expect("a constant, drawn in the tests");
    let style = style.progress_chars("=> ");
    // nothing is said of a rate before it is known
    style
        .with_key("rate", |state: &ProgressState, line: &mut dyn fmt::Write| {
            if state.per_sec() > 0.0 {
                let _ = write!(line, "{}/s", human::size(state.per_sec() as u64));
            }
        })
        .with_key("left", |state: &ProgressState, line: &mut dyn fmt::Write| {
            if state.per_sec() > 0.0 && state.eta() > Duration::ZERO {
                let _ = write!(line, "{} left", human::rough(state.eta()));
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
        }
        let Look::Bar(bar) = &track.look else { panic!("no bar") };
        assert_eq!((bar.position(), bar.length()), (0, Some(0)));
    }
}
