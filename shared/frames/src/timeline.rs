//! The timeline that a player shows: pieces of one or several recordings, one after another.
//!
//! A file usually has one piece, all of its only recording. An MP4 with several edits has a piece for each
//! edit, and recordings that were joined follow each other. Times on the timeline are ticks of the first
//! recording's clock from the first frame; times in a recording are FFmpeg's timestamps.

use crate::{
    demux::edit_list::{Edit, Track},
    time::{Clock, Moment},
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A range of a recording's clock, at its place on the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// The recording's number.
    pub(crate) recording: usize,
    clock: Clock,
    timeline: Clock,
    /// The timestamps that are shown.
    pub(crate) media: Range<i64>,
    /// Where they are shown, in ticks of the timeline. After the last frame of the media it stands still.
    pub(crate) shown: Range<i64>,
}

impl Piece {
    /// The timestamp on screen at a tick of the timeline.
    pub(crate) fn timestamp(&self, tick: i64) -> i64 {
        let after = convert(self.timeline, self.clock, tick.saturating_sub(self.shown.start));
        self.media.start.saturating_add(after).min(self.media.end - 1)
    }

    /// The tick of the timeline at which a frame with this timestamp appears.
    pub(crate) fn tick(&self, timestamp: i64) -> i64 {
        let after = timestamp.saturating_sub(self.media.start).max(0);
        self.shown.start.saturating_add(convert(self.clock, self.timeline, after))
    }
}

/// How many ticks of `to` have passed after so many of `from`, rounded down.
fn convert(from: Clock, to: Clock, ticks: i64) -> i64 {
    if from == to { ticks } else { to.ticks(from.moment(ticks)) }
}

/// Pieces in the order in which they are shown, without gaps between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Timeline {
    pub(crate) clock: Clock,
    pieces: Vec<Piece>,
}

impl Timeline {
    /// An empty one, in ticks of this clock.
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, pieces: Vec::new() }
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Appends a range of a recording's timestamps, of which the last frame stands still for `hold` ticks
    /// of the recording's clock. Empty ranges are left out.
    pub(crate) fn push(&mut self, recording: usize, clock: Clock, media: Range<i64>, hold: i64) {
        let timeline = self.clock;
        let length = media.end.saturating_sub(media.start).saturating_add(hold);
        if media.is_empty() {
            return self.hold(convert(clock, timeline, hold));
        }
        let start = self.length();
        let end = start.saturating_add(convert(clock, timeline, length).max(1));
        self.pieces.push(Piece { recording, clock, timeline, media, shown: start..end });
    }

    /// Lets the last piece's last frame stand still for so many ticks more.
    fn hold(&mut self, ticks: i64) {
        if let Some(last) = self.pieces.last_mut() {
            last.shown.end = last.shown.end.saturating_add(ticks);
        }
    }

    /// How long it is, in ticks.
    pub(crate) fn length(&self) -> i64 {
        self.pieces.last().map_or(0, |piece| piece.shown.end)
    }

    /// The number of the piece that is shown at a tick: the first before the start, the last after the end.
    pub(crate) fn piece_at(&self, tick: i64) -> usize {
        self.pieces.partition_point(|piece| piece.shown.start <= tick).saturating_sub(1)
    }

    /// Where frames of a recording with these timestamps appear, in time order; one that several pieces
    /// show appears in each.
    pub(crate) fn ticks(&self, recording: usize, timestamps: &[i64]) -> Vec<i64> {
        let of_piece = |piece: &Piece| {
            let shown = timestamps.iter().filter(|time| piece.media.contains(time));
            shown.map(|time| piece.tick(*time)).collect::<Vec<_>>()
        };
        let pieces = self.pieces.iter().filter(|piece| piece.recording == recording);
        pieces.flat_map(of_piece).collect()
    }

    /// Appends the pieces of a recording whose frames are shown from `media.start` to `media.end`, each
    /// `frame` long, as a track's edits say, of which there is at least one.
    pub(crate) fn push_edits(
        &mut self,
        recording: usize,
        clock: Clock,
        media: Range<i64>,
        frame: i64,
        track: &Track,
    ) {
        let of = |numerator: i64, scale: u32| {
            let moment = Moment::new(numerator.into(), i128::from(scale.max(1)));
            clock.ticks(moment)
        };
        // durations are rounded to the movie's clock: a range that ends next to a frame's end ends there
        let rounding = of(1, track.movie_scale).saturating_add(1);
        let snapped = |time: i64| {
            let frames = (time - media.start).saturating_add(frame / 2).div_euclid(frame.max(1));
            let near = media.start.saturating_add(frames.saturating_mul(frame));
            if near.abs_diff(time) <= rounding.min(frame / 2) as u64 { near } else { time }
        };
        let last = track.edits.iter().rposition(|edit| edit.media_time.is_some()).unwrap_or(0);
        for (index, Edit { duration, media_time, dwells }) in
            track.edits[..=last].iter().enumerate()
        {
            let length = of(i64::try_from(*duration).unwrap_or(i64::MAX), track.movie_scale);
            let Some(start) = media_time else {
                self.hold(convert(clock, self.clock, length));
                continue;
            };
            let start = of(*start, track.media_scale);
            if *dwells {
                self.push(recording, clock, start..start.saturating_add(1), length - 1);
                continue;
            }
            let end =
                if *duration == 0 { media.end } else { snapped(start.saturating_add(length)) };
            let shown = start.max(media.start)..end.min(media.end);
            // until the next edit the last frame of the media stands still
            let hold = if index < last { end.saturating_sub(media.end) } else { 0 };
            let hold = if hold <= frame.max(rounding) { 0 } else { hold };
            self.push(recording, clock, shown, hold);
        }
    }
}
