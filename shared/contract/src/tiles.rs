//! Grids of thumbnails in one image.

use serde::{Deserialize, Serialize};

/// A grid of thumbnails in JSON. Every field is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TilesOptions {
    /// Thumbnails per row, 1 to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 20))]
    pub columns: Option<u32>,
    /// Rows, 1 to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 20))]
    pub rows: Option<u32>,
    /// The width of a thumbnail in pixels, 16 to 640. Its height follows from the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 16, maximum = 640))]
    pub width: Option<u32>,
}

/// A grid of thumbnails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// Thumbnails per row.
    pub columns: u32,
    /// Rows.
    pub rows: u32,
    /// The width of a thumbnail in pixels.
    pub width: u32,
}

impl Tiles {
    /// Returns the number of thumbnails in one image.
    pub fn cells(self) -> usize {
        (self.columns * self.rows) as usize
    }
}

impl From<Tiles> for TilesOptions {
    fn from(tiles: Tiles) -> Self {
        let Tiles { columns, rows, width } = tiles;
        Self { columns: Some(columns), rows: Some(rows), width: Some(width) }
    }
}

/// The default grid of a contact sheet.
pub(crate) const SHEET: Tiles = Tiles { columns: 4, rows: 5, width: 320 };

/// The default grid of a storyboard image.
pub(crate) const STORYBOARD: Tiles = Tiles { columns: 10, rows: 10, width: 160 };
