//! Probes a recording.

use crate::{
    FramesError,
    decode::{decoder::Decoder, on_screen::pts},
    demux::{
        container::Container,
        duration::VideoEnd,
        edit_list::{self, Mp4Contents, Mp4Track},
        media_source::{MediaReader, MediaSource},
        recording::{Edits, Recording},
        stream::encrypted,
        survey::{Joint, is_uneven},
        surveyor::survey,
        timeline::Timeline,
    },
};
use ffmpeg_next::{ffi, frame};
use framezip_contract::ErrorCode;
use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::Arc,
};

/// A probed recording with a decoder at its start.
pub(crate) struct ProbedRecording {
    pub(crate) decoder: Decoder,
    /// The first picture.
    pub(crate) first: frame::Video,
    end: Option<VideoEnd>,
    /// The track with the edits, if the timeline applies them.
    track: Option<Mp4Track>,
    /// The recording that follows in the same bytes. FFmpeg takes its streams for other streams of this one.
    pub(crate) rest: Option<Recording>,
}

impl ProbedRecording {
    /// Opens a recording and finds its first picture and its end.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] if no frame can be extracted.
    pub(crate) fn new(media: &Arc<MediaSource>, recording: Recording) -> Result<Self, FramesError> {
        let tracks = tracks(media, &recording)?;
        let mut recording = Arc::new(recording);
        let mut container = Container::open(media, &recording)?;
        let id = container.input.stream(container.stream).map(|stream| stream.id() as u32);
        let track = tracks.into_iter().find(|track| Some(track.id) == id && track.is_cut());
        let edits = if track.is_some() { Edits::Timeline } else { recording.edits };
        let (found, rest) = surveyed(media, &mut container, edits)?;
        if found != *recording {
            recording = Arc::new(found);
            container = Container::open(media, &recording)?;
        }
        let mut end = container.find_end(media)?;
        if end.is_none() {
            container = Container::open(media, &recording)?;
            end = container.last_end()?;
        }
        let mut decoder = Decoder::new(container, media.clone())?;
        let first = decoder.first()?.ok_or_else(|| {
            FramesError::media(
                ErrorCode::CorruptVideo,
                "No frame of this video could be decoded. The file is damaged or incomplete.",
            )
        })?;
        Ok(Self { decoder, first, end, track, rest })
    }

    pub(crate) fn recording(&self) -> &Arc<Recording> {
        &self.decoder.container.recording
    }

    /// Appends the frames of the recording to a timeline. `number` is the number of the recording.
    pub(crate) fn append_to(&self, timeline: &mut Timeline, number: usize) {
        let container = &self.decoder.container;
        let start = pts(&self.first);
        let length = self.end.map_or(1, |end| {
            let from = if end.is_presented { start } else { container.start_hint() };
            end.time.saturating_sub(from).max(1)
        });
        let media = start..start.saturating_add(length);
        match &self.track {
            Some(track) => {
                let frame_length = container.frame_length();
                let before = timeline.length();
                let time_base = container.time_base;
                timeline.push_edits(number, time_base, media.clone(), frame_length, track);
                if timeline.length() == before {
                    // edits that show no frame are damaged
                    timeline.push(number, time_base, media, 0);
                }
            }
            None => timeline.push(number, container.time_base, media, 0),
        }
    }

    /// Returns the timestamps at which its clock jumps.
    pub(crate) fn jumps(&self) -> Vec<i64> {
        self.decoder.container.survey().map_or(Vec::new(), |survey| survey.jumps().collect())
    }

    /// Returns whether its header states an end long before the last frame.
    pub(crate) fn is_understated(&self) -> bool {
        self.end.is_some_and(|end| end.is_understated)
    }
}

/// Returns the tracks of an MP4. Other formats have none.
///
/// # Errors
/// [`FramesError::Media`] for photos and for encrypted videos.
fn tracks(media: &MediaSource, recording: &Recording) -> Result<Vec<Mp4Track>, FramesError> {
    let mut reader = media.reader(recording)?;
    let contents = edit_list::read(&mut reader).map_err(|error| media.read_error(error))?;
    match contents {
        Mp4Contents::Movie(tracks) if tracks.iter().any(Mp4Track::is_encrypted) => Err(encrypted()),
        Mp4Contents::Movie(tracks) => Ok(tracks),
        Mp4Contents::Photo => Err(photo()),
        Mp4Contents::Unknown => {
            let is_photo = is_still_png(&mut *reader).map_err(|error| media.read_error(error))?;
            if is_photo { Err(photo()) } else { Ok(Vec::new()) }
        }
    }
}

/// Returns the recording of a container with its survey, if it needs one, and the recording that follows in the same
/// bytes.
fn surveyed(
    media: &MediaSource,
    container: &mut Container,
    edits: Edits,
) -> Result<(Recording, Option<Recording>), FramesError> {
    let mut recording = Recording { edits, ..Recording::clone(&container.recording) };
    if !needs_survey(media, &recording, container)? {
        return Ok((recording, None));
    }
    let mut found = survey(container)?;
    let rest = found.joint.take().map(|Joint { last, next }| {
        let rest = recording.extent.slice(last as u64..u64::MAX);
        recording.extent = recording.extent.slice(0..next as u64);
        Recording::new(rest)
    });
    // each seek in an FLV would search from the start
    let is_needed = !found.is_plain() || container.is_flv();
    recording.survey = is_needed.then_some(found);
    Ok((recording, rest))
}

/// The first bytes of a PNG. FFmpeg opens one without an animation as some video codec.
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// The number of first bytes of a PNG that are searched for the chunk of an animation. That chunk comes before the
/// first image.
const PNG_HEAD: u64 = 64 << 10;

/// Returns whether a file is a PNG without an animation.
fn is_still_png(reader: &mut dyn MediaReader) -> io::Result<bool> {
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

/// Streams without an index up to this size, in bytes, are read whole to find jumps of their clock. Longer streams are
/// first sampled at `SAMPLES` positions.
const SMALL: u64 = 32 << 20;
const SAMPLES: i64 = 64;
/// A step between two samples is unusual if it is longer than this many median steps.
const UNUSUAL: i64 = 4;
/// The number of packets of any stream that are read for a sample.
const SAMPLE_PACKETS: usize = 2000;

/// Returns whether all packets must be read before any is decoded, because the clock may jump, or a palette or a
/// decoder configuration may change midway.
fn needs_survey(
    media: &MediaSource,
    recording: &Recording,
    container: &mut Container,
) -> Result<bool, FramesError> {
    if container.source.container == "avi" {
        return Ok(container.has_state());
    }
    if container.is_flv() {
        return Ok(true);
    }
    if !container.has_flag(ffi::AVFMT_TS_DISCONT) || container.source.container == "ogg" {
        return Ok(false);
    }
    let mut reader = media.reader(recording)?;
    let size = reader.seek(SeekFrom::End(0)).map_err(|error| media.read_error(error))?;
    if size <= SMALL {
        return Ok(true);
    }
    let mut times = Vec::new();
    for sample in 0..SAMPLES {
        let position = (size as i64 / SAMPLES) * sample;
        if !container.seek(position, ffi::AVSEEK_FLAG_BYTE)? {
            return Ok(false);
        }
        match container.read_within(SAMPLE_PACKETS)?.and_then(|packet| packet.dts()) {
            Some(dts) => times.push(dts),
            // the video may have ended, and another one begun
            None => return Ok(true),
        }
    }
    Ok(is_uneven(&times, UNUSUAL))
}
