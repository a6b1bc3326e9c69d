//! Facts about a packet's frame.

use ffmpeg_next::{Packet, ffi, packet::Ref};

/// The times of a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PacketTimes {
    /// The presentation time.
    pub(crate) pts: i64,
    /// The decode time.
    pub(crate) dts: i64,
    /// The time up to which the frame may stay on screen if none follows.
    pub(crate) end: i64,
    /// Whether the frame is decoded but never shown.
    pub(crate) is_hidden: bool,
}

/// Returns whether a packet is decoded but not shown.
pub(crate) fn is_hidden(packet: &Packet) -> bool {
    // SAFETY: the packet is valid for as long as it is borrowed.
    let flags = unsafe { (*packet.as_ptr()).flags };
    flags & ffi::AV_PKT_FLAG_DISCARD != 0
}
