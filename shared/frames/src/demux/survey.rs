//! A survey of all packets: jumps of the clock, and changes of the decoder's state.
//!
//! FFmpeg seeks in streams without an index (MPEG-TS and -PS, FLV) by packet times, so a clock that goes back
//! would hide what follows. Each stretch between two jumps has an offset with which it follows the one
//! before: then times only grow.

use super::decoder_state::{State, States};
use crate::{
    FramesError,
    demux::{container::Container, duration::LastFrame},
};
use ffmpeg_next::{Packet, Rescale, media};
use framezip_contract::ErrorCode;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The findings, in the order of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Survey {
    stretches: Vec<Stretch>,
    changes: Vec<Change>,
    /// Keyframes, if places are to be found by them.
    keyframes: Vec<Keyframe>,
    /// The tick after the last frame.
    pub(crate) end: i64,
    /// The end of this video and the start of another one that follows in the file.
    #[serde(skip)]
    pub(crate) joint: Option<Joint>,
}

/// Positions in a file in which one video stream ends and another one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joint {
    /// The position of the last packet of the one.
    pub(crate) last: i64,
    /// The position of the first packet of the other.
    pub(crate) next: i64,
}

/// Packets whose clock does not jump.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stretch {
    /// The position of its first packet in the file.
    position: i64,
    /// What is added to its times.
    offset: i64,
    /// When its first frame is shown, with the offset.
    start: i64,
    /// The position of its last packet but one, if another stretch follows.
    last_position: i64,
    /// Whether it begins with a keyframe: then pictures that lead this one cannot be decoded.
    is_cut: bool,
}

/// Packets from a place in the file on that have a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Change {
    position: i64,
    state: State,
}

/// A keyframe: where it is, and its times with the offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keyframe {
    pub(crate) position: i64,
    pub(crate) presented: i64,
    pub(crate) decoded: i64,
}

/// The place of a packet on the continued clock.
pub(crate) struct Place {
    pub(crate) offset: i64,
    /// The earliest presentation time, with the offset, of what is shown here.
    pub(crate) start: i64,
    /// The number of its state among the changes; 0 is that of the header.
    pub(crate) state: usize,
    /// Whether it is next to a jump: a container that finds no connection there calls whole packets broken.
    pub(crate) is_at_jump: bool,
}

impl Survey {
    /// Whether nothing was found that a decoder would not find by itself: no jump, and no state but that
    /// of the first packet.
    pub(crate) fn is_plain(&self) -> bool {
        let first = self.stretches[0].position;
        self.stretches.len() == 1 && self.changes.iter().all(|change| change.position <= first)
    }

    /// When the clock jumps, in ticks of the continued clock.
    pub(crate) fn jumps(&self) -> impl Iterator<Item = i64> {
        self.stretches.iter().skip(1).map(|stretch| stretch.start)
    }

    /// The last keyframes that are shown at `tick` or before, the last one first.
    pub(crate) fn keyframes_before(&self, tick: i64) -> impl Iterator<Item = Keyframe> {
        let until = self.keyframes.partition_point(|keyframe| keyframe.presented <= tick);
        self.keyframes[..until].iter().rev().copied()
    }

    /// All states, that of the header first.
    pub(crate) fn states(&self, header: State) -> States {
        States::of(header, self.changes.iter().map(|change| change.state.clone()))
    }

    /// Returns the place of a packet on the continued clock, by its position in the file.
    pub(crate) fn place(&self, position: i64) -> Place {
        let until = self.stretches.partition_point(|stretch| stretch.position <= position).max(1);
        let state = self.changes.partition_point(|change| change.position <= position);
        let stretch = &self.stretches[until - 1];
        let start = if stretch.is_cut && until > 1 { stretch.start } else { i64::MIN };
        let is_first = until > 1 && position == stretch.position;
        let is_at_jump = is_first || position >= stretch.last_position;
        Place { offset: stretch.offset, start, state, is_at_jump }
    }
}

/// A clock that stands still for longer jumps ahead, in seconds. MPEG-TS wants a time at least every
/// 0.7 s (ISO/IEC 13818-1, 2.7.4); a few frames a second are allowed for.
const LONGEST_PAUSE: i64 = 2;
/// Nor does it pause if frames are nearly as far apart anyway.
const PAUSE_IN_FRAMES: i64 = 8;
/// Keyframes closer to each other than this are not all kept, in milliseconds.
const KEYFRAME_DISTANCE: i64 = 500;
/// The most jumps of one video.
const MOST_STRETCHES: usize = 100_000;
/// The most bytes of all states together.
const MOST_STATE: usize = 16 << 20;
/// A presentation time is damaged if it is farther from its decode time than this, in seconds.
const LONGEST_DELAY: i64 = 10;
/// How many packets before a keyframe without a position of its own reading begins: its decode time is
/// counted from the last stated one.
const LEAD_IN: usize = 16;

