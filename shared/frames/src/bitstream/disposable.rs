//! Disposable packets: packets with a picture that no other picture refers to. Their first bytes show it.
//!
//! FFmpeg's decoders can skip such pictures themselves. But AV1's cannot change that from one packet to the next,
//! HEVC's skips too much if there are temporal layers, and none reports what it skipped.

use crate::bitstream::av1::{self, SequenceHeader};
use ffmpeg_next::{codec, ffi};

/// The rules by which the packets of a stream show whether they are disposable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReferenceRules {
    /// NAL units, each after a length of this many bytes, or after a start code if the number is 0.
    H264 { length: usize },
    /// NAL units as above. Only pictures of the highest temporal layer can be disposable.
    Hevc { length: usize, highest: u8 },
    /// OBUs, with the last sequence header that is known.
    Av1(Option<SequenceHeader>),
    /// No picture of this codec refers to another.
    NoReferences,
    /// Only the decoder can find out.
    Unknown,
    /// All pictures are taken for references.
    AllReferences,
}

/// Whether a packet is disposable. The greatest value of its units holds for the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Disposability {
    Disposable,
    /// The decoder must receive the packet, and may skip the picture.
    Unknown,
    Reference,
}

impl ReferenceRules {
    /// Returns the rules for a codec with this extra data.
    pub(crate) fn of(codec: codec::Id, extra: &[u8]) -> Self {
        match codec {
            codec::Id::H264 => Self::H264 { length: length_bytes(extra, 4, 7) },
            codec::Id::HEVC => hevc(extra),
            codec::Id::AV1 => Self::Av1(SequenceHeader::of_extra(extra)),
            codec if is_intra_only(codec) => Self::NoReferences,
            _ => Self::Unknown,
        }
    }

    /// Returns whether a packet is disposable. Notes an AV1 sequence header in it.
    pub(crate) fn disposability(&mut self, packet: &[u8]) -> Disposability {
        match self {
            Self::NoReferences => Disposability::Disposable,
            Self::Unknown => Disposability::Unknown,
            Self::AllReferences => Disposability::Reference,
            Self::H264 { length } => {
                let of_units = units(packet, *length).filter_map(|unit| match unit[0] & 31 {
                    1..=5 if unit[0] & 0x60 == 0 => Some(Disposability::Disposable),
                    1..=5 => Some(Disposability::Reference),
                    // parameter sets, which later pictures may use
                    7 | 8 | 13 | 15 => Some(Disposability::Unknown),
                    _ => None,
                });
                of_units.max().unwrap_or(Disposability::Reference)
            }
            Self::Hevc { length, highest } => {
                let of_units = units(packet, *length).filter_map(|unit| match unit[0] >> 1 & 63 {
                    // ITU-T H.265, table 7-1: the even types up to 14 are no references in their layer
                    kind @ 0..32 => {
                        let layer = unit.get(1).map_or(0, |byte| byte & 7).saturating_sub(1);
                        let is_disposable = kind <= 14 && kind % 2 == 0 && layer >= *highest;
                        Some(if is_disposable {
                            Disposability::Disposable
                        } else {
                            Disposability::Reference
                        })
                    }
                    32..=34 => Some(Disposability::Unknown),
                    _ => None,
                });
                of_units.max().unwrap_or(Disposability::Reference)
            }
            Self::Av1(sequence) => {
                if av1::is_reference(sequence, packet) {
                    Disposability::Reference
                } else {
                    Disposability::Disposable
                }
            }
        }
    }
}

/// Returns whether a packet has parameter sets of its own before its picture.
pub(crate) fn has_parameter_sets(rules: &ReferenceRules, packet: &[u8]) -> bool {
    let (length, is_set): (_, fn(u8) -> bool) = match rules {
        ReferenceRules::H264 { length } => (*length, |first| matches!(first & 31, 7 | 8)),
        ReferenceRules::Hevc { length, .. } => {
            (*length, |first| matches!(first >> 1 & 63, 32..=34))
        }
        _ => return false,
    };
    let is_slice = |first: u8| match rules {
        ReferenceRules::H264 { .. } => matches!(first & 31, 1..=5),
        _ => first >> 1 & 63 < 32,
    };
    units(packet, length).take_while(|unit| !is_slice(unit[0])).any(|unit| is_set(unit[0]))
}

/// Returns whether no picture of this codec refers to another.
pub(crate) fn is_intra_only(codec: codec::Id) -> bool {
    // SAFETY: descriptors are static.
    let descriptor = unsafe { ffi::avcodec_descriptor_get(codec.into()).as_ref() };
    descriptor.is_some_and(|found| found.props & ffi::AV_CODEC_PROP_INTRA_ONLY != 0)
}

/// Returns the number of bytes of a NAL unit's length; 0 if units have start codes. The byte at `at` of an `avcC` or
/// `hvcC` record (ISO/IEC 14496-15) contains it. A record has at least `least` bytes, and its first byte is 1.
fn length_bytes(extra: &[u8], at: usize, least: usize) -> usize {
    match extra.get(at) {
        Some(byte) if extra[0] == 1 && extra.len() >= least => usize::from(byte & 3) + 1,
        _ => 0,
    }
}

