//! The fields of AV1's headers that show whether a frame is a reference (AV1 Bitstream & Decoding Process
//! Specification, 5.5.1 and 5.9.2). A frame that refreshes no reference slot has no effect on later frames, not
//! even on their probabilities.

/// The fields of a sequence header that determine the layout of the frame headers after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SequenceHeader {
    order_hint_bits: u32,
    screen_content_tools: FrameFlag,
    integer_motion: FrameFlag,
}

/// A flag that is the same for all frames, or stated by every frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameFlag {
    Fixed(bool),
    PerFrame,
}

const SEQUENCE_HEADER: u8 = 1;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;

const KEY_FRAME: u32 = 0;
const INTRA_ONLY_FRAME: u32 = 2;
const SWITCH_FRAME: u32 = 3;

impl SequenceHeader {
    /// Reads the extra data of a stream: OBUs, in MP4 and Matroska after four bytes of an `av1C` record.
    pub(crate) fn of_extra(extra: &[u8]) -> Option<Self> {
        let obus = if extra.first() == Some(&0x81) { extra.get(4..)? } else { extra };
        units(obus)
            .find(|(kind, _)| *kind == SEQUENCE_HEADER)
            .and_then(|(_, body)| Self::read(body))
    }

    /// Returns `None` if it has layers, frame numbers or a decoder model. They make frame headers longer, and hardly
    /// any encoder writes them.
    fn read(body: &[u8]) -> Option<Self> {
        let mut bits = BitReader { bytes: body, at: 0 };
        bits.skip(3 + 1)?;
        let reduced = bits.flag()?;
        let timing = bits.flag()?;
        if timing {
            bits.skip(32 + 32)?;
            if bits.flag()? {
                bits.skip_uvlc()?;
            }
        }
        let decoder_model = timing && bits.flag()?;
        let display_delay = bits.flag()?;
        let more_layers = bits.read(5)? > 0;
        if reduced || decoder_model || more_layers {
            return None;
        }
        bits.skip(12)?;
        if bits.read(5)? > 7 {
            bits.skip(1)?;
        }
        if display_delay && bits.flag()? {
            bits.skip(4)?;
        }
        let (width, height) = (bits.read(4)? + 1, bits.read(4)? + 1);
        bits.skip(width + height)?;
        if bits.flag()? {
            return None;
        }
        bits.skip(3 + 4)?;
        let order_hints = bits.flag()?;
        if order_hints {
            bits.skip(2)?;
        }
        let screen_content_tools = bits.frame_flag()?;
        let integer_motion = match screen_content_tools {
            FrameFlag::Fixed(false) => FrameFlag::PerFrame,
            _ => bits.frame_flag()?,
        };
        let order_hint_bits = if order_hints { bits.read(3)? + 1 } else { 0 };
        Some(Self { order_hint_bits, screen_content_tools, integer_motion })
    }

    /// Returns whether a frame is kept as a reference; `None` if its header is cut short.
    fn is_kept(self, header: &[u8]) -> Option<bool> {
        let mut bits = BitReader { bytes: header, at: 0 };
        if bits.flag()? {
            // shows a frame again: that costs nothing, and the frame may be a keyframe
            return Some(true);
        }
        let kind = bits.read(2)?;
        let shown = bits.flag()?;
        if !shown {
            bits.skip(1)?;
        }
        if kind == SWITCH_FRAME || (kind == KEY_FRAME && shown) {
            return Some(true);
        }
        let error_resilient = bits.flag()?;
        bits.skip(1)?;
        let read = |flag, bits: &mut BitReader| match flag {
            FrameFlag::Fixed(value) => Some(value),
            FrameFlag::PerFrame => bits.flag(),
        };
        if read(self.screen_content_tools, &mut bits)? {
            read(self.integer_motion, &mut bits)?;
        }
        bits.skip(1 + self.order_hint_bits)?;
        if !error_resilient && kind != KEY_FRAME && kind != INTRA_ONLY_FRAME {
            bits.skip(3)?;
        }
        Some(bits.read(8)? != 0)
    }
}

