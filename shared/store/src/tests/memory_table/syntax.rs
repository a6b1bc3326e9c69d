//! The syntax trees of expressions. Placeholders are replaced already.

use super::value::Value;

/// The names on the way to an attribute, the outermost first.
pub(crate) type Path = Vec<String>;

/// An operand of a condition or of an assignment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Path(Path),
    Value(Value),
    Size(Path),
    IfNotExists(Path, Box<Operand>),
    ListAppend(Box<Operand>, Box<Operand>),
    Plus(Box<Operand>, Box<Operand>),
    Minus(Box<Operand>, Box<Operand>),
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A condition on an item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Operand, Comparison, Operand),
    In(Operand, Vec<Operand>),
    Exists(Path),
    NotExists(Path),
    BeginsWith(Operand, Operand),
}

/// A change to one attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Set(Path, Operand),
    Remove(Path),
    Add(Path, Value),
    Delete(Path, Value),
}

impl Change {
    /// Returns the attribute that is changed.
    pub(crate) fn path(&self) -> &Path {
        let (Self::Set(path, _) | Self::Remove(path) | Self::Add(path, _) | Self::Delete(path, _)) =
            self;
        path
    }
}
