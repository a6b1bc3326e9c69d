//! Names of videos.

/// The most characters of a name.
const LONGEST: usize = 255;

/// Returns whether a text can name a video: 1 to 255 characters, none of them a control character, at least
/// one of them visible.
pub fn is_file_name(text: &str) -> bool {
    text.chars().count() <= LONGEST
        && !text.chars().any(char::is_control)
        && text.chars().any(|character| !is_invisible(character))
}

/// Whether a character is white space, ignorable by default in Unicode, or drawn as nothing.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The same rule as a pattern for the OpenAPI document. It leaves out the invisible characters above
/// `U+FFFF`, which patterns in some languages cannot name.
#[cfg(feature = "openapi")]
pub(crate) const PATTERN: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f",
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0",
    r"\ufff0-\ufff8][^\u0000-\u001f\u007f-\u009f]*$",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows() {
        let longest = "ä".repeat(255);
        for name in ["a", " a ", "Grüße 1.mp4", "\u{200b}a", "日本語", "🎬", &longest] {
            assert!(is_file_name(name), "{name:?}");
        }
        let too_long = "a".repeat(256);
        for name in [
            "",
            " ",
            "\u{a0}\u{2003}\u{3000}",
            "\u{200b}\u{200d}\u{feff}",
            "\u{2028}",
            "\u{202e}\u{2066}",
            "\u{2800}",
            "\u{3164}",
            "\u{ad}",
            "\u{fe0f}",
            "\u{e0001}",
            "a\n",
            "\t",
            "a\u{0}",
            "a\u{85}",
            &too_long,
        ] {
            assert!(!is_file_name(name), "{name:?}");
        }
    }
}
