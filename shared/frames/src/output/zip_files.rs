//! What stands behind the frames in the zip: poster, contact sheet, storyboard, table of contents.

use crate::{
    FramesError, Output,
    decode::decoder::MOST_DAMAGED,
    image::Encoder,
    output::{
        contact_sheet::sheet,
        manifest::{Entry, Manifest},
        segment::Part,
        storyboard::vtt,
    },
    select::plan::Plan,
};
use framezip_contract::{ErrorCode, Warning};

/// What an extraction came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How many frames it gave.
    pub frames: u32,
    /// What could not be done.
    pub warnings: Vec<Warning>,
    /// The number of the storyboard's last image, if there is one.
    pub storyboard_images: Option<u32>,
    /// How many packets of the video were read, by all decoders.
    pub packets_read: u64,
    /// How many of them were decoded.
    pub packets_decoded: u64,
}

impl Plan {
    /// The files behind those of the parts, which must be all of the plan's targets, in order, and a
    /// report on everything. `poster` is the image of the frame that [`poster`](crate::poster) tells.
    ///
    /// # Errors
    /// [`ErrorCode::NoFramesInRange`] where there is not one frame.
    pub fn finish(
        &self,
        parts: &[Part],
        poster: Vec<u8>,
    ) -> Result<(Vec<Output>, Report), FramesError> {
        let frames = || parts.iter().flat_map(|part| &part.frames);
        let count = frames().count() as u32;
        if count == 0 {
            return Err(no_frames(self.source.duration));
        }
        let extraction = &self.extraction;
        let name = format!("poster.{}", extraction.format.extension());
        let mut files = vec![(name.clone(), poster)];
        let warnings = self.warnings(parts);
        let mut manifest = Manifest {
            version: 1,
            source: &self.source,
            extraction,
            poster: name,
            sheet: None,
            storyboard: None,
            frames: frames().map(|frame| Entry::of(frame, extraction.format)).collect(),
            warnings: &warnings,
        };
        if let Some(tiles) = extraction.sheet {
            let given = parts.iter().flat_map(|part| &part.tiles);
            if let Some(rgb) = sheet(tiles, self.tile_size(tiles), self.total(), given) {
                let jpeg = Encoder::jpeg(extraction.quality)?.rgb_jpeg(&rgb)?;
                manifest.sheet = Some("sheet.jpg");
                files.push(("sheet.jpg".to_owned(), jpeg));
            }
        }
        if let Some(tiles) = extraction.storyboard {
            let vtt = vtt(tiles, self.tile_size(tiles), frames(), self.end_milliseconds);
            manifest.storyboard = Some("storyboard.vtt");
            files.push(("storyboard.vtt".to_owned(), vtt.into_bytes()));
        }
        let json = serde_json::to_vec_pretty(&manifest)
            .map_err(|error| FramesError::library("frames.json", error))?;
        files.push(("frames.json".to_owned(), json));
        let output = |(name, bytes)| Output { name, bytes, frame: None };
        let report = Report {
            frames: count,
            storyboard_images: extraction.storyboard.and_then(|tiles| {
                let last = frames().last()?;
                Some((last.number - 1) / tiles.cells() as u32 + 1)
            }),
            packets_read: parts.iter().map(|part| part.packets_read).sum(),
            packets_decoded: parts.iter().map(|part| part.packets_decoded).sum(),
            warnings,
        };
        Ok((files.into_iter().map(output).collect(), report))
    }

    /// In time order, but what is missing last.
    fn warnings(&self, parts: &[Part]) -> Vec<Warning> {
        let notes = || parts.iter().map(|part| &part.notes);
        let mut undecoded: Vec<_> = notes().flat_map(|notes| &notes.undecoded).copied().collect();
        undecoded.sort_by(f64::total_cmp);
        undecoded.dedup();
        // each decoder notes so many; the first ones are the same however the work was split
        undecoded.truncate(MOST_DAMAGED);
        let undecoded = undecoded.into_iter().map(|time| Warning {
            time: Some(time),
            message: "This part of the video is damaged and could not be decoded.".to_owned(),
        });
        let damaged = notes().flat_map(|notes| &notes.damaged).map(|time| Warning {
            time: Some(*time),
            message: "This frame is damaged: parts of its image may be wrong.".to_owned(),
        });
        let opening = self.warnings.iter().cloned();
        let mut warnings: Vec<_> = opening.chain(undecoded).chain(damaged).collect();
        let time = |warning: &Warning| warning.time.unwrap_or_default();
        warnings.sort_by(|one, other| time(one).total_cmp(&time(other)));
        let missing: Vec<_> = notes().flat_map(|notes| &notes.missing).collect();
        warnings.extend(missing.first().map(|first| Warning {
            time: Some(**first),
            message: format!(
                "The file ends before its video does: {} of the chosen frames, from here on, are \
                 missing.",
                missing.len()
            ),
        }));
        let blank: Vec<_> = notes().flat_map(|notes| &notes.blank).collect();
        warnings.extend(blank.first().map(|first| Warning {
            time: Some(**first),
            message: format!(
                "{} of the chosen frames, this one first, are blank until the next, and were left \
                 out.",
                blank.len()
            ),
        }));
        warnings.extend((self.outside > 0).then(|| Warning {
            time: None,
            message: format!(
                "{} of the times asked for lie outside the video or the range.",
                self.outside
            ),
        }));
        warnings
    }
}

/// The failure of options that choose no frame of a video that is so many seconds long, if that is known.
fn no_frames(duration: Option<f64>) -> FramesError {
    let length = duration.map(|seconds| {
        let seconds = (seconds * 1000.0).round() / 1000.0;
        format!(" It is {seconds} seconds long.")
    });
    let message =
        format!("These options choose no frame of this video.{}", length.unwrap_or_default());
    FramesError::media(ErrorCode::NoFramesInRange, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_named_where_no_frame_is_chosen() {
        for (duration, message) in [
            (None, "These options choose no frame of this video."),
            (Some(6.0), "These options choose no frame of this video. It is 6 seconds long."),
            (
                Some(10.010_333_3),
                "These options choose no frame of this video. It is 10.01 seconds long.",
            ),
        ] {
            let FramesError::Media(failure) = no_frames(duration) else { panic!("{duration:?}") };
            assert_eq!((failure.code, &*failure.message), (ErrorCode::NoFramesInRange, message));
        }
    }
}
