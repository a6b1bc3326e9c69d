//! Safe display of texts from users and servers in a terminal, a list or a mail.

/// Returns whether a character could steer a terminal, change the order in which its neighbours appear, or
/// hide: controls, bidirectional controls, line and paragraph separators, invisible marks. The joiners that
/// scripts and emoji need are safe.
pub fn is_unsafe_to_show(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns the text with every such character escaped, as in `\u{202e}`.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe_to_show(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_characters_are_escaped() {
        assert_eq!(escaped("é\u{1b}[2J\n"), "é\\u{1b}[2J\\u{a}");
        assert_eq!(escaped("a\u{202e}4pm\u{2066}.exe"), "a\\u{202e}4pm\\u{2066}.exe");
        assert_eq!(escaped("\u{200b}\u{feff}\u{2028}"), "\\u{200b}\\u{feff}\\u{2028}");
    }

    #[test]
    fn plain_texts_stay_unchanged() {
        for text in ["clip.mp4", "Grüße 1.mp4", "日本語.mov", "👩\u{200d}🎬", "می\u{200c}خواهم"]
        {
            assert_eq!(escaped(text), text);
        }
    }
}
