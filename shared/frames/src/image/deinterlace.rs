//! One picture out of the two that an interlaced frame holds: the field that is shown first, with the
//! lines between taken from the other field where nothing moves, and interpolated where something does.
//!
//! Much that is marked as interlaced is not, so lines of the other field are replaced only where they
//! comb: where they differ from both neighbours by much, in the same direction, and are more like the
//! next lines of their own field.

use crate::FramesError;
use ffmpeg_next::{ffi, frame};

/// By how much a line combs, in levels of 8 bits.
const COMBS: i32 = 8;

/// How a frame's components lie in its planes.
struct Layout {
    /// Bytes a component.
    bytes: usize,
    depth: u32,
    planes: Vec<Plane>,
}

struct Plane {
    /// Components in a row.
    width: usize,
    rows: usize,
    /// Components from one to the next of its kind.
    step: usize,
}

/// The frame without combs; `None` if it is not interlaced, or is of a kind that never is.
pub(crate) fn deinterlaced(picture: &frame::Video) -> Result<Option<frame::Video>, FramesError> {
    // SAFETY: the frame is valid for as long as it is borrowed.
    let flags = unsafe { (*picture.as_ptr()).flags };
    if flags & ffi::AV_FRAME_FLAG_INTERLACED == 0 {
        return Ok(None);
    }
    let Some(layout) = Layout::of(picture) else { return Ok(None) };
    let mut progressive = frame::Video::new(picture.format(), picture.width(), picture.height());
    // SAFETY: both frames are valid, and the new one is not shared.
    let code = unsafe {
        let code = ffi::av_frame_copy_props(progressive.as_mut_ptr(), picture.as_ptr());
        (*progressive.as_mut_ptr()).flags &= !ffi::AV_FRAME_FLAG_INTERLACED;
        code
    };
    if code < 0 {
        return Err(FramesError::library("a frame's copy", ffmpeg_next::Error::from(code)));
    }
    let kept = usize::from(flags & ffi::AV_FRAME_FLAG_TOP_FIELD_FIRST == 0);
    for (index, plane) in layout.planes.iter().enumerate() {
        let from = (picture.data(index), picture.stride(index));
        let to_stride = progressive.stride(index);
        let to = (progressive.data_mut(index), to_stride);
        match layout.bytes {
            1 => plane.progress::<1>(from, to, kept, COMBS),
            _ => plane.progress::<2>(from, to, kept, COMBS << (layout.depth - 8)),
        }
    }
    Ok(Some(progressive))
}

impl Layout {
    /// `None` for formats whose components are not bytes or little-endian pairs of them.
    fn of(picture: &frame::Video) -> Option<Self> {
        // SAFETY: descriptors are static.
        let descriptor = unsafe { ffi::av_pix_fmt_desc_get(picture.format().into()).as_ref() }?;
        let other = ffi::AV_PIX_FMT_FLAG_HWACCEL
            | ffi::AV_PIX_FMT_FLAG_BITSTREAM
            | ffi::AV_PIX_FMT_FLAG_PAL
            | ffi::AV_PIX_FMT_FLAG_FLOAT
            | ffi::AV_PIX_FMT_FLAG_BE;
        let components = &descriptor.comp[..usize::from(descriptor.nb_components)];
        let depth = components.first()?.depth;
        let whole = components.iter().all(|component| component.depth == depth);
        let bytes = if depth == 8 { 1 } else { 2 };
        if descriptor.flags & other as u64 != 0 || !whole || !(8..=16).contains(&depth) {
            return None;
        }
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let plane = |index: usize| {
            let mut of_plane =
                components.iter().filter(|component| component.plane == index as i32);
            let step = of_plane.next()?.step as usize / bytes;
            // the second and third component are the ones with a lower resolution
            let coarse = !(index == 0 || index == 3);
            let shift = |side: usize, log: u8| if coarse { side.div_ceil(1 << log) } else { side };
            let across = shift(width, descriptor.log2_chroma_w);
            let rows = shift(height, descriptor.log2_chroma_h);
            Some(Plane { width: across * step.max(1), rows, step: step.max(1) })
        };
        let planes = (0..picture.planes()).map(plane).collect::<Option<_>>()?;
        Some(Self { bytes, depth: depth as u32, planes })
    }
}

