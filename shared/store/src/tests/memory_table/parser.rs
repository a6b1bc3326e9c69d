//! The parser of condition, filter, key condition and update expressions.

use super::{
    lexer::{Token, tokens},
    placeholders::{Placeholders, check_plain_name},
    syntax::{Change, Comparison, Condition, Operand, Path},
};

/// Parses a condition.
pub(crate) fn condition(text: &str, placeholders: &mut Placeholders) -> Condition {
    let mut parser = Parser::new(text, placeholders);
    let condition = parser.any();
    assert!(parser.peek().is_none(), "{}", parser.problem());
    condition
}

/// Parses an update.
pub(crate) fn update(text: &str, placeholders: &mut Placeholders) -> Vec<Change> {
    let mut parser = Parser::new(text, placeholders);
    let mut changes = Vec::new();
    let mut clauses = ["SET", "REMOVE", "ADD", "DELETE"].to_vec();
    while parser.peek().is_some() {
        let Some(index) = clauses.iter().position(|clause| parser.takes_keyword(clause)) else {
            // a clause may occur once
            panic!("{}", parser.problem());
        };
        let clause = clauses.remove(index);
        changes.push(parser.change(clause));
        while parser.takes(",") {
            changes.push(parser.change(clause));
        }
    }
    assert!(!changes.is_empty(), "an empty update");
    check_paths(&changes, text);
    changes
}

