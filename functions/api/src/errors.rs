//! What is wrong with a request, field by field.

use framezip_contract::FieldError;

/// The most fields that an answer names, and the most characters of each name: they may come from the
/// body, and an answer of Lambda has its limit.
pub(crate) const MOST: usize = 50;
const LONGEST: usize = 200;

/// The errors of a request.
#[derive(Debug, Default)]
pub(crate) struct Errors(Vec<FieldError>);

impl Errors {
    /// Notes what is wrong with a field. Of one field, the first error counts.
    pub(crate) fn note(&mut self, field: &str, detail: &str) {
        let field: String = field.chars().take(LONGEST).collect();
        let is_known = self.0.iter().any(|error| error.field == field);
        if !is_known && self.0.len() < MOST {
            self.0.push(FieldError::new(field, detail));
        }
    }

    /// Whether nothing is wrong with a field, as far as is noted.
    pub(crate) fn has_none_of(&self, field: &str) -> bool {
        self.0.iter().all(|error| error.field != field)
    }

    /// Ends the check of a request.
    ///
    /// # Errors
    /// If anything is wrong.
    pub(crate) fn end(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_is_named_once() {
        let mut errors = Errors::default();
        assert!(errors.has_none_of("a"));
        errors.note("a", "is wrong");
        errors.note("b", "is wrong");
        errors.note("a", "is wrong too");
        assert!(!errors.has_none_of("a"));
        let fields: Vec<_> = errors.end().unwrap_err().into_iter().map(|e| e.to_string()).collect();
        assert_eq!(fields, ["a: is wrong", "b: is wrong"]);
        assert!(Errors::default().end().is_ok());
    }

    #[test]
    fn answers_stay_short() {
        let mut errors = Errors::default();
        for index in 0..100 {
            errors.note(&format!("{index}{}", "x".repeat(100_000)), "is wrong");
        }
        let errors = errors.end().unwrap_err();
        assert_eq!(errors.len(), MOST);
        assert!(errors.iter().all(|error| error.field.len() <= LONGEST));
    }
}
