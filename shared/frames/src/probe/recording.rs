//! The examination of a recording that is opened for the first time.

use crate::{
    FramesError,
    decode::{decoder::Decoder, on_screen::time},
    demux::{
        container::Container,
        duration::End,
        edit_list::{self, Boxes, Track},
        media_source::Reader,
        opener::Opener,
        recording::{Edits, Recording},
        stream::encrypted,
        survey::{self, Joint, survey},
        timeline::Timeline,
    },
};
use ffmpeg_next::{ffi, frame};
use framezip_contract::ErrorCode;
use std::{
    io::{self, Read, Seek, SeekFrom},
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
    /// The recording that follows in the same bytes, with streams that FFmpeg takes for others.
    pub(crate) rest: Option<Recording>,
}

impl Examined {
    /// Opens a recording and finds its first picture and its end.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] if nothing can be extracted from it.
    pub(crate) fn new(opener: &Arc<Opener>, recording: Recording) -> Result<Self, FramesError> {
        let tracks = tracks(opener, &recording)?;
        let mut recording = Arc::new(recording);
        let mut container = opener.open(&recording)?;
        let id = container.input.stream(container.stream).map(|stream| stream.id() as u32);
        let track = tracks.into_iter().find(|track| Some(track.id) == id && track.is_cut());
        let (found, rest) = surveyed(opener, &mut container, track.is_some())?;
        if found != *recording {
            recording = Arc::new(found);
            container = opener.open(&recording)?;
        }
        let mut end = container.find_end(opener)?;
        if end.is_none() {
            container = opener.open(&recording)?;
            end = container.last_end()?;
        }
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
                let before = timeline.length();
                timeline.push_edits(number, container.clock, media.clone(), frame, track);
                if timeline.length() == before {
                    // edits that show nothing are damaged
                    timeline.push(number, container.clock, media, 0);
                }
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

/// The tracks of an MP4; none of other formats.
///
/// # Errors
/// [`FramesError::Media`] for photos and for encrypted videos.
fn tracks(opener: &Opener, recording: &Recording) -> Result<Vec<Track>, FramesError> {
    let mut reader = opener.reader(recording)?;
    match edit_list::read(&mut reader).map_err(|error| opener.failed(error))? {
        Boxes::Movie(tracks) if tracks.iter().any(Track::is_encrypted) => Err(encrypted()),
        Boxes::Movie(tracks) => Ok(tracks),
        Boxes::Photo => Err(photo()),
        Boxes::Unknown if is_still_png(&mut *reader).map_err(|error| opener.failed(error))? => {
            Err(photo())
        }
        Boxes::Unknown => Ok(Vec::new()),
    }
}

/// Returns an opened recording with its survey, if it needs one, and the recording that follows in the same
/// bytes.
fn surveyed(
    opener: &Opener,
    container: &mut Container,
    is_cut: bool,
) -> Result<(Recording, Option<Recording>), FramesError> {
    let mut recording = Recording::clone(&container.recording);
    if is_cut {
        recording.edits = Edits::Timeline;
    }
    if !needs_survey(opener, &recording, container)? {
        return Ok((recording, None));
    }
    let mut found = survey(container)?;
    let rest = found.joint.take().map(|Joint { last, next }| {
        let rest = recording.extent.part(last as u64..u64::MAX);
        recording.extent = recording.extent.part(0..next as u64);
        Recording::new(rest)
    });
    // FFmpeg would look for places in an FLV from its start each time
    let is_needed = !found.is_plain() || container.is_flv();
    recording.survey = is_needed.then_some(found);
    Ok((recording, rest))
}

/// The first bytes of a PNG. FFmpeg takes one that is not animated for one codec or another.
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// How many bytes of a PNG are looked at for the chunk of an animation, which comes before the first image.
const PNG_HEAD: u64 = 64 << 10;

/// Whether a file is a PNG that is not animated.
fn is_still_png(reader: &mut dyn Reader) -> io::Result<bool> {
    let mut head = Vec::new();
    reader.seek(SeekFrom::Start(0))?;
    reader.take(PNG_HEAD).read_to_end(&mut head)?;
    Ok(head.starts_with(&PNG) && !head.windows(4).any(|chunk| chunk == b"acTL"))
}

fn photo() -> FramesError {
    FramesError::media(
        ErrorCode::NotAVideo,
        "This file is a photo, not a video. Send a video, or an animation such as a GIF.",
    )
}

/// Streams without an index up to this size, in bytes, are read whole to find jumps of their clock. In longer
/// ones this number of places is sampled first.
const SMALL: u64 = 32 << 20;
const PLACES: i64 = 64;
/// Steps between two places of more than this many median steps are unusual.
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
    let size = reader.seek(SeekFrom::End(0)).map_err(|error| opener.failed(error))?;
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
