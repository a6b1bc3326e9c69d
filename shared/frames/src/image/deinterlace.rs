//! Deinterlaces frames: keeps the field that is shown first. The lines of the other field are kept where
//! nothing moves and interpolated where something does.
//!
//! Many frames that are marked as interlaced are progressive. So components of the other field are
//! replaced only where they comb: where they differ strongly from both neighbouring lines, in the same
//! direction, and are closer to the next lines of their own field.

use crate::FramesError;
use ffmpeg_next::{ffi, frame};

/// Larger differences count as combing, in 8-bit levels.
const COMB_THRESHOLD: i32 = 8;

/// The layout of a frame's components in memory.
struct PlaneLayout {
    /// The bytes of a component.
    bytes: usize,
    depth: u32,
    planes: Vec<Plane>,
}

struct Plane {
    /// The number of components in a row, of any kind.
    width: usize,
    rows: usize,
    /// The distance from one component to the next of the same kind, in components.
    step: usize,
}

/// Returns the deinterlaced frame, or `None` if it is not interlaced or its pixel format is not
/// supported.
pub(crate) fn deinterlaced(picture: &frame::Video) -> Result<Option<frame::Video>, FramesError> {
    // SAFETY: the frame is valid for as long as it is borrowed.
    let flags = unsafe { (*picture.as_ptr()).flags };
    if flags & ffi::AV_FRAME_FLAG_INTERLACED == 0 {
        return Ok(None);
    }
    let Some(layout) = PlaneLayout::of(picture) else { return Ok(None) };
    let mut progressive = frame::Video::new(picture.format(), picture.width(), picture.height());
    // SAFETY: both frames are valid, and the new one is not shared.
    let code = unsafe {
        let code = ffi::av_frame_copy_props(progressive.as_mut_ptr(), picture.as_ptr());
        (*progressive.as_mut_ptr()).flags &= !ffi::AV_FRAME_FLAG_INTERLACED;
        code
    };
    if code < 0 {
        return Err(FramesError::library("av_frame_copy_props", ffmpeg_next::Error::from(code)));
    }
    let kept = usize::from(flags & ffi::AV_FRAME_FLAG_TOP_FIELD_FIRST == 0);
    for (index, plane) in layout.planes.iter().enumerate() {
        let from = (picture.data(index), picture.stride(index));
        let to_stride = progressive.stride(index);
        let to = (progressive.data_mut(index), to_stride);
        match layout.bytes {
            1 => plane.deinterlace::<1>(from, to, kept, COMB_THRESHOLD),
            _ => plane.deinterlace::<2>(from, to, kept, COMB_THRESHOLD << (layout.depth - 8)),
        }
    }
    Ok(Some(progressive))
}

impl PlaneLayout {
    /// Returns `None` for formats whose components are not bytes or little-endian pairs of bytes.
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
            // only the second and the third component can have a lower resolution
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
    /// Writes the deinterlaced plane. The lines of the field `kept` (0 for the top field) are copied.
    /// In the other lines, components that comb by more than `threshold` are interpolated.
    fn deinterlace<const BYTES: usize>(
        &self,
        (from, from_stride): (&[u8], usize),
        (to, to_stride): (&mut [u8], usize),
        kept: usize,
        threshold: i32,
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
                combs[at] = (c - a > threshold && c - b > threshold
                    || a - c > threshold && b - c > threshold)
                    && like_its_own;
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

    /// Returns a picture of 16 × 16 pixels with the luma `level(x, y)`.
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
    fn a_moving_object_is_shown_as_in_the_first_field() {
        for (format, high) in [(Pixel::GRAY8, 200), (Pixel::GRAY10LE, 800)] {
            // an edge at 4 in the top field, at 12 in the bottom field
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
            assert!(
                deinterlaced(&clean).unwrap().is_none(),
                "the result is still marked as interlaced"
            );
        }
    }

    #[test]
    fn the_lines_of_a_still_picture_are_kept() {
        let still = picture(Pixel::GRAY8, |x, y| if x == 3 || y == 7 { 220 } else { 30 });
        let clean = deinterlaced(&still).unwrap().unwrap();
        for y in 0..16 {
            let line =
                |picture: &frame::Video| picture.data(0)[y * picture.stride(0)..][..16].to_vec();
            assert_eq!(line(&clean), line(&still), "row {y}");
        }
    }
}
