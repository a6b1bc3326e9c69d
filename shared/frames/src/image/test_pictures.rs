//! Helpers for tests: pictures of one colour, and the levels of their images.

use super::{canvas::Canvas, renderer::ImageRenderer};
use ffmpeg_next::{format::Pixel, frame};
use framezip_contract::{Extraction, Format};

/// Returns a picture with an odd number of columns and rows, whose pixels all have these codes.
pub(super) fn uniform_picture(format: Pixel, depth: u32, codes: [f64; 3]) -> frame::Video {
    let mut picture = frame::Video::new(format, 7, 5);
    for (plane, code) in codes.into_iter().enumerate() {
        let code = code.round().clamp(0.0, f64::from((1u32 << depth) - 1)) as u16;
        for (index, byte) in picture.data_mut(plane).iter_mut().enumerate() {
            *byte = if depth == 8 { code as u8 } else { code.to_le_bytes()[index % 2] };
        }
    }
    picture
}

/// Returns a renderer of PNG images.
pub(super) fn renderer() -> ImageRenderer {
    ImageRenderer::new(&Extraction { format: Format::Png, ..Extraction::default() }, u64::MAX)
        .unwrap()
}

/// Draws a picture and returns the levels of its image, whose pixels must be equal.
pub(super) fn drawn_levels(renderer: &mut ImageRenderer, picture: &mut frame::Video) -> [u8; 3] {
    let Canvas::Rgb(rgb) = renderer.draw(picture).unwrap() else {
        panic!("not red, green and blue")
    };
    assert_eq!((rgb.width, rgb.height, rgb.channels), (7, 5, 3));
    let (pixels, _) = rgb.pixels.as_chunks::<3>();
    assert!(pixels.iter().all(|pixel| *pixel == pixels[0]), "{pixels:?}");
    pixels[0]
}

/// Asserts that each level differs by at most `within`.
pub(super) fn assert_near(got: [u8; 3], wanted: [u8; 3], within: u8, what: &str) {
    let near = got.into_iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) <= within);
    assert!(near, "{what}: {got:?} ≠ {wanted:?}");
}
