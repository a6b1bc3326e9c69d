//! Dolby Vision without a usable base layer, such as HEVC's profile 5. Each picture's metadata (RPU)
//! states how its components are reshaped and which matrices are applied to the result.
//!
//! Sources: ETSI GS CCM 001 (the RPU); FFmpeg's `libavutil/dovi_meta.h` (its parsed form).

mod layout;
#[cfg(test)]
mod tests;

use super::{colour::DEFAULT_PEAK, matrix3::Matrix3, transfer::pq_light};
use ffmpeg_next::{
    codec,
    ffi::{self, AVFrameSideDataType, AVPacketSideDataType, AVRational},
    frame,
};
use layout::{
    ColorMetadata, ConfigurationRecord, DataMapping, MetadataOffsets, ReshapingCurve, RpuHeader, at,
};

/// The warning about pictures that lack the metadata that they need.
pub(crate) const WITHOUT_METADATA: &str = "This video is Dolby Vision without a compatible base layer, \
    and the metadata that its colours need is missing: the images' colours are wrong.";

/// The way to render a stream's base layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BaseLayer {
    /// The stream does not state it. Each picture's metadata decides.
    #[default]
    Unstated,
    /// It is rendered as stored.
    Usable,
    /// It is reshaped by its metadata.
    Reshaped,
}

impl BaseLayer {
    /// Returns the value that the stream's configuration record states, if there is one.
    pub(crate) fn of(parameters: &codec::Parameters) -> Self {
        // SAFETY: the parameters are valid for as long as they are borrowed; FFmpeg lays data of this
        // kind out as this structure, and its size is checked.
        let record = unsafe {
            let parameters = parameters.as_ptr();
            let kind = AVPacketSideDataType::AV_PKT_DATA_DOVI_CONF;
            let (data, count) = ((*parameters).coded_side_data, (*parameters).nb_coded_side_data);
            ffi::av_packet_side_data_get(data, count, kind)
                .as_ref()
                .filter(|data| data.size >= size_of::<ConfigurationRecord>())
                .map(|data| data.data.cast::<ConfigurationRecord>().read_unaligned())
        };
        record.map_or(Self::Unstated, |record| record.base())
    }

    /// Returns whether a picture with this metadata must be reshaped.
    fn is_reshaped(self, rpu: &Rpu) -> bool {
        match self {
            Self::Unstated => rpu.lacks_usable_base,
            Self::Usable => false,
            Self::Reshaped => true,
        }
    }
}

impl ConfigurationRecord {
    fn base(self) -> BaseLayer {
        // old records of other profiles have a 0 in place of the compatibility
        match (self.profile, self.bl_compatibility) {
            (0, _) => BaseLayer::Unstated,
            (5, _) | (10 | 20, 0) => BaseLayer::Reshaped,
            _ => BaseLayer::Usable,
        }
    }
}

/// The part of a picture's metadata that its colours depend on.
pub(crate) struct Rpu {
    pub(crate) reshaping: Reshaping,
    /// From reshaped components to PQ signals of the cones' light.
    pub(crate) to_signals: Matrix3,
    /// From the cones' light to the light of cones without crosstalk.
    pub(crate) to_cones: Matrix3,
    /// The peak luminance of the mastering display, in candelas per square metre.
    pub(crate) peak: u32,
    /// Whether the metadata is like that of streams without a usable base layer.
    lacks_usable_base: bool,
}

/// A function for each component, and the offsets.
#[derive(Clone)]
pub(crate) struct Reshaping {
    components: [ComponentCurve; 3],
    /// Subtracted from the functions' results.
    offset: [f32; 3],
}

/// A piecewise function of all three components. The component's own value selects the interval.
#[derive(Clone)]
struct ComponentCurve {
    intervals: Vec<PivotInterval>,
    /// The smallest result.
    min: f32,
    /// The largest result.
    max: f32,
}

/// The interval between two pivots.
#[derive(Clone)]
struct PivotInterval {
    /// The beginning of the next interval.
    end: f32,
    function: CurveFunction,
}

/// The function of an interval.
#[derive(Clone)]
enum CurveFunction {
    /// A polynomial of the component: the factors of its powers from 0.
    Polynomial([f32; 3]),
    /// Multivariate multiple regression of all three components: a constant, and the factors of
    /// products of first, second and third powers.
    Regression(f32, Vec<[f32; 7]>),
}

impl Rpu {
    /// Returns the picture's metadata, if it exists and is valid.
    pub(crate) fn of(picture: &frame::Video) -> Option<Self> {
        // SAFETY: the frame is valid for as long as it is borrowed, and so is its side data.
        let bytes = unsafe {
            let kind = AVFrameSideDataType::AV_FRAME_DATA_DOVI_METADATA;
            let data = ffi::av_frame_get_side_data(picture.as_ptr(), kind).as_ref()?;
            std::slice::from_raw_parts(data.data, data.size)
        };
        // SAFETY: FFmpeg lays data of this kind out as these structures, in which any bytes are valid.
        let (header, mapping, color) = unsafe {
            let offsets: MetadataOffsets = at(bytes, 0)?;
            let header: RpuHeader = at(bytes, offsets.header)?;
            let mapping: DataMapping = at(bytes, offsets.mapping)?;
            (header, mapping, at::<ColorMetadata>(bytes, offsets.color)?)
        };
        let matrix = |rationals: [AVRational; 9]| {
            [0, 3, 6].map(|first| [0, 1, 2].map(|index| number(rationals[first + index])))
        };
        let offset = color.ycc_to_rgb_offset.map(|offset| number(offset) as f32);
        let peak = pq_light(f64::from(color.source_max_pq) / 4095.0);
        Some(Self {
            reshaping: Reshaping { components: components(&header, &mapping)?, offset },
            to_signals: matrix(color.ycc_to_rgb_matrix),
            to_cones: matrix(color.rgb_to_lms_matrix),
            peak: if peak < 1.0 { DEFAULT_PEAK } else { peak.min(10_000.0).round() as u32 },
            lacks_usable_base: header.vdr_rpu_profile == 0 && header.bl_video_full_range != 0,
        })
    }

