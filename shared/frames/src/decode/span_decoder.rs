//! Decodes GOP spans and renders the wanted frames.

use crate::{
    FramesError,
    decode::{
        decoder::{Decoder, MOST_DAMAGED, PacketCounts, Wanted},
        gop_span::GopSpan,
        on_screen::{OnScreen, pts},
        packet_selector::{DecidedPacket, PacketSelector},
    },
    demux::{
        media_source::MediaSource,
        recording::{Pictures, Recording},
    },
    image::{Canvas, EncodedImage, ImageRenderer, Rgb, TileMaker},
};
use ffmpeg_next::{Packet, frame};
use std::sync::Arc;

/// The result of one or more targets.
pub(crate) struct TargetResult {
    /// The number of the first one among all targets.
    pub(crate) target: usize,
    /// Whether there is damage before it in the span. The rest of such a span is decoded in one go, so that the
    /// result does not depend on how the work is split.
    pub(crate) follows_damage: bool,
    pub(crate) selection: Selection,
}

/// The selection for a target.
pub(crate) enum Selection {
    Frame(Box<SelectedFrame>),
    /// No frame, although the video should have one at this time of the timeline.
    Missing(i64),
    /// Only blank frames from this time of the timeline up to the next target.
    Blank(i64),
}

/// A selected frame and its images.
pub(crate) struct SelectedFrame {
    /// The time of the timeline at which it appears.
    pub(crate) time: i64,
    pub(crate) keyframe: bool,
    pub(crate) damaged: bool,
    pub(crate) image: EncodedImage,
    /// Its tile of the contact sheet, if a sheet is made.
    pub(crate) for_sheet: Option<Rgb>,
    /// Its tile of the storyboard, if a storyboard is made.
    pub(crate) for_storyboard: Option<Rgb>,
}

/// The number of passes over a span, each from an earlier keyframe, before the span is decoded whole.
const MOST_PASSES: usize = 4;

/// The approximate memory of a packet in addition to its content, in bytes.
const PACKET_OVERHEAD: usize = 1 << 10;

/// Takes a result. Fails after the receiver has stopped.
pub(crate) type Emit<'a> = dyn FnMut(TargetResult) -> Result<(), FramesError> + 'a;

/// Renders the selected pictures of a span.
pub(crate) struct SpanRenderer {
    pub(crate) images: ImageRenderer,
    pub(crate) sheet: Option<TileMaker>,
    pub(crate) storyboard: Option<TileMaker>,
    /// Whether blank frames are skipped.
    pub(crate) skip_blank: bool,
}

/// The reason for which a pass over a span ended.
enum PassEnd {
    Done,
    /// Packets lack timestamps, or an expected frame is missing.
    Lost,
    /// The next target's frame is blank.
    Blank,
    /// A packet or picture is damaged: its concealment depends on the pictures that the decoder decoded before.
    Damaged,
}

/// The statistics of a span decoder.
#[derive(Clone, Debug, Default)]
pub(crate) struct DecodeStats {
    pub(crate) packets_read: u64,
    pub(crate) packets_decoded: u64,
    /// The times of the timeline that could not be decoded.
    pub(crate) damaged: Vec<i64>,
}

/// A decoder of spans, with the renderer of its pictures.
pub(crate) struct SpanDecoder<'a> {
    decoder: Decoder,
    media: &'a Arc<MediaSource>,
    recordings: &'a [Arc<Recording>],
    renderer: SpanRenderer,
    /// Whether there is damage before the next results of the span.
    follows_damage: bool,
    stats: DecodeStats,
}

impl<'a> SpanDecoder<'a> {
    pub(crate) fn new(
        decoder: Decoder,
        media: &'a Arc<MediaSource>,
        recordings: &'a [Arc<Recording>],
        renderer: SpanRenderer,
    ) -> Self {
        let stats = DecodeStats::default();
        Self { decoder, media, recordings, renderer, follows_damage: false, stats }
    }

    /// Emits the frames of a span, in time order, each once.
    pub(crate) fn run(&mut self, span: &GopSpan, emit: &mut Emit) -> Result<(), FramesError> {
        let recording = &self.recordings[span.clip.recording];
        if !self.decoder.is_of(recording) {
            let next = Decoder::open(self.media, recording)?;
            let last = std::mem::replace(&mut self.decoder, next);
            self.count(last.packets());
            self.renderer.images.set_base(self.decoder.container.base());
        }
        let ended = self.decode(span, emit);
        let damaged = self.decoder.take_damaged();
        self.stats.damaged.extend(damaged.iter().map(|time| span.clip.timeline_time(*time)));
        // keeps the earliest ones, in whatever order spans are decoded
        self.stats.damaged.sort_unstable();
        self.stats.damaged.dedup();
        self.stats.damaged.truncate(MOST_DAMAGED);
        ended
    }

