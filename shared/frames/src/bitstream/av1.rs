//! As much of AV1's headers as tells whether a frame is a reference (AV1 Bitstream & Decoding Process
//! Specification, 5.5.1 and 5.9.2): a frame that refreshes no reference slot leaves nothing behind, not
//! even probabilities.

/// What a sequence header says of the frame headers that follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sequence {
    order_hint_bits: u32,
    screen_content_tools: Choice,
    integer_motion: Choice,
}

/// Something that holds for all frames, or that every frame says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Always(bool),
    EachFrame,
}

const SEQUENCE_HEADER: u8 = 1;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;

const KEY_FRAME: u32 = 0;
const INTRA_ONLY_FRAME: u32 = 2;
const SWITCH_FRAME: u32 = 3;

impl Sequence {
    /// From the extra data of a stream: OBUs, in MP4 and Matroska behind four bytes of an `av1C` record.
    pub(crate) fn of_extra(extra: &[u8]) -> Option<Self> {
        let obus = if extra.first() == Some(&0x81) { extra.get(4..)? } else { extra };
        units(obus)
            .find(|(kind, _)| *kind == SEQUENCE_HEADER)
            .and_then(|(_, body)| Self::read(body))
    }

    /// `None` where it has what makes frame headers longer, which hardly any encoder writes: layers, frame
    /// numbers, or a decoder model.
    fn read(body: &[u8]) -> Option<Self> {
        let mut bits = Bits { bytes: body, at: 0 };
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
        let screen_content_tools = bits.choice()?;
        let integer_motion = match screen_content_tools {
            Choice::Always(false) => Choice::EachFrame,
            _ => bits.choice()?,
        };
        let order_hint_bits = if order_hints { bits.read(3)? + 1 } else { 0 };
        Some(Self { order_hint_bits, screen_content_tools, integer_motion })
    }

    /// Whether a frame is kept as a reference; `None` where its header is cut short.
    fn keeps(self, header: &[u8]) -> Option<bool> {
        let mut bits = Bits { bytes: header, at: 0 };
        if bits.flag()? {
            // shows a frame again, which costs nothing and may be a keyframe
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
        let says = |choice, bits: &mut Bits| match choice {
            Choice::Always(value) => Some(value),
            Choice::EachFrame => bits.flag(),
        };
        if says(self.screen_content_tools, &mut bits)? {
            says(self.integer_motion, &mut bits)?;
        }
        bits.skip(1 + self.order_hint_bits)?;
        if !error_resilient && kind != KEY_FRAME && kind != INTRA_ONLY_FRAME {
            bits.skip(3)?;
        }
        Some(bits.read(8)? != 0)
    }
}

/// Whether any frame of a temporal unit is kept as a reference. A sequence header in it is noted.
pub(crate) fn is_referred(sequence: &mut Option<Sequence>, unit: &[u8]) -> bool {
    let mut referred = true;
    let mut frames = 0;
    for (kind, body) in units(unit) {
        match kind {
            SEQUENCE_HEADER => *sequence = Sequence::read(body),
            FRAME_HEADER | FRAME => {
                let keeps = sequence.and_then(|sequence| sequence.keeps(body)).unwrap_or(true);
                referred = keeps || (frames > 0 && referred);
                frames += 1;
            }
            _ => {}
        }
    }
    referred
}

/// The OBUs of a temporal unit, as their kind and what follows their header.
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

/// A number of up to eight bytes of seven bits, the lowest first, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = bytes.iter().take(8).position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(length);
    let number = number.iter().rev().fold(0, |all, byte| all << 7 | u64::from(byte & 0x7f));
    Some((usize::try_from(number).ok()?, rest))
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
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

    /// A flag that leaves it to every frame, or the flag for all of them.
    fn choice(&mut self) -> Option<Choice> {
        Some(if self.flag()? { Choice::EachFrame } else { Choice::Always(self.flag()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits, written as 0 and 1 with anything between, as bytes.
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

    /// An inter frame that is shown and refreshes these slots.
    fn frame(refresh: &str) -> Vec<u8> {
        obu(FRAME, &bytes(&format!("0 01 1 0 0 0 0 1010101 000 {refresh}")))
    }

    #[test]
    fn a_frame_that_refreshes_nothing_is_no_reference() {
        let mut known = None;
        assert!(is_referred(&mut known, &frame("00000000")), "nothing is known yet");
        assert!(is_referred(&mut known, &sequence()));
        assert!(!is_referred(&mut known, &frame("00000000")));
        assert!(is_referred(&mut known, &frame("00010000")));
        let both = [frame("00010000"), frame("00000000")].concat();
        assert!(is_referred(&mut known, &both), "a hidden one before it is");
        let key = obu(FRAME, &bytes("0 00 1 0000 0000"));
        assert!(is_referred(&mut known, &key));
        assert!(is_referred(&mut known, &obu(FRAME_HEADER, &bytes("1 001 0000"))), "shown again");
    }

    #[test]
    fn extra_data_comes_with_and_without_a_record() {
        let known = Sequence::of_extra(&sequence()).unwrap();
        assert_eq!(known.order_hint_bits, 7);
        let record = [&[0x81, 0, 0, 0], sequence().as_slice()].concat();
        assert_eq!(Sequence::of_extra(&record), Some(known));
        assert_eq!(Sequence::of_extra(&[]), None);
    }

    #[test]
    fn what_is_cut_short_is_referred_to() {
        let mut known = Sequence::of_extra(&sequence());
        for length in 0..4 {
            assert!(is_referred(&mut known, &frame("00000000")[..length]), "{length}");
        }
        assert!(is_referred(&mut known, &[0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    }
}
