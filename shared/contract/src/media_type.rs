//! Media types by RFC 9110, section 8.3.1.

/// The most characters of a media type.
const LONGEST: usize = 255;

/// Returns whether a text is a media type: type and subtype, and parameters, whose values are tokens or
/// quoted strings. Spaces and tabs may stand around each `;`.
///
/// Ranges such as `video/*` are refused, as are texts of more than 255 characters and characters outside
/// ASCII: RFC 9110 calls such bytes in quoted strings obsolete, and requests are never signed with them.
pub fn is_media_type(text: &str) -> bool {
    let Some((kind, rest)) = text.split_once('/') else { return false };
    let (subtype, parameters) = token(rest);
    text.len() <= LONGEST && is_name(kind) && is_name(subtype) && are_parameters(parameters)
}

/// Whether a token is a type or a subtype. `*` alone is a range.
fn is_name(text: &str) -> bool {
    let (name, rest) = token(text);
    !name.is_empty() && rest.is_empty() && name != "*"
}

fn are_parameters(mut rest: &str) -> bool {
    loop {
        if rest.is_empty() {
            return true;
        }
        let Some(parameter) = skip_space(rest).strip_prefix(';') else { return false };
        let (name, after) = token(skip_space(parameter));
        rest = match (name, after.strip_prefix('=')) {
            // RFC 9110 lets a parameter be empty
            ("", None) => after,
            ("", Some(_)) | (_, None) => return false,
            (_, Some(value)) => match after_value(value) {
                Some(after) => after,
                None => return false,
            },
        };
    }
}

/// Returns the text after a leading token or quoted string, or `None` if it starts with neither.
fn after_value(text: &str) -> Option<&str> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = token(text);
        return (!value.is_empty()).then_some(after);
    };
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some(&quoted[index + 1..]),
            '\\' => characters.next().filter(|(_, escaped)| is_text(*escaped)).map(drop)?,
            _ if is_text(character) => (),
            _ => return None,
        }
    }
    None
}

/// Whether a character may occur in a quoted string: a tab, a space, a visible ASCII character.
fn is_text(character: char) -> bool {
    matches!(character, '\t' | ' '..='~')
}

/// Splits a text after its longest leading token.
fn token(text: &str) -> (&str, &str) {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    text.split_at(text.find(|c| !is_of_token(c)).unwrap_or(text.len()))
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_media_type_is_taken() {
        for text in [
            "video/mp4",
            "VIDEO/MP4",
            "a/b",
            "application/vnd.rn-realmedia-vbr",
            "application/x!#$&-^_.+",
            "video/x*y",
            "video/webm;codecs=vp8",
            "video/webm; codecs=\"vp8, opus\"",
            "video/webm \t;\t codecs=vp8 ; a=b",
            "video/webm; a=\"\"",
            "video/webm; a=\"say \\\"hi\\\" \\\\ \t;=/\"; b=c",
            "video/mp4;",
            "video/mp4 ; ; a=b;",
        ] {
            assert!(is_media_type(text), "{text}");
        }
        assert!(is_media_type(&format!("a/{}", "b".repeat(253))));
    }

    #[test]
    fn what_is_no_media_type_is_refused() {
        for text in [
            "",
            " ",
            "video",
            "video/",
            "/mp4",
            "/",
            "a//b",
            "a/b/c",
            "video/*",
            "*/*",
            "*/mp4",
            "video /mp4",
            "video/ mp4",
            "video/mp4 ",
            "video/mp4; a=b\t",
            " video/mp4",
            "video/mp4, video/webm",
            "video/mp4 codecs",
            "video/mp4; codecs",
            "video/mp4; =vp8",
            "video/mp4; codecs=",
            "video/mp4; codecs =vp8",
            "video/mp4; codecs= vp8",
            "video/mp4; codecs=\"vp8",
            "video/mp4; codecs=\"vp8\\\"",
            "video/mp4; codecs=\"vp8\"x",
            "video/mp4; a=\"\u{7f}\"",
            "video/mp4; a=\"\\\n\"",
            "video/mp4; a=\"\u{e9}\"",
            "video/mp4\r\nx: y",
            "video/mp4\n",
            "vid\u{0}eo/mp4",
            "vidéo/mp4",
            "video/(mp4)",
            "video/mp4,",
            "<video/mp4>",
        ] {
            assert!(!is_media_type(text), "{text:?}");
        }
        assert!(!is_media_type(&format!("a/{}", "b".repeat(254))));
    }
}
