//! Whether other pictures refer to a packet's, told from its first bytes.
//!
//! FFmpeg's decoders can leave such pictures out themselves, but AV1's cannot from one packet to the
//! next, HEVC's leaves out too much where there are temporal layers, and none says what it left out.

use crate::bitstream::av1::{self, Sequence};
use ffmpeg_next::{codec, ffi};

/// How a stream's packets say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum References {
    /// NAL units, with this many bytes of length before each, or 0 for start codes.
    H264 { length: usize },
    /// As above; pictures of the highest temporal layer tell.
    Hevc { length: usize, highest: u8 },
    /// OBUs, and what is known of their headers.
    Av1(Option<Sequence>),
    /// No picture of this codec refers to another.
    None,
    /// Only the decoder can tell.
    Unknown,
    /// As if they all did.
    All,
}

/// Whether others refer to a picture; the greatest of what its parts say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Referred {
    No,
    /// The decoder must have the packet, and may leave the picture out.
    Unknown,
    Yes,
}

impl From<bool> for Referred {
    fn from(referred: bool) -> Self {
        if referred { Self::Yes } else { Self::No }
    }
}

impl References {
    /// For a codec with this extra data.
    pub(crate) fn of(codec: codec::Id, extra: &[u8]) -> Self {
        match codec {
            codec::Id::H264 => Self::H264 { length: length_bytes(extra, 4, 7) },
            codec::Id::HEVC => hevc(extra),
            codec::Id::AV1 => Self::Av1(Sequence::of_extra(extra)),
            codec if is_intra_only(codec) => Self::None,
            _ => Self::Unknown,
        }
    }

    /// Whether others refer to the picture of a packet.
    pub(crate) fn to(&mut self, packet: &[u8]) -> Referred {
        match self {
            Self::None => Referred::No,
            Self::Unknown => Referred::Unknown,
            Self::All => Referred::Yes,
            Self::H264 { length } => {
                let told = units(packet, *length).filter_map(|unit| match unit[0] & 31 {
                    1..=5 => Some(Referred::from(unit[0] & 0x60 != 0)),
                    // parameter sets, which pictures behind this one may be of
                    7 | 8 | 13 | 15 => Some(Referred::Unknown),
                    _ => None,
                });
                told.max().unwrap_or(Referred::Yes)
            }
            Self::Hevc { length, highest } => {
                let told = units(packet, *length).filter_map(|unit| match unit[0] >> 1 & 63 {
                    // ITU-T H.265, table 7-1: the even types up to 14 are no references in their layer
                    kind @ 0..32 => {
                        let layer = unit.get(1).map_or(0, |byte| byte & 7).saturating_sub(1);
                        Some(Referred::from(kind > 14 || kind % 2 == 1 || layer < *highest))
                    }
                    32..=34 => Some(Referred::Unknown),
                    _ => None,
                });
                told.max().unwrap_or(Referred::Yes)
            }
            Self::Av1(sequence) => av1::is_referred(sequence, packet).into(),
        }
    }
}

/// Whether a packet has parameter sets of its own before its picture.
pub(crate) fn has_parameter_sets(references: &References, packet: &[u8]) -> bool {
    let (length, is_set): (_, fn(u8) -> bool) = match references {
        References::H264 { length } => (*length, |first| matches!(first & 31, 7 | 8)),
        References::Hevc { length, .. } => (*length, |first| matches!(first >> 1 & 63, 32..=34)),
        _ => return false,
    };
    let is_slice = |first: u8| match references {
        References::H264 { .. } => matches!(first & 31, 1..=5),
        _ => first >> 1 & 63 < 32,
    };
    units(packet, length).take_while(|unit| !is_slice(unit[0])).any(|unit| is_set(unit[0]))
}

pub(crate) fn is_intra_only(codec: codec::Id) -> bool {
    // SAFETY: descriptors are static.
    let descriptor = unsafe { ffi::avcodec_descriptor_get(codec.into()).as_ref() };
    descriptor.is_some_and(|found| found.props & ffi::AV_CODEC_PROP_INTRA_ONLY != 0)
}

/// How many bytes tell a NAL unit's length, by the byte at `at` of an `avcC` or `hvcC` record (ISO/IEC
/// 14496-15) of at least `least` bytes, whose first byte is 1; 0 where units have start codes.
fn length_bytes(extra: &[u8], at: usize, least: usize) -> usize {
    match extra.get(at) {
        Some(byte) if extra[0] == 1 && extra.len() >= least => usize::from(byte & 3) + 1,
        _ => 0,
    }
}

