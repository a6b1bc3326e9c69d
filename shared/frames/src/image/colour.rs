//! What a picture's numbers mean as colours, by the code points of ITU-T H.273 (ISO/IEC 23091-2).

use super::mastering;
use ffmpeg_next::{ffi, format::Pixel, frame};

/// A picture's colour, as it says or, where it does not, as players assume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour {
    pub(crate) matrix: Matrix,
    /// Whether black is 0 and white is 255, rather than 16 and 235.
    pub(crate) full_range: bool,
    pub(crate) transfer: Transfer,
    pub(crate) primaries: Primaries,
}

/// How luma and colour differences are made of red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matrix {
    Bt601,
    Bt709,
    Bt2020,
    Fcc,
    Smpte240,
    /// Not at all: the planes are green, blue and red.
    Identity,
    /// By formulas that FFmpeg's scaler lacks.
    Own(Formula),
}

/// Luma and colour differences that [`super::components`] converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formula {
    /// Green, blue and red in the place of luma and colour differences.
    Gbr,
    /// YCgCo.
    YCgCo,
    /// YCgCo-R, whose components have this many bits more than red, green and blue: two in YCgCo-Re, one
    /// in YCgCo-Ro.
    YCgCoR(u32),
    /// Luma with weights that follow from the primaries.
    Derived,
    /// BT.2020's constant luminance.
    Bt2020Constant,
    /// Constant luminance with weights that follow from the primaries.
    DerivedConstant,
    /// BT.2100's ICtCp.
    ICtCp,
    /// IPT-C2 of SMPTE ST 2128.
    IptC2,
}

/// How numbers follow light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// Any of the curves of standard dynamic range, which displays show as sRGB.
    Standard,
    Linear,
    /// SMPTE ST 2084, for up to so many candelas a square metre.
    Pq(u32),
    /// Hybrid Log-Gamma, ITU-R BT.2100.
    Hlg,
}

/// What red, green and blue are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Primaries {
    Bt709,
    /// NTSC's of 1953.
    Bt470m,
    /// PAL's.
    Bt470bg,
    /// NTSC's since 1987, which SMPTE ST 240 shares.
    Smpte170m,
    /// Generic film with illuminant C.
    Film,
    Bt2020,
    /// Not red, green and blue: CIE XYZ.
    Xyz,
    DciP3,
    DisplayP3,
    Ebu3213,
}

impl Primaries {
    /// Whether they are BT.709's, or so near that they are taken for them. XYZ is not converted.
    pub(crate) fn are_like_bt709(self) -> bool {
        match self {
            Self::Bt709 | Self::Bt470bg | Self::Smpte170m | Self::Ebu3213 | Self::Xyz => true,
            Self::Bt470m | Self::Film | Self::Bt2020 | Self::DciP3 | Self::DisplayP3 => false,
        }
    }
}

/// The peak of PQ video that does not tell its own: that of most mastering displays.
pub(crate) const PEAK: u32 = 1000;

/// A picture's code points as C's integers: a decoder may set one that the bindings' enums lack.
struct Codes {
    matrix: i32,
    range: i32,
    transfer: i32,
    primaries: i32,
    layout: Layout,
}

/// The kind of components that a pixel format stores.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Luma and colour differences, all at the same size.
    Whole,
    /// Luma and colour differences, the differences at a smaller size.
    Subsampled,
    /// Any other components: a matrix has no effect on them.
    Other,
}

impl Codes {
    fn of(picture: &frame::Video) -> Self {
        // SAFETY: the frame is valid for as long as it is borrowed.
        unsafe {
            let frame = picture.as_ptr();
            Self {
                matrix: (&raw const (*frame).colorspace).cast::<i32>().read(),
                range: (&raw const (*frame).color_range).cast::<i32>().read(),
                transfer: (&raw const (*frame).color_trc).cast::<i32>().read(),
                primaries: (&raw const (*frame).color_primaries).cast::<i32>().read(),
                layout: Layout::of(picture),
            }
        }
    }

