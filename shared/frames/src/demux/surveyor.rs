//! Reads all packets of a recording for its survey.

use super::{
    container::Container,
    decoder_state::DecoderState,
    duration::LastFrame,
    survey::{Joint, Keyframe, StateChange, Stretch, Survey},
};
use crate::FramesError;
use ffmpeg_next::{Packet, Rescale, media};
use framezip_contract::ErrorCode;
use std::collections::VecDeque;

/// A clock that pauses for longer than this many seconds jumps ahead. MPEG-TS demands a time at least every 0.7 s
/// (ISO/IEC 13818-1, 2.7.4); a few frames a second are allowed for.
const LONGEST_PAUSE: i64 = 2;
/// A gap of up to this many mean frame distances is not a pause either.
const PAUSE_IN_FRAMES: i64 = 8;
/// The least distance of kept keyframes, in milliseconds.
const KEYFRAME_DISTANCE: i64 = 500;
/// The limit on jumps of one video.
const MOST_STRETCHES: usize = 100_000;
/// The limit on the bytes of all states together.
const MOST_STATE: usize = 16 << 20;
/// A presentation time is damaged if it is farther from its decode time than this, in seconds.
const LONGEST_DELAY: i64 = 10;
/// For a keyframe without a position of its own, reading begins this many packets earlier: its decode time is
/// counted from the last stated one.
const LEAD_IN: usize = 16;

/// Reads a container from its start to its end.
///
/// # Errors
/// Those of reading the container; [`ErrorCode::CorruptVideo`] if it has more jumps or state than any real video.
pub(crate) fn survey(container: &mut Container) -> Result<Survey, FramesError> {
    container.rewind()?;
    let mut surveyor = Surveyor::new(container);
    while let Some(packet) = container.read_any()? {
        if packet.stream() == container.stream {
            surveyor.add(&packet, container);
        } else {
            surveyor.add_other(&packet, container);
        }
        if surveyor.stretches.len() > MOST_STRETCHES || surveyor.state_size > MOST_STATE {
            return Err(FramesError::media(
                ErrorCode::CorruptVideo,
                "This video is damaged: its clock or its format changes again and again.",
            ));
        }
    }
    Ok(surveyor.finish())
}

/// The times of a packet of the video.
struct SurveyedTimes {
    /// The decode time, or the presentation time if there is none.
    dts: i64,
    /// The presentation time, unless the packet lacks it or it is damaged.
    stated_pts: Option<i64>,
    /// The time for which its frame is on screen.
    length: i64,
}

impl SurveyedTimes {
    fn pts(&self) -> i64 {
        self.stated_pts.unwrap_or(self.dts)
    }
}

/// A stretch without its offset, in the times of the file.
struct RawStretch {
    position: i64,
    /// The position of the last packet but one, once another stretch follows.
    last_position: i64,
    is_cut: bool,
    first_dts: i64,
    first_pts: i64,
    last: LastFrame,
    /// The greatest stated presentation time.
    greatest: i64,
    /// The timestamp after the last decoded packet.
    decoded_end: i64,
    packets: i64,
}

impl RawStretch {
    fn new(position: i64, packet: &Packet, times: &SurveyedTimes) -> Self {
        Self {
            position,
            last_position: i64::MAX,
            is_cut: packet.is_key(),
            first_dts: times.dts,
            first_pts: times.pts(),
            last: LastFrame::new(times.pts()),
            greatest: i64::MIN,
            decoded_end: times.dts,
            packets: 0,
        }
    }

    fn add(&mut self, packet: &Packet, times: &SurveyedTimes) {
        self.packets += 1;
        self.decoded_end = self.decoded_end.max(times.dts.saturating_add(times.length));
        self.greatest = self.greatest.max(times.stated_pts.unwrap_or(i64::MIN));
        self.last.add(packet, times.stated_pts, times.dts, times.length);
    }
}

/// A keyframe in the times of the file, with the number of its stretch.
struct RawKeyframe {
    stretch: usize,
    keyframe: Keyframe,
}

