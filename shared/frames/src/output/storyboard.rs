//! The storyboard: small images of all chosen frames, many in one file, and a WebVTT file. The latter maps times to
//! rectangles of these files (W3C WebVTT and Media Fragments, `#xywh=`).

use crate::{
    FramesError,
    image::{Encoder, Grid, Rgb, Size, TilePosition},
    output::segment::Frame,
    time_base::ClockTime,
};
use framezip_contract::Tiles;
use std::fmt::Write;

/// Collects the images of the storyboard.
pub(crate) struct Sprites {
    tiles: Tiles,
    grid: Grid,
    encoder: Encoder,
    /// The number of the current image. Every image covers a fixed range of targets, so it does not depend on the
    /// number of earlier frames.
    sprite: usize,
}

impl Sprites {
    pub(crate) fn new(tiles: Tiles, size: Size, quality: u8) -> Result<Self, FramesError> {
        let (grid, encoder) = (Grid::new(tiles, size), Encoder::jpeg(quality)?);
        Ok(Self { tiles, grid, encoder, sprite: 0 })
    }

    /// Moves to the image of this target. Returns the file that is complete with that.
    pub(crate) fn turn_to(&mut self, target: usize) -> Result<Option<SpriteFile>, FramesError> {
        let sprite = target / self.tiles.cells();
        let complete = if sprite == self.sprite { None } else { self.take()? };
        self.sprite = sprite;
        Ok(complete)
    }

    /// Adds the tile of the current target.
    pub(crate) fn add(&mut self, tile: &Rgb) {
        self.grid.put(tile);
    }

    /// Takes the current file.
    pub(crate) fn take(&mut self) -> Result<Option<SpriteFile>, FramesError> {
        let name = name(self.sprite);
        let image = self.grid.take().map(|rgb| self.encoder.rgb_jpeg(&rgb)).transpose()?;
        Ok(image.map(|jpeg| (name, jpeg)))
    }
}

/// The name and content of a file.
type SpriteFile = (String, Vec<u8>);

/// Returns the WebVTT file of all frames. `end` is the end of the video in milliseconds.
pub(crate) fn vtt<'a>(
    tiles: Tiles,
    size: Size,
    frames: impl Iterator<Item = &'a Frame> + Clone,
    end: u64,
) -> String {
    let mut vtt = "WEBVTT\n".to_owned();
    let ends = frames.clone().skip(1).map(|frame| frame.milliseconds).chain([end]);
    let (mut sprite, mut count) = (0, 0);
    for (frame, end) in frames.zip(ends) {
        let own = (frame.number as usize - 1) / tiles.cells();
        count = if own == sprite { count } else { 0 };
        sprite = own;
        let TilePosition { left, top } = Grid::place(tiles, size, count);
        count += 1;
        let (from, to) = (timecode(frame.milliseconds), timecode(end.max(frame.milliseconds + 1)));
        let (file, Size { width, height }) = (name(sprite), size);
        // writing to a string cannot fail
        let _ = write!(vtt, "\n{from} --> {to}\n{file}#xywh={left},{top},{width},{height}\n");
    }
    vtt
}

/// Returns the name of a file in the zip.
fn name(sprite: usize) -> String {
    format!("storyboard/{:03}.jpg", sprite + 1)
}

/// Formats a time as `01:02:03.004`.
fn timecode(milliseconds: u64) -> String {
    let ClockTime { hours, minutes, seconds, milliseconds } =
        ClockTime::of_milliseconds(milliseconds);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TILES: Tiles = Tiles { columns: 2, rows: 1, width: 16 };

    fn frame(number: u32, milliseconds: u64) -> Frame {
        let (keyframe, blank) = (true, false);
        Frame { number, seconds: 0.0, milliseconds, keyframe, blank, width: 16, height: 9 }
    }

    #[test]
    fn cues_last_until_the_next_frame() {
        let frames = [frame(1, 0), frame(2, 20_000), frame(3, 3_600_500)];
        assert_eq!(
            vtt(TILES, Size::new(16, 9), frames.iter(), 3_601_000),
            "WEBVTT\n\n\
             00:00:00.000 --> 00:00:20.000\nstoryboard/001.jpg#xywh=0,0,16,9\n\n\
             00:00:20.000 --> 01:00:00.500\nstoryboard/001.jpg#xywh=16,0,16,9\n\n\
             01:00:00.500 --> 01:00:01.000\nstoryboard/002.jpg#xywh=0,0,16,9\n"
        );
    }

    #[test]
    fn a_target_without_a_frame_leaves_no_gap() {
        let frames = [frame(2, 0), frame(6, 1000)];
        let vtt = vtt(TILES, Size::new(16, 9), frames.iter(), 2000);
        let places: Vec<_> = vtt.lines().filter(|line| line.starts_with("story")).collect();
        assert_eq!(
            places,
            ["storyboard/001.jpg#xywh=0,0,16,9", "storyboard/003.jpg#xywh=0,0,16,9"]
        );
    }

    #[test]
    fn an_image_is_complete_after_its_last_target() {
        let mut sprites = Sprites::new(TILES, Size::new(16, 9), 85).unwrap();
        let tile = Rgb { width: 16, height: 9, channels: 3, pixels: vec![7; 16 * 9 * 3] };
        for target in [0, 1] {
            assert!(sprites.turn_to(target).unwrap().is_none());
            sprites.add(&tile);
        }
        let (first, jpeg) = sprites.turn_to(2).unwrap().unwrap();
        let size = turbojpeg::read_header(&jpeg).unwrap();
        assert_eq!((first.as_str(), size.width, size.height), ("storyboard/001.jpg", 32, 9));
        sprites.add(&tile);
        let (last, jpeg) = sprites.take().unwrap().unwrap();
        let width = turbojpeg::read_header(&jpeg).unwrap().width;
        assert_eq!((last.as_str(), width), ("storyboard/002.jpg", 16));
    }
}