impl Plane {
    /// Writes the plane with the lines of the field `kept` (0 for the upper), and the others where they
    /// do not comb by more than `most`.
    fn progress<const BYTES: usize>(
        &self,
        (from, from_stride): (&[u8], usize),
        (to, to_stride): (&mut [u8], usize),
        kept: usize,
        most: i32,
    ) {
        let length = self.width * BYTES;
        let line = |row: usize| {
            let (components, _) = from[row * from_stride..][..length].as_chunks::<BYTES>();
            components
        };
        let last = self.rows - 1;
        let mut combs = vec![false; self.width];
        for row in 0..self.rows {
            let (new, _) = to[row * to_stride..][..length].as_chunks_mut::<BYTES>();
            new.copy_from_slice(line(row));
            let neighbours = match (row.checked_sub(1), row < last) {
                _ if row % 2 == kept => continue,
                (Some(above), true) => (above, row + 1),
                (Some(above), false) => (above, above),
                (None, true) => (row + 1, row + 1),
                (None, false) => continue,
            };
            let (above, below) = (line(neighbours.0), line(neighbours.1));
            let own = [row.checked_sub(2), Some(row + 2).filter(|next| *next <= last)];
            let [over, under] = own.map(|next| line(next.unwrap_or(row)));
            for at in 0..self.width {
                let [a, b, c] = [above[at], below[at], new[at]].map(level);
                let away = |other: [u8; BYTES]| (level(other) - c).abs();
                let across = (c - a).abs().min((c - b).abs());
                let like_its_own = away(over[at]).max(away(under[at])) < across;
                combs[at] =
                    (c - a > most && c - b > most || a - c > most && b - c > most) && like_its_own;
            }
            for at in 0..self.width {
                let near = at.saturating_sub(self.step)..=(at + self.step).min(self.width - 1);
                if near.step_by(self.step).any(|at| combs[at]) {
                    new[at] = bytes((level(above[at]) + level(below[at]) + 1) / 2);
                }
            }
        }
    }
}

fn level<const BYTES: usize>(component: [u8; BYTES]) -> i32 {
    component.iter().rev().fold(0, |level, byte| level << 8 | i32::from(*byte))
}

fn bytes<const BYTES: usize>(level: i32) -> [u8; BYTES] {
    std::array::from_fn(|index| (level >> (8 * index)) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::format::Pixel;

    /// A picture of 16 × 16 whose luma is `level(x, y)`.
    fn picture(format: Pixel, level: impl Fn(usize, usize) -> u16) -> frame::Video {
        let mut picture = frame::Video::new(format, 16, 16);
        // SAFETY: the frame is valid and not shared.
        unsafe {
            (*picture.as_mut_ptr()).flags |=
                ffi::AV_FRAME_FLAG_INTERLACED | ffi::AV_FRAME_FLAG_TOP_FIELD_FIRST;
        }
        let stride = picture.stride(0);
        let wide = format != Pixel::GRAY8;
        for y in 0..16 {
            for x in 0..16 {
                let at = y * stride + x * if wide { 2 } else { 1 };
                let bytes = level(x, y).to_le_bytes();
                picture.data_mut(0)[at] = bytes[0];
                if wide {
                    picture.data_mut(0)[at + 1] = bytes[1];
                }
            }
        }
        picture
    }

    #[test]
    fn what_moved_is_as_the_first_field_has_it() {
        for (format, high) in [(Pixel::GRAY8, 200), (Pixel::GRAY10LE, 800)] {
            // an edge at 4 in the upper field, at 12 in the lower
            let combed = picture(format, |x, y| if x < 4 + 8 * (y % 2) { high } else { 40 });
            let clean = deinterlaced(&combed).unwrap().unwrap();
            let wanted = picture(format, |x, _| if x < 4 { high } else { 40 });
            for row in 0..16 {
                let line = |picture: &frame::Video| {
                    let bytes = if format == Pixel::GRAY8 { 16 } else { 32 };
                    picture.data(0)[row * picture.stride(0)..][..bytes].to_vec()
                };
                assert_eq!(line(&clean), line(&wanted), "row {row}");
            }
            assert!(deinterlaced(&clean).unwrap().is_none(), "it is not interlaced any more");
        }
    }

    #[test]
    fn what_stands_still_keeps_its_lines() {
        let still = picture(Pixel::GRAY8, |x, y| if x == 3 || y == 7 { 220 } else { 30 });
        let clean = deinterlaced(&still).unwrap().unwrap();
        for y in 0..16 {
            let line =
                |picture: &frame::Video| picture.data(0)[y * picture.stride(0)..][..16].to_vec();
            assert_eq!(line(&clean), line(&still), "row {y}");
        }
    }
}
