//! All recordings of a file, opened, and the timeline that they make.

use crate::{
    FramesError,
    decode::decoder::{Decoder, MOST_DAMAGED},
    demux::{opener::Opener, recording::Recording, timeline::Timeline},
    image::Imager,
    probe::recording::Examined,
};
use framezip_contract::{Extraction, Source, Warning};
use std::{collections::VecDeque, sync::Arc};

/// A video's recordings, in order.
pub(crate) struct Opened {
    /// At the first one's start.
    pub(crate) decoder: Decoder,
    pub(crate) source: Source,
    pub(crate) timeline: Timeline,
    pub(crate) recordings: Vec<Arc<Recording>>,
    pub(crate) warnings: Vec<Warning>,
    /// How many decoders of any of them fit into the memory.
    pub(crate) decoders: usize,
    /// How large the image of the first picture is.
    pub(crate) image: (u32, u32),
    /// How large the largest image of a first picture is.
    pub(crate) largest: (u32, u32),
}

/// The limit on joined recordings.
const MOST_RECORDINGS: usize = 1000;

impl Opened {
    /// Opens every recording of a file. Those without a frame that can be decoded are left out with a
    /// warning.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] if nothing can be decoded of any.
    pub(crate) fn new(opener: &Arc<Opener>, extraction: &Extraction) -> Result<Self, FramesError> {
        let mut waiting = VecDeque::from(opener.recordings()?);
        let mut found: Option<Self> = None;
        let mut failures = Vec::new();
        while let Some(recording) = waiting.pop_front() {
            let number = found.as_ref().map_or(0, |found| found.recordings.len());
            if number == MOST_RECORDINGS {
                break;
            }
            let mut next = match Examined::new(opener, recording) {
                Ok(next) => next,
                Err(FramesError::Media(failure)) => {
                    let joint = found.as_ref().map_or(0.0, Self::seconds);
                    failures.push((joint, failure));
                    continue;
                }
                Err(error) => return Err(error),
            };
            if let Some(rest) = next.rest.take() {
                waiting.push_front(rest);
            }
            match &mut found {
                Some(found) => found.append(&next, opener, extraction)?,
                None => found = Some(Self::of(next, opener, extraction)?),
            }
        }
        let mut failures = failures.into_iter();
        match found {
            Some(mut found) => {
                found.warnings.extend(failures.map(|(joint, failure)| {
                    let message =
                        format!("A recording that begins here is left out. {}", failure.message);
                    warning(Some(joint), &message)
                }));
                Ok(found)
            }
            None => Err(failures.next().map_or_else(
                || FramesError::library("the file", "it has no recording"),
                |(_, failure)| FramesError::Media(failure),
            )),
        }
    }

    fn of(first: Examined, opener: &Opener, extraction: &Extraction) -> Result<Self, FramesError> {
        let mut timeline = Timeline::new(first.decoder.container.clock);
        let mut warnings = Vec::new();
        append(&first, 0, &mut timeline, &mut warnings);
        let imager = imager(&first, opener, extraction)?;
        warnings.extend(imager.unconverted(&first.first).map(|message| warning(None, message)));
        let container = &first.decoder.container;
        Ok(Self {
            source: container.source.clone(),
            timeline,
            recordings: vec![first.recording().clone()],
            warnings,
            decoders: container.decoders(opener.limits()),
            image: imager.image_size(&first.first),
            largest: imager.image_size(&first.first),
            decoder: first.decoder,
        })
    }

    /// Appends a recording.
    fn append(
        &mut self,
        next: &Examined,
        opener: &Opener,
        extraction: &Extraction,
    ) -> Result<(), FramesError> {
        let joint = Some(self.seconds());
        append(next, self.recordings.len(), &mut self.timeline, &mut self.warnings);
        self.recordings.push(next.recording().clone());
        self.warnings.push(warning(joint, ANOTHER_RECORDING));
        let imager = imager(next, opener, extraction)?;
        let unconverted = imager.unconverted(&next.first);
        self.warnings.extend(unconverted.map(|message| warning(joint, message)));
        self.decoders = self.decoders.min(next.decoder.container.decoders(opener.limits()));
        let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
        let image = imager.image_size(&next.first);
        if area(image) > area(self.largest) {
            self.largest = image;
        }
        Ok(())
    }

    /// How long it is so far.
    fn seconds(&self) -> f64 {
        self.timeline.clock.seconds(self.timeline.length())
    }
}

/// The imager for a recording's pictures.
fn imager(
    examined: &Examined,
    opener: &Opener,
    extraction: &Extraction,
) -> Result<Imager, FramesError> {
    let imager = Imager::new(extraction, opener.limits().pixels)?;
    Ok(imager.with_base(examined.decoder.container.base()))
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
    let jumps = timeline.ticks(number, &examined.jumps(), MOST_DAMAGED);
    warnings.extend(jumps.into_iter().map(|tick| warning(Some(clock.seconds(tick)), CLOCK_JUMPS)));
    if examined.is_understated() {
        warnings.push(warning(None, UNDERSTATED));
    }
}

const ANOTHER_RECORDING: &str =
    "Another recording begins here. Its frames follow those of the one before.";
const CLOCK_JUMPS: &str =
    "The video's clock jumps here. The frames after the jump follow those before it without a gap.";
const UNDERSTATED: &str =
    "The file's header says that the video ends earlier than it does. All of its frames are given.";

pub(crate) fn warning(time: Option<f64>, message: &str) -> Warning {
    Warning { time, message: message.to_owned() }
}
