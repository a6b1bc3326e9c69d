//! Rotates and flips images so that they are upright.
//!
//! Cameras do not rotate pixels. They record how the camera was held as a 3 × 3 matrix (ISO/IEC
//! 14496-12, 8.3.2), whose upper left 2 × 2 part rotates and flips.

use super::size::Size;
use ffmpeg_next::frame::{self, side_data};

/// One of the eight combinations of a rotation by quarter turns and a flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Orientation {
    /// The direction of the image's x axis in the picture.
    x: Direction,
    /// The direction of the image's y axis in the picture.
    y: Direction,
}

/// A step along the picture's axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Direction {
    right: isize,
    down: isize,
}

/// The orientation of a picture that is upright already.
pub(crate) const UPRIGHT: Orientation =
    Orientation { x: Direction { right: 1, down: 0 }, y: Direction { right: 0, down: 1 } };

impl Orientation {
    /// Returns the orientation by the picture's display matrix. Any angle is rounded to a quarter turn.
    pub(crate) fn of(picture: &frame::Video) -> Self {
        let Some(data) = picture.side_data(side_data::Type::DisplayMatrix) else { return UPRIGHT };
        let cells: Vec<i32> = data
            .data()
            .chunks_exact(4)
            .map(|cell| i32::from_ne_bytes([cell[0], cell[1], cell[2], cell[3]]))
            .collect();
        match cells[..] {
            [a, b, _, c, d, ..] => Self::from_matrix(a, b, c, d),
            _ => UPRIGHT,
        }
    }

    /// A pixel at (p, q) is shown at (a·p + c·q, b·p + d·q).
    fn from_matrix(a: i32, b: i32, c: i32, d: i32) -> Self {
        let large = |one: i32, other: i32| one.unsigned_abs() > other.unsigned_abs();
        let sign = |cell: i32| cell.signum() as isize;
        if large(a, b) && large(d, c) {
            Self {
                x: Direction { right: sign(a), down: 0 },
                y: Direction { right: 0, down: sign(d) },
            }
        } else if large(b, a) && large(c, d) {
            Self {
                x: Direction { right: 0, down: sign(c) },
                y: Direction { right: sign(b), down: 0 },
            }
        } else {
            UPRIGHT
        }
    }

    /// Returns the size of an upright image. A quarter turn swaps width and height.
    pub(crate) fn rotated<T>(self, Size { width, height }: Size<T>) -> Size<T> {
        if self.x.right == 0 { Size::new(height, width) } else { Size::new(width, height) }
    }

    /// Returns the upright form of an image of `size` pixels with `bytes` bytes each. Rows have no
    /// padding.
    pub(crate) fn apply(self, pixels: Vec<u8>, size: Size<usize>, bytes: usize) -> Vec<u8> {
        match bytes {
            _ if self == UPRIGHT => pixels,
            1 => self.rotate::<1>(&pixels, size),
            3 => self.rotate::<3>(&pixels, size),
            _ => self.rotate::<4>(&pixels, size),
        }
    }

    fn rotate<const BYTES: usize>(self, pixels: &[u8], size: Size<usize>) -> Vec<u8> {
        let (pixels, _) = pixels.as_chunks::<BYTES>();
        let Size { width: columns, height: rows } = self.rotated(size);
        let step = |Direction { right, down }: Direction| right + down * size.width as isize;
        let (right, down) = (step(self.x), step(self.y));
        // an axis that points backwards starts at the far end
        let first = |axis: isize, side: usize| if axis < 0 { side as isize - 1 } else { 0 };
        let corner = step(Direction {
            right: first(self.x.right + self.y.right, size.width),
            down: first(self.x.down + self.y.down, size.height),
        });
        let mut upright = Vec::with_capacity(columns * rows * BYTES);
        for row in 0..rows as isize {
            let start = corner + row * down;
            let line =
                (0..columns as isize).map(|column| pixels[(start + column * right) as usize]);
            line.for_each(|pixel| upright.extend_from_slice(&pixel));
        }
        upright
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i32 = 1 << 16;

    /// Returns the upright form of `12` above `34`, as digits row by row.
    fn rotated(a: i32, b: i32, c: i32, d: i32) -> String {
        let orientation = Orientation::from_matrix(a, b, c, d);
        let upright = orientation.apply(b"111222333444".to_vec(), Size::new(2, 2), 3);
        upright.chunks(3).map(|pixel| pixel[0] as char).collect()
    }

    #[test]
    fn quarter_turns_and_flips_are_applied() {
        assert_eq!(rotated(ONE, 0, 0, ONE), "1234");
        assert_eq!(rotated(0, ONE, -ONE, 0), "3142", "a quarter turn clockwise");
        assert_eq!(rotated(-ONE, 0, 0, -ONE), "4321", "a half turn");
        assert_eq!(rotated(0, -ONE, ONE, 0), "2413", "a quarter turn counter-clockwise");
        assert_eq!(rotated(-ONE, 0, 0, ONE), "2143", "a flip");
        assert_eq!(rotated(0, 0, 0, 0), "1234", "an invalid matrix");
    }

    #[test]
    fn a_quarter_turn_swaps_the_sides() {
        let orientation = Orientation::from_matrix(0, ONE, -ONE, 0);
        assert_eq!(orientation.rotated(Size::new(320, 180)), Size::new(180, 320));
    }
}
