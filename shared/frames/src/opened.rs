//! All recordings of a file, opened, and the timeline that they make.

use crate::{
    FramesError, decoder::Decoder, demux::recording::Recording, examine::Examined, opener::Opener,
    timeline::Timeline,
};
use ffmpeg_next::frame;
use framezip_contract::{Source, Warning};
use std::{collections::VecDeque, sync::Arc};

/// A video's recordings, in order.
pub(crate) struct Opened {
    /// At the first one's start.
    pub(crate) decoder: Decoder,
    /// The first picture.
    pub(crate) first: frame::Video,
    pub(crate) source: Source,
    pub(crate) timeline: Timeline,
    pub(crate) recordings: Vec<Arc<Recording>>,
    pub(crate) warnings: Vec<Warning>,
}

/// More recordings than anyone joins.
const MOST_RECORDINGS: usize = 1000;

impl Opened {
    /// Opens every recording of a file. Those of which nothing can be decoded are left out with a warning.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] if nothing can be decoded of any.
    pub(crate) fn new(opener: &Arc<Opener>) -> Result<Self, FramesError> {
        let mut recordings = VecDeque::from(opener.recordings()?);
        let first = open_first(opener, &mut recordings)?;
        let clock = first.decoder.container.clock;
        let mut timeline = Timeline::new(clock);
        let mut warnings = Vec::new();
        let mut known = vec![first.recording().clone()];
        append(&first, 0, &mut timeline, &mut warnings);
        while let Some(recording) = recordings.pop_front() {
            let joint = Some(clock.seconds(timeline.length()));
            match Examined::new(opener, recording) {
                Ok(mut next) if known.len() < MOST_RECORDINGS => {
                    recordings.extend(next.rest.take());
                    append(&next, known.len(), &mut timeline, &mut warnings);
                    known.push(next.recording().clone());
                    warnings.push(warning(joint, ANOTHER_RECORDING));
                }
                Ok(_) | Err(FramesError::Media(_)) => {
                    warnings.push(warning(joint, LOST_RECORDING));
                }
                Err(error) => return Err(error),
            }
        }
        let source = first.decoder.container.source.clone();
        let Examined { decoder, first, .. } = first;
        Ok(Self { decoder, first, source, timeline, recordings: known, warnings })
    }
}

/// Opens the first recording that has a picture.
fn open_first(
    opener: &Arc<Opener>,
    recordings: &mut VecDeque<Recording>,
) -> Result<Examined, FramesError> {
    let mut failure = None;
    while let Some(recording) = recordings.pop_front() {
        match Examined::new(opener, recording) {
            Ok(mut first) => {
                recordings.extend(first.rest.take());
                return Ok(first);
            }
            Err(FramesError::Media(why)) => failure = failure.or(Some(why)),
            Err(error) => return Err(error),
        }
    }
    Err(failure.map_or_else(
        || FramesError::library("the file", "it has no recording"),
        FramesError::Media,
    ))
}

/// Appends a recording of this number to the timeline.
fn append(
    examined: &Examined,
    number: usize,
    timeline: &mut Timeline,
    warnings: &mut Vec<Warning>,
) {
    examined.show(number, timeline);
    let clock = timeline.clock;
    let jumps = timeline.ticks(number, &examined.jumps());
    warnings.extend(jumps.into_iter().map(|tick| warning(Some(clock.seconds(tick)), CLOCK_JUMPS)));
    if examined.is_understated() {
        warnings.push(warning(None, UNDERSTATED));
    }
}

const ANOTHER_RECORDING: &str = "Another recording begins here. It follows the one before.";
const LOST_RECORDING: &str = "Another recording begins here, but nothing of it can be decoded.";
const CLOCK_JUMPS: &str =
    "The video's clock jumps here. What follows is taken to begin where the part before ends.";
const UNDERSTATED: &str =
    "The file's header says that the video ends earlier than it does. All of its frames are given.";

pub(crate) fn warning(time: Option<f64>, message: &str) -> Warning {
    Warning { time, message: message.to_owned() }
}
