//! Makes tiles, which are small forms of images, and arranges them in grids.

use super::{
    canvas::{Canvas, Rgb},
    colour::{Colour, Matrix, Primaries, TransferFunction},
    orientation::UPRIGHT,
    scaler::{Scaler, ScalingQuality},
    size::Size,
};
use crate::FramesError;
use ffmpeg_next::{format::Pixel, frame};
use framezip_contract::Tiles;

/// The largest number of pixels of an image of tiles. The image and its tiles are in memory at once.
const MOST_PIXELS: u64 = 32_000_000;

/// Makes tiles of one size.
pub(crate) struct TileMaker {
    size: Size,
    scaler: Scaler,
}

impl TileMaker {
    pub(crate) fn new(size: Size) -> Result<Self, FramesError> {
        Ok(Self { size, scaler: Scaler::new(ScalingQuality::Coarse)? })
    }

    pub(crate) fn make(&mut self, canvas: &Canvas) -> Result<Rgb, FramesError> {
        let (mut picture, colour) = picture(canvas);
        let small = self.scaler.scale(&mut picture, colour, Pixel::RGB24, self.size)?;
        Ok(Rgb::of(&small, None, 3, self.size, UPRIGHT))
    }
}

/// Returns the size of the tiles of images of `size`. A tile is never larger than its image, and
/// smaller than requested if the image of all tiles would be too large.
pub(crate) fn tile_size(tiles: Tiles, size: Size) -> Size {
    let width = tiles.width.min(size.width);
    let height = u64::from(size.height) * u64::from(width) / u64::from(size.width.max(1));
    // a very tall picture must not make a very large sheet
    let height = (height as u32).clamp(1, 4 * width);
    let all = tiles.cells() as f64 * f64::from(width) * f64::from(height);
    let bound = (MOST_PIXELS as f64 / all).sqrt().min(1.0);
    let bounded = |side: u32| ((f64::from(side) * bound) as u32).max(1);
    Size::new(width, height).map(bounded)
}

/// Returns the image as a picture for the scaler.
fn picture(canvas: &Canvas) -> (frame::Video, Colour) {
    let colour = Colour {
        matrix: Matrix::Bt601,
        full_range: true,
        transfer: TransferFunction::Standard,
        primaries: Primaries::Bt709,
    };
    let Size { width, height } = canvas.size();
    let (format, planes): (_, Vec<(&[u8], usize)>) = match canvas {
        Canvas::Yuv(yuv) => {
            let planes = yuv.planes.iter().map(Vec::as_slice);
            (Pixel::YUV420P, planes.zip(yuv.strides()).collect())
        }
        Canvas::Rgb(rgb) => {
            let format = if rgb.channels == 4 { Pixel::RGBA } else { Pixel::RGB24 };
            (format, vec![(&rgb.pixels, rgb.width * rgb.channels)])
        }
    };
    let mut picture = frame::Video::new(format, width, height);
    for (plane, (bytes, length)) in planes.into_iter().enumerate() {
        let stride = picture.stride(plane);
        let lines = picture.data_mut(plane).chunks_mut(stride);
        for (line, bytes) in lines.zip(bytes.chunks_exact(length)) {
            let length = length.min(line.len());
            line[..length].copy_from_slice(&bytes[..length]);
        }
    }
    (picture, colour)
}

/// The position of a tile's upper left corner in its grid, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TilePosition {
    pub(crate) left: usize,
    pub(crate) top: usize,
}

/// Tiles in columns and rows.
pub(crate) struct Grid {
    tiles: Tiles,
    size: Size,
    pixels: Vec<u8>,
    count: usize,
}

impl Grid {
    pub(crate) fn new(tiles: Tiles, size: Size) -> Self {
        Self { tiles, size, pixels: Vec::new(), count: 0 }
    }

    /// Returns the position of a tile, numbered from 0.
    pub(crate) fn place(tiles: Tiles, size: Size, number: usize) -> TilePosition {
        let (columns, size) = (tiles.columns as usize, size.in_memory());
        TilePosition { left: number % columns * size.width, top: number / columns * size.height }
    }

