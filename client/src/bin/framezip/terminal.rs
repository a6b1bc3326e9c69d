//! Text that is safe to print: no character of it can control a terminal.

use crate::format;
use framezip_contract::is_unsafe_to_show;
use serde::Serialize;
use std::io::{self, Write};

/// Prints lines to standard error. Errors are ignored: if standard error is closed, they cannot be reported.
pub fn print_error(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", escaped_lines(text));
}

/// Escapes each line of a text.
pub fn escaped_lines(text: &str) -> String {
    text.lines().map(format::escaped).collect::<Vec<_>>().join("\n")
}

/// Returns a document as JSON in one line, with every unsafe character as a JSON escape.
pub fn json_line(document: &impl Serialize) -> anyhow::Result<String> {
    let mut json = String::new();
    for character in serde_json::to_string(document)?.chars() {
        if is_unsafe_to_show(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                json.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            json.push(character);
        }
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::json_line;

    #[test]
    fn a_json_line_has_no_unsafe_characters_and_the_same_content() {
        let name = "a\u{1b}\u{9b}31m\u{202e}\u{7f}\u{e0041}é";
        let document = json_line(&name).unwrap();
        assert_eq!(document, r#""a\u001b\u009b31m\u202e\u007f\udb40\udc41é""#);
        assert_eq!(serde_json::from_str::<String>(&document).unwrap(), name);
    }
}
