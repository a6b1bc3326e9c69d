//! Tests: pictures of one colour, coded by the standards' formulas, must be drawn in that colour.

use super::{
    canvas::Canvas,
    colour::{Colour, Matrix, Primaries, Transfer, unconverted},
    imager::Imager,
    light::{Gamut, ToSrgb, hlg_scene, hlg_signal, pq_light, pq_signal},
};
use ffmpeg_next::{
    ffi::{
        AVColorPrimaries as Pri, AVColorRange as Range, AVColorSpace as Space,
        AVColorTransferCharacteristic as Trc,
    },
    format::Pixel,
    frame,
};
use framezip_contract::{Extraction, Format};

type Real = [f64; 3];

/// How a picture is coded.
#[derive(Clone, Copy, Debug)]
struct Kind {
    format: Pixel,
    depth: u32,
    full_range: bool,
}

const KINDS: [Kind; 6] = [
    Kind { format: Pixel::YUV444P12LE, depth: 12, full_range: false },
    Kind { format: Pixel::YUV444P10LE, depth: 10, full_range: true },
    Kind { format: Pixel::YUV420P10LE, depth: 10, full_range: true },
    Kind { format: Pixel::YUV420P12LE, depth: 12, full_range: false },
    Kind { format: Pixel::YUV444P, depth: 8, full_range: false },
    Kind { format: Pixel::YUVJ420P, depth: 8, full_range: true },
];

/// A picture with an odd number of columns and rows, all of it of these codes.
pub(super) fn patch(format: Pixel, depth: u32, codes: Real) -> frame::Video {
    let mut picture = frame::Video::new(format, 7, 5);
    for (plane, code) in codes.into_iter().enumerate() {
        let code = code.round().clamp(0.0, f64::from((1u32 << depth) - 1)) as u16;
        for (index, byte) in picture.data_mut(plane).iter_mut().enumerate() {
            *byte = if depth == 8 { code as u8 } else { code.to_le_bytes()[index % 2] };
        }
    }
    picture
}

fn state(picture: &mut frame::Video, full_range: bool, space: Space, primaries: Pri, trc: Trc) {
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

pub(super) fn imager() -> Imager {
    Imager::new(&Extraction { format: Format::Png, ..Extraction::default() }, u64::MAX).unwrap()
}

/// The levels of the picture's image, whose pixels are all alike.
pub(super) fn drawn(imager: &mut Imager, picture: &mut frame::Video) -> [u8; 3] {
    let Canvas::Rgb(rgb) = imager.draw(picture).unwrap() else { panic!("not red, green, blue") };
    assert_eq!((rgb.width, rgb.height, rgb.channels), (7, 5, 3));
    let (pixels, _) = rgb.pixels.as_chunks::<3>();
    assert!(pixels.iter().all(|pixel| *pixel == pixels[0]), "{pixels:?}");
    pixels[0]
}

pub(super) fn assert_near(got: [u8; 3], wanted: [u8; 3], within: u8, what: &str) {
    let near = got.into_iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) <= within);
    assert!(near, "{what}: {got:?} ≠ {wanted:?}");
}

/// Luma from 0 to 1 and differences from -0.5 to 0.5 as codes (H.273, equations 26 to 31).
fn codes(kind: Kind, [luma, blue, red]: Real) -> Real {
    let unit = f64::from(1u32 << (kind.depth - 8));
    let most = f64::from((1u32 << kind.depth) - 1);
    if kind.full_range {
        [most * luma, 128.0 * unit + most * blue, 128.0 * unit + most * red]
    } else {
        let difference = |number: f64| unit * (128.0 + 224.0 * number);
        [unit * (16.0 + 219.0 * luma), difference(blue), difference(red)]
    }
}

/// Colours in a grid.
fn colours() -> impl Iterator<Item = Real> {
    (0..64).map(|index| [index / 16, index / 4 % 4, index % 4].map(|step| f64::from(step) / 3.0))
}