    /// Adds a tile at the next position.
    pub(crate) fn put(&mut self, tile: &Rgb) {
        let Size { width, height } = self.size.in_memory();
        let TilePosition { left, top } = Self::place(self.tiles, self.size, self.count);
        let line = self.tiles.columns as usize * width * 3;
        if left == 0 {
            self.pixels.resize((top + height) * line, 0);
        }
        for (row, bytes) in tile.pixels.chunks_exact(width * 3).enumerate() {
            let at = (top + row) * line + left * 3;
            self.pixels[at..at + width * 3].copy_from_slice(bytes);
        }
        self.count += 1;
    }

    /// Returns the tiles added since the last call as one image, which is as large as they require.
    /// Returns `None` if no tile was added.
    pub(crate) fn take(&mut self) -> Option<Rgb> {
        let Size { width, height } = self.size.in_memory();
        let columns = self.tiles.columns as usize;
        let rows = self.count.div_ceil(columns);
        let used = self.count.min(columns) * width * 3;
        let pixels = std::mem::take(&mut self.pixels);
        let count = std::mem::take(&mut self.count);
        let pixels = if count < columns { cut(&pixels, columns * width * 3, used) } else { pixels };
        (count > 0).then(|| Rgb { width: used / 3, height: rows * height, channels: 3, pixels })
    }
}

/// Returns the first bytes of every line.
fn cut(bytes: &[u8], line: usize, used: usize) -> Vec<u8> {
    bytes.chunks_exact(line).flat_map(|line| &line[..used]).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(level: u8) -> Rgb {
        Rgb { width: 2, height: 1, channels: 3, pixels: vec![level; 6] }
    }

    #[test]
    fn tiles_are_arranged_in_columns_and_rows() {
        let mut grid = Grid::new(Tiles { columns: 2, rows: 2, width: 2 }, Size::new(2, 1));
        assert!(grid.take().is_none());
        grid.put(&tile(1));
        let single = grid.take().unwrap();
        assert_eq!((single.width, single.height, single.pixels), (2, 1, vec![1; 6]));
        for level in 1..4 {
            grid.put(&tile(level));
        }
        let places = [0, 1, 2].map(|number| Grid::place(grid.tiles, Size::new(2, 1), number));
        let places = places.map(|TilePosition { left, top }| (left, top));
        assert_eq!(places, [(0, 0), (2, 0), (0, 1)]);
        let three = grid.take().unwrap();
        assert_eq!((three.width, three.height), (4, 2));
        assert_eq!(three.pixels, [[1; 6], [2; 6], [3; 6], [0; 6]].concat());
    }

    #[test]
    fn a_tile_is_never_larger_than_its_image() {
        let tiles = Tiles { columns: 4, rows: 5, width: 320 };
        assert_eq!(tile_size(tiles, Size::new(1920, 1080)), Size::new(320, 180));
        assert_eq!(tile_size(tiles, Size::new(100, 50)), Size::new(100, 50));
        assert_eq!(tile_size(tiles, Size::new(16, 8000)), Size::new(16, 64));
    }

    #[test]
    fn many_large_tiles_are_made_smaller() {
        let tiles = Tiles { columns: 20, rows: 20, width: 640 };
        for (width, height) in [(1080, 1920), (1920, 1080), (640, 8000), (8000, 1)] {
            let size = Size::new(width, height);
            let Size { width, height } = tile_size(tiles, size);
            let pixels = 400 * u64::from(width) * u64::from(height);
            assert!(pixels <= MOST_PIXELS && width > 0 && height > 0, "{size:?}: {width}x{height}");
        }
        assert_eq!(tile_size(tiles, Size::new(1080, 1920)), Size::new(212, 376));
        assert_eq!(tile_size(tiles, Size::new(8000, 1)), Size::new(640, 1));
    }
}