    /// Returns the picture's metadata if the picture must be reshaped.
    pub(crate) fn needed(picture: &frame::Video, base: BaseLayer) -> Option<Self> {
        Self::of(picture).filter(|rpu| base.is_reshaped(rpu))
    }
}

impl Reshaping {
    /// Returns the reshaped components minus their offsets. All are fractions of the largest code.
    pub(crate) fn apply(&self, numbers: [f32; 3]) -> [f32; 3] {
        [0, 1, 2].map(|index: usize| {
            self.components[index].apply(numbers[index], numbers) - self.offset[index]
        })
    }
}

impl ComponentCurve {
    /// Returns `None` if the curve's counts are out of range.
    fn of(curve: &ReshapingCurve, units: Units) -> Option<Self> {
        let pivots = curve.pivots.get(..usize::from(curve.num_pivots))?;
        let (first, last) = (*pivots.first()?, *pivots.last()?);
        let interval = |(index, end): (usize, &u16)| {
            let function = CurveFunction::of(curve, index, units)?;
            Some(PivotInterval { end: units.code(*end), function })
        };
        let intervals = pivots[1..].iter().enumerate().map(interval).collect::<Option<Vec<_>>>()?;
        Some(Self { intervals, min: units.code(first), max: units.code(last) })
    }

    fn identity() -> Self {
        Self { intervals: Vec::new(), min: 0.0, max: 1.0 }
    }

    fn is_constant(&self) -> bool {
        self.intervals
            .iter()
            .all(|interval| matches!(interval.function, CurveFunction::Polynomial([_, 0.0, 0.0])))
    }

    fn apply(&self, own: f32, all: [f32; 3]) -> f32 {
        let interval =
            self.intervals.iter().find(|interval| own < interval.end).or(self.intervals.last());
        let result = interval.map_or(own, |interval| interval.function.apply(own, all));
        result.max(self.min).min(self.max)
    }
}

impl CurveFunction {
    /// Returns the function of one interval of the curve.
    fn of(curve: &ReshapingCurve, interval: usize, units: Units) -> Option<Self> {
        let factor = |number| units.factor(number);
        if curve.mapping_idc[interval] == 0 {
            let [constant, first, second] = curve.poly_coef[interval].map(factor);
            let second = if curve.poly_order[interval] > 1 { second } else { 0.0 };
            return Some(Self::Polynomial([constant, first, second]));
        }
        let orders = curve.mmr_coef[interval].get(..curve.mmr_order[interval].into())?;
        let orders = orders.iter().map(|factors| factors.map(factor)).collect();
        Some(Self::Regression(factor(curve.mmr_constant[interval]), orders))
    }

    fn apply(&self, own: f32, all: [f32; 3]) -> f32 {
        match self {
            Self::Polynomial([constant, first, second]) => constant + own * (first + own * second),
            Self::Regression(constant, orders) => {
                let [x, y, z] = all;
                let products = [x, y, z, x * y, x * z, y * z, x * y * z];
                let mut powers = [1.0; 7];
                let mut sum = *constant;
                for factors in orders {
                    for ((power, product), factor) in powers.iter_mut().zip(products).zip(factors) {
                        *power *= product;
                        sum += factor * *power;
                    }
                }
                sum
            }
        }
    }
}

/// The units of the metadata's integers.
#[derive(Clone, Copy)]
struct Units {
    /// The largest code.
    code: f32,
    /// The denominator of factors.
    factor: f64,
}

impl Units {
    fn of(header: &RpuHeader) -> Option<Self> {
        let (bits, denominator) = (header.bl_bit_depth, header.coef_log2_denom);
        ((8..=16).contains(&bits) && denominator <= 32).then(|| Self {
            code: ((1u32 << bits) - 1) as f32,
            factor: (1u64 << denominator) as f64,
        })
    }

    fn code(self, pivot: u16) -> f32 {
        f32::from(pivot) / self.code
    }

    fn factor(self, number: i64) -> f32 {
        (number as f64 / self.factor) as f32
    }
}

fn components(header: &RpuHeader, mapping: &DataMapping) -> Option<[ComponentCurve; 3]> {
    let units = Units::of(header)?;
    let [luma, blue, red] = &mapping.curves;
    let components = [
        ComponentCurve::of(luma, units)?,
        ComponentCurve::of(blue, units)?,
        ComponentCurve::of(red, units)?,
    ];
    // constant functions would make every picture one colour: some tools write them for no reshaping
    let reshape = components.iter().any(|component| !component.is_constant());
    Some(if reshape { components } else { [(); 3].map(|()| ComponentCurve::identity()) })
}

fn number(rational: AVRational) -> f64 {
    f64::from(rational.num) / f64::from(rational.den.max(1))
}