/// Draws every colour in every kind, coded by `coded`, and compares the image with the colour's signals. It
/// may differ by as many levels as `within` states for 8 bits and for more.
fn check(
    (space, primaries, trc): (Space, Pri, Trc),
    within: (u8, u8),
    signals: impl Fn(Real) -> Real,
    coded: impl Fn(Kind, Real) -> Real,
) {
    let mut imager = imager();
    for kind in KINDS {
        let within = if kind.depth == 8 { within.0 } else { within.1 };
        let mut map: Option<ToSrgb> = None;
        for rgb in colours() {
            let mut picture = patch(kind.format, kind.depth, coded(kind, rgb));
            state(&mut picture, kind.full_range, space, primaries, trc);
            assert_eq!(unconverted(&picture), None);
            let map =
                map.get_or_insert_with(|| ToSrgb::new(Colour::of(&picture), Gamut::Desaturated));
            let wanted = map.map(signals(rgb).map(|signal| (signal * 65_535.0).round() as u16));
            let what = format!("{space:?} {kind:?} {rgb:?}");
            assert_near(drawn(&mut imager, &mut picture), wanted, within, &what);
        }
    }
}

fn by_weights(kr: f64, kb: f64, [r, g, b]: Real) -> Real {
    let luma = kr * r + (1.0 - kr - kb) * g + kb * b;
    [luma, (b - luma) / (2.0 * (1.0 - kb)), (r - luma) / (2.0 * (1.0 - kr))]
}

fn rows(rows: [Real; 3], numbers: Real) -> Real {
    rows.map(|row| row[0] * numbers[0] + row[1] * numbers[1] + row[2] * numbers[2])
}

#[test]
fn ycgco_comes_back() {
    let colour = (Space::AVCOL_SPC_YCGCO, Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_BT709);
    check(
        colour,
        (2, 1),
        |rgb| rgb,
        |kind, rgb| {
            // the formula is for the integers of red, green and blue (H.273, equations 45 to 47)
            let unit = f64::from(1u32 << (kind.depth - 8));
            let most = f64::from((1u32 << kind.depth) - 1);
            let [r, g, b] = rgb.map(|signal| {
                if kind.full_range { most * signal } else { unit * (16.0 + 219.0 * signal) }.round()
            });
            let middle = 128.0 * unit;
            [0.5 * g + 0.25 * (r + b), 0.5 * g - 0.25 * (r + b) + middle, 0.5 * (r - b) + middle]
        },
    );
}

#[test]
fn reversible_ycgco_comes_back() {
    for (space, more) in [(Space::AVCOL_SPC_YCGCO_RE, 2), (Space::AVCOL_SPC_YCGCO_RO, 1)] {
        let colour = (space, Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_BT709);
        check(
            colour,
            (3, 1),
            |rgb| rgb,
            |kind, rgb| {
                let white = f64::from((1u32 << (kind.depth - more)) - 1);
                let [r, g, b] = rgb.map(|signal| (signal * white).round() as i32);
                let orange = r - b;
                let t = b + (orange >> 1);
                let green = g - t;
                let middle = 1 << (kind.depth - 1);
                [t + (green >> 1), green + middle, orange + middle].map(f64::from)
            },
        );
    }
}

