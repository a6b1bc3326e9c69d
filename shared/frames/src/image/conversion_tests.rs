//! Encodes colours by the formulas of the standards, and compares the images of such pictures with the
//! colours.

use super::{
    canvas::Canvas,
    colour::{Colour, Matrix, Primaries, TransferFunction, unconverted},
    test_pictures::{assert_near, drawn_levels, renderer, uniform_picture},
    tone_map::{GamutMapping, RgbToSrgb},
    transfer::{hlg_scene, hlg_signal, pq_light, pq_signal},
};
use ffmpeg_next::{
    ffi::{
        AVColorPrimaries as Pri, AVColorRange as Range, AVColorSpace as Space,
        AVColorTransferCharacteristic as Trc,
    },
    format::Pixel,
    frame,
};

type Real = [f64; 3];

/// The pixel format and range of a picture.
#[derive(Clone, Copy, Debug)]
struct Coding {
    format: Pixel,
    depth: u32,
    full_range: bool,
}

const CODINGS: [Coding; 6] = [
    Coding { format: Pixel::YUV444P12LE, depth: 12, full_range: false },
    Coding { format: Pixel::YUV444P10LE, depth: 10, full_range: true },
    Coding { format: Pixel::YUV420P10LE, depth: 10, full_range: true },
    Coding { format: Pixel::YUV420P12LE, depth: 12, full_range: false },
    Coding { format: Pixel::YUV444P, depth: 8, full_range: false },
    Coding { format: Pixel::YUVJ420P, depth: 8, full_range: true },
];

/// Sets the code points of a picture.
fn tag(picture: &mut frame::Video, full_range: bool, space: Space, primaries: Pri, trc: Trc) {
    // SAFETY: the frame is valid and not shared.
    unsafe {
        let frame = picture.as_mut_ptr();
        (*frame).color_range =
            if full_range { Range::AVCOL_RANGE_JPEG } else { Range::AVCOL_RANGE_MPEG };
        (*frame).colorspace = space;
        (*frame).color_primaries = primaries;
        (*frame).color_trc = trc;
    }
}

/// Returns the codes of luma from 0 to 1 and differences from -0.5 to 0.5 (H.273, equations 26 to 31).
fn codes(coding: Coding, [luma, blue, red]: Real) -> Real {
    let unit = f64::from(1u32 << (coding.depth - 8));
    let most = f64::from((1u32 << coding.depth) - 1);
    if coding.full_range {
        [most * luma, 128.0 * unit + most * blue, 128.0 * unit + most * red]
    } else {
        let difference = |number: f64| unit * (128.0 + 224.0 * number);
        [unit * (16.0 + 219.0 * luma), difference(blue), difference(red)]
    }
}

/// Returns 64 evenly spaced colours.
fn colours() -> impl Iterator<Item = Real> {
    (0..64).map(|index| [index / 16, index / 4 % 4, index % 4].map(|step| f64::from(step) / 3.0))
}

/// The largest difference in levels, by the bit depth of the picture.
struct Tolerance {
    at_8_bits: u8,
    above_8_bits: u8,
}

const fn levels(at_8_bits: u8, above_8_bits: u8) -> Tolerance {
    Tolerance { at_8_bits, above_8_bits }
}

/// Draws every colour, encoded by `encode` in every coding, and compares the image with the colour's
/// signals. The largest allowed difference in levels is `within`.
fn check(
    (space, primaries, trc): (Space, Pri, Trc),
    within: Tolerance,
    signals: impl Fn(Real) -> Real,
    encode: impl Fn(Coding, Real) -> Real,
) {
    let mut renderer = renderer();
    for coding in CODINGS {
        let within = if coding.depth == 8 { within.at_8_bits } else { within.above_8_bits };
        let mut to_srgb: Option<RgbToSrgb> = None;
        for rgb in colours() {
            let mut picture = uniform_picture(coding.format, coding.depth, encode(coding, rgb));
            tag(&mut picture, coding.full_range, space, primaries, trc);
            assert_eq!(unconverted(&picture), None);
            let to_srgb = to_srgb.get_or_insert_with(|| {
                RgbToSrgb::new(Colour::of(&picture), GamutMapping::Desaturate)
            });
            let wanted =
                to_srgb.levels(signals(rgb).map(|signal| (signal * 65_535.0).round() as u16));
            let what = format!("{space:?} {coding:?} {rgb:?}");
            assert_near(drawn_levels(&mut renderer, &mut picture), wanted, within, &what);
        }
    }
}

