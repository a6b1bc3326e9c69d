//! Dolby Vision without a base layer that can be shown as it is, such as HEVC's profile 5. Each picture's
//! metadata (RPU) states how its components are reshaped and which matrices follow.
//!
//! Sources: ETSI GS CCM 001 (the RPU); FFmpeg's `libavutil/dovi_meta.h` (its parsed form).

mod layout;
#[cfg(test)]
mod tests;

use super::{colour::PEAK, light::pq_light, rows::Rows};
use ffmpeg_next::{
    codec,
    ffi::{self, AVFrameSideDataType, AVPacketSideDataType, AVRational},
    frame,
};
use layout::{Color, Configuration, Curve, Header, Mapping, Offsets, at};

/// The warning for pictures that need metadata and lack it.
pub(crate) const WITHOUT_METADATA: &str = "This video is Dolby Vision without a compatible base layer, \
    and the metadata that its colours need is missing: the images' colours are wrong.";

/// How a stream's base layer is to be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Base {
    /// The stream does not state it: each picture's metadata decides.
    #[default]
    Unstated,
    /// As it is.
    Usable,
    /// Reshaped by its metadata.
    Reshaped,
}

impl Base {
    /// Returns what the stream's configuration record states, if there is one.
    pub(crate) fn of(parameters: &codec::Parameters) -> Self {
        // SAFETY: the parameters are valid for as long as they are borrowed; FFmpeg lays data of this kind
        // out as this structure, and its size is checked.
        let record = unsafe {
            let parameters = parameters.as_ptr();
            let kind = AVPacketSideDataType::AV_PKT_DATA_DOVI_CONF;
            let (data, count) = ((*parameters).coded_side_data, (*parameters).nb_coded_side_data);
            ffi::av_packet_side_data_get(data, count, kind)
                .as_ref()
                .filter(|data| data.size >= size_of::<Configuration>())
                .map(|data| data.data.cast::<Configuration>().read_unaligned())
        };
        record.map_or(Self::Unstated, |record| record.base())
    }

    /// Whether a picture with this metadata must be reshaped.
    fn is_reshaped(self, rpu: &Rpu) -> bool {
        match self {
            Self::Unstated => rpu.stands_alone,
            Self::Usable => false,
            Self::Reshaped => true,
        }
    }
}

impl Configuration {
    fn base(self) -> Base {
        // the old records of other profiles have no compatibility and a 0 in its place
        match (self.profile, self.bl_compatibility) {
            (0, _) => Base::Unstated,
            (5, _) | (10 | 20, 0) => Base::Reshaped,
            _ => Base::Usable,
        }
    }
}

/// The part of a picture's metadata that its colours depend on.
pub(crate) struct Rpu {
    pub(crate) reshaping: Reshaping,
    /// From reshaped components to the signals of the cones' light, in PQ.
    pub(crate) to_signals: Rows,
    /// From that light to the light of cones without crosstalk.
    pub(crate) to_cones: Rows,
    /// The brightest of the display that it was mastered on, in candelas a square metre.
    pub(crate) peak: u32,
    /// Whether it is like that of streams without a usable base layer.
    stands_alone: bool,
}

/// A function for each component, and offsets.
#[derive(Clone)]
pub(crate) struct Reshaping {
    components: [Component; 3],
    /// Subtracted from the functions' results.
    offset: [f32; 3],
}

/// A function of all three components, in pieces that the component itself chooses from.
#[derive(Clone)]
struct Component {
    pieces: Vec<Piece>,
    /// The range of the result.
    range: (f32, f32),
}

#[derive(Clone)]
struct Piece {
    /// Where the next one begins.
    end: f32,
    function: Function,
}

#[derive(Clone)]
enum Function {
    /// Of the component: factors of its powers from 0.
    Polynomial([f32; 3]),
    /// Multivariate multiple regression, of all three components: a constant, and factors of products of
    /// first, second and third powers.
    Regression(f32, Vec<[f32; 7]>),
}

