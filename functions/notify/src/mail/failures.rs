//! Reasons why a video failed, and what its owner can do about each, in the same words as on the page
//! (`web/src/i18n/error-messages.ts`).

use framezip_contract::{ErrorCode, Locale};

/// Returns the reason in a sentence.
pub(super) fn reason(code: ErrorCode, locale: Locale) -> &'static str {
    let (en, pt) = match code {
        ErrorCode::NotAVideo => ("This file is not a video.", "Este arquivo não é um vídeo."),
        ErrorCode::NoVideoStream => {
            ("This file has sound but no picture.", "Este arquivo tem som, mas não tem imagem.")
        }
        ErrorCode::UnsupportedCodec => (
            "The pictures are stored in a form that we cannot read.",
            "As imagens estão gravadas em um formato que não conseguimos ler.",
        ),
        ErrorCode::Encrypted => {
            ("This video is copy-protected.", "Este vídeo tem proteção contra cópia.")
        }
        ErrorCode::CorruptVideo => (
            "The file is too damaged to read a single frame.",
            "O arquivo está tão danificado que não dá para ler nenhum quadro.",
        ),
        ErrorCode::NoFramesInRange => (
            "The options choose no frame of this video.",
            "As opções não escolhem nenhum quadro deste vídeo.",
        ),
        ErrorCode::TooLong => {
            ("The video is too long for this server.", "O vídeo é longo demais para este servidor.")
        }
        ErrorCode::TooLarge => (
            "The file is larger than the server allows.",
            "O arquivo é maior do que o servidor permite.",
        ),
        ErrorCode::TooManyFrames => (
            "The options choose more frames than the server allows.",
            "As opções escolhem quadros demais.",
        ),
        ErrorCode::TooManyPixels => (
            "The pictures are larger than the server allows.",
            "As imagens são maiores do que o servidor permite.",
        ),
        ErrorCode::UploadMismatch => (
            "The file that arrived is not the one that you chose.",
            "O arquivo que chegou é diferente do que você escolheu.",
        ),
        ErrorCode::UploadExpired => {
            ("The file did not arrive in time.", "O arquivo não chegou a tempo.")
        }
        ErrorCode::Cancelled => ("The extraction was cancelled.", "A extração foi cancelada."),
        ErrorCode::Internal => {
            ("Something went wrong on the server.", "Algo deu errado no servidor.")
        }
    };
    in_language(locale, en, pt)
}

/// Returns what to do about it, in a sentence or two.
pub(super) fn advice(code: ErrorCode, locale: Locale) -> &'static str {
    let (en, pt) = match code {
        ErrorCode::NotAVideo => {
            ("Check that you chose the right file.", "Confira se você escolheu o arquivo certo.")
        }
        ErrorCode::NoVideoStream => {
            ("Choose the file with the picture.", "Escolha o arquivo que tem a imagem.")
        }
        ErrorCode::UnsupportedCodec => (
            "Convert the video, for example to MP4 with H.264, and send it again.",
            "Converta o vídeo, por exemplo para MP4 com H.264, e envie de novo.",
        ),
        ErrorCode::Encrypted => {
            ("Send a copy without protection.", "Envie uma cópia sem proteção.")
        }
        ErrorCode::CorruptVideo => (
            "Copy the file again from its source and send it once more.",
            "Copie o arquivo de novo da origem e envie outra vez.",
        ),
        ErrorCode::NoFramesInRange => (
            "Try again with other times, or without a start and an end.",
            "Tente de novo com outros tempos, ou sem início e fim.",
        ),
        ErrorCode::TooLong => (
            "Try again with a shorter range or without scenes, or send a shorter video.",
            "Tente de novo com um trecho menor ou sem cenas, ou envie um vídeo mais curto.",
        ),
        ErrorCode::TooLarge => ("Send a smaller file.", "Envie um arquivo menor."),
        ErrorCode::TooManyFrames => {
            ("Try again with fewer frames.", "Tente de novo com menos quadros.")
        }
        ErrorCode::TooManyPixels => {
            ("Send the video in a lower resolution.", "Envie o vídeo em uma resolução menor.")
        }
        ErrorCode::UploadMismatch | ErrorCode::UploadExpired => {
            ("Send the file again.", "Envie o arquivo de novo.")
        }
        ErrorCode::Cancelled => ("Try again whenever you like.", "Tente de novo quando quiser."),
        ErrorCode::Internal => (
            "Try again. If it fails again, contact the operator of this server.",
            "Tente de novo. Se falhar outra vez, avise quem cuida deste servidor.",
        ),
    };
    in_language(locale, en, pt)
}

fn in_language(locale: Locale, en: &'static str, pt: &'static str) -> &'static str {
    match locale {
        Locale::En => en,
        Locale::PtBr => pt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_same_words() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/src/i18n/error-messages.ts");
        let page = std::fs::read_to_string(page).unwrap();
        for code in ErrorCode::ALL {
            for locale in [Locale::En, Locale::PtBr] {
                for sentence in [reason(code, locale), advice(code, locale)] {
                    assert!(page.contains(&format!("\"{sentence}\"")), "{code}: {sentence}");
                }
            }
        }
    }
}
