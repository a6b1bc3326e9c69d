//! The contact sheet: some of the chosen frames, spread evenly, in one image.

use crate::image::{Grid, Rgb, Size};
use framezip_contract::Tiles;

/// Returns the targets whose frames are on the sheet, in order. `total` is the number of all targets.
fn cells(tiles: Tiles, total: u32) -> Vec<u32> {
    let (cells, total) = (tiles.cells() as u64, u64::from(total));
    let target = |cell: u64| {
        // the middle of equal ranges, or simply all
        if total > cells { (2 * cell + 1) * total / (2 * cells) } else { cell }
    };
    (0..cells.min(total)).map(|cell| target(cell) as u32).collect()
}

/// Chooses those tiles of a segment that the sheet may need.
pub(crate) struct SheetTiles {
    cells: Vec<u32>,
    kept: Vec<(u32, Rgb)>,
    latest: Option<(u32, Rgb)>,
}

impl SheetTiles {
    pub(crate) fn new(tiles: Tiles, total: u32) -> Self {
        Self { cells: cells(tiles, total), kept: Vec::new(), latest: None }
    }

    /// Adds the tile of a target's frame. It also stands for the following targets, up to that of the next tile.
    pub(crate) fn add(&mut self, target: u32, tile: Rgb) {
        let before = |target: u32| self.cells.partition_point(|cell| *cell < target);
        if let Some((earlier, tile)) = self.latest.replace((target, tile))
            && before(earlier) < before(target)
        {
            self.kept.push((earlier, tile));
        }
    }

    /// Returns the chosen tiles. The last tile is among them, since it may also stand for the first targets of the
    /// next segment.
    pub(crate) fn finish(mut self) -> Vec<(u32, Rgb)> {
        self.kept.extend(self.latest);
        self.kept
    }
}

/// Returns the sheet of the tiles of all segments, each of this size; `None` if there are no tiles.
pub(crate) fn sheet<'a>(
    tiles: Tiles,
    size: Size,
    total: u32,
    chosen: impl IntoIterator<Item = &'a (u32, Rgb)>,
) -> Option<Rgb> {
    let mut grid = Grid::new(tiles, size);
    let mut cells = cells(tiles, total).into_iter().peekable();
    let mut chosen = chosen.into_iter().peekable();
    while let Some((target, tile)) = chosen.next() {
        while cells.next_if(|cell| cell < target).is_some() {}
        let mut is_wanted = false;
        let next = chosen.peek().map(|(next, _)| *next);
        let is_shown = |cell: &u32| next.is_none_or(|next| *cell < next);
        while cells.next_if(is_shown).is_some() {
            is_wanted = true;
        }
        if is_wanted {
            grid.put(tile);
        }
    }
    grid.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TILES: Tiles = Tiles { columns: 4, rows: 1, width: 1 };

    /// Returns the levels on a sheet of 4 × 1 tiles. Each frame is a single pixel with its target as level. The
    /// targets come in segments.
    fn levels(total: u32, segments: &[&[u32]]) -> Vec<u8> {
        let tiles = segments.iter().flat_map(|frames| {
            let mut chosen = SheetTiles::new(TILES, total);
            for frame in *frames {
                let pixels = vec![*frame as u8; 3];
                chosen.add(*frame, Rgb { width: 1, height: 1, channels: 3, pixels });
            }
            chosen.finish()
        });
        let tiles: Vec<_> = tiles.collect();
        let pixels =
            sheet(TILES, Size::new(1, 1), total, &tiles).map_or(Vec::new(), |rgb| rgb.pixels);
        pixels.chunks(3).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn frames_are_spread_evenly() {
        let all: Vec<_> = (0..100).collect();
        assert_eq!(levels(100, &[&all]), [12, 37, 62, 87]);
        assert_eq!(levels(3, &[&[0, 1, 2]]), [0, 1, 2]);
        assert_eq!(levels(0, &[]), [0u8; 0]);
    }

    #[test]
    fn a_frame_of_several_targets_appears_once() {
        assert_eq!(levels(8, &[&[0, 4, 6]]), [0, 4, 6]);
        assert_eq!(levels(4, &[&[0, 2]]), [0, 2]);
    }

    #[test]
    fn segments_give_the_same_sheet_as_the_whole() {
        let frames = [0, 1, 4, 5, 6, 9, 10, 11, 13, 17, 18, 19];
        let whole = levels(20, &[&frames]);
        for cut in 0..frames.len() {
            assert_eq!(levels(20, &[&frames[..cut], &frames[cut..]]), whole, "{cut}");
        }
    }
}
