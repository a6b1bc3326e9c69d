//! Decoder state that a container delivers with one packet only: a palette, or a new configuration.

use ffmpeg_next::{
    Error as FfmpegError, Packet, codec,
    ffi::{self, AVPacketSideDataType as Kind},
    packet::{Mut, Ref},
};
use serde::{Deserialize, Serialize};

/// The kinds of side data that hold until the next of their kind.
const KINDS: [Kind; 2] = [Kind::AV_PKT_DATA_PALETTE, Kind::AV_PKT_DATA_NEW_EXTRADATA];

/// Side data that holds from a packet on, by its kind's place in [`KINDS`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State([Option<Vec<u8>>; KINDS.len()]);

impl State {
    /// The configuration in a container's header.
    pub(crate) fn of_header(parameters: &codec::Parameters) -> Self {
        let extra = extradata(parameters);
        Self([None, (!extra.is_empty()).then(|| extra.to_vec())])
    }

    /// The configuration of the decoder.
    pub(crate) fn extradata(&self) -> &[u8] {
        self.0[1].as_deref().unwrap_or_default()
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.0.iter().flatten().map(Vec::len).sum::<usize>()
    }

    /// The state from this packet on; `None` if it brings nothing new.
    pub(crate) fn after(&self, packet: &Packet) -> Option<Self> {
        let found = KINDS.map(|kind| side_data(packet, kind).map(<[u8]>::to_vec));
        let mut next = self.clone();
        for (old, new) in next.0.iter_mut().zip(found) {
            *old = new.or(old.take());
        }
        (next != *self).then_some(next)
    }

    /// A copy of the packet that brings all of the state.
    pub(crate) fn attached(&self, packet: &Packet) -> Result<Packet, FfmpegError> {
        let mut packet = packet.clone();
        for (kind, data) in KINDS.into_iter().zip(&self.0) {
            let Some(data) = data else { continue };
            // SAFETY: the packet is valid and not shared; the new side data is as long as asked for.
            unsafe {
                let copy = ffi::av_packet_new_side_data(packet.as_mut_ptr(), kind, data.len());
                if copy.is_null() {
                    return Err(FfmpegError::Other { errno: ffmpeg_next::error::ENOMEM });
                }
                copy.copy_from_nonoverlapping(data.as_ptr(), data.len());
            }
        }
        Ok(packet)
    }
}

/// The states that a container's packets have had, by number. Number 0 is that of the header.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct States(Vec<State>);

/// More states than any video has; those of later ones are not kept.
const MOST_STATES: usize = 10_000;

impl States {
    /// That of the header, and those that follow.
    pub(crate) fn of(header: State, later: impl Iterator<Item = State>) -> Self {
        Self(std::iter::once(header).chain(later).collect())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, number: usize) -> &State {
        &self.0[number.min(self.0.len() - 1)]
    }

    /// The number of the state from this packet on, after that of number `before`.
    pub(crate) fn after(&mut self, before: usize, packet: &Packet) -> usize {
        let Some(state) = self.get(before).after(packet) else { return before };
        if let Some(known) = self.0.iter().position(|known| *known == state) {
            return known;
        }
        if self.0.len() < MOST_STATES {
            self.0.push(state);
        }
        self.0.len() - 1
    }
}

/// Notes a state's number in a packet.
pub(crate) fn tag(packet: &mut Packet, state: usize) {
    // SAFETY: the packet is valid; FFmpeg leaves this field to its users.
    unsafe { (*packet.as_mut_ptr()).opaque = std::ptr::without_provenance_mut(state) }
}

/// The number noted in a packet.
pub(crate) fn tagged(packet: &Packet) -> usize {
    // SAFETY: the packet is valid for as long as it is borrowed.
    unsafe { (*packet.as_ptr()).opaque.addr() }
}

/// A stream's extra data.
fn extradata(parameters: &codec::Parameters) -> &[u8] {
    // SAFETY: the parameters are valid for as long as they are borrowed, and their extra data is as
    // long as they say.
    unsafe {
        let parameters = parameters.as_ptr();
        let size = (*parameters).extradata_size.max(0) as usize;
        if (*parameters).extradata.is_null() {
            return &[];
        }
        std::slice::from_raw_parts((*parameters).extradata, size)
    }
}

fn side_data(packet: &Packet, kind: Kind) -> Option<&[u8]> {
    let mut size = 0;
    // SAFETY: the packet is valid for as long as it is borrowed, and its data is as long as it says.
    unsafe {
        let data = ffi::av_packet_get_side_data(packet.as_ptr(), kind, &raw mut size);
        (!data.is_null()).then(|| std::slice::from_raw_parts(data, size))
    }
}
