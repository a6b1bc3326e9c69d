//! The invalid fields of a request.

use crate::problem::MAX_FIELDS;
use framezip_contract::FieldError;

/// The maximum number of characters of a field's name in an answer.
const MAX_NAME_CHARS: usize = 200;

/// The invalid fields of a request, each with its first error.
#[derive(Debug, Default)]
pub(crate) struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Adds an invalid field, unless it is already listed or the list is full.
    pub(crate) fn add(&mut self, field: &str, detail: &str) {
        let field: String = field.chars().take(MAX_NAME_CHARS).collect();
        let is_known = self.0.iter().any(|error| error.field == field);
        if !is_known && self.0.len() < MAX_FIELDS {
            self.0.push(FieldError::new(field, detail));
        }
    }

    /// Whether a field is listed.
    pub(crate) fn contains(&self, field: &str) -> bool {
        self.0.iter().any(|error| error.field == field)
    }

    /// Ends the check of a request.
    ///
    /// # Errors
    /// Returns the list unless it is empty.
    pub(crate) fn into_result(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_is_listed_once() {
        let mut errors = FieldErrors::default();
        assert!(!errors.contains("a"));
        errors.add("a", "is wrong");
        errors.add("b", "is wrong");
        errors.add("a", "is wrong too");
        assert!(errors.contains("a"));
        let fields: Vec<_> =
            errors.into_result().unwrap_err().into_iter().map(|e| e.to_string()).collect();
        assert_eq!(fields, ["a: is wrong", "b: is wrong"]);
        assert!(FieldErrors::default().into_result().is_ok());
    }

    #[test]
    fn the_list_stays_short() {
        let mut errors = FieldErrors::default();
        for index in 0..100 {
            errors.add(&format!("{index}{}", "x".repeat(100_000)), "is wrong");
        }
        let errors = errors.into_result().unwrap_err();
        assert_eq!(errors.len(), MAX_FIELDS);
        assert!(errors.iter().all(|error| error.field.len() <= MAX_NAME_CHARS));
    }
}
