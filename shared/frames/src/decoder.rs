//! Packets in, pictures out, in presentation order.

use crate::{FramesError, container::Container};
use ffmpeg_next::{Error as FfmpegError, codec, decoder, error::EAGAIN, frame};
use framezip_contract::{ErrorCode, Limits, Warning};

/// A decoder with the container that feeds it.
pub(crate) struct Decoder {
    pub(crate) container: Container,
    decoder: decoder::Video,
    /// The decode time of the last packet that was read.
    position: Option<i64>,
    drained: bool,
    damaged: Vec<i64>,
}

/// What one step of the decoder gave.
enum Step {
    Picture(frame::Video),
    Hungry,
    Done,
}

impl Decoder {
    pub(crate) fn new(container: Container, limits: &Limits) -> Result<Self, FramesError> {
        let unsupported = || {
            FramesError::media(
                ErrorCode::UnsupportedCodec,
                format!(
                    "We have no decoder for this video's codec, {}. Convert it to H.264 and send \
                     it again.",
                    container.source.codec
                ),
            )
        };
        let parameters = container.parameters().ok_or_else(unsupported)?;
        codec::decoder::find(parameters.id()).ok_or_else(unsupported)?;
        let mut context = codec::Context::from_parameters(parameters)
            .map_err(|error| FramesError::library("the decoder's set-up", error))?;
        // SAFETY: the context is not open yet, and this is the only reference to it.
        unsafe {
            (*context.as_mut_ptr()).max_pixels = limits.pixels.try_into().unwrap_or(i64::MAX);
            (*context.as_mut_ptr()).pkt_timebase = container.clock.time_base();
            (*context.as_mut_ptr()).thread_count = 1;
        }
        let decoder = context.decoder().video().map_err(|_| unsupported())?;
        Ok(Self { container, decoder, position: None, drained: false, damaged: Vec::new() })
    }

    /// The next picture; `None` at the end. Packets that cannot be decoded are noted and passed
    /// over.
    pub(crate) fn next(&mut self) -> Result<Option<frame::Video>, FramesError> {
        loop {
            match self.receive()? {
                Step::Picture(picture) => return Ok(Some(picture)),
                Step::Done => return Ok(None),
                Step::Hungry => self.feed()?,
            }
        }
    }

    fn receive(&mut self) -> Result<Step, FramesError> {
        let mut picture = frame::Video::empty();
        match self.decoder.receive_frame(&mut picture) {
            Ok(()) => Ok(Step::Picture(picture)),
            Err(FfmpegError::Other { errno: EAGAIN }) => Ok(Step::Hungry),
            Err(FfmpegError::Eof) => Ok(Step::Done),
            Err(FfmpegError::Exit) => Err(FramesError::Interrupted),
            Err(_) => {
                self.damaged.extend(self.position);
                Ok(if self.drained { Step::Done } else { Step::Hungry })
            }
        }
    }

    fn feed(&mut self) -> Result<(), FramesError> {
        let Some(packet) = self.container.read()? else {
            self.drained = true;
            return self
                .decoder
                .send_eof()
                .map_err(|error| FramesError::library("the decoder's end", error));
        };
        let time = packet.dts().or(packet.pts());
        self.position = time.or(self.position);
        if self.decoder.send_packet(&packet).is_err() {
            self.damaged.extend(packet.pts().or(time));
        }
        Ok(())
    }

    /// Goes on at the last keyframe before `tick`, if there is one that is not read yet. `false`:
    /// it goes on where it is.
    pub(crate) fn skip_to(&mut self, tick: i64) -> Result<bool, FramesError> {
        let ahead = match (self.container.indexed_keyframe(tick), self.position) {
            (Some(keyframe), Some(position)) => keyframe > position,
            _ => false,
        };
        if !ahead || !self.container.seek(tick)? {
            return Ok(false);
        }
        self.restart();
        Ok(true)
    }

    /// Goes back to the first packet.
    pub(crate) fn rewind(&mut self) -> Result<bool, FramesError> {
        let rewound = self.container.rewind()?;
        self.restart();
        Ok(rewound)
    }

    fn restart(&mut self) {
        self.decoder.flush();
        self.position = None;
        self.drained = false;
    }

    /// What could not be decoded, in time order, one warning a packet.
    pub(crate) fn warnings(&mut self, start: i64) -> impl Iterator<Item = Warning> {
        let mut damaged = std::mem::take(&mut self.damaged);
        damaged.sort_unstable();
        damaged.dedup();
        let clock = self.container.clock;
        damaged.into_iter().map(move |tick| Warning {
            time: Some(clock.seconds(tick.saturating_sub(start)).max(0.0)),
            message: "This part of the video is damaged and could not be decoded.".to_owned(),
        })
    }
}
