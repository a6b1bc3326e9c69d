//! Encodes pictures by the inverse of the formulas, and compares their images with the original colours.

use super::*;
use crate::image::{
    colour::{Colour, Matrix, Primaries, TransferFunction},
    matrix3::{inverse, product, transformed},
    renderer::ImageRenderer,
    test_pictures::{assert_near, drawn_levels, renderer, uniform_picture},
    tone_map::{GamutMapping, RgbToSrgb},
    transfer::pq_signal,
};
use ffmpeg_next::format::Pixel;
use std::mem::offset_of;

const PEAK_CODE: u16 = 3079;
const DENOMINATOR: u8 = 23;
/// The result of the first luma interval at its end, which is the middle of the range.
const BEND: f64 = 0.6;

/// From IPT to the cones' signals.
const TO_SIGNALS: Matrix3 = [[1.0, 0.0976, 0.2052], [1.0, -0.1139, 0.1332], [1.0, 0.0326, -0.6769]];
/// From light of cones without crosstalk to light with two percent of crosstalk.
const CROSSTALK: Matrix3 = [[0.96, 0.02, 0.02], [0.02, 0.96, 0.02], [0.02, 0.02, 0.96]];
/// From BT.2020's light to that of Hunt, Pointer and Estevez's cones.
const TO_CONES: Matrix3 = [
    [0.438_33, 0.540_89, 0.020_77],
    [0.159_50, 0.764_14, 0.076_36],
    [-0.002_49, 0.033_27, 0.969_22],
];

#[repr(C)]
struct Metadata {
    offsets: MetadataOffsets,
    rest: [u64; 3],
    header: RpuHeader,
    mapping: DataMapping,
    color: ColorMetadata,
}

fn rational(number: f64) -> AVRational {
    AVRational { num: (number * f64::from(1 << 20)).round() as i32, den: 1 << 20 }
}

fn fixed(number: f64) -> i64 {
    (number * f64::from(1u32 << DENOMINATOR)).round() as i64
}

/// Returns a curve for each component. Luma has two intervals, of the first and of the second order.
/// The first difference has a regression of the first order, the second one of the third order.
fn curves() -> [ReshapingCurve; 3] {
    let mut luma = ReshapingCurve { num_pivots: 3, ..ReshapingCurve::default() };
    luma.pivots[..3].copy_from_slice(&[0, 512, 1023]);
    luma.poly_order[..2].copy_from_slice(&[1, 2]);
    let half = 512.0 / 1023.0;
    luma.poly_coef[0] = [0, fixed(BEND / half), fixed(9.0)];
    let [constant, first, second] = second_interval();
    luma.poly_coef[1] = [fixed(constant), fixed(first), fixed(second)];
    let mut blue = ReshapingCurve { num_pivots: 2, ..ReshapingCurve::default() };
    blue.pivots[1] = 1023;
    blue.mapping_idc[0] = 1;
    blue.mmr_order[0] = 1;
    blue.mmr_constant[0] = fixed(0.1);
    blue.mmr_coef[0][0] = [0.0, 0.7, 0.0, 0.2, 0.0, 0.0, 0.0].map(fixed);
    // above the order, so without effect
    blue.mmr_coef[0][1] = [fixed(5.0); 7];
    let mut red = ReshapingCurve { mmr_order: [3; 8], ..blue };
    red.mmr_constant[0] = fixed(-0.05);
    red.mmr_coef[0][0] = [0.0, 0.0, 1.1, 0.0, 0.0, 0.0, 0.0].map(fixed);
    red.mmr_coef[0][1] = [0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0].map(fixed);
    red.mmr_coef[0][2] = [-0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0].map(fixed);
    [luma, blue, red]
}

/// Returns the factors of the second luma interval: from (1/2, `BEND`) to (1, 1), with -0.1 for the
/// square.
fn second_interval() -> Real {
    let half = 512.0 / 1023.0;
    let second = -0.1;
    let first = (1.0 - BEND - second * (1.0 - half * half)) / (1.0 - half);
    [1.0 - first - second, first, second]
}

type Real = [f64; 3];