fn hevc(extra: &[u8]) -> References {
    let length = length_bytes(extra, 21, 23);
    let layers = if length > 0 {
        extra[21] >> 3 & 7
    } else {
        // ITU-T H.265, 7.3.2.1: vps_max_sub_layers_minus1 has a fixed place
        let sets = units(extra, 0).find(|unit| unit[0] >> 1 & 63 == 32);
        sets.and_then(|unit| unit.get(3)).map_or(0, |byte| (byte >> 1 & 7) + 1)
    };
    match layers.checked_sub(1) {
        Some(highest) => References::Hevc { length, highest },
        None => References::All,
    }
}

/// The NAL units in a packet, none of them empty.
fn units(packet: &[u8], length: usize) -> impl Iterator<Item = &[u8]> {
    let mut rest = packet;
    std::iter::from_fn(move || {
        loop {
            let unit = if length > 0 {
                let (size, after) = rest.split_at_checked(length)?;
                let size = size.iter().fold(0, |size, byte| size << 8 | usize::from(*byte));
                let unit = &after[..size.min(after.len())];
                rest = &after[unit.len()..];
                unit
            } else {
                let start = start_code(rest)?;
                let unit = &rest[start..];
                rest = unit;
                unit
            };
            if !unit.is_empty() {
                return Some(unit);
            }
        }
    })
}

/// Where the first NAL unit behind a start code begins (ITU-T H.264, annex B).
fn start_code(bytes: &[u8]) -> Option<usize> {
    bytes.windows(3).position(|window| window == [0, 0, 1]).map(|at| at + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h264_says_it_in_every_units_first_byte() {
        let avcc = [1, 100, 0, 30, 0xff, 0xe1, 0];
        let mut lengths = References::H264 { length: length_bytes(&avcc, 4, 7) };
        assert_eq!(lengths, References::H264 { length: 4 });
        assert_eq!(lengths.to(&[0, 0, 0, 1, 0x01]), Referred::No);
        assert_eq!(lengths.to(&[0, 0, 0, 1, 0x41]), Referred::Yes);
        // supplemental information first; the second field is referred to
        assert_eq!(lengths.to(&[0, 0, 0, 1, 6, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0x21]), Referred::Yes);
        // a picture parameter set first
        assert_eq!(lengths.to(&[0, 0, 0, 1, 0x68, 0, 0, 0, 1, 1]), Referred::Unknown);
        assert_eq!(lengths.to(&[0, 0, 0, 1, 0x68, 0, 0, 0, 1, 0x41]), Referred::Yes);
        let mut codes = References::H264 { length: 0 };
        assert_eq!(codes.to(&[0, 0, 0, 1, 9, 0, 0, 1, 0x01, 7]), Referred::No);
        assert_eq!(codes.to(&[0, 0, 0, 1, 9, 0, 0, 1, 0x61, 7]), Referred::Yes);
    }

    #[test]
    fn what_tells_nothing_is_referred_to() {
        for packet in [&[][..], &[0], &[0, 0, 0, 9], &[0, 0, 0, 0, 0]] {
            assert_eq!(References::H264 { length: 4 }.to(packet), Referred::Yes);
            assert_eq!(References::Hevc { length: 4, highest: 0 }.to(packet), Referred::Yes);
            assert_eq!(References::Av1(None).to(packet), Referred::Yes);
        }
    }

    #[test]
    fn hevc_says_it_for_its_layer() {
        let mut hvcc = [0; 23];
        (hvcc[0], hvcc[21]) = (1, 0b0000_1111);
        assert_eq!(hevc(&hvcc), References::Hevc { length: 4, highest: 0 });
        let mut single = References::Hevc { length: 4, highest: 0 };
        assert_eq!(single.to(&[0, 0, 0, 2, 0, 1]), Referred::No, "TRAIL_N");
        assert_eq!(single.to(&[0, 0, 0, 2, 2, 1]), Referred::Yes, "TRAIL_R");
        assert_eq!(single.to(&[0, 0, 0, 2, 38, 1]), Referred::Yes, "IDR");
        assert_eq!(single.to(&[0, 0, 0, 2, 68, 1, 0, 0, 0, 2, 0, 1]), Referred::Unknown, "a PPS");
        let mut two = References::Hevc { length: 4, highest: 1 };
        assert_eq!(two.to(&[0, 0, 0, 2, 0, 1]), Referred::Yes, "of the lower layer");
        assert_eq!(two.to(&[0, 0, 0, 2, 4, 2]), Referred::No, "TSA_N of the higher");
        let sets = [0, 0, 0, 1, 0x40, 1, 0x0c, 0x01, 0xff];
        assert_eq!(hevc(&sets), References::Hevc { length: 0, highest: 0 });
        assert_eq!(hevc(&[]), References::All);
    }
}
