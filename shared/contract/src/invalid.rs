//! Errors in a request, field by field.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An error in one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The path of the field in the JSON body, such as `extraction.every`, or the name of the parameter.
    pub field: String,
    /// The error, and what is allowed.
    pub detail: String,
}

impl FieldError {
    /// Returns an error in one field.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.detail)
    }
}

/// All errors in a set of extraction options.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidExtraction(pub Vec<FieldError>);

impl fmt::Display for InvalidExtraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&errors.join("; "))
    }
}