fn by_weights(kr: f64, kb: f64, [r, g, b]: Real) -> Real {
    let luma = kr * r + (1.0 - kr - kb) * g + kb * b;
    [luma, (b - luma) / (2.0 * (1.0 - kb)), (r - luma) / (2.0 * (1.0 - kr))]
}

fn transformed(matrix: [Real; 3], numbers: Real) -> Real {
    matrix.map(|row| row[0] * numbers[0] + row[1] * numbers[1] + row[2] * numbers[2])
}

#[test]
fn ycgco_is_converted() {
    let colour = (Space::AVCOL_SPC_YCGCO, Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_BT709);
    check(
        colour,
        levels(2, 1),
        |rgb| rgb,
        |coding, rgb| {
            // the formula applies to the integers of red, green and blue (H.273, equations 45 to 47)
            let unit = f64::from(1u32 << (coding.depth - 8));
            let most = f64::from((1u32 << coding.depth) - 1);
            let [r, g, b] = rgb.map(|signal| {
                if coding.full_range { most * signal } else { unit * (16.0 + 219.0 * signal) }
                    .round()
            });
            let middle = 128.0 * unit;
            [0.5 * g + 0.25 * (r + b), 0.5 * g - 0.25 * (r + b) + middle, 0.5 * (r - b) + middle]
        },
    );
}

#[test]
fn reversible_ycgco_is_converted() {
    for (space, more) in [(Space::AVCOL_SPC_YCGCO_RE, 2), (Space::AVCOL_SPC_YCGCO_RO, 1)] {
        let colour = (space, Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_BT709);
        check(
            colour,
            levels(3, 1),
            |rgb| rgb,
            |coding, rgb| {
                let white = f64::from((1u32 << (coding.depth - more)) - 1);
                let [r, g, b] = rgb.map(|signal| (signal * white).round() as i32);
                let orange = r - b;
                let t = b + (orange >> 1);
                let green = g - t;
                let middle = 1 << (coding.depth - 1);
                [t + (green >> 1), green + middle, orange + middle].map(f64::from)
            },
        );
    }
}

#[test]
fn identity_and_derived_weights_are_converted() {
    let space = Space::AVCOL_SPC_CHROMA_DERIVED_NCL;
    for (primaries, kr, kb) in [
        (Pri::AVCOL_PRI_BT709, 0.2126, 0.0722),
        (Pri::AVCOL_PRI_BT470M, 0.2990, 0.1146),
        (Pri::AVCOL_PRI_SMPTE170M, 0.2124, 0.0866),
    ] {
        let colour = (space, primaries, Trc::AVCOL_TRC_BT709);
        check(
            colour,
            levels(8, 1),
            |rgb| rgb,
            |coding, rgb| codes(coding, by_weights(kr, kb, rgb)),
        );
    }
    let mut picture = uniform_picture(Pixel::YUV420P, 8, [100.0; 3]);
    tag(&mut picture, false, space, Pri::AVCOL_PRI_BT2020, Trc::AVCOL_TRC_BT709);
    assert_eq!(Colour::of(&picture).matrix, Matrix::Bt2020);
    for full_range in [false, true] {
        let coding = Coding { format: Pixel::YUV444P10LE, depth: 10, full_range };
        for [r, g, b] in colours() {
            let [green, ..] = codes(coding, [g, 0.0, 0.0]);
            let [blue, ..] = codes(coding, [b, 0.0, 0.0]);
            let [red, ..] = codes(coding, [r, 0.0, 0.0]);
            let mut picture = uniform_picture(coding.format, 10, [green, blue, red]);
            let (primaries, trc) = (Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_BT709);
            tag(&mut picture, full_range, Space::AVCOL_SPC_RGB, primaries, trc);
            let wanted = [r, g, b].map(|signal| (signal * 255.0).round() as u8);
            assert_near(drawn_levels(&mut renderer(), &mut picture), wanted, 1, "identity");
        }
    }
}