/// Reads a container from its start to its end.
///
/// # Errors
/// Those of reading it; [`ErrorCode::CorruptVideo`] if it has more jumps or state than any video.
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

/// A stretch in the making, in its own times.
struct Raw {
    position: i64,
    /// The position of its last packet but one, once another stretch follows.
    last_position: i64,
    is_cut: bool,
    first_decoded: i64,
    first_presented: i64,
    last: LastFrame,
    /// The greatest presentation time of a packet that states one.
    greatest: i64,
    /// The tick after the last packet that is decoded.
    decoded_end: i64,
    packets: i64,
}

struct Surveyor {
    stretches: Vec<Raw>,
    keyframes: Vec<(usize, Keyframe)>,
    changes: Vec<Change>,
    state: State,
    /// The last time of each other stream that did not jump since the video's last packet.
    others: Vec<Option<i64>>,
    /// Where the first packet of another video is.
    other_video: Option<i64>,
    pause: i64,
    /// The greatest distance of presentation and decode time.
    delay: i64,
    /// How far apart keyframes are kept.
    distance: i64,
    /// The bytes of all states so far.
    state_size: usize,
    position: i64,
    /// Those of the last two packets that have one.
    positions: [i64; 2],
    /// Where reading was after each of the last packets.
    places: VecDeque<i64>,
}

impl Surveyor {
    fn new(container: &Container) -> Self {
        // a container gives the state of its first packet only once
        let (position, state) = container.first_state();
        let known =
            (state != container.header_state()).then(|| Change { position, state: state.clone() });
        let pause = container.clock.ticks_of_microseconds(LONGEST_PAUSE * 1_000_000).max(1);
        Self {
            stretches: Vec::new(),
            keyframes: Vec::new(),
            changes: known.into_iter().collect(),
            state,
            others: Vec::new(),
            other_video: None,
            pause,
            delay: container.clock.ticks_of_microseconds(LONGEST_DELAY * 1_000_000).max(1),
            distance: container.clock.ticks_of_microseconds(KEYFRAME_DISTANCE * 1000).max(1),
            state_size: 0,
            position: 0,
            positions: [i64::MAX; 2],
            places: VecDeque::new(),
        }
    }

    /// Takes a packet of another stream: while its clock goes on, the video may pause.
    fn add_other(&mut self, packet: &Packet, container: &Container) {
        let number = packet.stream();
        let Some(stream) = container.input.stream(number) else { return };
        if stream.parameters().medium() == media::Type::Video && packet.position() > 0 {
            self.other_video.get_or_insert(packet.position() as i64);
        }
        let base = stream.time_base();
        let Some(time) = packet.dts().or(packet.pts()) else { return };
        let time = time.rescale(base, container.time_base());
        if self.others.len() <= number {
            self.others.resize(number + 1, None);
        }
        let last = &mut self.others[number];
        if last.is_none_or(|last| time.abs_diff(last) <= self.pause as u64) {
            *last = Some(time);
        }
    }

    /// Takes the next packet of the video.
    fn add(&mut self, packet: &Packet, container: &Container) {
        let own = packet.position() >= 0;
        let [before, _] = self.positions;
        if own {
            self.position = packet.position() as i64;
            self.positions = [self.positions[1], self.position];
        }
        let entry = if own { self.position } else { self.places.front().copied().unwrap_or(0) };
        if let Some(state) = self.state.after(packet) {
            self.state = state;
            self.change();
        }
        let Some(decoded) = packet.dts().or(packet.pts()) else { return };
        let near = |time: &i64| time.saturating_sub(decoded).saturating_abs() <= self.delay;
        let stated = packet.pts().filter(near);
        let presented = stated.unwrap_or(decoded);
        let length = container.length_of(packet);
        let is_first = self.stretches.is_empty();
        if self
            .stretches
            .last()
            .is_none_or(|last| self.jumps(last, packet, decoded, stated, length))
        {
            self.others.fill(None);
            if packet.is_key() && !is_first {
                // the decoder returns the pictures that it still has of the stretch before
                self.change();
            }
            if let Some(last) = self.stretches.last_mut() {
                last.last_position = before;
            }
            self.stretches.push(Raw {
                position: self.position,
                last_position: i64::MAX,
                is_cut: packet.is_key(),
                first_decoded: decoded,
                first_presented: presented,
                last: LastFrame::new(presented),
                greatest: i64::MIN,
                decoded_end: decoded,
                packets: 0,
            });
        }
        let number = self.stretches.len() - 1;
        let stretch = &mut self.stretches[number];
        stretch.packets += 1;
        stretch.decoded_end = stretch.decoded_end.max(decoded.saturating_add(length));
        stretch.greatest = stretch.greatest.max(stated.unwrap_or(i64::MIN));
        stretch.last.add(stated, decoded, packet.is_key(), length);
        let is_near = self.keyframes.last().is_some_and(|(of, last)| {
            *of == number
                && presented.saturating_sub(last.presented).saturating_abs() < self.distance
        });
        if packet.is_key() && !is_near {
            self.keyframes.push((number, Keyframe { position: entry, presented, decoded }));
        }
        if self.places.len() == LEAD_IN {
            self.places.pop_front();
        }
        self.places.push_back(container.tell());
    }

