//! One decoder at work on spans.

use crate::{
    FramesError,
    decode::{
        decoder::{Decoder, MOST_DAMAGED, Work},
        gop_span::Span,
        on_screen::{Shown, time},
        packet_selector::Chooser,
    },
    demux::{
        opener::Opener,
        recording::{Pictures, Recording},
    },
    image::{Canvas, Encoded, Imager, Rgb, TileMaker},
};
use ffmpeg_next::{Packet, frame};
use std::sync::Arc;

/// What became of one or more targets.
pub(crate) struct Pick {
    /// The number of the first one among all.
    pub(crate) target: usize,
    /// Whether something in the span is damaged before it. The rest of such a span is decoded in one go, so
    /// that it gives the same however the work is split.
    pub(crate) follows_damage: bool,
    pub(crate) outcome: Outcome,
}

/// What is on screen at a target.
pub(crate) enum Outcome {
    Frame(Box<Picked>),
    /// Nothing, although something should be, at this tick.
    Missing(i64),
    /// Only blank frames until the next target, from this tick on.
    Blank(i64),
}

/// A frame that was chosen.
pub(crate) struct Picked {
    /// When it appears on the timeline.
    pub(crate) tick: i64,
    pub(crate) keyframe: bool,
    pub(crate) damaged: bool,
    pub(crate) image: Encoded,
    /// Its small form for the contact sheet, if there is to be one.
    pub(crate) for_sheet: Option<Rgb>,
    /// Its small form for the storyboard, if there is to be one.
    pub(crate) for_storyboard: Option<Rgb>,
}

/// The number of attempts at a span, each from an earlier keyframe, before it is decoded whole.
const ATTEMPTS: usize = 4;

/// The approximate memory of a packet in addition to its content, in bytes.
const PACKET: usize = 1 << 10;

/// Takes a pick. Fails after the receiver has stopped.
pub(crate) type Emit<'a> = dyn FnMut(Pick) -> Result<(), FramesError> + 'a;

/// What a worker makes of pictures.
pub(crate) struct Studio {
    pub(crate) imager: Imager,
    pub(crate) sheet: Option<TileMaker>,
    pub(crate) storyboard: Option<TileMaker>,
    /// Whether blank frames are passed over.
    pub(crate) skip_blank: bool,
}

/// Why work on a span by its packets stopped.
enum Stop {
    Done,
    /// Packets lack timestamps, or an announced frame is missing.
    Lost,
    /// The next target's frame is blank.
    Blank,
    /// A packet or picture is damaged: its concealment depends on what else the decoder has decoded.
    Damaged,
}