struct Surveyor {
    stretches: Vec<RawStretch>,
    keyframes: Vec<RawKeyframe>,
    changes: Vec<StateChange>,
    state: DecoderState,
    /// The last time of each other stream that did not jump since the last packet of the video.
    others: Vec<Option<i64>>,
    /// The position of the first packet of another video.
    other_video: Option<i64>,
    pause: i64,
    /// The greatest distance of presentation and decode time.
    delay: i64,
    /// The least distance of kept keyframes.
    distance: i64,
    /// The bytes of all states so far.
    state_size: usize,
    position: i64,
    /// The positions of the last two packets that have one.
    positions: [i64; 2],
    /// The read positions after each of the last packets.
    read_positions: VecDeque<i64>,
}

impl Surveyor {
    fn new(container: &Container) -> Self {
        // a container delivers the state of its first packet only once
        let (position, state) = container.first_state();
        let known = (state != container.header_state())
            .then(|| StateChange { position, state: state.clone() });
        let pause = container.time_base.of_microseconds(LONGEST_PAUSE * 1_000_000).max(1);
        Self {
            stretches: Vec::new(),
            keyframes: Vec::new(),
            changes: known.into_iter().collect(),
            state,
            others: Vec::new(),
            other_video: None,
            pause,
            delay: container.time_base.of_microseconds(LONGEST_DELAY * 1_000_000).max(1),
            distance: container.time_base.of_microseconds(KEYFRAME_DISTANCE * 1000).max(1),
            state_size: 0,
            position: 0,
            positions: [i64::MAX; 2],
            read_positions: VecDeque::new(),
        }
    }

    /// Adds a packet of another stream. While the clock of another stream goes on, the video may pause.
    fn add_other(&mut self, packet: &Packet, container: &Container) {
        let number = packet.stream();
        let Some(stream) = container.input.stream(number) else { return };
        if stream.parameters().medium() == media::Type::Video && packet.position() > 0 {
            self.other_video.get_or_insert(packet.position() as i64);
        }
        let base = stream.time_base();
        let Some(time) = packet.dts().or(packet.pts()) else { return };
        let time = time.rescale(base, container.rational_time_base());
        if self.others.len() <= number {
            self.others.resize(number + 1, None);
        }
        let last = &mut self.others[number];
        if last.is_none_or(|last| time.abs_diff(last) <= self.pause as u64) {
            *last = Some(time);
        }
    }