/// Returns the codes from 0 to 1 that `curves` reshapes to these numbers.
fn before_reshaping([luma, blue, red]: Real) -> Real {
    let half = 512.0 / 1023.0;
    let x = if luma < BEND {
        luma / BEND * half
    } else {
        let [constant, first, second] = second_interval();
        (-first + (first * first - 4.0 * second * (constant - luma)).sqrt()) / (2.0 * second)
    };
    let y = (blue - 0.1) / (0.7 + 0.2 * x);
    let z = (red + 0.05 - 0.1 * x * x + 0.05 * x * x * x) / 1.1;
    [x, y, z]
}

fn attach(picture: &mut frame::Video, rpu_profile: u8) {
    attach_curves(picture, rpu_profile, curves());
}

fn attach_curves(picture: &mut frame::Video, rpu_profile: u8, curves: [ReshapingCurve; 3]) {
    let rationals = |matrix: Matrix3| {
        let mut rationals = [rational(0.0); 9];
        for (rational_, number) in rationals.iter_mut().zip(matrix.as_flattened()) {
            *rational_ = rational(*number);
        }
        rationals
    };
    let metadata = Metadata {
        offsets: MetadataOffsets {
            header: offset_of!(Metadata, header),
            mapping: offset_of!(Metadata, mapping),
            color: offset_of!(Metadata, color),
        },
        rest: [0; 3],
        header: RpuHeader {
            vdr_rpu_profile: rpu_profile,
            coef_log2_denom: DENOMINATOR,
            bl_video_full_range: 1,
            bl_bit_depth: 10,
            ..RpuHeader::default()
        },
        mapping: DataMapping { curves, ..DataMapping::default() },
        color: ColorMetadata {
            dm_metadata_id: 0,
            scene_refresh: 0,
            ycc_to_rgb_matrix: rationals(TO_SIGNALS),
            ycc_to_rgb_offset: [0.0, 0.5, 0.5].map(rational),
            rgb_to_lms_matrix: rationals(inverse(CROSSTALK)),
            signal_eotf: [0; 3],
            signal_eotf_param2: 0,
            signal: [0; 4],
            source_min_pq: 0,
            source_max_pq: PEAK_CODE,
        },
    };
    // SAFETY: the frame is valid and not shared; the data is as long as the structure.
    unsafe {
        let kind = AVFrameSideDataType::AV_FRAME_DATA_DOVI_METADATA;
        let size = size_of::<Metadata>();
        let data = ffi::av_frame_new_side_data(picture.as_mut_ptr(), kind, size);
        (*data).data.cast::<Metadata>().write_unaligned(metadata);
    }
}

/// Returns colours as PQ signals of BT.2020's primaries, with a picture of each without metadata.
fn pictures() -> impl Iterator<Item = (Real, frame::Video)> {
    (0..64).map(|index| {
        // dark and bright colours within BT.709's gamut: small errors grow outside it
        let level = |step: i32| if index < 32 { 0.25 } else { 0.5 } + 0.04 * f64::from(step);
        let rgb = [index / 16 % 2 * 3, index / 4 % 4, index % 4].map(level);
        let cones = transformed(product(CROSSTALK, TO_CONES), rgb.map(pq_light)).map(pq_signal);
        let [i, p, t] = transformed(inverse(TO_SIGNALS), cones);
        let codes = before_reshaping([i, p + 0.5, t + 0.5]).map(|fraction| fraction * 1023.0);
        (rgb, uniform_picture(Pixel::YUV420P10LE, 10, codes))
    })
}

#[test]
fn a_reshaped_base_layer_is_rendered_in_its_colours() {
    let peak = pq_light(f64::from(PEAK_CODE) / 4095.0).round() as u32;
    assert!((990..1010).contains(&peak), "{peak}");
    let colour = Colour {
        matrix: Matrix::Identity,
        full_range: true,
        transfer: TransferFunction::Pq(peak),
        primaries: Primaries::Bt2020,
    };
    let to_srgb = RgbToSrgb::new(colour, GamutMapping::Clip);
    for (base, rpu_profile) in
        [(BaseLayer::Unstated, 0), (BaseLayer::Reshaped, 0), (BaseLayer::Reshaped, 1)]
    {
        let mut renderer = renderer().with_base(base);
        for (rgb, mut picture) in pictures() {
            attach(&mut picture, rpu_profile);
            assert_eq!(renderer.unconverted(&picture), None);
            let wanted = to_srgb.levels(rgb.map(|signal| (signal * 65_535.0).round() as u16));
            let what = format!("{base:?} {rgb:?}");
            assert_near(drawn_levels(&mut renderer, &mut picture), wanted, 3, &what);
        }
    }
}

