//! What a recording is found to be when it is opened for the first time.

use crate::{
    FramesError,
    container::Container,
    decoder::Decoder,
    demux::{
        duration::End,
        edit_list::{self, Boxes, Track},
        recording::{Edits, Recording},
        stream::encrypted,
        survey::{self, Joint, survey},
    },
    opener::Opener,
    shown::time,
    source::Reader,
    timeline::Timeline,
};
use ffmpeg_next::{ffi, frame};
use framezip_contract::ErrorCode;
use std::{
    io::{self, Seek, SeekFrom},
    sync::Arc,
};

/// A recording with a decoder at its start.
pub(crate) struct Examined {
    pub(crate) decoder: Decoder,
    /// Its first picture.
    pub(crate) first: frame::Video,
    end: Option<End>,
    /// Its edits, if the timeline applies them.
    track: Option<Track>,
    /// What follows it in the same bytes: another video, whose streams FFmpeg takes for others.
    pub(crate) rest: Option<Recording>,
}

impl Examined {
    /// Opens a recording and finds its first picture and its end.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] if nothing can be extracted from it.
    pub(crate) fn new(opener: &Arc<Opener>, mut recording: Recording) -> Result<Self, FramesError> {
        let mut reader = opener.reader(&recording)?;
        let boxes = edit_list::read(&mut reader).map_err(FramesError::Read)?;
        let is_png = begins_with(&mut *reader, &PNG).map_err(FramesError::Read)?;
        drop(reader);
        let tracks = match boxes {
            Boxes::Photo => return Err(photo()),
            Boxes::Movie(tracks) if tracks.iter().any(Track::is_encrypted) => {
                return Err(encrypted());
            }
            Boxes::Movie(tracks) => tracks,
            Boxes::Unknown => Vec::new(),
        };
        let mut recording_ = Arc::new(recording.clone());
        let mut container = opener.open(&recording_)?;
        if is_png && container.source.container != "apng" {
            return Err(photo());
        }
        let id = container.input.stream(container.stream).map(|stream| stream.id() as u32);
        let track = tracks.into_iter().find(|track| Some(track.id) == id && track.is_cut());
        if track.is_some() {
            recording.edits = Edits::Timeline;
        }
        let mut rest = None;
        if needs_survey(opener, &recording, &mut container)? {
            let found = survey(&mut container)?;
            if let Some(Joint { last, next }) = found.joint {
                rest = Some(Recording::new(recording.extent.part(last as u64..u64::MAX)));
                recording.extent = recording.extent.part(0..next as u64);
            }
            recording.survey = (!found.is_plain()).then_some(found);
        }
        if recording != *recording_ {
            recording_ = Arc::new(recording);
            container = opener.open(&recording_)?;
        }
        let end = match container.find_end(opener)? {
            Some(end) => Some(end),
            None => {
                container = opener.open(&recording_)?;
                container.last_end()?
            }
        };
        let mut decoder = Decoder::new(container, opener.clone())?;
        let first = decoder.first()?.ok_or_else(|| {
            FramesError::media(
                ErrorCode::CorruptVideo,
                "Not one frame of this video could be decoded. The file is damaged or incomplete.",
            )
        })?;
        Ok(Self { decoder, first, end, track, rest })
    }

    pub(crate) fn recording(&self) -> &Arc<Recording> {
        &self.decoder.container.recording
    }

    /// Appends what is shown of it to a timeline.
    pub(crate) fn show(&self, number: usize, timeline: &mut Timeline) {
        let container = &self.decoder.container;
        let start = time(&self.first);
        let length = self.end.map_or(1, |end| {
            let from = if end.is_presented { start } else { container.start_hint() };
            end.tick.saturating_sub(from).max(1)
        });
        let media = start..start.saturating_add(length);
        match &self.track {
            Some(track) => {
                let frame = container.frame_ticks();
                timeline.push_edits(number, container.clock, media, frame, track);
            }
            None => timeline.push(number, container.clock, media, 0),
        }
    }

    /// The timestamps at which its clock jumps.
    pub(crate) fn jumps(&self) -> Vec<i64> {
        self.decoder.container.survey().map_or(Vec::new(), |survey| survey.jumps().collect())
    }

    /// Whether its header says that it ends long before its last frame.
    pub(crate) fn is_understated(&self) -> bool {
        self.end.is_some_and(|end| end.is_understated)
    }
}

/// The first bytes of a PNG, which FFmpeg takes for one codec or another if it is not animated.
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

fn begins_with(reader: &mut dyn Reader, magic: &[u8; 8]) -> io::Result<bool> {
    let mut first = [0; 8];
    reader.seek(SeekFrom::Start(0))?;
    match reader.read_exact(&mut first) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| first == *magic),
    }
}

fn photo() -> FramesError {
    FramesError::media(
        ErrorCode::NotAVideo,
        "This file is a photo, not a video. Send a video, or an animation such as a GIF.",
    )
}

/// Streams without an index of up to so many bytes are read to their end to see whether their clock jumps;
/// of longer ones so many places are looked at first.
const SMALL: u64 = 32 << 20;
const PLACES: i64 = 64;
/// A place whose time is farther from where its position suggests than so many times the usual distance
/// is looked at closely.
const UNUSUAL: i64 = 4;
/// How many packets of any stream are read at a place.
const SOON: usize = 2000;

/// Whether all packets are to be read before any is decoded: the clock may jump, or a palette or a
/// configuration may change on the way.
fn needs_survey(
    opener: &Opener,
    recording: &Recording,
    container: &mut Container,
) -> Result<bool, FramesError> {
    if container.source.container == "avi" {
        return Ok(container.has_state());
    }
    if container.is_flv() {
        return Ok(true);
    }
    if !container.has(ffi::AVFMT_TS_DISCONT) || container.source.container == "ogg" {
        return Ok(false);
    }
    let mut reader = opener.reader(recording)?;
    let size = reader.seek(SeekFrom::End(0)).map_err(FramesError::Read)?;
    if size <= SMALL {
        return Ok(true);
    }
    let mut times = Vec::new();
    for place in 0..PLACES {
        let position = (size as i64 / PLACES) * place;
        if !container.seek(position, ffi::AVSEEK_FLAG_BYTE)? {
            return Ok(false);
        }
        match container.read_soon(SOON)?.and_then(|packet| packet.dts()) {
            Some(time) => times.push(time),
            // the video may have ended, and another one begun
            None => return Ok(true),
        }
    }
    Ok(survey::is_uneven(&times, UNUSUAL))
}