#[test]
fn identity_and_derived_weights_come_back() {
    let space = Space::AVCOL_SPC_CHROMA_DERIVED_NCL;
    for (primaries, kr, kb) in [
        (Pri::AVCOL_PRI_BT709, 0.2126, 0.0722),
        (Pri::AVCOL_PRI_BT470M, 0.2990, 0.1146),
        (Pri::AVCOL_PRI_SMPTE170M, 0.2124, 0.0866),
    ] {
        let colour = (space, primaries, Trc::AVCOL_TRC_BT709);
        check(colour, (8, 1), |rgb| rgb, |kind, rgb| codes(kind, by_weights(kr, kb, rgb)));
    }
    let mut picture = patch(Pixel::YUV420P, 8, [100.0; 3]);
    state(&mut picture, false, space, Pri::AVCOL_PRI_BT2020, Trc::AVCOL_TRC_BT709);
    assert_eq!(Colour::of(&picture).matrix, Matrix::Bt2020);
    for full_range in [false, true] {
        let kind = Kind { format: Pixel::YUV444P10LE, depth: 10, full_range };
        for [r, g, b] in colours() {
            let [green, ..] = codes(kind, [g, 0.0, 0.0]);
            let [blue, ..] = codes(kind, [b, 0.0, 0.0]);
            let [red, ..] = codes(kind, [r, 0.0, 0.0]);
            let mut picture = patch(kind.format, 10, [green, blue, red]);
            let (primaries, trc) = (Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_BT709);
            state(&mut picture, full_range, Space::AVCOL_SPC_RGB, primaries, trc);
            let wanted = [r, g, b].map(|signal| (signal * 255.0).round() as u8);
            assert_near(drawn(&mut imager(), &mut picture), wanted, 1, "identity");
        }
    }
}

