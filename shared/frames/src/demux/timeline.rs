//! The timeline that a player shows: clips of one or several recordings, one after another.
//!
//! A file usually has one clip, which is all of its only recording. An MP4 with several edits has a clip for
//! each edit, and joined recordings follow each other. Times on the timeline count from the first frame, in the
//! time base of the first recording. Times in a recording are FFmpeg's timestamps.

use crate::{
    demux::edit_list::{Edit, Mp4Track},
    time_base::{Moment, TimeBase},
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A range of a recording with its place on the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Clip {
    /// The number of the recording.
    pub(crate) recording: usize,
    media_base: TimeBase,
    timeline_base: TimeBase,
    /// The timestamps that are shown.
    pub(crate) media: Range<i64>,
    /// Their place on the timeline. The last frame of `media` stays on screen until the end of it.
    pub(crate) shown: Range<i64>,
}

impl Clip {
    /// Returns the timestamp on screen at a time of the timeline.
    pub(crate) fn timestamp(&self, time: i64) -> i64 {
        let offset = time.saturating_sub(self.shown.start);
        let offset = convert(self.timeline_base, self.media_base, offset);
        self.media.start.saturating_add(offset).min(self.media.end - 1)
    }

    /// Returns the time of the timeline at which the frame with this timestamp appears.
    pub(crate) fn timeline_time(&self, timestamp: i64) -> i64 {
        let offset = timestamp.saturating_sub(self.media.start).max(0);
        let offset = convert(self.media_base, self.timeline_base, offset);
        self.shown.start.saturating_add(offset)
    }
}

/// Converts a length from one time base to another, rounded down.
fn convert(from: TimeBase, to: TimeBase, length: i64) -> i64 {
    if from == to { length } else { to.timestamp(from.moment(length)) }
}

/// Clips in the order in which they are shown, without gaps between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Timeline {
    pub(crate) time_base: TimeBase,
    clips: Vec<Clip>,
}

impl Timeline {
    /// Creates an empty timeline.
    pub(crate) fn new(time_base: TimeBase) -> Self {
        Self { time_base, clips: Vec::new() }
    }

    pub(crate) fn clips(&self) -> &[Clip] {
        &self.clips
    }

    /// Appends a range of a recording's timestamps. Its last frame stays on screen for `still` more units of the
    /// recording's time base. Empty ranges are left out.
    pub(crate) fn push(
        &mut self,
        recording: usize,
        media_base: TimeBase,
        media: Range<i64>,
        still: i64,
    ) {
        let timeline_base = self.time_base;
        let length = media.end.saturating_sub(media.start).saturating_add(still);
        if media.is_empty() {
            return self.extend_last(convert(media_base, timeline_base, still));
        }
        let start = self.length();
        let end = start.saturating_add(convert(media_base, timeline_base, length).max(1));
        let shown = start..end;
        self.clips.push(Clip { recording, media_base, timeline_base, media, shown });
    }

    /// Keeps the last frame of the last clip on screen for longer.
    fn extend_last(&mut self, length: i64) {
        if let Some(last) = self.clips.last_mut() {
            last.shown.end = last.shown.end.saturating_add(length);
        }
    }

    /// Returns the length, in units of its time base.
    pub(crate) fn length(&self) -> i64 {
        self.clips.last().map_or(0, |clip| clip.shown.end)
    }

    /// Returns the number of the clip that is shown at a time: the first before the start, the last after the
    /// end.
    pub(crate) fn clip_at(&self, time: i64) -> usize {
        self.clips.partition_point(|clip| clip.shown.start <= time).saturating_sub(1)
    }