impl Rpu {
    /// Returns the picture's metadata, if there is any and it is valid.
    pub(crate) fn of(picture: &frame::Video) -> Option<Self> {
        // SAFETY: the frame is valid for as long as it is borrowed, and so is its side data.
        let bytes = unsafe {
            let kind = AVFrameSideDataType::AV_FRAME_DATA_DOVI_METADATA;
            let data = ffi::av_frame_get_side_data(picture.as_ptr(), kind).as_ref()?;
            std::slice::from_raw_parts(data.data, data.size)
        };
        // SAFETY: FFmpeg lays data of this kind out as these structures, in which any bytes are valid.
        let (header, mapping, color) = unsafe {
            let offsets: Offsets = at(bytes, 0)?;
            let header: Header = at(bytes, offsets.header)?;
            let mapping: Mapping = at(bytes, offsets.mapping)?;
            (header, mapping, at::<Color>(bytes, offsets.color)?)
        };
        let rows = |rationals: [AVRational; 9]| {
            [0, 3, 6].map(|first| [0, 1, 2].map(|index| number(rationals[first + index])))
        };
        let offset = color.ycc_to_rgb_offset.map(|offset| number(offset) as f32);
        let peak = pq_light(f64::from(color.source_max_pq) / 4095.0);
        Some(Self {
            reshaping: Reshaping { components: components(&header, &mapping)?, offset },
            to_signals: rows(color.ycc_to_rgb_matrix),
            to_cones: rows(color.rgb_to_lms_matrix),
            peak: if peak < 1.0 { PEAK } else { peak.min(10_000.0).round() as u32 },
            stands_alone: header.vdr_rpu_profile == 0 && header.bl_video_full_range != 0,
        })
    }

    /// Returns the metadata of a picture that must be reshaped by it.
    pub(crate) fn needed(picture: &frame::Video, base: Base) -> Option<Self> {
        Self::of(picture).filter(|rpu| base.is_reshaped(rpu))
    }
}

impl Reshaping {
    /// Returns the reshaped components less their offsets. All are parts of the largest code.
    pub(crate) fn apply(&self, numbers: [f32; 3]) -> [f32; 3] {
        [0, 1, 2].map(|index: usize| {
            self.components[index].apply(numbers[index], numbers) - self.offset[index]
        })
    }
}

impl Component {
    /// Returns `None` if the curve's counts are out of range.
    fn of(curve: &Curve, units: Units) -> Option<Self> {
        let pivots = curve.pivots.get(..usize::from(curve.num_pivots))?;
        let (first, last) = (*pivots.first()?, *pivots.last()?);
        let piece = |(index, end): (usize, &u16)| {
            let function = Function::of(curve, index, units)?;
            Some(Piece { end: units.code(*end), function })
        };
        let pieces = pivots[1..].iter().enumerate().map(piece).collect::<Option<Vec<_>>>()?;
        Some(Self { pieces, range: (units.code(first), units.code(last)) })
    }

    fn unchanged() -> Self {
        Self { pieces: Vec::new(), range: (0.0, 1.0) }
    }

    fn is_constant(&self) -> bool {
        self.pieces
            .iter()
            .all(|piece| matches!(piece.function, Function::Polynomial([_, 0.0, 0.0])))
    }

    fn apply(&self, own: f32, all: [f32; 3]) -> f32 {
        let piece = self.pieces.iter().find(|piece| own < piece.end).or(self.pieces.last());
        let result = piece.map_or(own, |piece| piece.function.apply(own, all));
        result.max(self.range.0).min(self.range.1)
    }
}

impl Function {
    /// Returns the function of one of the curve's pieces.
    fn of(curve: &Curve, piece: usize, units: Units) -> Option<Self> {
        let factor = |number| units.factor(number);
        if curve.mapping_idc[piece] == 0 {
            let [constant, first, second] = curve.poly_coef[piece].map(factor);
            let second = if curve.poly_order[piece] > 1 { second } else { 0.0 };
            return Some(Self::Polynomial([constant, first, second]));
        }
        let orders = curve.mmr_coef[piece].get(..curve.mmr_order[piece].into())?;
        let orders = orders.iter().map(|factors| factors.map(factor)).collect();
        Some(Self::Regression(factor(curve.mmr_constant[piece]), orders))
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
    fn of(header: &Header) -> Option<Self> {
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

fn components(header: &Header, mapping: &Mapping) -> Option<[Component; 3]> {
    let units = Units::of(header)?;
    let [luma, blue, red] = &mapping.curves;
    let components =
        [Component::of(luma, units)?, Component::of(blue, units)?, Component::of(red, units)?];
    // functions that make one colour of every picture stand for no reshaping: some tools write them
    let reshape = components.iter().any(|component| !component.is_constant());
    Some(if reshape { components } else { [(); 3].map(|()| Component::unchanged()) })
}

fn number(rational: AVRational) -> f64 {
    f64::from(rational.num) / f64::from(rational.den.max(1))
}
