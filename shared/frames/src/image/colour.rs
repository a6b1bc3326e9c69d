//! The colour of a picture, by the code points of ITU-T H.273 (ISO/IEC 23091-2).

use super::hdr_metadata;
use ffmpeg_next::{ffi, format::Pixel, frame};

/// A picture's colour: as the picture states it, or else as players assume it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour {
    pub(crate) matrix: Matrix,
    /// Whether black is 0 and white is 255, instead of 16 and 235.
    pub(crate) full_range: bool,
    pub(crate) transfer: TransferFunction,
    pub(crate) primaries: Primaries,
}

/// The formula of luma and colour differences from red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matrix {
    Bt601,
    Bt709,
    Bt2020,
    Fcc,
    Smpte240,
    /// The components are green, blue and red.
    Identity,
    /// A formula that FFmpeg's scaler lacks.
    Formula(Formula),
}

/// A formula of luma and colour differences that `yuv_to_rgb` converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formula {
    /// Green, blue and red in place of luma and colour differences.
    Gbr,
    /// YCgCo.
    YCgCo,
    /// YCgCo-R. Its components have this many bits more than red, green and blue: two in YCgCo-Re, one
    /// in YCgCo-Ro.
    YCgCoR(u32),
    /// Luma with weights derived from the primaries.
    Derived,
    /// BT.2020's constant luminance.
    Bt2020Constant,
    /// Constant luminance with weights derived from the primaries.
    DerivedConstant,
    /// BT.2100's ICtCp.
    ICtCp,
    /// IPT-C2 of SMPTE ST 2128.
    IptC2,
}

/// The function between light and signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransferFunction {
    /// Any function of standard dynamic range. Displays show them all as sRGB.
    Standard,
    Linear,
    /// SMPTE ST 2084 (PQ), with the peak luminance in candelas per square metre.
    Pq(u32),
    /// Hybrid Log-Gamma, ITU-R BT.2100.
    Hlg,
}

/// The colours of pure red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Primaries {
    Bt709,
    /// NTSC of 1953.
    Bt470m,
    /// PAL.
    Bt470bg,
    /// NTSC since 1987, and SMPTE ST 240.
    Smpte170m,
    /// Generic film with illuminant C.
    Film,
    Bt2020,
    /// CIE XYZ instead of red, green and blue.
    Xyz,
    DciP3,
    DisplayP3,
    Ebu3213,
}

impl Primaries {
    /// Returns whether the primaries are treated as BT.709's, because they are equal or close. XYZ is
    /// too, because it is not converted.
    pub(crate) fn are_like_bt709(self) -> bool {
        match self {
            Self::Bt709 | Self::Bt470bg | Self::Smpte170m | Self::Ebu3213 | Self::Xyz => true,
            Self::Bt470m | Self::Film | Self::Bt2020 | Self::DciP3 | Self::DisplayP3 => false,
        }
    }
}

/// The peak luminance of PQ video that does not state it, in candelas per square metre: that of most
/// mastering displays.
pub(crate) const DEFAULT_PEAK: u32 = 1000;

/// A picture's code points as C integers: a decoder may set a value that the bindings' enums lack.
struct ColourCodes {
    matrix: i32,
    range: i32,
    transfer: i32,
    primaries: i32,
    components: ComponentKind,
}

/// The kind of components that a pixel format stores.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ComponentKind {
    /// Luma and colour differences at the same size.
    FullSizeChroma,
    /// Luma, and colour differences at a smaller size.
    SubsampledChroma,
    /// Any other components. A matrix has no effect on them.
    Other,
}

impl ColourCodes {
    fn of(picture: &frame::Video) -> Self {
        // SAFETY: the frame is valid for as long as it is borrowed.
        unsafe {
            let frame = picture.as_ptr();
            Self {
                matrix: (&raw const (*frame).colorspace).cast::<i32>().read(),
                range: (&raw const (*frame).color_range).cast::<i32>().read(),
                transfer: (&raw const (*frame).color_trc).cast::<i32>().read(),
                primaries: (&raw const (*frame).color_primaries).cast::<i32>().read(),
                components: ComponentKind::of(picture),
            }
        }
    }

