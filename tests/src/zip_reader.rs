//! A downloaded zip, read back by a different implementation from the one that wrote it.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::{
    fs,
    io::{Cursor, Read},
    path::Path,
};
use zip::ZipArchive;

/// A zip of frames.
pub struct ZipFile {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// The images as `frames.json` lists them.
    pub frames: Vec<ManifestFrame>,
}

/// One image in `frames.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ManifestFrame {
    /// Its name in the zip.
    pub file: String,
    /// Its presentation time in seconds.
    pub time: f64,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Whether it is a keyframe.
    pub keyframe: bool,
}

#[derive(Deserialize)]
struct Manifest {
    frames: Vec<ManifestFrame>,
}

impl ZipFile {
    /// Opens a zip file and reads its `frames.json`.
    ///
    /// # Errors
    /// If the file cannot be read, or as for [`Self::new`].
    pub fn open(path: &Path) -> Result<Self> {
        Self::new(fs::read(path)?)
    }

    /// Reads a zip's bytes and its `frames.json`.
    ///
    /// # Errors
    /// If either is invalid.
    pub fn new(bytes: Vec<u8>) -> Result<Self> {
        let mut archive = ZipArchive::new(Cursor::new(bytes))?;
        let manifest = read(&mut archive, "frames.json")?;
        let Manifest { frames } = serde_json::from_slice(&manifest)?;
        Ok(Self { archive, frames })
    }

    /// Returns every name in the zip, in the order of its directory.
    ///
    /// # Errors
    /// If a name cannot be read.
    pub fn names(&mut self) -> Result<Vec<String>> {
        let names = (0..self.archive.len())
            .map(|index| Ok(self.archive.by_index(index)?.name()?.into_owned()));
        names.collect()
    }

    /// Returns a file's content.
    ///
    /// # Errors
    /// If it is missing or damaged.
    pub fn bytes(&mut self, name: &str) -> Result<Vec<u8>> {
        read(&mut self.archive, name)
    }

    /// Returns the number that each image shows, in the order of `frames.json`.
    ///
    /// # Errors
    /// If an image is missing or damaged.
    pub fn numbers(&mut self) -> Result<Vec<Option<u32>>> {
        let images = self.frames.iter().map(|frame| {
            let jpeg = read(&mut self.archive, &frame.file)?;
            Ok(framezip_media::number(&jpeg))
        });
        images.collect()
    }
}

fn read(archive: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = archive.by_name(name).with_context(|| format!("{name} is not in the zip"))?;
    file.read_to_end(&mut bytes).with_context(|| format!("{name} is damaged"))?;
    Ok(bytes)
}
