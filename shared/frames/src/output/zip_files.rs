//! The files of the zip: those of a segment, and those after all segments.

use crate::{
    FramesError,
    decode::{
        decoder::MOST_DAMAGED,
        span_decoder::{DecodeStats, SelectedFrame, Selection, TargetResult},
    },
    image::Encoder,
    output::{
        contact_sheet::{SheetTiles, sheet},
        manifest::{FrameEntry, FramesManifest},
        segment::{ExtractedSegment, Frame, OutputFile},
        storyboard::{Sprites, vtt},
    },
    select::plan::Plan,
};
use framezip_contract::{ErrorCode, Warning};
use std::{
    io,
    ops::{ControlFlow, Range},
};

/// Turns the results of a segment's targets into files. Each file goes to the sink as soon as it is complete.
pub(crate) struct SegmentWriter<'a, S> {
    sink: S,
    plan: &'a Plan,
    segment: ExtractedSegment,
    tiles: Option<SheetTiles>,
    sprites: Option<Sprites>,
    /// The time of the latest frame, which may be before the segment.
    last_frame: Option<i64>,
    /// Whether the sink asked to stop.
    is_stopping: bool,
    /// The target at which the segment ends early.
    stop_at: u32,
    /// The target at which the segment ends if nothing stops it.
    last: u32,
    /// Whether the poster is final.
    has_poster: bool,
}

impl<'a, S: FnMut(OutputFile) -> io::Result<ControlFlow<()>>> SegmentWriter<'a, S> {
    pub(crate) fn new(plan: &'a Plan, targets: Range<u32>, sink: S) -> Result<Self, FramesError> {
        let extraction = &plan.extraction;
        let sprites = |tiles| Sprites::new(tiles, plan.tile_size(tiles), extraction.quality);
        Ok(Self {
            sink,
            plan,
            is_stopping: false,
            stop_at: targets.end,
            last: targets.end,
            segment: ExtractedSegment::new(targets),
            tiles: extraction.sheet.map(|tiles| SheetTiles::new(tiles, plan.total())),
            sprites: extraction.storyboard.map(sprites).transpose()?,
            last_frame: None,
            has_poster: false,
        })
    }