/// Encodes constant luminance (H.273, equations 50 to 57).
fn constant_luminance(kr: f64, kb: f64, transfer: [fn(f64) -> f64; 2], [r, g, b]: Real) -> Real {
    let [light, signal] = transfer;
    let luma = signal(kr * light(r) + (1.0 - kr - kb) * light(g) + kb * light(b));
    let scaled = |difference: f64, weight: f64| {
        let most = if difference < 0.0 { signal(1.0 - weight) } else { 1.0 - signal(weight) };
        difference / (2.0 * most)
    };
    [luma, scaled(b - luma, kb), scaled(r - luma, kr)]
}

fn bt2020_light(signal: f64) -> f64 {
    if signal < 0.0812 { signal / 4.5 } else { ((signal + 0.0993) / 1.0993).powf(1.0 / 0.45) }
}

fn bt2020_signal(light: f64) -> f64 {
    if light < 0.0181 { 4.5 * light } else { 1.0993 * light.powf(0.45) - 0.0993 }
}

#[test]
fn constant_luminance_is_converted() {
    let transfer: [fn(f64) -> f64; 2] = [bt2020_light, bt2020_signal];
    let trc = Trc::AVCOL_TRC_BT2020_10;
    let colour = (Space::AVCOL_SPC_BT2020_CL, Pri::AVCOL_PRI_BT2020, trc);
    // green is the rest of luminance, so its errors are large in dark colours
    check(
        colour,
        levels(30, 6),
        |rgb| rgb,
        |coding, rgb| codes(coding, constant_luminance(0.2627, 0.0593, transfer, rgb)),
    );
    let colour = (Space::AVCOL_SPC_CHROMA_DERIVED_CL, Pri::AVCOL_PRI_BT709, trc);
    check(
        colour,
        levels(30, 6),
        |rgb| rgb,
        |coding, rgb| codes(coding, constant_luminance(0.2126, 0.0722, transfer, rgb)),
    );
}

#[test]
fn ictcp_is_converted() {
    let light = [[1688.0, 2146.0, 262.0], [683.0, 2951.0, 462.0], [99.0, 309.0, 3688.0]]
        .map(|row: Real| row.map(|number| number / 4096.0));
    let pq = [[2048.0, 2048.0, 0.0], [6610.0, -13613.0, 7003.0], [17933.0, -17390.0, -543.0]];
    let hlg = [[2048.0, 2048.0, 0.0], [3625.0, -7465.0, 3840.0], [9500.0, -9212.0, -288.0]];
    let over = |matrix: [Real; 3]| matrix.map(|row| row.map(|number| number / 4096.0));
    for trc in [Trc::AVCOL_TRC_SMPTE2084, Trc::AVCOL_TRC_UNSPECIFIED] {
        let colour = (Space::AVCOL_SPC_ICTCP, Pri::AVCOL_PRI_BT2020, trc);
        check(
            colour,
            levels(60, 8),
            |rgb| rgb.map(|signal| 0.75 * signal),
            |coding, rgb| {
                let rgb = rgb.map(|signal| pq_light(0.75 * signal));
                codes(coding, transformed(over(pq), transformed(light, rgb).map(pq_signal)))
            },
        );
    }
    let trc = Trc::AVCOL_TRC_ARIB_STD_B67;
    let colour = (Space::AVCOL_SPC_ICTCP, Pri::AVCOL_PRI_BT2020, trc);
    check(
        colour,
        levels(60, 8),
        |rgb| rgb,
        |coding, rgb| {
            codes(
                coding,
                transformed(over(hlg), transformed(light, rgb.map(hlg_scene)).map(hlg_signal)),
            )
        },
    );
}

#[test]
fn ipt_c2_is_converted() {
    // two percent of crosstalk applied to Hunt, Pointer and Estevez's cones for BT.2020's primaries
    let light =
        [[0.42643, 0.52964, 0.04393], [0.16432, 0.73952, 0.09616], [0.01206, 0.05063, 0.93731]];
    let ipt = [[0.4, 0.4, 0.2], [4.455, -4.851, 0.396], [0.8056, 0.3572, -1.1628]];
    let trc = Trc::AVCOL_TRC_SMPTE2084;
    let colour = (Space::AVCOL_SPC_IPT_C2, Pri::AVCOL_PRI_BT2020, trc);
    check(
        colour,
        levels(60, 8),
        |rgb| rgb.map(|signal| 0.75 * signal),
        |coding, rgb| {
            let rgb = rgb.map(|signal| pq_light(0.75 * signal));
            codes(coding, transformed(ipt, transformed(light, rgb).map(pq_signal)))
        },
    );
}