    /// The formula for components that FFmpeg's scaler cannot convert.
    fn formula(&self) -> Option<Formula> {
        let unmixed = self.layout == Layout::Whole;
        match self.matrix {
            _ if self.layout == Layout::Other => None,
            0 if unmixed => Some(Formula::Gbr),
            8 => Some(Formula::YCgCo),
            10 => Some(Formula::Bt2020Constant),
            // the weights of BT.709's and BT.2020's primaries are those of their matrices
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

impl Layout {
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
            Self::Whole
        } else {
            Self::Subsampled
        }
    }
}

/// Returns a sentence for the user if the picture's colours are not converted correctly. The picture must
/// not have been drawn yet: the scaler overwrites its code points.
pub(crate) fn unconverted(picture: &frame::Video) -> Option<&'static str> {
    let codes = Codes::of(picture);
    // BT.709's curve and its equals, unspecified, linear, PQ and HLG
    let known = matches!(codes.transfer, 1 | 2 | 6 | 8 | 11 | 12 | 14 | 15 | 16 | 18);
    match codes.formula() {
        Some(Formula::Bt2020Constant | Formula::DerivedConstant) if !known => {
            return Some(CONSTANT_LUMINANCE);
        }
        Some(Formula::ICtCp) if !known => return Some(ICTCP),
        Some(Formula::IptC2) if !matches!(codes.transfer, 2 | 16) => return Some(IPT_C2),
        _ => {}
    }
    match (codes.matrix, codes.primaries, codes.layout) {
        (11, _, Layout::Whole | Layout::Subsampled) => Some(SMPTE_2085),
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
    /// The tags under which the scaler only resamples components.
    pub(crate) const UNCONVERTED: Self = Self {
        matrix: Matrix::Bt709,
        full_range: false,
        transfer: Transfer::Standard,
        primaries: Primaries::Bt709,
    };

    pub(crate) fn of(picture: &frame::Video) -> Self {
        let codes = Codes::of(picture);
        let formula = codes.formula();
        let matrix = match (codes.matrix, formula) {
            (_, Some(formula)) => Matrix::Own(formula),
            // planes of different sizes cannot be green, blue and red
            (0, _) if codes.layout == Layout::Other => Matrix::Identity,
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
        let pq = Transfer::Pq(mastering::peak(picture).unwrap_or(PEAK));
        let transfer = match (codes.transfer, formula) {
            (16, _) | (2, Some(Formula::ICtCp)) | (_, Some(Formula::IptC2)) => pq,
            (8, _) => Transfer::Linear,
            (18, _) => Transfer::Hlg,
            _ => Transfer::Standard,
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

    /// Whether its red, green and blue are sRGB's already.
    pub(crate) fn is_srgb(self) -> bool {
        self.transfer == Transfer::Standard && self.primaries.are_like_bt709()
    }

    /// Writes its matrix and range to a picture, so that FFmpeg's scaler understands the same. What else it
    /// is cannot be told from the picture any more.
    pub(crate) fn tag(self, picture: &mut frame::Video) {
        use ffi::{
            AVColorPrimaries as Pri, AVColorRange as Range, AVColorSpace as Space,
            AVColorTransferCharacteristic as Trc,
        };
        let range = if self.full_range { Range::AVCOL_RANGE_JPEG } else { Range::AVCOL_RANGE_MPEG };
        let space = match self.matrix {
            Matrix::Bt601 => Space::AVCOL_SPC_SMPTE170M,
            // a formula is applied after scaling
            Matrix::Bt709 | Matrix::Own(_) => Space::AVCOL_SPC_BT709,
            Matrix::Bt2020 => Space::AVCOL_SPC_BT2020_NCL,
            Matrix::Fcc => Space::AVCOL_SPC_FCC,
            Matrix::Smpte240 => Space::AVCOL_SPC_SMPTE240M,
            Matrix::Identity => Space::AVCOL_SPC_RGB,
        };
        mastering::forget(picture);
        // SAFETY: the frame is valid and not shared.
        unsafe {
            let frame = picture.as_mut_ptr();
            (*frame).color_range = range;
            (*frame).colorspace = space;
            // what these are is none of the scaler's business
            (*frame).color_trc = Trc::AVCOL_TRC_BT709;
            (*frame).color_primaries = Pri::AVCOL_PRI_BT709;
        }
    }
}