    /// Adds the next packet of the video.
    fn add(&mut self, packet: &Packet, container: &Container) {
        let [last_but_one, _] = self.positions;
        let entry = self.move_to(packet);
        if let Some(state) = self.state.after(packet) {
            self.state = state;
            self.add_change();
        }
        let Some(times) = self.times_of(packet, container) else { return };
        if self.stretches.last().is_none_or(|last| self.jumps(last, packet, &times)) {
            self.begin_stretch(packet, &times, last_but_one);
        }
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.add(packet, &times);
        }
        if packet.is_key() {
            self.add_keyframe(Keyframe { position: entry, pts: times.pts(), dts: times.dts });
        }
        if self.read_positions.len() == LEAD_IN {
            self.read_positions.pop_front();
        }
        self.read_positions.push_back(container.read_position());
    }

    /// Notes the position of a packet. Returns the position from which it can be read again.
    fn move_to(&mut self, packet: &Packet) -> i64 {
        if packet.position() < 0 {
            return self.read_positions.front().copied().unwrap_or(0);
        }
        self.position = packet.position() as i64;
        self.positions = [self.positions[1], self.position];
        self.position
    }

    /// Returns the times of a packet; `None` if it has neither.
    fn times_of(&self, packet: &Packet, container: &Container) -> Option<SurveyedTimes> {
        let dts = packet.dts().or(packet.pts())?;
        let is_near = |time: &i64| time.saturating_sub(dts).saturating_abs() <= self.delay;
        let stated_pts = packet.pts().filter(is_near);
        Some(SurveyedTimes { dts, stated_pts, length: container.length_of(packet) })
    }

    /// Begins a stretch with this packet. `last_but_one` is the position of the last packet but one before it.
    fn begin_stretch(&mut self, packet: &Packet, times: &SurveyedTimes, last_but_one: i64) {
        self.others.fill(None);
        if packet.is_key() && !self.stretches.is_empty() {
            // lets the decoder return its pictures of the stretch before
            self.add_change();
        }
        if let Some(last) = self.stretches.last_mut() {
            last.last_position = last_but_one;
        }
        self.stretches.push(RawStretch::new(self.position, packet, times));
    }

    /// Adds a keyframe of the last stretch, unless it is too near to the one before.
    fn add_keyframe(&mut self, keyframe: Keyframe) {
        let stretch = self.stretches.len() - 1;
        let is_near = self.keyframes.last().is_some_and(|last| {
            last.stretch == stretch
                && keyframe.pts.saturating_sub(last.keyframe.pts).saturating_abs() < self.distance
        });
        if !is_near {
            self.keyframes.push(RawKeyframe { stretch, keyframe });
        }
    }

    /// Notes that the state changes with the packet at this position.
    fn add_change(&mut self) {
        self.state_size += self.state.size();
        self.changes.push(StateChange { position: self.position, state: self.state.clone() });
    }

    /// Returns whether a packet with these times cannot belong to the stretch.
    fn jumps(&self, stretch: &RawStretch, packet: &Packet, times: &SurveyedTimes) -> bool {
        let SurveyedTimes { dts, stated_pts, length } = *times;
        let last = stretch.decoded_end.saturating_sub(length);
        if dts.saturating_add(length.saturating_mul(2)) < last {
            return true;
        }
        // every picture that is decoded before a keyframe is shown before it
        if packet.is_key() && stated_pts.is_some_and(|pts| pts <= stretch.greatest) {
            return true;
        }
        let mean = stretch.decoded_end.saturating_sub(stretch.first_dts) / stretch.packets.max(1);
        let pause = self.pause.max(PAUSE_IN_FRAMES.saturating_mul(mean));
        let others = self.others.iter().flatten().copied();
        let reached = others.filter(|time| *time <= dts.saturating_add(pause));
        let reached = reached.max().unwrap_or(i64::MIN).max(stretch.decoded_end);
        dts.saturating_sub(reached) > pause
    }

    fn finish(self) -> Survey {
        let (stretches, end) = continued(&self.stretches);
        let mut keyframes: Vec<_> = self
            .keyframes
            .into_iter()
            .map(|RawKeyframe { stretch, keyframe }| {
                let offset = stretches[stretch].offset;
                Keyframe {
                    pts: keyframe.pts.saturating_add(offset),
                    dts: keyframe.dts.saturating_add(offset),
                    ..keyframe
                }
            })
            .collect();
        keyframes.sort_by_key(|keyframe| keyframe.pts);
        // a video that begins before this one ends is a parallel stream
        let next = self.other_video.filter(|next| *next > self.position && self.position > 0);
        let joint = next.map(|next| Joint { last: self.position, next });
        Survey { stretches, changes: self.changes, keyframes, end, joint }
    }
}

/// Returns the stretches with the offsets that let each follow the one before, and the timestamp after the last
/// frame. Without packets there is one empty stretch.
fn continued(raw_stretches: &[RawStretch]) -> (Vec<Stretch>, i64) {
    let mut stretches: Vec<Stretch> = Vec::new();
    let (mut end, mut decoded_end) = (0, 0);
    for (number, raw) in raw_stretches.iter().enumerate() {
        // in the middle of a GOP, pictures are shown in another order than they are stored in
        let offset = match number {
            0 => 0,
            _ if raw.is_cut => i64::saturating_sub(end, raw.first_pts),
            _ => i64::saturating_sub(decoded_end, raw.first_dts),
        };
        stretches.push(Stretch {
            position: raw.position,
            last_position: raw.last_position,
            offset,
            start: raw.first_pts.saturating_add(offset),
            is_cut: raw.is_cut,
        });
        let last = raw.last.end().map_or(raw.decoded_end, |last| last.time).saturating_add(offset);
        end = if number == 0 { last } else { end.max(last) };
        decoded_end = raw.decoded_end.saturating_add(offset);
    }
    if stretches.is_empty() {
        stretches.push(Stretch {
            position: 0,
            last_position: i64::MAX,
            offset: 0,
            start: 0,
            is_cut: false,
        });
    }
    (stretches, end)
}
