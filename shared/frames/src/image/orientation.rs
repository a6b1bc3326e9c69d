//! How a picture must be turned to stand upright.
//!
//! Cameras do not turn pixels; they note how the camera was held as a 3 × 3 matrix (ISO/IEC
//! 14496-12, 8.3.2) of which the upper left 2 × 2 part turns and flips.

use ffmpeg_next::frame::{self, side_data};

/// One of the eight ways to turn and flip a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Orientation {
    /// Where the image's x axis points in the picture, as steps along the picture's axes.
    x: (isize, isize),
    /// Where its y axis points.
    y: (isize, isize),
}

/// As it is.
pub(crate) const UPRIGHT: Orientation = Orientation { x: (1, 0), y: (0, 1) };

impl Orientation {
    /// As the picture's display matrix says; any angle between is taken as the nearest quarter.
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
            Self { x: (sign(a), 0), y: (0, sign(d)) }
        } else if large(b, a) && large(c, d) {
            Self { x: (0, sign(c)), y: (sign(b), 0) }
        } else {
            UPRIGHT
        }
    }

    /// Width and height, exchanged if the picture is turned by a quarter.
    pub(crate) fn turned<T>(self, (width, height): (T, T)) -> (T, T) {
        if self.x.0 == 0 { (height, width) } else { (width, height) }
    }

    /// The upright form of `width` × `height` pixels of so many bytes, without gaps between rows.
    pub(crate) fn apply(
        self,
        pixels: Vec<u8>,
        (width, height): (usize, usize),
        bytes: usize,
    ) -> Vec<u8> {
        match bytes {
            _ if self == UPRIGHT => pixels,
            1 => self.turn::<1>(&pixels, width, height),
            3 => self.turn::<3>(&pixels, width, height),
            _ => self.turn::<4>(&pixels, width, height),
        }
    }

    fn turn<const BYTES: usize>(self, pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
        let (pixels, _) = pixels.as_chunks::<BYTES>();
        let (columns, rows) = self.turned((width, height));
        let step = |(along, down): (isize, isize)| along + down * width as isize;
        let (right, down) = (step(self.x), step(self.y));
        // an axis that points backwards starts at the far end
        let first = |axis: isize, last: usize| if axis < 0 { last as isize } else { 0 };
        let corner =
            step((first(self.x.0 + self.y.0, width - 1), first(self.x.1 + self.y.1, height - 1)));
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

    /// The upright form of `12` above `34`, as digits row by row.
    fn turned(a: i32, b: i32, c: i32, d: i32) -> String {
        let orientation = Orientation::from_matrix(a, b, c, d);
        let upright = orientation.apply(b"111222333444".to_vec(), (2, 2), 3);
        upright.chunks(3).map(|pixel| pixel[0] as char).collect()
    }

    #[test]
    fn quarters_and_flips() {
        assert_eq!(turned(ONE, 0, 0, ONE), "1234");
        assert_eq!(turned(0, ONE, -ONE, 0), "3142", "a quarter clockwise");
        assert_eq!(turned(-ONE, 0, 0, -ONE), "4321", "a half");
        assert_eq!(turned(0, -ONE, ONE, 0), "2413", "a quarter counter-clockwise");
        assert_eq!(turned(-ONE, 0, 0, ONE), "2143", "a mirror");
        assert_eq!(turned(0, 0, 0, 0), "1234", "nonsense");
    }

    #[test]
    fn a_quarter_exchanges_the_sides() {
        let orientation = Orientation::from_matrix(0, ONE, -ONE, 0);
        assert_eq!(orientation.turned((320, 180)), (180, 320));
    }
}
