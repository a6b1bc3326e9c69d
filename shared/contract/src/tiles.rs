//! Small images side by side, in one large one.

use serde::{Deserialize, Serialize};

/// How small images are laid out, as it stands in JSON. Every field may be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TilesOptions {
    /// How many stand side by side, 1 to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 20))]
    pub columns: Option<u32>,
    /// How many stand one above the other, 1 to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 20))]
    pub rows: Option<u32>,
    /// A small image's width in pixels, 16 to 640; its height follows from the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 16, maximum = 640))]
    pub width: Option<u32>,
}

/// How small images are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// How many stand side by side.
    pub columns: u32,
    /// How many stand one above the other.
    pub rows: u32,
    /// A small image's width in pixels.
    pub width: u32,
}

impl Tiles {
    /// How many there are in one large image.
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

/// A contact sheet's, where nothing else is asked for.
pub(crate) const SHEET: Tiles = Tiles { columns: 4, rows: 5, width: 320 };

/// A storyboard's, where nothing else is asked for.
pub(crate) const STORYBOARD: Tiles = Tiles { columns: 10, rows: 10, width: 160 };
