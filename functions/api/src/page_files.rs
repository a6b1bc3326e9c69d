//! The files of the page. They are built from `web` and part of this binary.

use crate::request::accept_encoding::Coding;

// the constants SHELL, ICON and ASSETS, which build.rs writes
include!(concat!(env!("OUT_DIR"), "/page_table.rs"));

/// A file in all forms in which it was stored at build time.
#[derive(Debug)]
pub(crate) struct PageFile {
    pub(crate) name: &'static str,
    identity: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// Returns the document that loads the other files.
pub(crate) fn shell() -> &'static PageFile {
    &SHELL
}

/// Returns the icon of the page's tab.
pub(crate) fn icon() -> &'static PageFile {
    &ICON
}

/// Returns the files that the document refers to. Each name contains a hash of the file's bytes.
pub(crate) fn assets() -> &'static [PageFile] {
    ASSETS
}

impl PageFile {
    /// Returns the file in this form, if it was stored: a form that saves nothing is not.
    pub(crate) fn body(&self, coding: Coding) -> Option<&'static [u8]> {
        match coding {
            Coding::Brotli => self.brotli,
            Coding::Gzip => self.gzip,
            Coding::Identity => Some(self.identity),
        }
    }

    /// Returns the media type by the name's extension.
    pub(crate) fn content_type(&self) -> &'static str {
        match self.name.rsplit('.').next().unwrap_or_default() {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "jpg" => "image/jpeg",
            "webp" => "image/webp",
            "avif" => "image/avif",
            "ico" => "image/x-icon",
            "woff2" => "font/woff2",
            "wasm" => "application/wasm",
            "json" => "application/json",
            "webmanifest" => "application/manifest+json",
            _ => UNKNOWN,
        }
    }
}

/// The media type of a file whose extension is not known here.
pub(crate) const UNKNOWN: &str = "application/octet-stream";
