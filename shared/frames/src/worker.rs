//! One decoder at work on spans.

use crate::{
    FramesError,
    chooser::Chooser,
    decoder::Decoder,
    picture::{Encoded, Imager},
    shown::{Shown, time},
};
use ffmpeg_next::frame;

/// What became of one or more targets.
pub(crate) enum Pick {
    /// A frame, with its presentation time in ticks.
    Frame { tick: i64, keyframe: bool, damaged: bool, image: Encoded },
    /// At this tick nothing is on screen, although something should be.
    Missing(i64),
}

impl Pick {
    /// The tick at which nothing is on screen, if it is that.
    pub(crate) fn missing(self) -> Option<i64> {
        match self {
            Self::Missing(tick) => Some(tick),
            Self::Frame { .. } => None,
        }
    }
}

/// How often a span is begun anew, each time a keyframe earlier, before it is decoded whole.
const ATTEMPTS: usize = 4;

/// Takes a pick; fails where nobody wants any more.
pub(crate) type Emit<'a> = dyn FnMut(Pick) -> Result<(), FramesError> + 'a;

/// A decoder and an encoder.
pub(crate) struct Worker {
    pub(crate) decoder: Decoder,
    imager: Imager,
}

impl Worker {
    pub(crate) fn new(decoder: Decoder, imager: Imager) -> Self {
        Self { decoder, imager }
    }

    /// Emits the frames of a span, in time order, each once.
    ///
    /// They are chosen by the packets' times, and what is not wanted is not decoded if nothing
    /// refers to it. Where the packets do not tell, or a frame they announce does not come, the rest
    /// of the span is decoded whole and chosen by the frames' times.
    pub(crate) fn run(&mut self, targets: &[i64], emit: &mut Emit) -> Result<(), FramesError> {
        let mut rest = targets;
        let mut from = targets.first().copied();
        for _ in 0..ATTEMPTS {
            let Some(tick) = from else { break };
            let settled = self.by_packets(rest, tick, emit)?;
            rest = &rest[settled..];
            from = match (rest, settled) {
                ([], _) => return Ok(()),
                // an open GOP's first frames need the GOP before
                (_, 0) => {
                    self.decoder.container.indexed_keyframe(tick).map(|keyframe| keyframe - 1)
                }
                ([next, ..], _) => Some(*next),
            };
        }
        self.by_frames(rest, emit)
    }

    /// Starts at the keyframe before `from`. Returns how many targets are settled.
    fn by_packets(
        &mut self,
        targets: &[i64],
        from: i64,
        emit: &mut Emit,
    ) -> Result<usize, FramesError> {
        if !self.decoder.go_to(from)? {
            return Ok(0);
        }
        let mut chooser = Chooser::new(targets);
        loop {
            let packet = self.decoder.container.read()?;
            let ended = packet.is_none();
            let missing = match packet {
                None => chooser.finish(),
                Some(packet) => {
                    let Some(stamp) = self.decoder.container.stamp(&packet) else {
                        return Ok(chooser.first_unsettled());
                    };
                    chooser.push(packet, stamp);
                    &[]
                }
            };
            if chooser.is_late() || (ended && chooser.is_empty()) {
                return Ok(0);
            }
            while let Some((packet, wanted)) = if ended { chooser.rest() } else { chooser.next() } {
                self.decoder.send(&packet, wanted)?;
                if !self.take(&mut chooser, emit)? {
                    return Ok(chooser.first_unsettled());
                }
            }
            if ended || chooser.is_done() {
                self.decoder.send_end()?;
                if !self.take(&mut chooser, emit)? || chooser.next_wanted().is_some() {
                    return Ok(chooser.first_unsettled());
                }
                for target in missing {
                    emit(Pick::Missing(*target))?;
                }
                return Ok(targets.len());
            }
        }
    }

    /// Emits those of the decoder's pictures that are wanted. `false`: one that is wanted was passed
    /// over.
    fn take<P>(&mut self, chooser: &mut Chooser<P>, emit: &mut Emit) -> Result<bool, FramesError> {
        while let Some(picture) = self.decoder.receive()? {
            let time = time(&picture);
            match chooser.next_wanted() {
                Some(wanted) if wanted < time => return Ok(false),
                Some(wanted) if wanted == time => {
                    chooser.took();
                    emit(self.pick(&picture)?)?;
                }
                _ => {}
            }
        }
        Ok(true)
    }

    /// Decodes everything from the first target's keyframe on, or from the start.
    fn by_frames(&mut self, targets: &[i64], emit: &mut Emit) -> Result<(), FramesError> {
        let Some(mut shown) = self.land(targets[0])? else {
            return targets.iter().try_for_each(|target| emit(Pick::Missing(*target)));
        };
        let mut given = None;
        for target in targets {
            while !shown.next_is_after(*target) {
                match self.decoder.next()? {
                    Some(picture) => shown.push(picture),
                    None => break,
                }
            }
            if !shown.has_next() && *target >= shown.end() {
                emit(Pick::Missing(*target))?;
            } else if given.replace(shown.time()) != Some(shown.time()) {
                emit(self.pick(&shown.picture)?)?;
            }
        }
        Ok(())
    }

    /// The first picture after a seek to `target`, which must not be behind it; else the index was
    /// wrong, and the first picture of all.
    fn land(&mut self, target: i64) -> Result<Option<Shown>, FramesError> {
        if self.decoder.go_to(target)?
            && let Some(picture) = self.decoder.next()?
            && time(&picture) <= target
        {
            return Ok(Some(Shown::new(picture)));
        }
        self.decoder.rewind()?;
        Ok(self.decoder.next()?.map(Shown::new))
    }

    fn pick(&mut self, picture: &frame::Video) -> Result<Pick, FramesError> {
        Ok(Pick::Frame {
            tick: time(picture),
            keyframe: picture.is_key(),
            damaged: picture.is_corrupt() || picture.has_decode_errors(),
            image: self.imager.encode(picture)?,
        })
    }
}