#[test]
fn constant_reshaping_functions_are_ignored() {
    let constant = |level: f64| {
        let mut curve =
            ReshapingCurve { num_pivots: 2, poly_order: [1; 8], ..ReshapingCurve::default() };
        curve.pivots[1] = 1023;
        curve.poly_coef[0] = [fixed(level), 0, 0];
        curve
    };
    let mut picture = uniform_picture(Pixel::YUV420P10LE, 10, [300.0, 400.0, 600.0]);
    attach_curves(&mut picture, 0, [0.0, 0.5, 0.5].map(constant));
    let numbers = Rpu::of(&picture).unwrap().reshaping.apply([0.3, 0.4, 0.6]);
    assert_eq!(numbers, [0.3, 0.4 - 0.5, 0.6 - 0.5]);
    let mut curves = [0.0, 0.5, 0.5].map(constant);
    curves[0].poly_coef[0][1] = fixed(1.0);
    let mut picture = uniform_picture(Pixel::YUV420P10LE, 10, [300.0, 400.0, 600.0]);
    attach_curves(&mut picture, 0, curves);
    let numbers = Rpu::of(&picture).unwrap().reshaping.apply([0.3, 0.4, 0.6]);
    assert_eq!(numbers, [0.3, 0.0, 0.0]);
}

#[test]
fn a_usable_base_layer_is_rendered_as_stored() {
    let mut plain = renderer();
    for (base, rpu_profile) in
        [(BaseLayer::Usable, 0), (BaseLayer::Usable, 1), (BaseLayer::Unstated, 1)]
    {
        let mut renderer = renderer().with_base(base);
        let (_, mut picture) = pictures().nth(27).unwrap();
        let wanted = drawn_levels(&mut plain, &mut picture);
        let (_, mut picture) = pictures().nth(27).unwrap();
        attach(&mut picture, rpu_profile);
        assert_eq!(drawn_levels(&mut renderer, &mut picture), wanted);
    }
}

#[test]
fn missing_or_broken_metadata_leads_to_a_warning() {
    let mut renderer: ImageRenderer = renderer().with_base(BaseLayer::Reshaped);
    let (_, mut picture) = pictures().next().unwrap();
    assert_eq!(renderer.unconverted(&picture), Some(WITHOUT_METADATA));
    drawn_levels(&mut renderer, &mut picture);
    attach(&mut picture, 0);
    assert!(Rpu::of(&picture).is_some());
    // SAFETY: the side data was attached above.
    unsafe {
        let kind = AVFrameSideDataType::AV_FRAME_DATA_DOVI_METADATA;
        (*ffi::av_frame_get_side_data(picture.as_ptr(), kind)).size -= 1;
    }
    assert_eq!(renderer.unconverted(&picture), Some(WITHOUT_METADATA));
    drawn_levels(&mut renderer, &mut picture);
}

#[test]
fn the_configuration_record_decides_how_the_base_layer_is_rendered() {
    for (profile, bl_compatibility, base) in [
        (5, 0, BaseLayer::Reshaped),
        (10, 0, BaseLayer::Reshaped),
        (10, 1, BaseLayer::Usable),
        (8, 1, BaseLayer::Usable),
        (8, 4, BaseLayer::Usable),
        (7, 6, BaseLayer::Usable),
        (7, 0, BaseLayer::Usable),
        (0, 0, BaseLayer::Unstated),
    ] {
        let record =
            ConfigurationRecord { profile, bl_compatibility, ..ConfigurationRecord::default() };
        assert_eq!(record.base(), base, "{profile} {bl_compatibility}");
    }
}
