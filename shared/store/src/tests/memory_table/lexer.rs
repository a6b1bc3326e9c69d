//! The tokens of expressions.

/// A token. Keywords are names to the lexer; they differ by their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A keyword, a function or an attribute's name.
    Name(String),
    /// A placeholder of a name, with its `#`.
    NamePlaceholder(String),
    /// A placeholder of a value, with its `:`.
    ValuePlaceholder(String),
    /// An operator or a delimiter.
    Symbol(&'static str),
}

/// The symbols. A longer one precedes its prefix.
const SYMBOLS: [&str; 12] = ["<>", "<=", ">=", "=", "<", ">", "+", "-", "(", ")", ",", "."];

/// Splits an expression into tokens.
pub(crate) fn tokens(expression: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while !rest.is_empty() {
        let (token, length) = first(rest, expression);
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// Returns the first token and its length in bytes.
fn first(rest: &str, expression: &str) -> (Token, usize) {
    if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
        return (Token::Symbol(symbol), symbol.len());
    }
    let prefix = usize::from(rest.starts_with(['#', ':']));
    let is_in_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let name = rest[prefix..].find(|character: char| !is_in_name(character));
    let length = name.map_or(rest.len(), |length| prefix + length);
    assert!(length > prefix, "{rest:?} is not understood in {expression:?}");
    let text = rest[..length].to_owned();
    let token = match text.as_bytes()[0] {
        b'#' => Token::NamePlaceholder(text),
        b':' => Token::ValuePlaceholder(text),
        _ => Token::Name(text),
    };
    (token, length)
}
