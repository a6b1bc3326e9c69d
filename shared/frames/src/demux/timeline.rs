//! The timeline that a player shows: pieces of one or several recordings, one after another.
//!
//! A file usually has one piece, all of its only recording. An MP4 with several edits has a piece for each
//! edit, and recordings that were joined follow each other. Times on the timeline are ticks of the first
//! recording's clock from the first frame; times in a recording are FFmpeg's timestamps.

use crate::{
    demux::edit_list::{Edit, Track},
    time_base::{Clock, Moment},
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
    /// Their place on the timeline, in ticks. After the last frame of the media that one stays on screen.
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

/// Converts ticks of `from` to ticks of `to`, rounded down.
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

    /// Appends a range of a recording's timestamps. Its last frame stays on screen for `hold` more ticks of the
    /// recording's clock. Empty ranges are left out.
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

    /// Keeps the last piece's last frame on screen for this many ticks more.
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

    /// Returns the ticks at which frames of a recording with these timestamps appear, which are in time order;
    /// one that several pieces show appears in each. Stops after `most`.
    pub(crate) fn ticks(&self, recording: usize, timestamps: &[i64], most: usize) -> Vec<i64> {
        let of_piece = |piece: &'_ Piece| {
            let first = timestamps.partition_point(|time| *time < piece.media.start);
            let last = timestamps.partition_point(|time| *time < piece.media.end);
            let piece = piece.clone();
            let shown = timestamps.get(first..last).unwrap_or_default();
            shown.iter().map(move |time| piece.tick(*time))
        };
        let pieces = self.pieces.iter().filter(|piece| piece.recording == recording);
        pieces.flat_map(of_piece).take(most).collect()
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
            let after = time.saturating_sub(media.start);
            let frames = after.saturating_add(frame / 2).div_euclid(frame.max(1));
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
                self.push(recording, clock, start..start.saturating_add(1), length.max(1) - 1);
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

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::Rational;

    fn clock(second: i32) -> Clock {
        Clock::new(Rational::new(1, second)).unwrap()
    }

    fn edit(duration: u64, media_time: i64) -> Edit {
        let media_time = (media_time >= 0).then_some(media_time);
        Edit { duration, media_time, dwells: false }
    }

    /// Where frames of 40 ms from 80 ms to 1080 ms are shown by edits in milliseconds: the timestamps of
    /// pieces, and their places.
    fn pieces(edits: Vec<Edit>) -> Vec<(Range<i64>, Range<i64>)> {
        let mut track = Track::default();
        (track.movie_scale, track.media_scale, track.edits) = (1000, 1000, edits);
        let mut timeline = Timeline::new(clock(1000));
        timeline.push_edits(0, clock(1000), 80..1080, 40, &track);
        let pieces = timeline.pieces().iter();
        pieces.map(|piece| (piece.media.clone(), piece.shown.clone())).collect()
    }

    #[test]
    fn edits_follow_each_other() {
        let cut = pieces(vec![edit(200, 80), edit(400, 480)]);
        assert_eq!(cut, [(80..280, 0..200), (480..880, 200..600)]);
        let delayed = pieces(vec![edit(500, -1), edit(200, 480), edit(0, 80)]);
        assert_eq!(delayed, [(480..680, 0..200), (80..1080, 200..1200)]);
        let paused = pieces(vec![edit(200, 80), edit(300, -1), edit(200, 80), edit(90, -1)]);
        assert_eq!(paused, [(80..280, 0..500), (80..280, 500..700)]);
    }

    #[test]
    fn an_edit_ends_with_a_frame_that_rounding_nearly_meets() {
        assert_eq!(pieces(vec![edit(201, 80), edit(119, 480)])[1], (480..600, 200..320));
        assert_eq!(pieces(vec![edit(210, 80), edit(120, 480)])[1], (480..600, 210..330));
    }

    #[test]
    fn an_edit_longer_than_its_media_stands_still_until_the_next() {
        let long = pieces(vec![edit(1400, 480), edit(1400, 480)]);
        assert_eq!(long, [(480..1080, 0..1400), (480..1080, 1400..2000)]);
        let still = pieces(vec![Edit { dwells: true, ..edit(300, 480) }, edit(200, 80)]);
        assert_eq!(still, [(480..481, 0..300), (80..280, 300..500)]);
    }

    #[test]
    fn a_tick_is_on_screen_in_its_piece() {
        let mut timeline = Timeline::new(clock(1000));
        timeline.push(0, clock(1000), 500..1500, 0);
        timeline.push(1, clock(90_000), 126_000..216_000, 0);
        assert_eq!(timeline.length(), 2000);
        assert_eq!([-1, 0, 999, 1000, 5000].map(|tick| timeline.piece_at(tick)), [0, 0, 0, 1, 1]);
        let second = &timeline.pieces()[1];
        assert_eq!(second.timestamp(1500), 171_000);
        assert_eq!(second.timestamp(9000), 215_999);
        assert_eq!(second.tick(171_000), 1500);
        assert_eq!(second.tick(0), 1000);
        assert_eq!(timeline.ticks(1, &[126_000, 216_000], 9), [1000]);
    }
}