    /// Returns the formula of components that FFmpeg's scaler cannot convert, or `None` for other
    /// components.
    fn formula(&self) -> Option<Formula> {
        let full_size = self.components == ComponentKind::FullSizeChroma;
        match self.matrix {
            _ if self.components == ComponentKind::Other => None,
            0 if full_size => Some(Formula::Gbr),
            8 => Some(Formula::YCgCo),
            10 => Some(Formula::Bt2020Constant),
            // the weights derived from BT.709's and BT.2020's primaries are those of their matrices
            12 if !matches!(self.primaries, 1 | 2 | 9) => Some(Formula::Derived),
            13 => Some(Formula::DerivedConstant),
            14 => Some(Formula::ICtCp),
            15 => Some(Formula::IptC2),
            16 => Some(Formula::YCgCoR(2)),
            17 => Some(Formula::YCgCoR(1)),
            _ => None,
        }
    }
}

impl ComponentKind {
    fn of(picture: &frame::Video) -> Self {
        // SAFETY: descriptors are static.
        let descriptor = unsafe { ffi::av_pix_fmt_desc_get(picture.format().into()).as_ref() };
        let Some(descriptor) = descriptor else { return Self::Other };
        let other = ffi::AV_PIX_FMT_FLAG_RGB
            | ffi::AV_PIX_FMT_FLAG_PAL
            | ffi::AV_PIX_FMT_FLAG_XYZ
            | ffi::AV_PIX_FMT_FLAG_BAYER;
        if descriptor.nb_components < 3 || descriptor.flags & other as u64 != 0 {
            Self::Other
        } else if descriptor.log2_chroma_w == 0 && descriptor.log2_chroma_h == 0 {
            Self::FullSizeChroma
        } else {
            Self::SubsampledChroma
        }
    }
}

/// Returns a warning for the user if the picture's colours are not converted correctly. The picture
/// must not have been drawn yet, because the scaler overwrites its code points.
pub(crate) fn unconverted(picture: &frame::Video) -> Option<&'static str> {
    let codes = ColourCodes::of(picture);
    // BT.709's function and its equals, unspecified, linear, PQ and HLG
    let known = matches!(codes.transfer, 1 | 2 | 6 | 8 | 11 | 12 | 14 | 15 | 16 | 18);
    match codes.formula() {
        Some(Formula::Bt2020Constant | Formula::DerivedConstant) if !known => {
            return Some(CONSTANT_LUMINANCE);
        }
        Some(Formula::ICtCp) if !known => return Some(ICTCP),
        Some(Formula::IptC2) if !matches!(codes.transfer, 2 | 16) => return Some(IPT_C2),
        _ => {}
    }
    match (codes.matrix, codes.primaries, codes.components) {
        (11, _, ComponentKind::FullSizeChroma | ComponentKind::SubsampledChroma) => {
            Some(SMPTE_2085)
        }
        (_, 10, _) if picture.format() != Pixel::XYZ12LE && picture.format() != Pixel::XYZ12BE => {
            Some(XYZ)
        }
        _ => None,
    }
}

const SMPTE_2085: &str = "This video's colours are stored in a way that cannot be converted \
    (SMPTE ST 2085): the images' colours are wrong.";
const XYZ: &str = "This video's colours are stored in a way that cannot be converted \
    (CIE XYZ): the images' colours are wrong.";
const CONSTANT_LUMINANCE: &str = "This video's colours are stored in a way that cannot be converted \
    exactly (constant luminance with an unusual transfer function): the images' colours may be wrong.";
const ICTCP: &str = "This video's colours are stored in a way that cannot be converted exactly \
    (ICtCp with an unusual transfer function): the images' colours may be wrong.";
const IPT_C2: &str = "This video's colours are stored in a way that cannot be converted exactly \
    (IPT-C2 without the transfer function PQ): the images' colours may be wrong.";

impl Colour {
    /// The tags with which FFmpeg's scaler resamples components without converting them.
    pub(crate) const UNCONVERTED: Self = Self {
        matrix: Matrix::Bt709,
        full_range: false,
        transfer: TransferFunction::Standard,
        primaries: Primaries::Bt709,
    };

