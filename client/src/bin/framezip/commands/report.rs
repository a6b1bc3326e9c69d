//! The report about one video that a command prints at the end.

use crate::{
    console::Console,
    exit::{self, ErrorDocument, Exit},
};
use framezip_contract::{Video, VideoView};
use serde::Serialize;
use std::path::Path;

/// The result of a command for one video, as `--json` prints it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoReport {
    /// The file that this command has uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// The latest state of the record.
    pub video: Option<VideoView>,
    pub saved_to: Option<String>,
    error: Option<ErrorDocument>,
}

impl VideoReport {
    /// Creates a report about a file that this command uploads.
    pub fn for_file(file: &Path) -> Self {
        Self { file: Some(file.display().to_string()), ..Self::default() }
    }

    /// Sets the record of a video that cannot be downloaded yet.
    pub fn set_video(&mut self, video: Video) {
        self.video = Some(VideoView::bare(video));
    }

    /// Prints the result. `prefix` precedes the text for a person.
    pub fn print(
        mut self,
        result: anyhow::Result<String>,
        prefix: &str,
        console: &Console,
    ) -> Exit {
        let printed = match result {
            Ok(text) => console.result(&format!("{prefix}{text}"), &self),
            Err(error) => {
                self.error = Some(ErrorDocument::of(&error));
                console.document(&self).and(Err(error))
            }
        };
        printed.map_or_else(
            |error| {
                console.error(&format!("{prefix}{}", exit::error_text(&error)));
                Exit::of(&error)
            },
            |()| Exit::Done,
        )
    }
}
