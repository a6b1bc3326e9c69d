//! The arguments of the commands that wait for zips and save them.

use crate::{
    destination::{ZipDestination, is_stdout},
    exit::UsageError,
};
use clap::Args;
use framezip_client::Existing;
use std::path::PathBuf;

/// Whether to wait for the zip, and where to save it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Waiting and saving")]
pub struct WaitArgs {
    /// Wait until the zip is ready
    #[arg(long)]
    pub wait: bool,
    #[command(flatten)]
    pub saving: SaveArgs,
}

/// The destination of zips.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Waiting and saving")]
pub struct SaveArgs {
    /// Save the zip of a single video as this file; - is standard output
    #[arg(long, short, value_name = "OUT.zip", conflicts_with = "output_dir")]
    pub output: Option<PathBuf>,
    /// Save each zip in this folder, named after its video
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Replace existing files
    #[arg(long)]
    pub force: bool,
}

impl SaveArgs {
    /// Returns whether zips are saved at all.
    pub fn is_requested(&self) -> bool {
        self.output.is_some() || self.output_dir.is_some()
    }

    /// Returns whether the zip goes to standard output.
    pub fn is_to_stdout(&self) -> bool {
        self.output.as_deref().is_some_and(is_stdout)
    }

    /// Returns where the zips of this number of videos are saved, if they are saved at all.
    pub fn destination(&self, videos: usize) -> anyhow::Result<Option<ZipDestination>> {
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        match (&self.output, &self.output_dir) {
            (Some(_), _) if videos > 1 => {
                let text = "-o saves the zip of a single video: use --output-dir DIR for several";
                Err(UsageError(text.to_owned()).into())
            }
            (Some(path), _) => ZipDestination::of(path, existing).map(Some),
            (None, Some(path)) => ZipDestination::folder(path, existing).map(Some),
            (None, None) => Ok(None),
        }
    }
}

impl WaitArgs {
    /// Returns where the zips of this number of videos are saved, if they are saved at all.
    pub fn destination(&self, videos: usize) -> anyhow::Result<Option<ZipDestination>> {
        if self.saving.force && !self.saving.is_requested() {
            let text =
                "--force replaces files that zips are saved to: use it with -o or --output-dir";
            return Err(UsageError(text.to_owned()).into());
        }
        self.saving.destination(videos)
    }

    /// Returns whether the command waits until the video is ready or failed.
    pub fn waits(&self) -> bool {
        self.wait || self.saving.is_requested()
    }
}