/// Checks that no change is to an attribute of another change, or to a part of it.
fn check_paths(changes: &[Change], text: &str) {
    for (index, change) in changes.iter().enumerate() {
        for other in &changes[index + 1..] {
            let (one, other) = (change.path(), other.path());
            let is_disjoint = !one.starts_with(other) && !other.starts_with(one);
            assert!(is_disjoint, "two changes to {one:?} in {text:?}");
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// The index of the next token.
    next: usize,
    placeholders: &'a mut Placeholders,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, placeholders: &'a mut Placeholders) -> Self {
        Self { text, tokens: tokens(text), next: 0, placeholders }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn problem(&self) -> String {
        let rest = &self.tokens[self.next.min(self.tokens.len())..];
        format!("{rest:?} is not understood in {:?}", self.text)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().cloned().unwrap_or_else(|| panic!("{}", self.problem()));
        self.next += 1;
        token
    }

    /// Takes the next token if it is this symbol.
    fn takes(&mut self, symbol: &'static str) -> bool {
        let is_next = self.peek() == Some(&Token::Symbol(symbol));
        self.next += usize::from(is_next);
        is_next
    }

    /// Takes the next token if it is this keyword.
    fn takes_keyword(&mut self, keyword: &str) -> bool {
        let is_next =
            matches!(self.peek(), Some(Token::Name(name)) if name.eq_ignore_ascii_case(keyword));
        self.next += usize::from(is_next);
        is_next
    }

    /// Takes a function's name and its opening parenthesis, if they are next.
    fn takes_function(&mut self, function: &str) -> bool {
        let is_name = matches!(self.peek(), Some(Token::Name(name)) if name == function);
        let is_call = is_name && self.tokens.get(self.next + 1) == Some(&Token::Symbol("("));
        self.next += if is_call { 2 } else { 0 };
        is_call
    }

    fn expect(&mut self, symbol: &'static str) {
        assert!(self.takes(symbol), "{symbol:?} is missing: {}", self.problem());
    }

    fn any(&mut self) -> Condition {
        let mut condition = self.all();
        while self.takes_keyword("OR") {
            condition = Condition::Or(Box::new(condition), Box::new(self.all()));
        }
        condition
    }

    fn all(&mut self) -> Condition {
        let mut condition = self.negated();
        while self.takes_keyword("AND") {
            condition = Condition::And(Box::new(condition), Box::new(self.negated()));
        }
        condition
    }

    fn negated(&mut self) -> Condition {
        if self.takes_keyword("NOT") {
            return Condition::Not(Box::new(self.negated()));
        }
        if self.takes("(") {
            let condition = self.any();
            self.expect(")");
            return condition;
        }
        self.test()
    }

    /// Parses a function, a comparison or `IN`.
    fn test(&mut self) -> Condition {
        if self.takes_function("attribute_exists") {
            return Condition::Exists(self.last_path());
        }
        if self.takes_function("attribute_not_exists") {
            return Condition::NotExists(self.last_path());
        }
        if self.takes_function("begins_with") {
            let (text, prefix) = self.two_operands();
            return Condition::BeginsWith(text, prefix);
        }
        let left = self.operand();
        if self.takes_keyword("IN") {
            self.expect("(");
            let mut choices = vec![self.operand()];
            while self.takes(",") {
                choices.push(self.operand());
            }
            self.expect(")");
            return Condition::In(left, choices);
        }
        let comparison = self.comparison();
        Condition::Compare(left, comparison, self.operand())
    }

    fn comparison(&mut self) -> Comparison {
        match self.take() {
            Token::Symbol("=") => Comparison::Equal,
            Token::Symbol("<>") => Comparison::NotEqual,
            Token::Symbol("<") => Comparison::Less,
            Token::Symbol("<=") => Comparison::LessOrEqual,
            Token::Symbol(">") => Comparison::Greater,
            Token::Symbol(">=") => Comparison::GreaterOrEqual,
            other => panic!("{other:?} is not an operator in {:?}", self.text),
        }
    }

    fn operand(&mut self) -> Operand {
        if self.takes_function("size") {
            return Operand::Size(self.last_path());
        }
        if self.takes_function("if_not_exists") {
            let path = self.path();
            self.expect(",");
            let otherwise = self.operand();
            self.expect(")");
            return Operand::IfNotExists(path, Box::new(otherwise));
        }
        if self.takes_function("list_append") {
            let (first, second) = self.two_operands();
            return Operand::ListAppend(Box::new(first), Box::new(second));
        }
        if let Some(Token::ValuePlaceholder(placeholder)) = self.peek().cloned() {
            self.next += 1;
            return Operand::Value(self.placeholders.value(&placeholder));
        }
        Operand::Path(self.path())
    }

    fn two_operands(&mut self) -> (Operand, Operand) {
        let first = self.operand();
        self.expect(",");
        let second = self.operand();
        self.expect(")");
        (first, second)
    }

    /// Parses a path and the parenthesis after it.
    fn last_path(&mut self) -> Path {
        let path = self.path();
        self.expect(")");
        path
    }

    fn path(&mut self) -> Path {
        let mut path = vec![self.name()];
        while self.takes(".") {
            path.push(self.name());
        }
        path
    }

    fn name(&mut self) -> String {
        match self.take() {
            Token::Name(name) => {
                check_plain_name(&name);
                name
            }
            Token::NamePlaceholder(placeholder) => self.placeholders.name(&placeholder),
            other => panic!("{other:?} is not a name in {:?}", self.text),
        }
    }

    fn change(&mut self, clause: &str) -> Change {
        let path = self.path();
        match clause {
            "SET" => {
                self.expect("=");
                Change::Set(path, self.assigned())
            }
            "REMOVE" => Change::Remove(path),
            "ADD" => Change::Add(path, self.value()),
            _ => Change::Delete(path, self.value()),
        }
    }

    fn assigned(&mut self) -> Operand {
        let left = self.operand();
        if self.takes("+") {
            return Operand::Plus(Box::new(left), Box::new(self.operand()));
        }
        if self.takes("-") {
            return Operand::Minus(Box::new(left), Box::new(self.operand()));
        }
        left
    }

    fn value(&mut self) -> super::value::Value {
        match self.take() {
            Token::ValuePlaceholder(placeholder) => self.placeholders.value(&placeholder),
            other => panic!("{other:?} is not a value in {:?}", self.text),
        }
    }
}