/// A decoder and what makes images of its pictures.
pub(crate) struct Worker<'a> {
    decoder: Decoder,
    opener: &'a Arc<Opener>,
    recordings: &'a [Arc<Recording>],
    studio: Studio,
    /// Whether something in the span is damaged before the picks that follow.
    follows_damage: bool,
    done: Work,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(
        decoder: Decoder,
        opener: &'a Arc<Opener>,
        recordings: &'a [Arc<Recording>],
        studio: Studio,
    ) -> Self {
        let (follows_damage, done) = (false, Work::default());
        Self { decoder, opener, recordings, studio, follows_damage, done }
    }

    /// Emits the frames of a span, in time order, each once.
    pub(crate) fn run(&mut self, span: &Span, emit: &mut Emit) -> Result<(), FramesError> {
        let recording = &self.recordings[span.piece.recording];
        if !self.decoder.is_of(recording) {
            let next = Decoder::open(self.opener, recording)?;
            let last = std::mem::replace(&mut self.decoder, next);
            self.count(last.packets());
            self.studio.imager.set_base(self.decoder.container.base());
        }
        let ended = self.decode(span, emit);
        let damaged = self.decoder.take_damaged();
        self.done.damaged.extend(damaged.iter().map(|time| span.piece.tick(*time)));
        // the earliest, in whatever order spans are done
        self.done.damaged.sort_unstable();
        self.done.damaged.dedup();
        self.done.damaged.truncate(MOST_DAMAGED);
        ended
    }

    fn count(&mut self, (read, decoded): (u64, u64)) {
        self.done.packets_read += read;
        self.done.packets_decoded += decoded;
    }

    /// Returns the total work.
    pub(crate) fn work(mut self) -> Work {
        self.count(self.decoder.packets());
        self.done
    }

    /// Emits the frames of a span.
    ///
    /// They are chosen by the packets' times, and what is not wanted is not decoded if nothing refers to
    /// it. If packets lack times, an expected frame is missing, a blank frame is to be skipped, or packets
    /// are fields, the rest of the span is decoded and frames are chosen by their own times.
    fn decode(&mut self, span: &Span, emit: &mut Emit) -> Result<(), FramesError> {
        self.follows_damage = false;
        if self.decoder.container.recording.pictures == Pictures::Fields {
            return self.by_frames(span, 0, emit);
        }
        let mut done = 0;
        let mut attempts = 0;
        let mut from = span.targets.first().copied();
        while let Some(tick) = from.filter(|_| attempts < ATTEMPTS) {
            let noted = self.decoder.noted();
            let (settled, stop) = self.by_packets(span, done, tick, emit)?;
            (done, from) = match stop {
                Stop::Done => return Ok(()),
                // there may be as many blank frames as targets: to go back for each would take forever
                Stop::Blank => (settled, None),
                Stop::Damaged => {
                    self.follows_damage = true;
                    if settled == done {
                        // it is decoded again
                        self.decoder.forget(noted);
                    }
                    (settled, None)
                }
                // an open GOP's first frames need the GOP before
                Stop::Lost if settled == done => {
                    self.decoder.forget(noted);
                    let keyframe = self.decoder.container.keyframe_before(tick)?;
                    (done, keyframe.map(|keyframe| keyframe - 1))
                }
                Stop::Lost => (settled, span.targets.get(settled).copied()),
            };
            attempts += 1;
        }
        self.by_frames(span, done, emit)
    }

    /// Settles targets from number `first` of the span on, decoding from the keyframe before `from`.
    /// Returns the number of the first that is not settled.
    fn by_packets(
        &mut self,
        span: &Span,
        first: usize,
        from: i64,
        emit: &mut Emit,
    ) -> Result<(usize, Stop), FramesError> {
        let mut entry = self.decoder.go_to(from)?;
        let noted = self.decoder.noted();
        let start = entry.as_ref().and_then(Packet::pts).unwrap_or(i64::MIN);
        let mut chooser = Chooser::new(&span.targets[first..]);
        loop {
            let packet = match entry.take() {
                Some(packet) => Some(packet),
                None => self.decoder.container.read()?,
            };
            let ended = packet.is_none();
            let missing = match packet {
                None => chooser.finish(),
                Some(packet) => {
                    let Some(stamp) = self.decoder.container.stamp(&packet) else {
                        return Ok((first + chooser.first_unsettled(), Stop::Lost));
                    };
                    let size = packet.size() + PACKET;
                    chooser.push(packet, size, stamp);
                    &[]
                }
            };
            if chooser.is_late() || (ended && chooser.is_empty()) {
                return Ok((first, Stop::Lost));
            }
            while let Some((packet, wanted)) = if ended { chooser.rest() } else { chooser.next() } {
                self.decoder.send(&packet, wanted)?;
                let stop = self.take(span, first, start, &mut chooser, emit)?;
                let damaged = || (self.decoder.noted() > noted).then_some(Stop::Damaged);
                if let Some(stop) = stop.or_else(damaged) {
                    return Ok((first + chooser.first_unsettled(), stop));
                }
            }
            if chooser.is_overfull() {
                return Ok((first + chooser.first_unsettled(), Stop::Lost));
            }
            if ended || chooser.is_done() {
                self.decoder.send_end()?;
                let stop = self.take(span, first, start, &mut chooser, emit)?;
                let lost = || chooser.next_wanted().map(|_| Stop::Lost);
                if let Some(stop) = stop.or_else(lost) {
                    return Ok((first + chooser.first_unsettled(), stop));
                }
                let number = span.first + span.targets.len() - missing.len();
                for (index, target) in missing.iter().enumerate() {
                    emit(self.pick(number + index, Outcome::Missing(span.piece.tick(*target))))?;
                }
                return Ok((span.targets.len(), Stop::Done));
            }
        }
    }

    /// Emits those of the decoder's pictures that are wanted. `first` is the number of the chooser's
    /// first target in the span, `start` the time of the keyframe that decoding began with.
    fn take<P>(
        &mut self,
        span: &Span,
        first: usize,
        start: i64,
        chooser: &mut Chooser<P>,
        emit: &mut Emit,
    ) -> Result<Option<Stop>, FramesError> {
        while let Some(mut picture) = self.decoder.receive()? {
            let time = time(&picture);
            // pictures that lead a keyframe may lack what they refer to
            if picture.has_decode_errors() && time >= start {
                return Ok(Some(Stop::Damaged));
            }
            match chooser.next_wanted() {
                Some((_, wanted)) if wanted < time => return Ok(Some(Stop::Lost)),
                Some((target, wanted)) if wanted == time => {
                    let Some(canvas) = self.studio.draw(&mut picture)? else {
                        return Ok(Some(Stop::Blank));
                    };
                    chooser.took();
                    let picked = self.studio.pick(span, &picture, &canvas)?;
                    emit(self.pick(span.first + first + target, picked))?;
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Settles targets from number `first` of the span on, if there are any, by decoding everything from
    /// the keyframe of the first on, or from the start.
    fn by_frames(&mut self, span: &Span, first: usize, emit: &mut Emit) -> Result<(), FramesError> {
        self.decoder.forget_pictures();
        let mut targets = first..span.targets.len();
        let Some(&tick) = span.targets.get(first) else { return Ok(()) };
        let missing = |index: usize| Outcome::Missing(span.piece.tick(span.targets[index]));
        let Some(mut shown) = self.decoder.land(tick)?.map(Shown::new) else {
            return targets
                .try_for_each(|index| emit(self.pick(span.first + index, missing(index))));
        };
        let mut given = None;
        for index in targets {
            let target = span.targets[index];
            while !shown.next_is_after(target) && self.look_ahead(&mut shown)? {}
            if !shown.has_next() && target >= shown.end() {
                emit(self.pick(span.first + index, missing(index)))?;
                continue;
            }
            if given == Some(shown.time()) {
                continue;
            }
            let end = span.targets.get(index + 1).copied().unwrap_or(span.end);
            let canvas = loop {
                let canvas = self.studio.draw(&mut shown.picture)?;
                if canvas.is_some() || !(self.look_ahead(&mut shown)? && shown.step_before(end)) {
                    break canvas;
                }
            };
            let outcome = match canvas {
                Some(canvas) => {
                    given = Some(shown.time());
                    self.studio.pick(span, &shown.picture, &canvas)?
                }
                None => Outcome::Blank(span.piece.tick(target)),
            };
            emit(self.pick(span.first + index, outcome))?;
        }
        Ok(())
    }

    fn pick(&self, target: usize, outcome: Outcome) -> Pick {
        Pick { target, follows_damage: self.follows_damage, outcome }
    }

    /// Makes sure that the next picture is known. `false`: there is none.
    fn look_ahead(&mut self, shown: &mut Shown) -> Result<bool, FramesError> {
        if !shown.has_next() {
            match self.decoder.next()? {
                Some(picture) => shown.push(picture),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Studio {
    /// A picture's image; `None` if it is blank and blank ones are passed over.
    fn draw(&mut self, picture: &mut frame::Video) -> Result<Option<Canvas>, FramesError> {
        let canvas = self.imager.draw(picture)?;
        Ok((!self.skip_blank || !canvas.is_blank()).then_some(canvas))
    }

    /// A picture that is chosen.
    fn pick(
        &mut self,
        span: &Span,
        picture: &frame::Video,
        canvas: &Canvas,
    ) -> Result<Outcome, FramesError> {
        let tile = |maker: &mut Option<TileMaker>| {
            maker.as_mut().map(|maker| maker.make(canvas)).transpose()
        };
        Ok(Outcome::Frame(Box::new(Picked {
            tick: span.piece.tick(time(picture)),
            keyframe: picture.is_key(),
            damaged: picture.is_corrupt() || picture.has_decode_errors(),
            image: self.imager.encode(canvas)?,
            for_sheet: tile(&mut self.sheet)?,
            for_storyboard: tile(&mut self.storyboard)?,
        })))
    }
}