#[test]
fn every_matrix_is_converted_or_leads_to_a_warning() {
    let coding = CODINGS[1];
    let warning = |space, primaries, trc| {
        let mut picture = uniform_picture(coding.format, coding.depth, [500.0; 3]);
        tag(&mut picture, true, space, primaries, trc);
        unconverted(&picture)
    };
    let (bt709, pq) = (Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_SMPTE2084);
    for space in [
        Space::AVCOL_SPC_RGB,
        Space::AVCOL_SPC_BT709,
        Space::AVCOL_SPC_UNSPECIFIED,
        Space::AVCOL_SPC_FCC,
        Space::AVCOL_SPC_BT470BG,
        Space::AVCOL_SPC_SMPTE170M,
        Space::AVCOL_SPC_SMPTE240M,
        Space::AVCOL_SPC_YCGCO,
        Space::AVCOL_SPC_BT2020_NCL,
        Space::AVCOL_SPC_BT2020_CL,
        Space::AVCOL_SPC_CHROMA_DERIVED_NCL,
        Space::AVCOL_SPC_CHROMA_DERIVED_CL,
        Space::AVCOL_SPC_ICTCP,
        Space::AVCOL_SPC_IPT_C2,
        Space::AVCOL_SPC_YCGCO_RE,
        Space::AVCOL_SPC_YCGCO_RO,
    ] {
        assert_eq!(warning(space, bt709, pq), None, "{space:?}");
        let xyz = warning(space, Pri::AVCOL_PRI_SMPTE428, pq).unwrap();
        assert!(xyz.contains("(CIE XYZ)"), "{xyz}");
    }
    let old = warning(Space::AVCOL_SPC_SMPTE2085, bt709, pq).unwrap();
    assert!(old.ends_with("(SMPTE ST 2085): the images' colours are wrong."), "{old}");
    for space in
        [Space::AVCOL_SPC_BT2020_CL, Space::AVCOL_SPC_CHROMA_DERIVED_CL, Space::AVCOL_SPC_ICTCP]
    {
        let unusual = warning(space, bt709, Trc::AVCOL_TRC_LOG).unwrap();
        assert!(unusual.contains("unusual transfer function"), "{unusual}");
    }
    assert!(warning(Space::AVCOL_SPC_IPT_C2, bt709, Trc::AVCOL_TRC_BT709).is_some());
}

#[test]
fn the_primaries_of_old_systems_are_converted() {
    for (code, primaries) in
        [(Pri::AVCOL_PRI_BT470M, Primaries::Bt470m), (Pri::AVCOL_PRI_FILM, Primaries::Film)]
    {
        let mut picture = uniform_picture(Pixel::GBRP, 8, [200.0, 60.0, 120.0]);
        tag(&mut picture, true, Space::AVCOL_SPC_RGB, code, Trc::AVCOL_TRC_BT709);
        let colour = Colour::of(&picture);
        assert_eq!((colour.primaries, colour.transfer), (primaries, TransferFunction::Standard));
        let wanted = RgbToSrgb::new(colour, GamutMapping::Desaturate).levels([
            120 * 257,
            200 * 257,
            60 * 257,
        ]);
        assert_ne!(wanted, [120, 200, 60]);
        assert_near(drawn_levels(&mut renderer(), &mut picture), wanted, 1, "GBR");
    }
}

#[test]
fn transparency_is_kept() {
    let middle = 128.0;
    let mut picture = uniform_picture(Pixel::YUVA420P, 8, [200.0, middle, middle]);
    picture.data_mut(3).fill(77);
    let (primaries, trc) = (Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_BT709);
    tag(&mut picture, true, Space::AVCOL_SPC_YCGCO, primaries, trc);
    let Canvas::Rgb(rgb) = renderer().draw(&mut picture).unwrap() else {
        panic!("not red, green and blue")
    };
    assert_eq!(rgb.channels, 4);
    assert_eq!(rgb.pixels, [200, 200, 200, 77].repeat(35));
}