    /// Adds the result of the next targets. Breaks at the end of the segment.
    pub(crate) fn add(&mut self, result: TargetResult) -> Result<ControlFlow<()>, FramesError> {
        let target = result.target as u32;
        if target >= self.stop_at && result.follows_damage {
            self.stop_at = self.next_step(target);
        }
        if target >= self.stop_at {
            self.segment.targets.end = self.stop_at;
            return Ok(ControlFlow::Break(()));
        }
        let is_before = target < self.segment.targets.start;
        match result.selection {
            Selection::Frame(frame) => {
                // two targets may have the same frame, also in two spans or in two segments
                let is_repeated = self.last_frame.replace(frame.time) == Some(frame.time);
                if is_repeated || is_before {
                    return Ok(ControlFlow::Continue(()));
                }
                self.add_frame(result.target, *frame)?;
                if self.is_stopping {
                    self.stop_at = self.stop_at.min(self.next_step(target));
                }
            }
            _ if is_before => {}
            Selection::Missing(time) => self.segment.notes.missing.push(self.seconds(time)),
            Selection::Blank(time) => self.segment.notes.blank.push(self.seconds(time)),
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Returns the first target after this one with which a segment may begin.
    fn next_step(&self, target: u32) -> u32 {
        let step = self.plan.step();
        ((target / step + 1) * step).min(self.last)
    }

    fn add_frame(&mut self, target: usize, selected: SelectedFrame) -> Result<(), FramesError> {
        let SelectedFrame { time, keyframe, damaged, image, for_sheet, for_storyboard } = selected;
        let milliseconds = self.plan.timeline.time_base.milliseconds(time);
        let frame = Frame {
            number: target as u32 + 1,
            seconds: self.seconds(time),
            milliseconds: milliseconds.try_into().unwrap_or(0),
            keyframe,
            blank: image.blank,
            width: image.width,
            height: image.height,
        };
        if damaged {
            self.segment.notes.damaged.push(frame.seconds);
        }
        if !self.has_poster && (!frame.blank || self.segment.poster.is_none()) {
            self.has_poster = !frame.blank;
            self.segment.poster = Some(image.file.clone());
        }
        if let (Some(tiles), Some(tile)) = (&mut self.tiles, for_sheet) {
            tiles.add(target as u32, tile);
        }
        let complete = match &mut self.sprites {
            Some(sprites) => sprites.turn_to(target)?,
            None => None,
        };
        if let Some((name, bytes)) = complete {
            self.pass_on(OutputFile { name, bytes, frame: None })?;
        }
        if let (Some(sprites), Some(tile)) = (&mut self.sprites, &for_storyboard) {
            sprites.add(tile);
        }
        self.segment.frames.push(frame.clone());
        let name = self.plan.file_name(&frame);
        self.pass_on(OutputFile { name, bytes: image.file, frame: Some(frame) })
    }

    /// Passes on the remaining files. Returns the segment with the statistics of all decoders.
    pub(crate) fn finish(mut self, stats: &[DecodeStats]) -> Result<ExtractedSegment, FramesError> {
        if let Some(sprites) = &mut self.sprites
            && let Some((name, bytes)) = sprites.take()?
        {
            self.pass_on(OutputFile { name, bytes, frame: None })?;
        }
        let undecoded = stats.iter().flat_map(|stats| &stats.damaged);
        self.segment.notes.undecoded = undecoded.map(|time| self.seconds(*time).max(0.0)).collect();
        self.segment.packets_read = stats.iter().map(|stats| stats.packets_read).sum();
        self.segment.packets_decoded = stats.iter().map(|stats| stats.packets_decoded).sum();
        self.segment.tiles = self.tiles.map_or(Vec::new(), SheetTiles::finish);
        Ok(self.segment)
    }

    fn pass_on(&mut self, file: OutputFile) -> Result<(), FramesError> {
        let flow = (self.sink)(file).map_err(FramesError::Sink)?;
        self.is_stopping |= flow.is_break();
        Ok(())
    }

    fn seconds(&self, time: i64) -> f64 {
        self.plan.timeline.time_base.seconds(time)
    }
}

/// The report on a finished extraction.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtractionReport {
    /// The number of extracted frames.
    pub frames: u32,
    /// Frames that could not be extracted, and other problems.
    pub warnings: Vec<Warning>,
    /// The number of the storyboard's last image, if there is a storyboard.
    pub storyboard_images: Option<u32>,
    /// The number of the video's packets that all decoders read.
    pub packets_read: u64,
    /// The number of these packets that were decoded.
    pub packets_decoded: u64,
}

impl Plan {
    /// Returns the files after those of the segments, and a report on all of them. The segments must cover all of the
    /// plan's targets, in order. `poster` is the image of the frame that [`poster`](crate::poster) returns.
    ///
    /// # Errors
    /// [`ErrorCode::NoFramesInRange`] if there is no frame.
    pub fn finish(
        &self,
        segments: &[ExtractedSegment],
        poster: Vec<u8>,
    ) -> Result<(Vec<OutputFile>, ExtractionReport), FramesError> {
        let frames = || segments.iter().flat_map(|segment| &segment.frames);
        let count = frames().count() as u32;
        if count == 0 {
            return Err(no_frames(self.source.duration));
        }
        let extraction = &self.extraction;
        let name = format!("poster.{}", extraction.format.extension());
        let mut files = vec![(name.clone(), poster)];
        let warnings = self.warnings(segments);
        let mut manifest = FramesManifest {
            version: 1,
            source: &self.source,
            extraction,
            poster: name,
            sheet: None,
            storyboard: None,
            frames: frames().map(|frame| FrameEntry::of(frame, extraction.format)).collect(),
            warnings: &warnings,
        };
        if let Some(tiles) = extraction.sheet {
            let chosen = segments.iter().flat_map(|segment| &segment.tiles);
            if let Some(rgb) = sheet(tiles, self.tile_size(tiles), self.total(), chosen) {
                let jpeg = Encoder::jpeg(extraction.quality)?.rgb_jpeg(&rgb)?;
                manifest.sheet = Some("sheet.jpg");
                files.push(("sheet.jpg".to_owned(), jpeg));
            }
        }
        if let Some(tiles) = extraction.storyboard {
            let vtt = vtt(tiles, self.tile_size(tiles), frames(), self.end_milliseconds);
            manifest.storyboard = Some("storyboard.vtt");
            files.push(("storyboard.vtt".to_owned(), vtt.into_bytes()));
        }
        let json = serde_json::to_vec_pretty(&manifest)
            .map_err(|error| FramesError::library("frames.json", error))?;
        files.push(("frames.json".to_owned(), json));
        let file = |(name, bytes)| OutputFile { name, bytes, frame: None };
        let report = ExtractionReport {
            frames: count,
            storyboard_images: extraction.storyboard.and_then(|tiles| {
                let last = frames().last()?;
                Some((last.number - 1) / tiles.cells() as u32 + 1)
            }),
            packets_read: segments.iter().map(|segment| segment.packets_read).sum(),
            packets_decoded: segments.iter().map(|segment| segment.packets_decoded).sum(),
            warnings,
        };
        Ok((files.into_iter().map(file).collect(), report))
    }