    /// Notes that the state changes with the packet at this position.
    fn change(&mut self) {
        self.state_size += self.state.size();
        self.changes.push(Change { position: self.position, state: self.state.clone() });
    }

    /// Whether a packet of this decode time, and of this presentation time if it states one, cannot belong to
    /// the stretch.
    fn jumps(
        &self,
        stretch: &Raw,
        packet: &Packet,
        decoded: i64,
        stated: Option<i64>,
        length: i64,
    ) -> bool {
        let last = stretch.decoded_end.saturating_sub(length);
        if decoded.saturating_add(length.saturating_mul(2)) < last {
            return true;
        }
        // every picture that is decoded before a keyframe is shown before it
        if packet.is_key() && stated.is_some_and(|time| time <= stretch.greatest) {
            return true;
        }
        let mean =
            stretch.decoded_end.saturating_sub(stretch.first_decoded) / stretch.packets.max(1);
        let pause = self.pause.max(PAUSE_IN_FRAMES.saturating_mul(mean));
        let others = self.others.iter().flatten().copied();
        let reached = others.filter(|time| *time <= decoded.saturating_add(pause));
        let reached = reached.max().unwrap_or(i64::MIN).max(stretch.decoded_end);
        decoded.saturating_sub(reached) > pause
    }

    fn finish(self) -> Survey {
        let mut stretches: Vec<Stretch> = Vec::new();
        let (mut end, mut decoded_end) = (0, 0);
        for (number, raw) in self.stretches.iter().enumerate() {
            // in the middle of a GOP pictures are shown in another order than they come in
            let offset = match number {
                0 => 0,
                _ if raw.is_cut => i64::saturating_sub(end, raw.first_presented),
                _ => i64::saturating_sub(decoded_end, raw.first_decoded),
            };
            stretches.push(Stretch {
                position: raw.position,
                last_position: raw.last_position,
                offset,
                start: raw.first_presented.saturating_add(offset),
                is_cut: raw.is_cut,
            });
            let last =
                raw.last.end().map_or(raw.decoded_end, |last| last.tick).saturating_add(offset);
            end = if number == 0 { last } else { end.max(last) };
            decoded_end = raw.decoded_end.saturating_add(offset);
        }
        let mut keyframes: Vec<_> = self
            .keyframes
            .into_iter()
            .map(|(number, keyframe)| {
                let offset = stretches[number].offset;
                Keyframe {
                    presented: keyframe.presented.saturating_add(offset),
                    decoded: keyframe.decoded.saturating_add(offset),
                    ..keyframe
                }
            })
            .collect();
        keyframes.sort_by_key(|keyframe| keyframe.presented);
        if stretches.is_empty() {
            stretches.push(Stretch {
                position: 0,
                last_position: i64::MAX,
                offset: 0,
                start: 0,
                is_cut: false,
            });
        }
        // a video that begins before this one ends is a parallel stream
        let next = self.other_video.filter(|next| *next > self.position && self.position > 0);
        let joint = next.map(|next| Joint { last: self.position, next });
        Survey { stretches, changes: self.changes, keyframes, end, joint }
    }
}

/// Whether times from equally distant places in a file do not grow, or one of their steps is more than
/// `unusual` times the median.
pub(crate) fn is_uneven(times: &[i64], unusual: i64) -> bool {
    let mut steps: Vec<_> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    steps.sort_unstable();
    let (Some(least), Some(most)) = (steps.first(), steps.last()) else { return false };
    let median = steps[steps.len() / 2];
    *least < 0 || *most > median.saturating_mul(unusual).max(1)
}
