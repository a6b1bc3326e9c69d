//! Decoder state that a container delivers with one packet only: a palette, or a new configuration.

use ffmpeg_next::{
    Error as FfmpegError, Packet, codec,
    ffi::{self, AVPacketSideDataType as Kind},
    packet::{Mut, Ref},
};
use serde::{Deserialize, Serialize};

/// The kinds of side data that hold until the next of their kind.
const KINDS: [Kind; 2] = [Kind::AV_PKT_DATA_PALETTE, Kind::AV_PKT_DATA_NEW_EXTRADATA];

/// Side data that holds from a packet on, in the order of [`KINDS`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct DecoderState([Option<Vec<u8>>; KINDS.len()]);

impl DecoderState {
    /// Returns the decoder configuration in a container's header.
    pub(crate) fn of_header(parameters: &codec::Parameters) -> Self {
        let extra = extradata(parameters);
        Self([None, (!extra.is_empty()).then(|| extra.to_vec())])
    }

    /// Returns the decoder configuration.
    pub(crate) fn extradata(&self) -> &[u8] {
        self.0[1].as_deref().unwrap_or_default()
    }

    /// Returns its size in memory, in bytes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.0.iter().flatten().map(Vec::len).sum::<usize>()
    }

    /// Returns the state from this packet on; `None` if the packet brings nothing new.
    pub(crate) fn after(&self, packet: &Packet) -> Option<Self> {
        let found = KINDS.map(|kind| side_data(packet, kind).map(<[u8]>::to_vec));
        let mut next = self.clone();
        for (old, new) in next.0.iter_mut().zip(found) {
            *old = new.or(old.take());
        }
        (next != *self).then_some(next)
    }

    /// Returns a copy of the packet that brings all of the state.
    pub(crate) fn attached(&self, packet: &Packet) -> Result<Packet, FfmpegError> {
        let mut packet = packet.clone();
        for (kind, data) in KINDS.into_iter().zip(&self.0) {
            let Some(data) = data else { continue };
            // SAFETY: the packet is valid and not shared; the new side data has the requested length.
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

/// The states of a container's packets so far, by number. Number 0 is the state of the header.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DecoderStates(Vec<DecoderState>);

/// The limit on states, which no real video reaches. Later states are not kept.
const MOST_STATES: usize = 10_000;

impl DecoderStates {
    pub(crate) fn new(header: DecoderState, later: impl Iterator<Item = DecoderState>) -> Self {
        Self(std::iter::once(header).chain(later).collect())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, number: usize) -> &DecoderState {
        &self.0[number.min(self.0.len() - 1)]
    }

    /// Returns the number of the state from this packet on. `before` is the number of the state before it.
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

/// Writes the number of a state into a packet.
pub(crate) fn tag(packet: &mut Packet, state: usize) {
    // SAFETY: the packet is valid; FFmpeg leaves this field to its users.
    unsafe { (*packet.as_mut_ptr()).opaque = std::ptr::without_provenance_mut(state) }
}

/// Returns the number that [`tag`] wrote.
pub(crate) fn tagged(packet: &Packet) -> usize {
    // SAFETY: the packet is valid for as long as it is borrowed.
    unsafe { (*packet.as_ptr()).opaque.addr() }
}

/// Returns the extra data of a stream.
fn extradata(parameters: &codec::Parameters) -> &[u8] {
    // SAFETY: the parameters are valid for as long as they are borrowed, and their extra data has the
    // length that they state.
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
    // SAFETY: the packet is valid for as long as it is borrowed, and its data has the stated length.
    unsafe {
        let data = ffi::av_packet_get_side_data(packet.as_ptr(), kind, &raw mut size);
        (!data.is_null()).then(|| std::slice::from_raw_parts(data, size))
    }
}
