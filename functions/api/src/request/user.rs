//! The signed-in user who sends a request.

use crate::problem::ApiError;
use axum::{extract::FromRequestParts, http::request::Parts};
use framezip_contract::{Locale, UserId};
use lambda_http::request::RequestContext;
use std::collections::HashMap;

/// A signed-in user, from the claims of an ID token that the JWT authorizer has verified. An access
/// token is refused, because it contains no e-mail address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) email: String,
    /// The language of mails to them.
    pub(crate) locale: Locale,
    /// Whether they are in the user pool's group of administrators.
    pub(crate) is_admin: bool,
}

/// The user pool's group of administrators.
const ADMINS: &str = "admin";

impl User {
    /// Reads the claims of a token. Returns `None` unless it is an ID token.
    pub(crate) fn from_claims(claims: &HashMap<String, String>) -> Option<Self> {
        let claim = |name: &str| claims.get(name).cloned();
        (claim("token_use")? == "id").then_some(())?;
        let is_admin = claims.get("cognito:groups").is_some_and(|text| has_group(text, ADMINS));
        let locale = claims.get("locale").map(|claim| Locale::of_claim(claim)).unwrap_or_default();
        let id = UserId::try_from(claim("sub")?).ok()?;
        Some(Self { id, email: claim("email")?, locale, is_admin })
    }
}

/// Whether a claim of groups contains this group. API Gateway writes the claim's array as `[a b]`. A
/// JSON array and a single name are accepted too. Names of groups contain no spaces.
fn has_group(claim: &str, group: &str) -> bool {
    if let Ok(groups) = serde_json::from_str::<Vec<String>>(claim) {
        return groups.iter().any(|name| name == group);
    }
    match claim.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(groups) => groups.split_ascii_whitespace().any(|name| name == group),
        None => claim == group,
    }
}

/// Returns the claims that the JWT authorizer verified, or `None` if the route has no authorizer.
pub(crate) fn claims(parts: &Parts) -> Option<&HashMap<String, String>> {
    let Some(RequestContext::ApiGatewayV2(context)) = parts.extensions.get() else { return None };
    Some(&context.authorizer.as_ref()?.jwt.as_ref()?.claims)
}

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        claims(parts).and_then(Self::from_claims).ok_or(ApiError::Unauthorized)
    }
}

#[cfg(test)]
mod tests {
    use super::has_group;

    #[test]
    fn only_a_groups_whole_name_matches() {
        for claim in [
            "admin",
            "[admin]",
            "[admin other]",
            "[other admin]",
            r#"["admin"]"#,
            r#"["other","admin"]"#,
        ] {
            assert!(has_group(claim, "admin"), "{claim}");
        }
        for claim in [
            "",
            "[]",
            "[",
            "]",
            "administrators",
            "[administrators]",
            "[not-admin admin2 Admin]",
            "[[admin]]",
            "[admin",
            "admin other",
            r#"["not admin"]"#,
            r#"["[admin]"]"#,
            r#"{"admin":true}"#,
        ] {
            assert!(!has_group(claim, "admin"), "{claim}");
        }
    }
}
