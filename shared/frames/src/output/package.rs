//! A part of the zip in the making: picks in, files out.

use crate::{
    FramesError, Output,
    decode::{
        decoder::Work,
        span_decoder::{Outcome, Pick, Picked},
    },
    output::{
        contact_sheet::SheetTiles,
        segment::{Frame, Part},
        storyboard::Sprites,
    },
    select::plan::Plan,
};
use std::{
    io,
    ops::{ControlFlow, Range},
};

/// The files of some targets, each of which goes to `sink` as soon as it is complete.
pub(crate) struct Package<'a, S> {
    sink: S,
    plan: &'a Plan,
    part: Part,
    tiles: Option<SheetTiles>,
    sprites: Option<Sprites>,
    /// The tick of the latest frame, be it before the part.
    given: Option<i64>,
    /// Whether the sink wants to stop.
    stopping: bool,
    /// The target at which to stop.
    stop_at: u32,
    /// The target at which the part ends if nothing stops it.
    last: u32,
    /// Whether the poster is as good as it can be.
    has_poster: bool,
}

impl<'a, S: FnMut(Output) -> io::Result<ControlFlow<()>>> Package<'a, S> {
    pub(crate) fn new(plan: &'a Plan, targets: Range<u32>, sink: S) -> Result<Self, FramesError> {
        let extraction = &plan.extraction;
        let sprites = |tiles| Sprites::new(tiles, plan.tile_size(tiles), extraction.quality);
        Ok(Self {
            sink,
            plan,
            stopping: false,
            stop_at: targets.end,
            last: targets.end,
            part: Part::new(targets),
            tiles: extraction.sheet.map(|tiles| SheetTiles::new(tiles, plan.total())),
            sprites: extraction.storyboard.map(sprites).transpose()?,
            given: None,
            has_poster: false,
        })
    }

    /// Takes what became of the next targets; breaks where the part ends.
    pub(crate) fn take(&mut self, pick: Pick) -> Result<ControlFlow<()>, FramesError> {
        let target = pick.target as u32;
        if target >= self.stop_at && pick.follows_damage {
            self.stop_at = self.next_step(target);
        }
        if target >= self.stop_at {
            self.part.targets.end = self.stop_at;
            return Ok(ControlFlow::Break(()));
        }
        let is_before = target < self.part.targets.start;
        match pick.outcome {
            Outcome::Frame(picked) => {
                // two targets may have the same frame, also in two spans or in two parts
                let again = self.given.replace(picked.tick) == Some(picked.tick);
                if again || is_before {
                    return Ok(ControlFlow::Continue(()));
                }
                self.add(pick.target, *picked)?;
                if self.stopping {
                    self.stop_at = self.stop_at.min(self.next_step(target));
                }
            }
            _ if is_before => {}
            Outcome::Missing(tick) => self.part.notes.missing.push(self.seconds(tick)),
            Outcome::Blank(tick) => self.part.notes.blank.push(self.seconds(tick)),
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The first target after this one that a part may begin with.
    fn next_step(&self, target: u32) -> u32 {
        let step = self.plan.step();
        ((target / step + 1) * step).min(self.last)
    }

    fn add(&mut self, target: usize, picked: Picked) -> Result<(), FramesError> {
        let Picked { tick, keyframe, damaged, image, for_sheet, for_storyboard } = picked;
        let milliseconds = self.plan.timeline.clock.milliseconds(tick);
        let frame = Frame {
            number: target as u32 + 1,
            seconds: self.seconds(tick),
            milliseconds: milliseconds.try_into().unwrap_or(0),
            keyframe,
            blank: image.blank,
            width: image.width,
            height: image.height,
        };
        if damaged {
            self.part.notes.damaged.push(frame.seconds);
        }
        if !self.has_poster && (!frame.blank || self.part.poster.is_none()) {
            self.has_poster = !frame.blank;
            self.part.poster = Some(image.file.clone());
        }
        if let (Some(tiles), Some(tile)) = (&mut self.tiles, for_sheet) {
            tiles.add(target as u32, tile);
        }
        let complete = match &mut self.sprites {
            Some(sprites) => sprites.turn_to(target)?,
            None => None,
        };
        if let Some((name, bytes)) = complete {
            self.give(Output { name, bytes, frame: None })?;
        }
        if let (Some(sprites), Some(tile)) = (&mut self.sprites, &for_storyboard) {
            sprites.paint(tile);
        }
        self.part.frames.push(frame.clone());
        let name = self.plan.file(&frame);
        self.give(Output { name, bytes: image.file, frame: Some(frame) })
    }

    /// Gives what is left, and tells what the part came to by this work.
    pub(crate) fn finish(mut self, work: &[Work]) -> Result<Part, FramesError> {
        if let Some(sprites) = &mut self.sprites
            && let Some((name, bytes)) = sprites.take()?
        {
            self.give(Output { name, bytes, frame: None })?;
        }
        let undecoded = work.iter().flat_map(|work| &work.damaged);
        self.part.notes.undecoded = undecoded.map(|tick| self.seconds(*tick).max(0.0)).collect();
        self.part.packets_read = work.iter().map(|work| work.packets_read).sum();
        self.part.packets_decoded = work.iter().map(|work| work.packets_decoded).sum();
        self.part.tiles = self.tiles.map_or(Vec::new(), SheetTiles::finish);
        Ok(self.part)
    }

    fn give(&mut self, output: Output) -> Result<(), FramesError> {
        let flow = (self.sink)(output).map_err(FramesError::Sink)?;
        self.stopping |= flow.is_break();
        Ok(())
    }

    fn seconds(&self, tick: i64) -> f64 {
        self.plan.timeline.clock.seconds(tick)
    }
}
