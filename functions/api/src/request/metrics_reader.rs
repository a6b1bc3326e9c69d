//! The permission to read the metrics.

use super::user::{User, claims};
use crate::problem::ApiError;
use axum::{extract::FromRequestParts, http::request::Parts};
use std::collections::HashMap;

/// The scope of machines that may read the metrics.
const SCOPE: &str = "metrics/read";

/// A caller that may read the metrics: an administrator with an ID token, or a machine with an access
/// token of the right scope.
pub(crate) struct MetricsReader;

impl MetricsReader {
    fn from_claims(claims: &HashMap<String, String>) -> Option<Self> {
        let claim = |name: &str| claims.get(name).map_or("", String::as_str);
        let mut scopes = claim("scope").split_ascii_whitespace();
        let is_machine = claim("token_use") == "access" && scopes.any(|scope| scope == SCOPE);
        let is_admin = User::from_claims(claims).is_some_and(|user| user.is_admin);
        (is_machine || is_admin).then_some(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for MetricsReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let claims = claims(parts).ok_or(ApiError::Unauthorized)?;
        Self::from_claims(claims).ok_or(ApiError::Forbidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_read(claims: &[(&str, &str)]) -> bool {
        let own = [("sub", "user-1"), ("email", "a@example.com")];
        let claims = own.iter().chain(claims);
        let claims = claims.map(|(name, value)| (name.to_string(), value.to_string())).collect();
        MetricsReader::from_claims(&claims).is_some()
    }

    #[test]
    fn administrators_and_machines_with_the_scope_may_read() {
        for claims in [
            [("token_use", "id"), ("cognito:groups", "[admin]")],
            [("token_use", "access"), ("scope", "metrics/read")],
            [("token_use", "access"), ("scope", "other/read metrics/read")],
        ] {
            assert!(may_read(&claims), "{claims:?}");
        }
        for claims in [
            [("token_use", "id"), ("cognito:groups", "[administrators]")],
            [("token_use", "id"), ("scope", "metrics/read")],
            [("token_use", "access"), ("cognito:groups", "[admin]")],
            [("token_use", "access"), ("scope", "metrics/reader xmetrics/read")],
            [("token_use", ""), ("scope", "metrics/read")],
        ] {
            assert!(!may_read(&claims), "{claims:?}");
        }
        assert!(!may_read(&[]));
    }
}
