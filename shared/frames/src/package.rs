//! What goes into the zip, file by file: frames, poster, contact sheet, storyboard, table of contents.

use crate::{
    FramesError, image::Encoder, manifest::Manifest, sheet::Sheet, storyboard::Storyboard,
    worker::Picked,
};
use framezip_contract::{ErrorCode, Extraction, Source, Warning};
use std::io;

/// One file of the zip.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name, with folders.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What it shows, if it is a frame.
    pub frame: Option<Frame>,
}

/// One extracted frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Its presentation time in seconds from the video's first frame.
    pub seconds: f64,
    /// The same in whole milliseconds, to the nearest.
    pub milliseconds: u64,
    /// Whether it is a keyframe.
    pub keyframe: bool,
    /// Whether it is near-uniform.
    pub blank: bool,
    /// The image's width in pixels.
    pub width: u32,
    /// The image's height in pixels.
    pub height: u32,
}

/// What is packed beside the frames.
pub(crate) struct Extras {
    pub(crate) sheet: Option<Sheet>,
    pub(crate) storyboard: Option<Storyboard>,
}

/// A zip's files in the making, each of which goes to `sink` as soon as it is complete.
pub(crate) struct Package<S> {
    sink: S,
    extraction: Extraction,
    manifest: Manifest,
    extras: Extras,
    poster: Option<Poster>,
}

/// The first frame that is not blank; until one comes, the first.
struct Poster {
    blank: bool,
    bytes: Vec<u8>,
}

impl<S: FnMut(Output) -> io::Result<()>> Package<S> {
    pub(crate) fn new(extraction: Extraction, source: Source, extras: Extras, sink: S) -> Self {
        let manifest = Manifest::new(extraction.clone(), source);
        Self { sink, extraction, manifest, extras, poster: None }
    }

    /// Takes the next frame.
    pub(crate) fn add(&mut self, frame: Frame, picked: Picked) -> Result<(), FramesError> {
        let name = self.manifest.add(&frame);
        let bytes = picked.image.file;
        match (&self.poster, frame.blank) {
            (None, _) | (Some(Poster { blank: true, .. }), false) => {
                self.poster = Some(Poster { blank: frame.blank, bytes: bytes.clone() });
            }
            _ => {}
        }
        let milliseconds = frame.milliseconds;
        self.give(Output { name, bytes, frame: Some(frame) })?;
        if let (Some(sheet), Some(tile)) = (&mut self.extras.sheet, picked.for_sheet) {
            sheet.add(picked.target, tile);
        }
        if let (Some(storyboard), Some(tile)) =
            (&mut self.extras.storyboard, &picked.for_storyboard)
            && let Some((name, bytes)) = storyboard.add(picked.target, milliseconds, tile)?
        {
            self.give(Output { name, bytes, frame: None })?;
        }
        Ok(())
    }

    fn give(&mut self, output: Output) -> Result<(), FramesError> {
        (self.sink)(output).map_err(FramesError::Sink)
    }

    /// Gives what comes last, of a video that ends after so many milliseconds. Returns how many frames
    /// there are.
    ///
    /// # Errors
    /// [`ErrorCode::NoFramesInRange`] where there are none.
    pub(crate) fn finish(mut self, end: u64, warnings: &[Warning]) -> Result<u32, FramesError> {
        let frames = self.manifest.frames();
        if frames == 0 {
            return Err(FramesError::media(
                ErrorCode::NoFramesInRange,
                "These options choose no frame of this video.",
            ));
        }
        let mut last = Vec::new();
        if let Some(poster) = self.poster.take() {
            let name = format!("poster.{}", self.extraction.format.extension());
            self.manifest.poster = Some(name.clone());
            last.push((name, poster.bytes));
        }
        if let Some(sheet) = self.extras.sheet.take().and_then(Sheet::finish) {
            let jpeg = Encoder::jpeg(self.extraction.quality)?.rgb_jpeg(&sheet)?;
            self.manifest.sheet = Some("sheet.jpg".to_owned());
            last.push(("sheet.jpg".to_owned(), jpeg));
        }
        if let Some(mut storyboard) = self.extras.storyboard.take() {
            last.extend(storyboard.take()?);
            self.manifest.storyboard = Some("storyboard.vtt".to_owned());
            last.push(("storyboard.vtt".to_owned(), storyboard.into_vtt(end).into_bytes()));
        }
        self.manifest.warnings = warnings.to_vec();
        let json = serde_json::to_vec_pretty(&self.manifest)
            .map_err(|error| FramesError::library("frames.json", error))?;
        last.push(("frames.json".to_owned(), json));
        for (name, bytes) in last {
            self.give(Output { name, bytes, frame: None })?;
        }
        Ok(frames)
    }
}