    pub(crate) fn of(picture: &frame::Video) -> Self {
        let codes = ColourCodes::of(picture);
        let formula = codes.formula();
        let matrix = match (codes.matrix, formula) {
            (_, Some(formula)) => Matrix::Formula(formula),
            // components of different sizes cannot be green, blue and red
            (0, _) if codes.components == ComponentKind::Other => Matrix::Identity,
            (1, _) => Matrix::Bt709,
            (4, _) => Matrix::Fcc,
            (5 | 6, _) => Matrix::Bt601,
            (7, _) => Matrix::Smpte240,
            (9 | 10, _) => Matrix::Bt2020,
            (12, _) if codes.primaries == 9 => Matrix::Bt2020,
            (12, _) => Matrix::Bt709,
            _ if picture.height() >= 720 => Matrix::Bt709,
            _ => Matrix::Bt601,
        };
        let pq =
            TransferFunction::Pq(hdr_metadata::mastering_peak(picture).unwrap_or(DEFAULT_PEAK));
        let transfer = match (codes.transfer, formula) {
            (16, _) | (2, Some(Formula::ICtCp)) | (_, Some(Formula::IptC2)) => pq,
            (8, _) => TransferFunction::Linear,
            (18, _) => TransferFunction::Hlg,
            _ => TransferFunction::Standard,
        };
        let primaries = match (codes.primaries, formula) {
            (4, _) => Primaries::Bt470m,
            (5, _) => Primaries::Bt470bg,
            (6 | 7, _) => Primaries::Smpte170m,
            (8, _) => Primaries::Film,
            (9, _) => Primaries::Bt2020,
            (2, Some(Formula::Bt2020Constant | Formula::ICtCp | Formula::IptC2)) => {
                Primaries::Bt2020
            }
            (10, _) => Primaries::Xyz,
            (11, _) => Primaries::DciP3,
            (12, _) => Primaries::DisplayP3,
            (22, _) => Primaries::Ebu3213,
            _ => Primaries::Bt709,
        };
        let full_range = codes.range == ffi::AVColorRange::AVCOL_RANGE_JPEG as i32;
        Self { matrix, full_range, transfer, primaries }
    }

    /// Returns whether red, green and blue are those of sRGB already.
    pub(crate) fn is_srgb(self) -> bool {
        self.transfer == TransferFunction::Standard && self.primaries.are_like_bt709()
    }

    /// Tags a picture with the matrix and range, so that FFmpeg's scaler uses them. All other colour
    /// metadata of the picture is overwritten.
    pub(crate) fn tag(self, picture: &mut frame::Video) {
        use ffi::{
            AVColorPrimaries as Pri, AVColorRange as Range, AVColorSpace as Space,
            AVColorTransferCharacteristic as Trc,
        };
        let range = if self.full_range { Range::AVCOL_RANGE_JPEG } else { Range::AVCOL_RANGE_MPEG };
        let space = match self.matrix {
            Matrix::Bt601 => Space::AVCOL_SPC_SMPTE170M,
            // a formula is applied after scaling
            Matrix::Bt709 | Matrix::Formula(_) => Space::AVCOL_SPC_BT709,
            Matrix::Bt2020 => Space::AVCOL_SPC_BT2020_NCL,
            Matrix::Fcc => Space::AVCOL_SPC_FCC,
            Matrix::Smpte240 => Space::AVCOL_SPC_SMPTE240M,
            Matrix::Identity => Space::AVCOL_SPC_RGB,
        };
        hdr_metadata::remove_from(picture);
        // SAFETY: the frame is valid and not shared.
        unsafe {
            let frame = picture.as_mut_ptr();
            (*frame).color_range = range;
            (*frame).colorspace = space;
            // constant values, so that the scaler does not convert transfer functions or primaries
            (*frame).color_trc = Trc::AVCOL_TRC_BT709;
            (*frame).color_primaries = Pri::AVCOL_PRI_BT709;
        }
    }
}
