//! A downloaded zip, read back by another implementation than the one that wrote it.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::{fs::File, io::Read, path::Path};
use zip::ZipArchive;

/// A zip of frames.
pub struct ZipFile {
    archive: ZipArchive<File>,
    /// What `frames.json` says of the images, in its order.
    pub frames: Vec<ManifestFrame>,
}

/// One image, as `frames.json` tells of it.
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
    /// Opens a zip and reads its `frames.json`.
    ///
    /// # Errors
    /// Where either is not as it must be.
    pub fn open(path: &Path) -> Result<Self> {
        let mut archive = ZipArchive::new(File::open(path)?)?;
        let manifest = read(&mut archive, "frames.json")?;
        let Manifest { frames } = serde_json::from_slice(&manifest)?;
        Ok(Self { archive, frames })
    }

    /// Every name in the zip, in its order.
    ///
    /// # Errors
    /// Where a name cannot be read.
    pub fn names(&mut self) -> Result<Vec<String>> {
        let names = (0..self.archive.len())
            .map(|index| Ok(self.archive.by_index(index)?.name()?.into_owned()));
        names.collect()
    }

    /// What is in a file.
    ///
    /// # Errors
    /// Where it is missing or damaged.
    pub fn bytes(&mut self, name: &str) -> Result<Vec<u8>> {
        read(&mut self.archive, name)
    }

    /// The number that each image shows, in the order of `frames.json`.
    ///
    /// # Errors
    /// Where an image is missing or damaged.
    pub fn numbers(&mut self) -> Result<Vec<Option<u32>>> {
        let images = self.frames.iter().map(|frame| {
            let jpeg = read(&mut self.archive, &frame.file)?;
            Ok(framezip_media::number(&jpeg))
        });
        images.collect()
    }
}

fn read(archive: &mut ZipArchive<File>, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = archive.by_name(name).with_context(|| format!("{name} is not in the zip"))?;
    file.read_to_end(&mut bytes).with_context(|| format!("{name} is damaged"))?;
    Ok(bytes)
}
