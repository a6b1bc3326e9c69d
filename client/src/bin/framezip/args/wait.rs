//! Arguments of the commands that wait for zips and save them.

use crate::{
    destination::{ZipDestination, is_stdout},
    exit::UsageError,
};
use clap::Args;
use framezip_client::Existing;
use std::path::PathBuf;

/// How far a command goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Waiting and saving")]
pub struct WaitArgs {
    /// Wait until the zip is ready
    #[arg(long)]
    pub wait: bool,
    #[command(flatten)]
    pub saving: SaveArgs,
}

/// Where zips are saved.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Waiting and saving")]
pub struct SaveArgs {
    /// Save the zip of a single video here; - is standard output
    #[arg(long, short, value_name = "OUT.zip", conflicts_with = "output_dir")]
    pub output: Option<PathBuf>,
    /// Save each zip in this folder, named after its video
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

impl SaveArgs {
    /// Whether zips are saved at all.
    pub fn is_requested(&self) -> bool {
        self.output.is_some() || self.output_dir.is_some()
    }

    /// Whether the zip goes to standard output.
    pub fn is_to_stdout(&self) -> bool {
        self.output.as_deref().is_some_and(is_stdout)
    }

    /// Where the zips of this number of videos go, if they are saved at all.
    pub fn destination(&self, videos: usize) -> anyhow::Result<Option<ZipDestination>> {
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        match (&self.output, &self.output_dir) {
            (Some(_), _) if videos > 1 => {
                let text = "-o takes the zip of a single video: give --output-dir DIR for several";
                Err(UsageError(text.to_owned()).into())
            }
            (Some(path), _) => ZipDestination::of(path, existing).map(Some),
            (None, Some(path)) => ZipDestination::folder(path, existing).map(Some),
            (None, None) => Ok(None),
        }
    }
}

impl WaitArgs {
    /// Where the zips of this number of videos go, if they are saved at all.
    pub fn destination(&self, videos: usize) -> anyhow::Result<Option<ZipDestination>> {
        if self.saving.force && !self.saving.is_requested() {
            let text = "--force is about a file to replace: give -o or --output-dir with it";
            return Err(UsageError(text.to_owned()).into());
        }
        self.saving.destination(videos)
    }

    /// Whether to stay until the video is done with.
    pub fn waits(&self) -> bool {
        self.wait || self.saving.is_requested()
    }
}