fn hevc(extra: &[u8]) -> ReferenceRules {
    let length = length_bytes(extra, 21, 23);
    let layers = if length > 0 {
        extra[21] >> 3 & 7
    } else {
        // ITU-T H.265, 7.3.2.1: vps_max_sub_layers_minus1 has a fixed position
        let sets = units(extra, 0).find(|unit| unit[0] >> 1 & 63 == 32);
        sets.and_then(|unit| unit.get(3)).map_or(0, |byte| (byte >> 1 & 7) + 1)
    };
    match layers.checked_sub(1) {
        Some(highest) => ReferenceRules::Hevc { length, highest },
        None => ReferenceRules::AllReferences,
    }
}

/// Returns the NAL units in a packet, without empty ones.
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

/// Returns the offset of the first NAL unit after a start code (ITU-T H.264, annex B).
fn start_code(bytes: &[u8]) -> Option<usize> {
    bytes.windows(3).position(|window| window == [0, 0, 1]).map(|at| at + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_of_an_h264_unit_shows_references() {
        let avcc = [1, 100, 0, 30, 0xff, 0xe1, 0];
        let mut lengths = ReferenceRules::H264 { length: length_bytes(&avcc, 4, 7) };
        assert_eq!(lengths, ReferenceRules::H264 { length: 4 });
        assert_eq!(lengths.disposability(&[0, 0, 0, 1, 0x01]), Disposability::Disposable);
        assert_eq!(lengths.disposability(&[0, 0, 0, 1, 0x41]), Disposability::Reference);
        // supplemental information first; the second field is a reference
        assert_eq!(
            lengths.disposability(&[0, 0, 0, 1, 6, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0x21]),
            Disposability::Reference
        );
        // a picture parameter set first
        assert_eq!(
            lengths.disposability(&[0, 0, 0, 1, 0x68, 0, 0, 0, 1, 1]),
            Disposability::Unknown
        );
        assert_eq!(
            lengths.disposability(&[0, 0, 0, 1, 0x68, 0, 0, 0, 1, 0x41]),
            Disposability::Reference
        );
        let mut codes = ReferenceRules::H264 { length: 0 };
        assert_eq!(
            codes.disposability(&[0, 0, 0, 1, 9, 0, 0, 1, 0x01, 7]),
            Disposability::Disposable
        );
        assert_eq!(
            codes.disposability(&[0, 0, 0, 1, 9, 0, 0, 1, 0x61, 7]),
            Disposability::Reference
        );
    }

    #[test]
    fn packets_without_information_are_references() {
        for packet in [&[][..], &[0], &[0, 0, 0, 9], &[0, 0, 0, 0, 0]] {
            assert_eq!(
                ReferenceRules::H264 { length: 4 }.disposability(packet),
                Disposability::Reference
            );
            assert_eq!(
                ReferenceRules::Hevc { length: 4, highest: 0 }.disposability(packet),
                Disposability::Reference
            );
            assert_eq!(ReferenceRules::Av1(None).disposability(packet), Disposability::Reference);
        }
    }

    #[test]
    fn hevc_units_show_references_within_their_layer() {
        let mut hvcc = [0; 23];
        (hvcc[0], hvcc[21]) = (1, 0b0000_1111);
        assert_eq!(hevc(&hvcc), ReferenceRules::Hevc { length: 4, highest: 0 });
        let mut single = ReferenceRules::Hevc { length: 4, highest: 0 };
        assert_eq!(single.disposability(&[0, 0, 0, 2, 0, 1]), Disposability::Disposable, "TRAIL_N");
        assert_eq!(single.disposability(&[0, 0, 0, 2, 2, 1]), Disposability::Reference, "TRAIL_R");
        assert_eq!(single.disposability(&[0, 0, 0, 2, 38, 1]), Disposability::Reference, "IDR");
        assert_eq!(
            single.disposability(&[0, 0, 0, 2, 68, 1, 0, 0, 0, 2, 0, 1]),
            Disposability::Unknown,
            "a PPS"
        );
        let mut two = ReferenceRules::Hevc { length: 4, highest: 1 };
        assert_eq!(
            two.disposability(&[0, 0, 0, 2, 0, 1]),
            Disposability::Reference,
            "TRAIL_N of the lower layer"
        );
        assert_eq!(
            two.disposability(&[0, 0, 0, 2, 4, 2]),
            Disposability::Disposable,
            "TSA_N of the higher layer"
        );
        let sets = [0, 0, 0, 1, 0x40, 1, 0x0c, 0x01, 0xff];
        assert_eq!(hevc(&sets), ReferenceRules::Hevc { length: 0, highest: 0 });
        assert_eq!(hevc(&[]), ReferenceRules::AllReferences);
    }
}
