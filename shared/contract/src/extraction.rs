//! A checked choice of frames, with their size and form.

use crate::{
    ExtractionOptions, Fit, Format, Fraction, InvalidExtraction, Position, Tiles, rules,
    tiles::{SHEET, STORYBOARD, TilesOptions},
};
use serde::{Deserialize, Serialize};

/// Valid extraction options, made from [`ExtractionOptions`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ExtractionOptions", into = "ExtractionOptions")]
pub struct Extraction {
    /// The choice of frames.
    pub select: Select,
    /// The start of the range in which frames are chosen.
    pub from: Option<Position>,
    /// The end of that range, exclusive.
    pub to: Option<Position>,
    /// The images' largest width in pixels.
    pub width: Option<u32>,
    /// The images' largest height in pixels.
    pub height: Option<u32>,
    /// The way to fit images if both width and height are given.
    pub fit: Fit,
    /// The images' format.
    pub format: Format,
    /// The quality of JPEG and WebP, 1 to 100.
    pub quality: u8,
    /// Whether a near-uniform frame is replaced by the next frame that is not.
    pub skip_blank: bool,
    /// The contact sheet, if one is wanted.
    pub sheet: Option<Tiles>,
    /// The storyboard, if one is wanted.
    pub storyboard: Option<Tiles>,
}

/// A choice of a video's frames.
#[derive(Clone, Debug, PartialEq)]
pub enum Select {
    /// One frame every few seconds; the interval grows with the length of the video.
    Auto,
    /// One frame per interval of this length in seconds.
    Every(Fraction),
    /// This number of frames a second.
    Fps(Fraction),
    /// The frames at the centres of this number of equal slices.
    Count(u32),
    /// The frames at these positions.
    At(Vec<Position>),
    /// Every keyframe.
    Keyframes,
    /// The first frame of each scene: where the picture changes by at least this score, 0.01 to 1.
    Scenes(f64),
}

/// The default quality.
const DEFAULT_QUALITY: u8 = 85;

impl Default for Extraction {
    fn default() -> Self {
        Self {
            select: Select::Auto,
            from: None,
            to: None,
            width: None,
            height: None,
            fit: Fit::Inside,
            format: Format::Jpeg,
            quality: DEFAULT_QUALITY,
            skip_blank: false,
            sheet: None,
            storyboard: None,
        }
    }
}

impl TryFrom<ExtractionOptions> for Extraction {
    type Error = InvalidExtraction;

    fn try_from(options: ExtractionOptions) -> Result<Self, InvalidExtraction> {
        let mut errors = InvalidExtraction(Vec::new());
        options.check_choice(&mut errors);
        options.check_form(&mut errors);
        let sheet = tiles("sheet", options.sheet, SHEET, &mut errors);
        let storyboard = tiles("storyboard", options.storyboard, STORYBOARD, &mut errors);
        if !errors.0.is_empty() {
            return Err(errors);
        }
        let select = match options {
            ExtractionOptions { every: Some(every), .. } => Select::Every(every),
            ExtractionOptions { fps: Some(fps), .. } => Select::Fps(fps),
            ExtractionOptions { count: Some(count), .. } => Select::Count(count),
            ExtractionOptions { at: Some(at), .. } => Select::At(at),
            ExtractionOptions { keyframes: Some(true), .. } => Select::Keyframes,
            ExtractionOptions { scenes: Some(change), .. } => Select::Scenes(change),
            _ => Select::Auto,
        };
        Ok(Self {
            select,
            from: options.from,
            to: options.to,
            width: options.width,
            height: options.height,
            fit: options.fit.unwrap_or_default(),
            format: options.format.unwrap_or_default(),
            quality: options.quality.unwrap_or(DEFAULT_QUALITY),
            skip_blank: options.skip_blank.unwrap_or_default(),
            sheet,
            storyboard,
        })
    }
}

/// Validates a contact sheet or a storyboard.
fn tiles(
    field: &str,
    options: Option<TilesOptions>,
    default: Tiles,
    errors: &mut InvalidExtraction,
) -> Option<Tiles> {
    let TilesOptions { columns, rows, width } = options?;
    let tiles = Tiles {
        columns: columns.unwrap_or(default.columns),
        rows: rows.unwrap_or(default.rows),
        width: width.unwrap_or(default.width),
    };
    let mut check = |ok: bool, name: &str, detail: &str| {
        errors.check(ok, &format!("{field}.{name}"), detail);
    };
    check((1..=20).contains(&tiles.columns), "columns", rules::GRID);
    check((1..=20).contains(&tiles.rows), "rows", rules::GRID);
    check((16..=640).contains(&tiles.width), "width", rules::TILE);
    Some(tiles)
}

impl From<Extraction> for ExtractionOptions {
    fn from(extraction: Extraction) -> Self {
        let mut options = Self {
            from: extraction.from,
            to: extraction.to,
            width: extraction.width,
            height: extraction.height,
            fit: (extraction.fit != Fit::Inside).then_some(extraction.fit),
            format: (extraction.format != Format::Jpeg).then_some(extraction.format),
            quality: (extraction.format != Format::Png).then_some(extraction.quality),
            skip_blank: extraction.skip_blank.then_some(true),
            sheet: extraction.sheet.map(TilesOptions::from),
            storyboard: extraction.storyboard.map(TilesOptions::from),
            ..Self::default()
        };
        match extraction.select {
            Select::Auto => {}
            Select::Every(every) => options.every = Some(every),
            Select::Fps(fps) => options.fps = Some(fps),
            Select::Count(count) => options.count = Some(count),
            Select::At(at) => options.at = Some(at),
            Select::Keyframes => options.keyframes = Some(true),
            Select::Scenes(change) => options.scenes = Some(change),
        }
        options
    }
}