    fn count(&mut self, packets: PacketCounts) {
        self.stats.packets_read += packets.read;
        self.stats.packets_decoded += packets.decoded;
    }

    /// Returns the statistics of all spans.
    pub(crate) fn finish(mut self) -> DecodeStats {
        self.count(self.decoder.packets());
        self.stats
    }

    /// Emits the frames of a span.
    ///
    /// Frames are selected by the times of packets, and disposable packets that are not wanted are not decoded. If
    /// packets lack timestamps, an expected frame is missing, a blank frame is skipped or pictures are fields, the
    /// rest of the span is decoded and frames are selected by their own timestamps.
    fn decode(&mut self, span: &GopSpan, emit: &mut Emit) -> Result<(), FramesError> {
        self.follows_damage = false;
        if self.decoder.container.recording.pictures == Pictures::Fields {
            return self.by_frames(span, 0, emit);
        }
        let mut settled = 0;
        let mut passes = 0;
        let mut from = span.targets.first().copied();
        while let Some(time) = from.filter(|_| passes < MOST_PASSES) {
            let noted = self.decoder.noted();
            let (reached, end) = self.by_packets(span, settled, time, emit)?;
            (settled, from) = match end {
                PassEnd::Done => return Ok(()),
                // there may be as many blank frames as targets, and a pass for each would take too long
                PassEnd::Blank => (reached, None),
                PassEnd::Damaged => {
                    self.follows_damage = true;
                    if reached == settled {
                        // the damaged packets are decoded again
                        self.decoder.forget_damage_after(noted);
                    }
                    (reached, None)
                }
                // the first frames of an open GOP need the GOP before
                PassEnd::Lost if reached == settled => {
                    self.decoder.forget_damage_after(noted);
                    let keyframe = self.decoder.container.keyframe_before(time)?;
                    (settled, keyframe.map(|keyframe| keyframe - 1))
                }
                PassEnd::Lost => (reached, span.targets.get(reached).copied()),
            };
            passes += 1;
        }
        self.by_frames(span, settled, emit)
    }

    /// Settles targets from number `first` of the span on, by decoding from the keyframe before `from`. Returns the
    /// number of the first target that is not settled.
    fn by_packets(
        &mut self,
        span: &GopSpan,
        first: usize,
        from: i64,
        emit: &mut Emit,
    ) -> Result<(usize, PassEnd), FramesError> {
        let mut entry = self.decoder.go_to(from)?;
        let noted = self.decoder.noted();
        let start = entry.as_ref().and_then(Packet::pts).unwrap_or(i64::MIN);
        let mut selector = PacketSelector::new(&span.targets[first..]);
        loop {
            let packet = match entry.take() {
                Some(packet) => Some(packet),
                None => self.decoder.container.read()?,
            };
            let has_ended = packet.is_none();
            let missing = match packet {
                None => selector.finish(),
                Some(packet) => {
                    let Some(times) = self.decoder.container.times_of(&packet) else {
                        return Ok((first + selector.first_unsettled(), PassEnd::Lost));
                    };
                    let size = packet.size() + PACKET_OVERHEAD;
                    selector.push(packet, size, times);
                    &[]
                }
            };
            if selector.is_late() || (has_ended && selector.is_empty()) {
                return Ok((first, PassEnd::Lost));
            }
            while let Some(DecidedPacket { packet, is_wanted }) =
                if has_ended { selector.next_remaining() } else { selector.next() }
            {
                self.decoder.send(&packet, if is_wanted { Wanted::Yes } else { Wanted::No })?;
                let end = self.take_pictures(span, first, start, &mut selector, emit)?;
                let damaged = || (self.decoder.noted() > noted).then_some(PassEnd::Damaged);
                if let Some(end) = end.or_else(damaged) {
                    return Ok((first + selector.first_unsettled(), end));
                }
            }
            if selector.is_overfull() {
                return Ok((first + selector.first_unsettled(), PassEnd::Lost));
            }
            if has_ended || selector.is_done() {
                self.decoder.send_end()?;
                let end = self.take_pictures(span, first, start, &mut selector, emit)?;
                let lost = || selector.next_wanted().map(|_| PassEnd::Lost);
                if let Some(end) = end.or_else(lost) {
                    return Ok((first + selector.first_unsettled(), end));
                }
                let number = span.first + span.targets.len() - missing.len();
                for (index, target) in missing.iter().enumerate() {
                    let missing = Selection::Missing(span.clip.timeline_time(*target));
                    emit(self.result(number + index, missing))?;
                }
                return Ok((span.targets.len(), PassEnd::Done));
            }
        }
    }

