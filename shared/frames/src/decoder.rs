//! Packets in, pictures out, in presentation order.

use crate::{FramesError, container::Container};
use ffmpeg_next::{Discard, Error as FfmpegError, Packet, codec, decoder, error::EAGAIN, frame};
use framezip_contract::{ErrorCode, Limits};

/// How many times of damage a decoder notes; a file that is all damage has millions.
pub(crate) const MOST_DAMAGED: usize = 1000;

/// A decoder with the container that feeds it.
pub(crate) struct Decoder {
    pub(crate) container: Container,
    decoder: decoder::Video,
    /// The time of the last packet that was sent.
    position: Option<i64>,
    drained: bool,
    interrupt: Box<dyn Fn() -> bool + Send>,
    damaged: Vec<i64>,
}

impl Decoder {
    pub(crate) fn new(
        container: Container,
        interrupt: impl Fn() -> bool + Send + 'static,
        limits: &Limits,
    ) -> Result<Self, FramesError> {
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
        Ok(Self {
            container,
            decoder,
            position: None,
            drained: false,
            interrupt: Box::new(interrupt),
            damaged: Vec::new(),
        })
    }

    /// The next picture, of every packet that follows; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<frame::Video>, FramesError> {
        loop {
            if let Some(picture) = self.receive()? {
                return Ok(Some(picture));
            }
            if self.drained {
                return Ok(None);
            }
            match self.container.read()? {
                Some(packet) => self.send(&packet, true)?,
                None => self.send_end()?,
            }
        }
    }

    /// When the keyframes are shown, in ticks. Decodes everything where the container does not tell,
    /// and goes back to the start.
    pub(crate) fn keyframes(&mut self) -> Result<Vec<i64>, FramesError> {
        self.rewind()?;
        if let Some(keyframes) = self.container.keyframes()? {
            return Ok(keyframes);
        }
        let mut keyframes = Vec::new();
        while let Some(picture) = self.next()? {
            keyframes.extend(picture.timestamp().filter(|_| picture.is_key()));
        }
        self.rewind()?;
        Ok(keyframes)
    }

    /// Decodes a packet. One that is not `wanted` is passed over if no other refers to it. One that
    /// cannot be decoded is noted.
    pub(crate) fn send(&mut self, packet: &Packet, wanted: bool) -> Result<(), FramesError> {
        // FFmpeg asks only while it reads, and a little read may be much to decode
        if (self.interrupt)() {
            return Err(FramesError::Interrupted);
        }
        let skip = if wanted { Discard::Default } else { Discard::NonReference };
        self.decoder.skip_frame(skip);
        self.position = packet.pts().or(packet.dts()).or(self.position);
        match self.decoder.send_packet(packet) {
            Err(FfmpegError::Exit) => Err(FramesError::Interrupted),
            Err(_) => {
                self.note_damage();
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn note_damage(&mut self) {
        if self.damaged.len() < MOST_DAMAGED {
            self.damaged.extend(self.position);
        }
    }

    /// Says that no packet follows, so that the pictures that wait for their turn come out.
    pub(crate) fn send_end(&mut self) -> Result<(), FramesError> {
        self.drained = true;
        self.decoder.send_eof().map_err(|error| FramesError::library("the decoder's end", error))
    }

    /// A picture, in presentation order; `None` until more packets are sent.
    pub(crate) fn receive(&mut self) -> Result<Option<frame::Video>, FramesError> {
        loop {
            let mut picture = frame::Video::empty();
            match self.decoder.receive_frame(&mut picture) {
                Ok(()) => return Ok(Some(picture)),
                Err(FfmpegError::Other { errno: EAGAIN } | FfmpegError::Eof) => return Ok(None),
                Err(FfmpegError::Exit) => return Err(FramesError::Interrupted),
                Err(_) => {
                    self.note_damage();
                    if !self.drained {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Goes to the last keyframe before `tick`, or to the start where there is no index. `false`: it
    /// cannot.
    pub(crate) fn go_to(&mut self, tick: i64) -> Result<bool, FramesError> {
        if self.container.indexed_keyframe(tick).is_none() {
            return self.rewind();
        }
        let there = self.container.seek(tick)?;
        self.restart();
        Ok(there)
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

    /// The times of what could not be decoded, in ticks.
    pub(crate) fn take_damaged(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.damaged)
    }
}