    /// Returns the times at which frames of a recording with these timestamps appear. The timestamps are in
    /// time order. A frame that several clips show appears in each of them. Stops after `most` times.
    pub(crate) fn times(&self, recording: usize, timestamps: &[i64], most: usize) -> Vec<i64> {
        let of_clip = |clip: &'_ Clip| {
            let first = timestamps.partition_point(|time| *time < clip.media.start);
            let last = timestamps.partition_point(|time| *time < clip.media.end);
            let clip = clip.clone();
            let shown = timestamps.get(first..last).unwrap_or_default();
            shown.iter().map(move |time| clip.timeline_time(*time))
        };
        let clips = self.clips.iter().filter(|clip| clip.recording == recording);
        clips.flat_map(of_clip).take(most).collect()
    }

    /// Appends a recording as the edits of its track demand. The recording's frames are shown from `media.start`
    /// to `media.end`, each for `frame_length`. The track has at least one edit.
    pub(crate) fn push_edits(
        &mut self,
        recording: usize,
        media_base: TimeBase,
        media: Range<i64>,
        frame_length: i64,
        track: &Mp4Track,
    ) {
        let length_of = |numerator: i64, scale: u32| {
            let moment = Moment::new(numerator.into(), i128::from(scale.max(1)));
            media_base.timestamp(moment)
        };
        // durations are rounded to the movie's time scale: a range that ends next to a frame's end ends there
        let rounding = length_of(1, track.movie_scale).saturating_add(1);
        let snapped = |time: i64| {
            let offset = time.saturating_sub(media.start);
            let frames = offset.saturating_add(frame_length / 2).div_euclid(frame_length.max(1));
            let near = media.start.saturating_add(frames.saturating_mul(frame_length));
            if near.abs_diff(time) <= rounding.min(frame_length / 2) as u64 { near } else { time }
        };
        let last = track.edits.iter().rposition(|edit| edit.media_time.is_some()).unwrap_or(0);
        for (index, Edit { duration, media_time, dwells }) in
            track.edits[..=last].iter().enumerate()
        {
            let length = length_of(i64::try_from(*duration).unwrap_or(i64::MAX), track.movie_scale);
            let Some(start) = media_time else {
                self.extend_last(convert(media_base, self.time_base, length));
                continue;
            };
            let start = length_of(*start, track.media_scale);
            if *dwells {
                self.push(recording, media_base, start..start.saturating_add(1), length.max(1) - 1);
                continue;
            }
            let end =
                if *duration == 0 { media.end } else { snapped(start.saturating_add(length)) };
            let shown = start.max(media.start)..end.min(media.end);
            // until the next edit the last frame of the media stands still
            let still = if index < last { end.saturating_sub(media.end) } else { 0 };
            let still = if still <= frame_length.max(rounding) { 0 } else { still };
            self.push(recording, media_base, shown, still);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::Rational;

    fn base(second: i32) -> TimeBase {
        TimeBase::new(Rational::new(1, second)).unwrap()
    }

    fn edit(duration: u64, media_time: i64) -> Edit {
        let media_time = (media_time >= 0).then_some(media_time);
        Edit { duration, media_time, dwells: false }
    }

    /// Applies edits in milliseconds to frames of 40 ms from 80 ms to 1080 ms. Returns the timestamps of the
    /// clips and their places.
    fn clips(edits: Vec<Edit>) -> Vec<(Range<i64>, Range<i64>)> {
        let mut track = Mp4Track::default();
        (track.movie_scale, track.media_scale, track.edits) = (1000, 1000, edits);
        let mut timeline = Timeline::new(base(1000));
        timeline.push_edits(0, base(1000), 80..1080, 40, &track);
        let clips = timeline.clips().iter();
        clips.map(|clip| (clip.media.clone(), clip.shown.clone())).collect()
    }

    #[test]
    fn edits_follow_each_other() {
        let cut = clips(vec![edit(200, 80), edit(400, 480)]);
        assert_eq!(cut, [(80..280, 0..200), (480..880, 200..600)]);
        let delayed = clips(vec![edit(500, -1), edit(200, 480), edit(0, 80)]);
        assert_eq!(delayed, [(480..680, 0..200), (80..1080, 200..1200)]);
        let paused = clips(vec![edit(200, 80), edit(300, -1), edit(200, 80), edit(90, -1)]);
        assert_eq!(paused, [(80..280, 0..500), (80..280, 500..700)]);
    }

    #[test]
    fn an_edit_ends_with_a_frame_that_rounding_nearly_meets() {
        assert_eq!(clips(vec![edit(201, 80), edit(119, 480)])[1], (480..600, 200..320));
        assert_eq!(clips(vec![edit(210, 80), edit(120, 480)])[1], (480..600, 210..330));
    }

    #[test]
    fn an_edit_longer_than_its_media_stands_still_until_the_next() {
        let long = clips(vec![edit(1400, 480), edit(1400, 480)]);
        assert_eq!(long, [(480..1080, 0..1400), (480..1080, 1400..2000)]);
        let still = clips(vec![Edit { dwells: true, ..edit(300, 480) }, edit(200, 80)]);
        assert_eq!(still, [(480..481, 0..300), (80..280, 300..500)]);
    }

    #[test]
    fn a_time_is_converted_within_its_clip() {
        let mut timeline = Timeline::new(base(1000));
        timeline.push(0, base(1000), 500..1500, 0);
        timeline.push(1, base(90_000), 126_000..216_000, 0);
        assert_eq!(timeline.length(), 2000);
        assert_eq!([-1, 0, 999, 1000, 5000].map(|time| timeline.clip_at(time)), [0, 0, 0, 1, 1]);
        let second = &timeline.clips()[1];
        assert_eq!(second.timestamp(1500), 171_000);
        assert_eq!(second.timestamp(9000), 215_999);
        assert_eq!(second.timeline_time(171_000), 1500);
        assert_eq!(second.timeline_time(0), 1000);
        assert_eq!(timeline.times(1, &[126_000, 216_000], 9), [1000]);
    }
}