/// The coder of constant luminance (H.273, equations 50 to 57).
fn constant(kr: f64, kb: f64, curve: [fn(f64) -> f64; 2], [r, g, b]: Real) -> Real {
    let [light, signal] = curve;
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
fn constant_luminance_comes_back() {
    let curve: [fn(f64) -> f64; 2] = [bt2020_light, bt2020_signal];
    let trc = Trc::AVCOL_TRC_BT2020_10;
    let colour = (Space::AVCOL_SPC_BT2020_CL, Pri::AVCOL_PRI_BT2020, trc);
    // green is what is left of luminance, so that it is coarse in the dark
    check(
        colour,
        (30, 6),
        |rgb| rgb,
        |kind, rgb| codes(kind, constant(0.2627, 0.0593, curve, rgb)),
    );
    let colour = (Space::AVCOL_SPC_CHROMA_DERIVED_CL, Pri::AVCOL_PRI_BT709, trc);
    check(
        colour,
        (30, 6),
        |rgb| rgb,
        |kind, rgb| codes(kind, constant(0.2126, 0.0722, curve, rgb)),
    );
}

#[test]
fn ictcp_comes_back() {
    let light = [[1688.0, 2146.0, 262.0], [683.0, 2951.0, 462.0], [99.0, 309.0, 3688.0]]
        .map(|row: Real| row.map(|number| number / 4096.0));
    let pq = [[2048.0, 2048.0, 0.0], [6610.0, -13613.0, 7003.0], [17933.0, -17390.0, -543.0]];
    let hlg = [[2048.0, 2048.0, 0.0], [3625.0, -7465.0, 3840.0], [9500.0, -9212.0, -288.0]];
    let over = |matrix: [Real; 3]| matrix.map(|row| row.map(|number| number / 4096.0));
    for trc in [Trc::AVCOL_TRC_SMPTE2084, Trc::AVCOL_TRC_UNSPECIFIED] {
        let colour = (Space::AVCOL_SPC_ICTCP, Pri::AVCOL_PRI_BT2020, trc);
        check(
            colour,
            (60, 8),
            |rgb| rgb.map(|signal| 0.75 * signal),
            |kind, rgb| {
                let rgb = rgb.map(|signal| pq_light(0.75 * signal));
                codes(kind, rows(over(pq), rows(light, rgb).map(pq_signal)))
            },
        );
    }
    let trc = Trc::AVCOL_TRC_ARIB_STD_B67;
    let colour = (Space::AVCOL_SPC_ICTCP, Pri::AVCOL_PRI_BT2020, trc);
    check(
        colour,
        (60, 8),
        |rgb| rgb,
        |kind, rgb| codes(kind, rows(over(hlg), rows(light, rgb.map(hlg_scene)).map(hlg_signal))),
    );
}

#[test]
fn ipt_c2_comes_back() {
    // two percent of crosstalk, and then Hunt, Pointer and Estevez's cones for BT.2020's primaries
    let light =
        [[0.42643, 0.52964, 0.04393], [0.16432, 0.73952, 0.09616], [0.01206, 0.05063, 0.93731]];
    let ipt = [[0.4, 0.4, 0.2], [4.455, -4.851, 0.396], [0.8056, 0.3572, -1.1628]];
    let trc = Trc::AVCOL_TRC_SMPTE2084;
    let colour = (Space::AVCOL_SPC_IPT_C2, Pri::AVCOL_PRI_BT2020, trc);
    check(
        colour,
        (60, 8),
        |rgb| rgb.map(|signal| 0.75 * signal),
        |kind, rgb| {
            let rgb = rgb.map(|signal| pq_light(0.75 * signal));
            codes(kind, rows(ipt, rows(light, rgb).map(pq_signal)))
        },
    );
}

#[test]
fn every_matrix_is_converted_or_leads_to_a_warning() {
    let kind = KINDS[1];
    let sentence = |space, primaries, trc| {
        let mut picture = patch(kind.format, kind.depth, [500.0; 3]);
        state(&mut picture, true, space, primaries, trc);
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
        assert_eq!(sentence(space, bt709, pq), None, "{space:?}");
        let xyz = sentence(space, Pri::AVCOL_PRI_SMPTE428, pq).unwrap();
        assert!(xyz.contains("(CIE XYZ)"), "{xyz}");
    }
    let old = sentence(Space::AVCOL_SPC_SMPTE2085, bt709, pq).unwrap();
    assert!(old.ends_with("(SMPTE ST 2085): the images' colours are wrong."), "{old}");
    for space in
        [Space::AVCOL_SPC_BT2020_CL, Space::AVCOL_SPC_CHROMA_DERIVED_CL, Space::AVCOL_SPC_ICTCP]
    {
        let unusual = sentence(space, bt709, Trc::AVCOL_TRC_LOG).unwrap();
        assert!(unusual.contains("unusual transfer function"), "{unusual}");
    }
    assert!(sentence(Space::AVCOL_SPC_IPT_C2, bt709, Trc::AVCOL_TRC_BT709).is_some());
}

#[test]
fn the_primaries_of_old_systems_are_converted() {
    for (code, primaries) in
        [(Pri::AVCOL_PRI_BT470M, Primaries::Bt470m), (Pri::AVCOL_PRI_FILM, Primaries::Film)]
    {
        let mut picture = patch(Pixel::GBRP, 8, [200.0, 60.0, 120.0]);
        state(&mut picture, true, Space::AVCOL_SPC_RGB, code, Trc::AVCOL_TRC_BT709);
        let colour = Colour::of(&picture);
        assert_eq!((colour.primaries, colour.transfer), (primaries, Transfer::Standard));
        let wanted = ToSrgb::new(colour, Gamut::Desaturated).map([120 * 257, 200 * 257, 60 * 257]);
        assert_ne!(wanted, [120, 200, 60]);
        assert_near(drawn(&mut imager(), &mut picture), wanted, 1, "GBR");
    }
}

#[test]
fn transparency_is_kept() {
    let middle = 128.0;
    let mut picture = patch(Pixel::YUVA420P, 8, [200.0, middle, middle]);
    picture.data_mut(3).fill(77);
    let (primaries, trc) = (Pri::AVCOL_PRI_BT709, Trc::AVCOL_TRC_BT709);
    state(&mut picture, true, Space::AVCOL_SPC_YCGCO, primaries, trc);
    let Canvas::Rgb(rgb) = imager().draw(&mut picture).unwrap() else { panic!("no channels") };
    assert_eq!(rgb.channels, 4);
    assert_eq!(rgb.pixels, [200, 200, 200, 77].repeat(35));
}
