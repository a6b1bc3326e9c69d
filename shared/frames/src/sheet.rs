//! The contact sheet: some of the chosen frames, spread evenly, in one image.

use crate::image::{Grid, Rgb};
use framezip_contract::Tiles;

/// A contact sheet in the making.
pub(crate) struct Sheet {
    grid: Grid,
    /// The numbers of the targets whose frames are on it, the next one last.
    targets: Vec<usize>,
    /// The frame on screen at the next one, if no later frame comes before.
    latest: Option<Rgb>,
}

impl Sheet {
    /// For so many targets in all, and tiles of one size.
    pub(crate) fn new(tiles: Tiles, size: (u32, u32), total: usize) -> Self {
        let cells = tiles.cells();
        let target = |cell: usize| {
            // the middle of equal parts, or simply all
            if total > cells { (2 * cell + 1) * total / (2 * cells) } else { cell }
        };
        let targets = (0..cells.min(total)).rev().map(target).collect();
        Self { grid: Grid::new(tiles, size), targets, latest: None }
    }

    /// Takes the frame of a target, and of those after it up to the next frame's.
    pub(crate) fn add(&mut self, target: usize, tile: Rgb) {
        self.settle(target);
        self.latest = Some(tile);
    }

    /// Puts the latest frame on the sheet if it is for a target before this one.
    fn settle(&mut self, before: usize) {
        let mut due = false;
        while self.targets.pop_if(|target| *target < before).is_some() {
            due = true;
        }
        if let Some(tile) = self.latest.take_if(|_| due) {
            self.grid.put(&tile);
        }
    }

    pub(crate) fn finish(mut self) -> Option<Rgb> {
        self.settle(usize::MAX);
        self.grid.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The levels on a sheet of 2 × 2 of which each frame is a single pixel, its number as level.
    fn sheet(total: usize, frames: &[usize]) -> Vec<u8> {
        let mut sheet = Sheet::new(Tiles { columns: 4, rows: 1, width: 1 }, (1, 1), total);
        for frame in frames {
            let pixels = vec![*frame as u8; 3];
            sheet.add(*frame, Rgb { width: 1, height: 1, channels: 3, pixels });
        }
        let pixels = sheet.finish().map_or(Vec::new(), |rgb| rgb.pixels);
        pixels.chunks(3).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn frames_are_spread_evenly() {
        let all: Vec<_> = (0..100).collect();
        assert_eq!(sheet(100, &all), [12, 37, 62, 87]);
        assert_eq!(sheet(3, &[0, 1, 2]), [0, 1, 2]);
        assert_eq!(sheet(0, &[]), [0u8; 0]);
    }

    #[test]
    fn a_frame_for_several_targets_stands_once() {
        assert_eq!(sheet(8, &[0, 4, 6]), [0, 4, 6]);
        assert_eq!(sheet(4, &[0, 2]), [0, 2]);
    }
}
