//! What a picture's numbers mean as colours, by the code points of ITU-T H.273 (ISO/IEC 23091-2).

use super::mastering;
use ffmpeg_next::{ffi, frame};

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
    /// BT.709's, or so near that it is taken for them.
    Bt709,
    Bt2020,
    DciP3,
    DisplayP3,
}

/// The peak of PQ video that does not tell its own: that of most mastering displays.
const PEAK: u32 = 1000;

impl Colour {
    pub(crate) fn of(picture: &frame::Video) -> Self {
        // SAFETY: the frame is valid for as long as it is borrowed. The fields are read as the numbers
        // they are in C: a decoder may put one there that the enum does not have.
        let [matrix, range, transfer, primaries] = unsafe {
            let frame = picture.as_ptr();
            [
                (&raw const (*frame).colorspace).cast::<i32>().read(),
                (&raw const (*frame).color_range).cast::<i32>().read(),
                (&raw const (*frame).color_trc).cast::<i32>().read(),
                (&raw const (*frame).color_primaries).cast::<i32>().read(),
            ]
        };
        let matrix = match matrix {
            0 => Matrix::Identity,
            1 => Matrix::Bt709,
            4 => Matrix::Fcc,
            5 | 6 => Matrix::Bt601,
            7 => Matrix::Smpte240,
            9 | 10 => Matrix::Bt2020,
            _ if picture.height() >= 720 => Matrix::Bt709,
            _ => Matrix::Bt601,
        };
        let transfer = match transfer {
            8 => Transfer::Linear,
            16 => Transfer::Pq(mastering::peak(picture).unwrap_or(PEAK)),
            18 => Transfer::Hlg,
            _ => Transfer::Standard,
        };
        let primaries = match primaries {
            9 => Primaries::Bt2020,
            11 => Primaries::DciP3,
            12 => Primaries::DisplayP3,
            _ => Primaries::Bt709,
        };
        let full_range = range == ffi::AVColorRange::AVCOL_RANGE_JPEG as i32;
        Self { matrix, full_range, transfer, primaries }
    }

    /// Whether its red, green and blue are sRGB's already.
    pub(crate) fn is_srgb(self) -> bool {
        self.transfer == Transfer::Standard && self.primaries == Primaries::Bt709
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
            Matrix::Bt709 => Space::AVCOL_SPC_BT709,
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
