//! What only reading all packets shows: where the clock jumps, and where the decoder's state changes.
//!
//! Streams without an index (MPEG-TS and -PS, FLV) are found their way in by the times of packets, so a
//! clock that goes back would hide what follows. Each stretch between two jumps is given an offset, so that
//! it follows the one before: packets then have times that only grow, and places in the file by time.

use super::state::{State, States};
use crate::{FramesError, container::Container, demux::duration::LastFrame};
use ffmpeg_next::{Packet, Rescale, media};
use serde::{Deserialize, Serialize};

/// What was found, in the order of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Survey {
    stretches: Vec<Stretch>,
    changes: Vec<Change>,
    /// Keyframes, if places are to be found by them.
    keyframes: Vec<Keyframe>,
    /// The tick after the last frame.
    pub(crate) end: i64,
    /// Where the video ends and another one begins, which the file goes on with.
    #[serde(skip)]
    pub(crate) joint: Option<Joint>,
}

/// Positions in a file in which one video stream ends and another one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joint {
    /// Where the last packet of the one begins.
    pub(crate) last: i64,
    /// Where the first packet of the other begins.
    pub(crate) next: i64,
}

/// Packets whose clock does not jump.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stretch {
    /// Where its first packet is in the file.
    position: i64,
    /// What is added to its times.
    offset: i64,
    /// When its first frame is shown, with the offset.
    start: i64,
    /// Whether it begins with a keyframe: then what is shown before that one belongs to no recording.
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

    pub(crate) fn keyframes(&self) -> &[Keyframe] {
        &self.keyframes
    }

    /// All states, that of the header first.
    pub(crate) fn states(&self, header: State) -> States {
        States::of(header, self.changes.iter().map(|change| change.state.clone()))
    }

    /// Where a packet belongs by its place in the file.
    pub(crate) fn place(&self, position: i64) -> Place {
        let until = self.stretches.partition_point(|stretch| stretch.position <= position).max(1);
        let state = self.changes.partition_point(|change| change.position <= position);
        let stretch = &self.stretches[until - 1];
        let start = if stretch.is_cut && until > 1 { stretch.start } else { i64::MIN };
        Place { offset: stretch.offset, start, state }
    }
}

/// A clock that stands still for longer jumps ahead, in seconds. MPEG-TS wants a time at least every
/// 0.7 s (ISO/IEC 13818-1, 2.7.4); a few frames a second are allowed for.
const LONGEST_PAUSE: i64 = 2;
/// Nor does it pause if frames are nearly as far apart anyway.
const PAUSE_IN_FRAMES: i64 = 8;
/// The most jumps and keyframes that are kept; more of them are no video.
const MOST: usize = 1_000_000;

/// Reads a container from its start to its end.
///
/// # Errors
/// Those of reading it.
pub(crate) fn survey(container: &mut Container) -> Result<Survey, FramesError> {
    container.rewind()?;
    let mut surveyor = Surveyor::new(container);
    while let Some(packet) = container.read_any()? {
        if packet.stream() == container.stream {
            surveyor.see(&packet, container);
        } else {
            surveyor.hear(&packet, container);
        }
        if surveyor.stretches.len() + surveyor.keyframes.len() > MOST {
            break;
        }
    }
    Ok(surveyor.finish())
}

/// A stretch in the making, in its own times.
struct Raw {
    position: i64,
    is_cut: bool,
    first_decoded: i64,
    first_presented: i64,
    last: LastFrame,
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
    position: i64,
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
            position: 0,
        }
    }

    /// Takes a packet of another stream: while its clock goes on, the video may pause.
    fn hear(&mut self, packet: &Packet, container: &Container) {
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

    fn see(&mut self, packet: &Packet, container: &Container) {
        self.position =
            if packet.position() < 0 { self.position } else { packet.position() as i64 };
        if let Some(state) = self.state.after(packet) {
            self.state = state.clone();
            self.changes.push(Change { position: self.position, state });
        }
        let Some(decoded) = packet.dts().or(packet.pts()) else { return };
        let presented = packet.pts().unwrap_or(decoded);
        let length = container.length_of(packet);
        if self.stretches.last().is_none_or(|last| self.jumps(last, decoded, length)) {
            self.others.fill(None);
            if packet.is_key() && !self.stretches.is_empty() {
                // the decoder gives what it still has of the stretch before
                let state = self.state.clone();
                self.changes.push(Change { position: self.position, state });
            }
            self.stretches.push(Raw {
                position: self.position,
                is_cut: packet.is_key(),
                first_decoded: decoded,
                first_presented: presented,
                last: LastFrame::new(presented),
                decoded_end: decoded,
                packets: 0,
            });
        }
        let number = self.stretches.len() - 1;
        let stretch = &mut self.stretches[number];
        stretch.packets += 1;
        stretch.decoded_end = stretch.decoded_end.max(decoded.saturating_add(length));
        stretch.last.see(packet, length);
        if packet.is_key() {
            let keyframe = Keyframe { position: self.position, presented, decoded };
            self.keyframes.push((number, keyframe));
        }
    }

    /// Whether a packet of this decode time cannot belong to the stretch.
    fn jumps(&self, stretch: &Raw, decoded: i64, length: i64) -> bool {
        let last = stretch.decoded_end.saturating_sub(length);
        if decoded.saturating_add(2 * length) < last {
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
                _ if raw.is_cut => end - raw.first_presented,
                _ => decoded_end - raw.first_decoded,
            };
            stretches.push(Stretch {
                position: raw.position,
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
            stretches.push(Stretch { position: 0, offset: 0, start: 0, is_cut: false });
        }
        // a video that begins while this one goes on is another one beside it
        let next = self.other_video.filter(|next| *next > self.position);
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
