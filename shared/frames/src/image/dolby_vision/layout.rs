//! FFmpeg's structures of Dolby Vision metadata (`libavutil/dovi_meta.h`), which the bindings lack.

use ffmpeg_next::ffi::AVRational;
use std::mem::offset_of;

/// Returns the structure at an offset, or `None` if the bytes end before it does.
///
/// # Safety
///
/// Any bytes must be a valid `T`.
pub(super) unsafe fn at<T>(bytes: &[u8], offset: usize) -> Option<T> {
    let bytes = bytes.get(offset..)?.get(..size_of::<T>())?;
    // SAFETY: the length is checked, and the caller guarantees that any bytes are a valid `T`.
    Some(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
}

/// The beginning of `AVDOVIMetadata`: the offsets of the other structures.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct MetadataOffsets {
    pub(super) header: usize,
    pub(super) mapping: usize,
    pub(super) color: usize,
}

/// The beginning of `AVDOVIDecoderConfigurationRecord`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct ConfigurationRecord {
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
pub(super) struct RpuHeader {
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
pub(super) struct ReshapingCurve {
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
pub(super) struct DataMapping {
    pub(super) vdr_rpu_id: u8,
    pub(super) mapping_color_space: u8,
    pub(super) mapping_chroma_format_idc: u8,
    pub(super) curves: [ReshapingCurve; 3],
}

/// The beginning of `AVDOVIColorMetadata`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct ColorMetadata {
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
    assert!(
        offset_of!(RpuHeader, coef_log2_denom) == 8 && offset_of!(RpuHeader, bl_bit_depth) == 11
    );
    assert!(size_of::<ReshapingCurve>() == 1672 && offset_of!(ReshapingCurve, poly_coef) == 64);
    assert!(
        offset_of!(ReshapingCurve, mmr_constant) == 264
            && offset_of!(ReshapingCurve, mmr_coef) == 328
    );
    assert!(offset_of!(DataMapping, curves) == 8);
    assert!(
        offset_of!(ColorMetadata, ycc_to_rgb_matrix) == 4
            && offset_of!(ColorMetadata, rgb_to_lms_matrix) == 100
    );
    assert!(
        offset_of!(ColorMetadata, signal_eotf_param2) == 180
            && offset_of!(ColorMetadata, source_max_pq) == 190
    );
};
