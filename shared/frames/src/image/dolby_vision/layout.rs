//! FFmpeg's structures of Dolby Vision metadata (`libavutil/dovi_meta.h`), which the bindings leave out.

use ffmpeg_next::ffi::AVRational;
use std::mem::offset_of;

/// Returns the structure that begins at an offset, if all of it is there.
///
/// # Safety
///
/// Any bytes must be a valid `T`.
pub(super) unsafe fn at<T>(bytes: &[u8], offset: usize) -> Option<T> {
    let bytes = bytes.get(offset..)?.get(..size_of::<T>())?;
    // SAFETY: the bytes are there, and the caller vouches for what they are.
    Some(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
}

/// The beginning of `AVDOVIMetadata`: where the other structures begin.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Offsets {
    pub(super) header: usize,
    pub(super) mapping: usize,
    pub(super) color: usize,
}

/// The beginning of `AVDOVIDecoderConfigurationRecord`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Configuration {
    pub(super) version: [u8; 2],
    pub(super) profile: u8,
    pub(super) level: u8,
    pub(super) rpu_present: u8,
    pub(super) el_present: u8,
    pub(super) bl_present: u8,
    pub(super) bl_compatibility: u8,
}

/// The beginning of `AVDOVIRpuDataHeader`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Header {
    pub(super) rpu_type: u8,
    pub(super) rpu_format: u16,
    pub(super) vdr_rpu_profile: u8,
    pub(super) vdr_rpu_level: u8,
    pub(super) chroma_resampling_explicit_filter: u8,
    pub(super) coef_data_type: u8,
    pub(super) coef_log2_denom: u8,
    pub(super) vdr_rpu_normalized_idc: u8,
    pub(super) bl_video_full_range: u8,
    pub(super) bl_bit_depth: u8,
}

/// `AVDOVIReshapingCurve`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Curve {
    pub(super) num_pivots: u8,
    pub(super) pivots: [u16; 9],
    pub(super) mapping_idc: [i32; 8],
    pub(super) poly_order: [u8; 8],
    pub(super) poly_coef: [[i64; 3]; 8],
    pub(super) mmr_order: [u8; 8],
    pub(super) mmr_constant: [i64; 8],
    pub(super) mmr_coef: [[[i64; 7]; 3]; 8],
}

/// The beginning of `AVDOVIDataMapping`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Mapping {
    pub(super) vdr_rpu_id: u8,
    pub(super) mapping_color_space: u8,
    pub(super) mapping_chroma_format_idc: u8,
    pub(super) curves: [Curve; 3],
}

/// The beginning of `AVDOVIColorMetadata`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Color {
    pub(super) dm_metadata_id: u8,
    pub(super) scene_refresh: u8,
    pub(super) ycc_to_rgb_matrix: [AVRational; 9],
    pub(super) ycc_to_rgb_offset: [AVRational; 3],
    pub(super) rgb_to_lms_matrix: [AVRational; 9],
    pub(super) signal_eotf: [u16; 3],
    pub(super) signal_eotf_param2: u32,
    pub(super) signal: [u8; 4],
    pub(super) source_min_pq: u16,
    pub(super) source_max_pq: u16,
}

// the values of `sizeof` and `offsetof` in C
const _: () = {
    assert!(offset_of!(Header, coef_log2_denom) == 8 && offset_of!(Header, bl_bit_depth) == 11);
    assert!(size_of::<Curve>() == 1672 && offset_of!(Curve, poly_coef) == 64);
    assert!(offset_of!(Curve, mmr_constant) == 264 && offset_of!(Curve, mmr_coef) == 328);
    assert!(offset_of!(Mapping, curves) == 8);
    assert!(
        offset_of!(Color, ycc_to_rgb_matrix) == 4 && offset_of!(Color, rgb_to_lms_matrix) == 100
    );
    assert!(
        offset_of!(Color, signal_eotf_param2) == 180 && offset_of!(Color, source_max_pq) == 190
    );
};
