//! Probes all recordings of a file.

use crate::{
    FramesError,
    decode::decoder::{Decoder, MOST_DAMAGED},
    demux::{media_source::MediaSource, recording::Recording, timeline::Timeline},
    image::{ImageRenderer, Size},
    probe::recording::ProbedRecording,
};
use framezip_contract::{Extraction, Failure, Source, Warning};
use std::{collections::VecDeque, sync::Arc};

/// The recordings of a video, in order, and their timeline.
pub(crate) struct ProbedFile {
    /// A decoder at the start of the first recording.
    pub(crate) decoder: Decoder,
    pub(crate) source: Source,
    pub(crate) timeline: Timeline,
    pub(crate) recordings: Vec<Arc<Recording>>,
    pub(crate) warnings: Vec<Warning>,
    /// The number of decoders of any recording that fit into the memory.
    pub(crate) decoders: usize,
    /// The size of the first picture's image.
    pub(crate) image: Size,
    /// The size of the largest image among the first pictures of all recordings.
    pub(crate) largest: Size,
}

/// A recording that is left out.
struct FailedRecording {
    /// Its place on the timeline, in seconds.
    time: f64,
    failure: Failure,
}

/// The limit on joined recordings.
const MOST_RECORDINGS: usize = 1000;

impl ProbedFile {
    /// Opens every recording of a file. A recording without a decodable frame is left out with a warning.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] if no recording has a decodable frame.
    pub(crate) fn new(
        media: &Arc<MediaSource>,
        extraction: &Extraction,
    ) -> Result<Self, FramesError> {
        let mut waiting = VecDeque::from(media.recordings()?);
        let mut file: Option<Self> = None;
        let mut failed = Vec::new();
        while let Some(recording) = waiting.pop_front() {
            let number = file.as_ref().map_or(0, |file| file.recordings.len());
            if number == MOST_RECORDINGS {
                break;
            }
            let mut next = match ProbedRecording::new(media, recording) {
                Ok(next) => next,
                Err(FramesError::Media(failure)) => {
                    let time = file.as_ref().map_or(0.0, Self::seconds);
                    failed.push(FailedRecording { time, failure });
                    continue;
                }
                Err(error) => return Err(error),
            };
            if let Some(rest) = next.rest.take() {
                waiting.push_front(rest);
            }
            match &mut file {
                Some(file) => file.append(&next, media, extraction)?,
                None => file = Some(Self::of(next, media, extraction)?),
            }
        }
        let mut failed = failed.into_iter();
        match file {
            Some(mut file) => {
                file.warnings.extend(failed.map(|FailedRecording { time, failure }| {
                    let message =
                        format!("A recording that begins here is left out. {}", failure.message);
                    warning(Some(time), &message)
                }));
                Ok(file)
            }
            None => Err(failed.next().map_or_else(
                || FramesError::library("the file", "it has no recording"),
                |failed| FramesError::Media(failed.failure),
            )),
        }
    }

    fn of(
        first: ProbedRecording,
        media: &MediaSource,
        extraction: &Extraction,
    ) -> Result<Self, FramesError> {
        let mut timeline = Timeline::new(first.decoder.container.time_base);
        let mut warnings = Vec::new();
        append(&first, 0, &mut timeline, &mut warnings);
        let renderer = renderer(&first, media, extraction)?;
        warnings.extend(renderer.unconverted(&first.first).map(|message| warning(None, message)));
        let container = &first.decoder.container;
        Ok(Self {
            source: container.source.clone(),
            timeline,
            recordings: vec![first.recording().clone()],
            warnings,
            decoders: container.decoders(media.limits()),
            image: renderer.image_size(&first.first),
            largest: renderer.image_size(&first.first),
            decoder: first.decoder,
        })
    }

    /// Appends a recording.
    fn append(
        &mut self,
        next: &ProbedRecording,
        media: &MediaSource,
        extraction: &Extraction,
    ) -> Result<(), FramesError> {
        let start = Some(self.seconds());
        append(next, self.recordings.len(), &mut self.timeline, &mut self.warnings);
        self.recordings.push(next.recording().clone());
        self.warnings.push(warning(start, ANOTHER_RECORDING));
        let renderer = renderer(next, media, extraction)?;
        let unconverted = renderer.unconverted(&next.first);
        self.warnings.extend(unconverted.map(|message| warning(start, message)));
        self.decoders = self.decoders.min(next.decoder.container.decoders(media.limits()));
        let image = renderer.image_size(&next.first);
        if image.area() > self.largest.area() {
            self.largest = image;
        }
        Ok(())
    }

    /// Returns the length so far.
    fn seconds(&self) -> f64 {
        self.timeline.time_base.seconds(self.timeline.length())
    }
}

/// Returns the renderer for the pictures of a recording.
fn renderer(
    recording: &ProbedRecording,
    media: &MediaSource,
    extraction: &Extraction,
) -> Result<ImageRenderer, FramesError> {
    let renderer = ImageRenderer::new(extraction, media.limits().pixels)?;
    Ok(renderer.with_base(recording.decoder.container.base()))
}

/// Appends a recording with this number to the timeline.
fn append(
    recording: &ProbedRecording,
    number: usize,
    timeline: &mut Timeline,
    warnings: &mut Vec<Warning>,
) {
    recording.append_to(timeline, number);
    let time_base = timeline.time_base;
    let jumps = timeline.times(number, &recording.jumps(), MOST_DAMAGED);
    let jump = |time| warning(Some(time_base.seconds(time)), CLOCK_JUMPS);
    warnings.extend(jumps.into_iter().map(jump));
    if recording.is_understated() {
        warnings.push(warning(None, UNDERSTATED));
    }
}

const ANOTHER_RECORDING: &str =
    "Another recording begins here. Its frames follow those of the recording before.";
const CLOCK_JUMPS: &str =
    "The video's clock jumps here. The frames after the jump follow those before it without a gap.";
const UNDERSTATED: &str =
    "The file's header says that the video ends earlier than it does. All of its frames are used.";

fn warning(time: Option<f64>, message: &str) -> Warning {
    Warning { time, message: message.to_owned() }
}