    /// Returns the warnings in time order, except those about targets, which come last.
    fn warnings(&self, segments: &[ExtractedSegment]) -> Vec<Warning> {
        let notes = || segments.iter().map(|segment| &segment.notes);
        let mut undecoded: Vec<_> = notes().flat_map(|notes| &notes.undecoded).copied().collect();
        undecoded.sort_by(f64::total_cmp);
        undecoded.dedup();
        // each decoder notes this many; the first ones are the same however the work was split
        undecoded.truncate(MOST_DAMAGED);
        let undecoded = undecoded.into_iter().map(|time| Warning {
            time: Some(time),
            message: "The video is damaged here and could not be decoded.".to_owned(),
        });
        let damaged = notes().flat_map(|notes| &notes.damaged).map(|time| Warning {
            time: Some(*time),
            message: "This frame is damaged: its image may be partly wrong.".to_owned(),
        });
        let opening = self.warnings.iter().cloned();
        let mut warnings: Vec<_> = opening.chain(undecoded).chain(damaged).collect();
        let time = |warning: &Warning| warning.time.unwrap_or_default();
        warnings.sort_by(|one, other| time(one).total_cmp(&time(other)));
        let missing: Vec<_> = notes().flat_map(|notes| &notes.missing).collect();
        warnings.extend(missing.first().map(|first| Warning {
            time: Some(**first),
            message: format!(
                "The file ends before its video does: {} of the chosen frames, from here on, are \
                 missing.",
                missing.len()
            ),
        }));
        let blank: Vec<_> = notes().flat_map(|notes| &notes.blank).collect();
        warnings.extend(blank.first().map(|first| Warning {
            time: Some(**first),
            message: format!(
                "{} of the chosen frames, from here on, are blank until the next chosen time. They \
                 were left out.",
                blank.len()
            ),
        }));
        warnings.extend((self.outside > 0).then(|| Warning {
            time: None,
            message: format!(
                "{} of the times that you asked for lie outside the video or the range.",
                self.outside
            ),
        }));
        warnings
    }
}

/// Returns the failure of options that choose no frame of a video. `duration` is the length of the video in
/// seconds.
fn no_frames(duration: Option<f64>) -> FramesError {
    let length = duration.map(|seconds| {
        let seconds = (seconds * 1000.0).round() / 1000.0;
        format!(" It is {seconds} {} long.", if seconds == 1.0 { "second" } else { "seconds" })
    });
    let message =
        format!("These options choose no frame of this video.{}", length.unwrap_or_default());
    FramesError::media(ErrorCode::NoFramesInRange, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_length_if_no_frame_is_chosen() {
        for (duration, message) in [
            (None, "These options choose no frame of this video."),
            (Some(1.0), "These options choose no frame of this video. It is 1 second long."),
            (Some(6.0), "These options choose no frame of this video. It is 6 seconds long."),
            (
                Some(10.010_333_3),
                "These options choose no frame of this video. It is 10.01 seconds long.",
            ),
        ] {
            let FramesError::Media(failure) = no_frames(duration) else { panic!("{duration:?}") };
            assert_eq!((failure.code, &*failure.message), (ErrorCode::NoFramesInRange, message));
        }
    }
}