/// Returns whether any frame of a temporal unit is kept as a reference. A sequence header in it replaces `sequence`.
pub(crate) fn is_reference(sequence: &mut Option<SequenceHeader>, unit: &[u8]) -> bool {
    let mut is_kept = true;
    let mut frames = 0;
    for (kind, body) in units(unit) {
        match kind {
            SEQUENCE_HEADER => *sequence = SequenceHeader::read(body),
            FRAME_HEADER | FRAME => {
                let this = sequence.and_then(|sequence| sequence.is_kept(body)).unwrap_or(true);
                is_kept = this || (frames > 0 && is_kept);
                frames += 1;
            }
            _ => {}
        }
    }
    is_kept
}

/// Returns the OBUs of a temporal unit: kinds and contents.
fn units(unit: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = unit;
    std::iter::from_fn(move || {
        let (header, after) = rest.split_first()?;
        let after = if header & 4 != 0 { after.get(1..)? } else { after };
        let (size, body) = if header & 2 != 0 { leb128(after)? } else { (after.len(), after) };
        let (body, after) = body.split_at_checked(size)?;
        rest = after;
        Some((header >> 3 & 15, body))
    })
}

/// Reads a number of up to eight bytes of seven bits, the lowest first. Returns it and the bytes after it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = bytes.iter().take(8).position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(length);
    let number = number.iter().rev().fold(0, |all, byte| all << 7 | u64::from(byte & 0x7f));
    Some((usize::try_from(number).ok()?, rest))
}

struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl BitReader<'_> {
    fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn read(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |number, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    fn skip(&mut self, count: u32) -> Option<()> {
        self.at += count as usize;
        (self.at <= 8 * self.bytes.len()).then_some(())
    }

    fn skip_uvlc(&mut self) -> Option<()> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        if zeros < 32 { self.skip(zeros) } else { Some(()) }
    }

    /// Reads whether every frame states a flag, else the flag itself.
    fn frame_flag(&mut self) -> Option<FrameFlag> {
        Some(if self.flag()? { FrameFlag::PerFrame } else { FrameFlag::Fixed(self.flag()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Converts bits, written as 0 and 1 with any separators, to bytes.
    fn bytes(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().filter(|bit| matches!(bit, b'0' | b'1')).collect();
        bits.chunks(8)
            .map(|byte| {
                byte.iter().enumerate().fold(0, |all, (at, bit)| all | (bit - b'0') << (7 - at))
            })
            .collect()
    }

    /// An OBU with its size.
    fn obu(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind << 3 | 2, body.len() as u8], body].concat()
    }

    /// Profile 0, level 8 with a tier, sizes of 4 bits each, order hints of 7 bits.
    fn sequence() -> Vec<u8> {
        let bits = "000 0 0 0 0 00000 000000000000 01000 0 0011 0011 1111 1111 0 \
                    000 0000 1 00 1 1 110";
        obu(SEQUENCE_HEADER, &bytes(bits))
    }

    /// A shown inter frame that refreshes these slots.
    fn frame(refresh: &str) -> Vec<u8> {
        obu(FRAME, &bytes(&format!("0 01 1 0 0 0 0 1010101 000 {refresh}")))
    }

    #[test]
    fn a_frame_that_refreshes_no_slot_is_not_a_reference() {
        let mut known = None;
        assert!(is_reference(&mut known, &frame("00000000")), "no sequence header is known yet");
        assert!(is_reference(&mut known, &sequence()));
        assert!(!is_reference(&mut known, &frame("00000000")));
        assert!(is_reference(&mut known, &frame("00010000")));
        let both = [frame("00010000"), frame("00000000")].concat();
        assert!(is_reference(&mut known, &both), "the first of two frames is a reference");
        let key = obu(FRAME, &bytes("0 00 1 0000 0000"));
        assert!(is_reference(&mut known, &key));
        assert!(is_reference(&mut known, &obu(FRAME_HEADER, &bytes("1 001 0000"))), "shown again");
    }

    #[test]
    fn extra_data_is_read_with_and_without_a_record() {
        let known = SequenceHeader::of_extra(&sequence()).unwrap();
        assert_eq!(known.order_hint_bits, 7);
        let record = [&[0x81, 0, 0, 0], sequence().as_slice()].concat();
        assert_eq!(SequenceHeader::of_extra(&record), Some(known));
        assert_eq!(SequenceHeader::of_extra(&[]), None);
    }

    #[test]
    fn a_unit_that_is_cut_short_is_a_reference() {
        let mut known = SequenceHeader::of_extra(&sequence());
        for length in 0..4 {
            assert!(is_reference(&mut known, &frame("00000000")[..length]), "{length}");
        }
        assert!(is_reference(&mut known, &[0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    }
}