    /// Emits the wanted ones among the decoder's pictures. `first` is the number of the selector's first target in
    /// the span, `start` the time of the keyframe with which decoding began.
    fn take_pictures<P>(
        &mut self,
        span: &GopSpan,
        first: usize,
        start: i64,
        selector: &mut PacketSelector<P>,
        emit: &mut Emit,
    ) -> Result<Option<PassEnd>, FramesError> {
        while let Some(mut picture) = self.decoder.receive()? {
            let time = pts(&picture);
            // pictures that lead a keyframe may refer to pictures before it
            if picture.has_decode_errors() && time >= start {
                return Ok(Some(PassEnd::Damaged));
            }
            match selector.next_wanted() {
                Some(wanted) if wanted.pts < time => return Ok(Some(PassEnd::Lost)),
                Some(wanted) if wanted.pts == time => {
                    let Some(canvas) = self.renderer.draw(&mut picture)? else {
                        return Ok(Some(PassEnd::Blank));
                    };
                    selector.take_wanted();
                    let selected = self.renderer.select(span, &picture, &canvas)?;
                    emit(self.result(span.first + first + wanted.target, selected))?;
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Settles targets from number `first` of the span on, if there are any. Decodes all packets from the keyframe of
    /// the first target on, or from the start.
    fn by_frames(
        &mut self,
        span: &GopSpan,
        first: usize,
        emit: &mut Emit,
    ) -> Result<(), FramesError> {
        self.decoder.forget_pictures();
        let mut targets = first..span.targets.len();
        let Some(&time) = span.targets.get(first) else { return Ok(()) };
        let missing =
            |index: usize| Selection::Missing(span.clip.timeline_time(span.targets[index]));
        let Some(mut on_screen) = self.decoder.decode_from(time)?.map(OnScreen::new) else {
            return targets
                .try_for_each(|index| emit(self.result(span.first + index, missing(index))));
        };
        let mut last_emitted = None;
        for index in targets {
            let target = span.targets[index];
            while !on_screen.next_is_after(target) && self.look_ahead(&mut on_screen)? {}
            if !on_screen.has_next() && target >= on_screen.end() {
                emit(self.result(span.first + index, missing(index)))?;
                continue;
            }
            if last_emitted == Some(on_screen.pts()) {
                continue;
            }
            let end = span.targets.get(index + 1).copied().unwrap_or(span.end);
            let canvas = loop {
                let canvas = self.renderer.draw(&mut on_screen.picture)?;
                let is_last = canvas.is_some()
                    || !(self.look_ahead(&mut on_screen)? && on_screen.step_before(end));
                if is_last {
                    break canvas;
                }
            };
            let selection = match canvas {
                Some(canvas) => {
                    last_emitted = Some(on_screen.pts());
                    self.renderer.select(span, &on_screen.picture, &canvas)?
                }
                None => Selection::Blank(span.clip.timeline_time(target)),
            };
            emit(self.result(span.first + index, selection))?;
        }
        Ok(())
    }

    fn result(&self, target: usize, selection: Selection) -> TargetResult {
        TargetResult { target, follows_damage: self.follows_damage, selection }
    }

    /// Decodes the next picture if it is not known. Returns `false` if there is none.
    fn look_ahead(&mut self, on_screen: &mut OnScreen) -> Result<bool, FramesError> {
        if !on_screen.has_next() {
            match self.decoder.next()? {
                Some(picture) => on_screen.push(picture),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl SpanRenderer {
    /// Renders a picture. Returns `None` if it is blank and blank frames are skipped.
    fn draw(&mut self, picture: &mut frame::Video) -> Result<Option<Canvas>, FramesError> {
        let canvas = self.images.draw(picture)?;
        Ok((!self.skip_blank || !canvas.is_blank()).then_some(canvas))
    }

    /// Encodes the images of a selected picture.
    fn select(
        &mut self,
        span: &GopSpan,
        picture: &frame::Video,
        canvas: &Canvas,
    ) -> Result<Selection, FramesError> {
        let tile = |maker: &mut Option<TileMaker>| {
            maker.as_mut().map(|maker| maker.make(canvas)).transpose()
        };
        Ok(Selection::Frame(Box::new(SelectedFrame {
            time: span.clip.timeline_time(pts(picture)),
            keyframe: picture.is_key(),
            damaged: picture.is_corrupt() || picture.has_decode_errors(),
            image: self.images.encode(canvas)?,
            for_sheet: tile(&mut self.sheet)?,
            for_storyboard: tile(&mut self.storyboard)?,
        })))
    }
}
