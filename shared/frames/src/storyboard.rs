//! The storyboard: small images of all chosen frames, many to a file, and a WebVTT file that tells a
//! player which part of which file to show for a time (W3C WebVTT and Media Fragments, `#xywh=`).

use crate::{
    FramesError,
    image::{Encoder, Grid, Rgb},
};
use framezip_contract::Tiles;
use std::fmt::Write;

/// A storyboard in the making.
pub(crate) struct Storyboard {
    tiles: Tiles,
    size: (u32, u32),
    grid: Grid,
    encoder: Encoder,
    /// Which file is in the making. Every one has its share of the targets, so that it does not depend
    /// on how many frames came before.
    sprite: usize,
    cues: Vec<Cue>,
}

/// One frame's place.
struct Cue {
    milliseconds: u64,
    sprite: usize,
    place: (usize, usize),
}

impl Storyboard {
    pub(crate) fn new(tiles: Tiles, size: (u32, u32), quality: u8) -> Result<Self, FramesError> {
        let (grid, encoder) = (Grid::new(tiles, size), Encoder::jpeg(quality)?);
        Ok(Self { tiles, size, grid, encoder, sprite: 0, cues: Vec::new() })
    }

    /// Takes the frame of a target. Returns a file that is complete.
    pub(crate) fn add(
        &mut self,
        target: usize,
        milliseconds: u64,
        tile: &Rgb,
    ) -> Result<Option<(String, Vec<u8>)>, FramesError> {
        let sprite = target / self.tiles.cells();
        let complete = if sprite == self.sprite { None } else { self.take()? };
        self.sprite = sprite;
        let place = self.grid.put(tile);
        self.cues.push(Cue { milliseconds, sprite, place });
        Ok(complete)
    }

    /// The file in the making.
    pub(crate) fn take(&mut self) -> Result<Option<(String, Vec<u8>)>, FramesError> {
        let name = name(self.sprite);
        let image = self.grid.take().map(|rgb| self.encoder.rgb_jpeg(&rgb)).transpose()?;
        Ok(image.map(|jpeg| (name, jpeg)))
    }

    /// The WebVTT file, for a video that ends after so many milliseconds.
    pub(crate) fn into_vtt(self, end: u64) -> String {
        let mut vtt = "WEBVTT\n".to_owned();
        let ends = self.cues.iter().skip(1).map(|cue| cue.milliseconds).chain([end]);
        for (cue, end) in self.cues.iter().zip(ends) {
            let (from, to) = (clock(cue.milliseconds), clock(end.max(cue.milliseconds + 1)));
            let ((x, y), (width, height)) = (cue.place, self.size);
            let file = name(cue.sprite);
            // writing to a string cannot fail
            let _ = write!(vtt, "\n{from} --> {to}\n{file}#xywh={x},{y},{width},{height}\n");
        }
        vtt
    }
}

/// A file's name in the zip.
fn name(sprite: usize) -> String {
    format!("storyboard/{:03}.jpg", sprite + 1)
}

/// `01:02:03.004`.
fn clock(milliseconds: u64) -> String {
    let (seconds, fraction) = (milliseconds / 1000, milliseconds % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{fraction:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_last_until_the_next_frame() {
        let tiles = Tiles { columns: 2, rows: 1, width: 16 };
        let mut storyboard = Storyboard::new(tiles, (16, 9), 85).unwrap();
        let tile = Rgb { width: 16, height: 9, channels: 3, pixels: vec![7; 16 * 9 * 3] };
        assert!(storyboard.add(0, 0, &tile).unwrap().is_none());
        assert!(storyboard.add(1, 20_000, &tile).unwrap().is_none());
        let (first, jpeg) = storyboard.add(2, 3_600_500, &tile).unwrap().unwrap();
        let size = turbojpeg::read_header(&jpeg).unwrap();
        assert_eq!((first.as_str(), size.width, size.height), ("storyboard/001.jpg", 32, 9));
        let (last, jpeg) = storyboard.take().unwrap().unwrap();
        assert_eq!(
            (last.as_str(), turbojpeg::read_header(&jpeg).unwrap().width),
            ("storyboard/002.jpg", 16)
        );
        assert_eq!(
            storyboard.into_vtt(3_601_000),
            "WEBVTT\n\n\
             00:00:00.000 --> 00:00:20.000\nstoryboard/001.jpg#xywh=0,0,16,9\n\n\
             00:00:20.000 --> 01:00:00.500\nstoryboard/001.jpg#xywh=16,0,16,9\n\n\
             01:00:00.500 --> 01:00:01.000\nstoryboard/002.jpg#xywh=0,0,16,9\n"
        );
    }
}
