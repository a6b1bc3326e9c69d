//! The evaluation of conditions and updates on an item.

use super::{
    syntax::{Change, Comparison, Condition, Operand},
    value::{Attributes, Value},
};
use std::cmp::Ordering;

/// An update that the item does not allow, for example of a part of an attribute that it does not have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidUpdate(pub(crate) String);

/// Whether an item meets a condition.
pub(crate) fn meets(item: &Attributes, condition: &Condition) -> bool {
    match condition {
        Condition::And(one, other) => meets(item, one) && meets(item, other),
        Condition::Or(one, other) => meets(item, one) || meets(item, other),
        Condition::Not(condition) => !meets(item, condition),
        Condition::Exists(path) => at(item, path).is_some(),
        Condition::NotExists(path) => at(item, path).is_none(),
        Condition::Compare(left, comparison, right) => {
            compare(compared(item, left), *comparison, compared(item, right))
        }
        Condition::In(operand, choices) => compared(item, operand).is_some_and(|value| {
            let mut choices = choices.iter().filter_map(|choice| compared(item, choice));
            choices.any(|choice| value.equals(&choice))
        }),
        Condition::BeginsWith(text, prefix) => {
            match (compared(item, text), compared(item, prefix)) {
                (Some(Value::S(text)), Some(Value::S(prefix))) => text.starts_with(&prefix),
                _ => false,
            }
        }
    }
}

/// Compares two operands. An absent one differs from every value and has no order.
fn compare(left: Option<Value>, comparison: Comparison, right: Option<Value>) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        return comparison == Comparison::NotEqual;
    };
    let order = left.order(&right);
    match comparison {
        Comparison::Equal => left.equals(&right),
        Comparison::NotEqual => !left.equals(&right),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// Returns the value of an operand of a condition.
fn compared(item: &Attributes, operand: &Operand) -> Option<Value> {
    match operand {
        Operand::Path(path) => at(item, path).cloned(),
        Operand::Value(value) => Some(value.clone()),
        Operand::Size(path) => at(item, path).map(Value::size),
        other => panic!("{other:?} in a condition"),
    }
}

fn at<'a>(item: &'a Attributes, path: &[String]) -> Option<&'a Value> {
    let (last, outer) = path.split_last()?;
    let mut attributes = item;
    for name in outer {
        let Value::M(inner) = attributes.get(name)? else { return None };
        attributes = inner;
    }
    attributes.get(last)
}

/// Returns the item after an update. Every operand is read from the item as it was before.
///
/// # Errors
/// If an operand is absent, or a part of an absent attribute is changed.
pub(crate) fn updated(item: &Attributes, changes: &[Change]) -> Result<Attributes, InvalidUpdate> {
    let mut after = item.clone();
    for change in changes {
        match change {
            Change::Set(path, operand) => set(&mut after, path, assigned(item, operand)?)?,
            Change::Remove(path) => remove(&mut after, path)?,
            Change::Add(path, value) => {
                let sum = added(at(item, path), value);
                set(&mut after, path, sum)?;
            }
            Change::Delete(path, value) => match subtracted(at(item, path), value) {
                Some(rest) => set(&mut after, path, rest)?,
                None => remove(&mut after, path)?,
            },
        }
    }
    Ok(after)
}

fn assigned(item: &Attributes, operand: &Operand) -> Result<Value, InvalidUpdate> {
    match operand {
        Operand::Value(value) => Ok(value.clone()),
        Operand::Path(path) => at(item, path)
            .cloned()
            .ok_or_else(|| InvalidUpdate(format!("the item has no attribute {path:?}"))),
        Operand::IfNotExists(path, otherwise) => match at(item, path) {
            Some(value) => Ok(value.clone()),
            None => assigned(item, otherwise),
        },
        Operand::ListAppend(first, second) => {
            match (assigned(item, first)?, assigned(item, second)?) {
                (Value::L(first), Value::L(second)) => {
                    Ok(Value::L(first.into_iter().chain(second).collect()))
                }
                other => Err(InvalidUpdate(format!("list_append of {other:?}"))),
            }
        }
        Operand::Plus(one, other) => {
            let sum = assigned(item, one)?.as_integer() + assigned(item, other)?.as_integer();
            Ok(Value::N(sum.to_string()))
        }
        Operand::Minus(one, other) => {
            let rest = assigned(item, one)?.as_integer() - assigned(item, other)?.as_integer();
            Ok(Value::N(rest.to_string()))
        }
        Operand::Size(_) => panic!("{operand:?} in an update"),
    }
}

fn set(item: &mut Attributes, path: &[String], value: Value) -> Result<(), InvalidUpdate> {
    let (attributes, last) = parent(item, path)?;
    attributes.insert(last, value);
    Ok(())
}

fn remove(item: &mut Attributes, path: &[String]) -> Result<(), InvalidUpdate> {
    let (attributes, last) = parent(item, path)?;
    attributes.remove(&last);
    Ok(())
}

/// Returns the map that contains the last name of a path.
fn parent<'a>(
    item: &'a mut Attributes,
    path: &[String],
) -> Result<(&'a mut Attributes, String), InvalidUpdate> {
    let (last, outer) = path.split_last().expect("a path has a name");
    let mut attributes = item;
    for name in outer {
        match attributes.get_mut(name) {
            Some(Value::M(inner)) => attributes = inner,
            _ => return Err(InvalidUpdate(format!("the item has no map for {path:?}"))),
        }
    }
    Ok((attributes, last.clone()))
}

fn added(before: Option<&Value>, value: &Value) -> Value {
    match (before, value) {
        (None, Value::N(_) | Value::Ss(_)) => value.clone(),
        (Some(before @ Value::N(_)), Value::N(_)) => {
            Value::N((before.as_integer() + value.as_integer()).to_string())
        }
        (Some(Value::Ss(before)), Value::Ss(new)) => Value::Ss(before | new),
        other => panic!("ADD of {other:?}"),
    }
}

/// Returns what is left of a set. An empty set is removed.
fn subtracted(before: Option<&Value>, value: &Value) -> Option<Value> {
    match (before, value) {
        (None, Value::Ss(_)) => None,
        (Some(Value::Ss(before)), Value::Ss(old)) => {
            let rest = before - old;
            (!rest.is_empty()).then_some(Value::Ss(rest))
        }
        other => panic!("DELETE of {other:?}"),
    }
}
