//! Checks the images of real files, in every format.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Pixels, extract, extract_with, read_jpeg, read_png, read_webp};
use framezip_media::{colours, number, special};

fn first(name: &str, json: &str) -> Vec<u8> {
    extract(name, json).unwrap().0.remove(0).image
}

/// Returns the largest difference between a pixel and a colour in any channel.
fn off(pixel: &[u8], colour: [u8; 3]) -> u8 {
    pixel.iter().zip(colour).map(|(level, wanted)| level.abs_diff(wanted)).max().unwrap()
}

/// Returns the colours of the patches in an image.
fn patches(name: &str, image: &Pixels) -> Vec<[u8; 3]> {
    colours()[name].iter().map(|patch| image.at(patch.x, 0.625).try_into().unwrap()).collect()
}

#[test]
fn colours_of_standard_range_are_kept() {
    for (name, patches) in colours() {
        for (format, read, most) in
            [("jpeg", read_jpeg as fn(&[u8]) -> Pixels, 6), ("png", read_png, 4)]
        {
            let image = read(&first(&name, &format!(r#"{{"count":1,"format":"{format}"}}"#)));
            for patch in &patches {
                // like players, framezip uses the primaries of BT.709 for BT.601
                let wanted = if name == "patches-601.mp4" { patch.rgb } else { patch.srgb };
                let Some(wanted) = wanted else { continue };
                // gamut mapping changes colours near the edge of the gamut
                let most = if name == "patches-2020.mp4" { 32 } else { most };
                let pixel = image.at(patch.x, 0.625);
                assert!(off(pixel, wanted) <= most, "{name} {format}: {pixel:?} {wanted:?}");
            }
        }
    }
}

#[test]
fn high_range_is_tone_mapped() {
    for name in ["patches-pq.mp4", "patches-hlg.mov"] {
        let image = read_png(&first(name, r#"{"count":1,"format":"png"}"#));
        let [black, nits10, nits50, nits100, white, red, green, blue, brightest] =
            patches(name, &image)[..].try_into().unwrap();
        let grays = [black, nits10, nits50, nits100, white, brightest];
        for gray in grays {
            assert!(off(&gray, [gray[1]; 3]) <= 6, "{name}: gray is not gray: {gray:?}");
        }
        let levels = grays.map(|gray| gray[1]);
        assert!(levels.is_sorted_by(|one, other| one < other), "{name}: {levels:?}");
        assert!(levels[0] <= 2 && levels[5] >= 235, "{name}: not the whole range: {levels:?}");
        // without a tone map white would be at 148 (PQ) or 191 (HLG) of 255, and 10 nits at 77
        assert!(levels[1] >= 30 && levels[4] >= 150, "{name}: {levels:?}");
        for (colour, channel) in [(red, 0), (green, 1), (blue, 2)] {
            let others = (0..3).filter(|other| *other != channel);
            let most = others.map(|other| colour[other]).max().unwrap();
            assert!(colour[channel] > 100 && most < colour[channel] / 2, "{name}: {colour:?}");
        }
    }
}

#[test]
fn png_and_webp_keep_transparency_and_jpeg_shows_it_as_black() {
    for name in ["prores-4444.mov", "png.mov", "animated.apng", "animated.gif"] {
        let png = read_png(&first(name, r#"{"at":[0.3],"format":"png"}"#));
        let webp = read_webp(&first(name, r#"{"at":[0.3],"format":"webp"}"#));
        for image in [&png, &webp] {
            assert_eq!(image.channels, 4, "{name}");
            assert!(image.at(0.25, 0.6)[3] <= 2, "{name}: {:?}", image.at(0.25, 0.6));
            assert!(image.at(0.75, 0.6)[3] >= 253, "{name}: {:?}", image.at(0.75, 0.6));
        }
        let jpeg = first(name, r#"{"at":[0.3]}"#);
        assert!(off(read_jpeg(&jpeg).at(0.25, 0.6), [0; 3]) < 12, "{name}");
        let truth = &special()[name];
        let shown = truth.numbers[truth.pts.partition_point(|pts| *pts <= truth.pts[3]) - 1];
        assert_eq!(number(&jpeg), shown, "{name}");
    }
}

#[test]
fn every_format_shows_the_same_picture() {
    let jpeg = read_jpeg(&first("h264-30fps.mp4", r#"{"at":[2],"quality":95}"#));
    let png = read_png(&first("h264-30fps.mp4", r#"{"at":[2],"format":"png"}"#));
    let webp = read_webp(&first("h264-30fps.mp4", r#"{"at":[2],"format":"webp","quality":95}"#));
    for image in [&png, &webp] {
        assert_eq!((image.width, image.height, image.channels), (jpeg.width, jpeg.height, 3));
        let mean = image.bytes.iter().zip(&jpeg.bytes).map(|(a, b)| f64::from(a.abs_diff(*b)));
        let mean = mean.sum::<f64>() / image.bytes.len() as f64;
        assert!(mean < 3.0, "{mean}");
    }
    let (outputs, _) = extract_with("h264-30fps.mp4", r#"{"count":1,"format":"webp"}"#, 1).unwrap();
    assert!(outputs[0].name.ends_with(".webp"), "{}", outputs[0].name);
}

#[test]
fn interlaced_pictures_show_their_first_field() {
    for name in ["h264-interlaced.ts", "mpeg2-interlaced.mpg", "h264-segmented.mp4"] {
        let truth = &special()[name];
        let (shots, _) = extract(name, r#"{"every":0.04}"#).unwrap();
        let shown: Vec<_> = shots.iter().map(|shot| number(&shot.image)).collect();
        assert_eq!(shown, truth.numbers, "{name}");
    }
}

#[test]
fn interlaced_pictures_do_not_comb() {
    /// Returns how much more lines differ from neighbours of the other field than from those of their own field.
    fn combing(image: &Pixels) -> f64 {
        let level = |x: usize, y: usize| f64::from(image.bytes[(y * image.width + x) * 3 + 1]);
        let mut sum = 0.0;
        for y in image.height / 3..image.height - 2 {
            for x in 0..image.width {
                let other = (level(x, y) - level(x, y + 1)).abs();
                sum += (other - (level(x, y) - level(x, y + 2)).abs()).max(0.0);
            }
        }
        sum / (image.width * image.height) as f64
    }
    for name in ["h264-interlaced.ts", "mpeg2-interlaced.mpg"] {
        let image = read_png(&first(name, r#"{"at":[1],"format":"png"}"#));
        let still = read_png(&first("h264-segmented.mp4", r#"{"at":[1],"format":"png"}"#));
        let (image, still) = (combing(&image), combing(&still));
        assert!(image < still + 0.5, "{name}: {image} {still}");
    }
}

#[test]
fn images_follow_a_change_of_size() {
    let truth = &special()["h264-resized.ts"];
    let (shots, _) = extract("h264-resized.ts", r#"{"every":0.2}"#).unwrap();
    let numbers: Vec<_> = shots.iter().map(|shot| number(&shot.image)).collect();
    let wanted: Vec<_> = truth.numbers.iter().step_by(5).copied().collect();
    assert_eq!(numbers, wanted);
    let sizes: Vec<_> = shots.iter().map(|shot| shot.frame.width).collect();
    assert_eq!(sizes, [vec![320; 10], vec![160; 10]].concat());
}
