//! Who asks.

use crate::problem::ApiError;
use axum::{extract::FromRequestParts, http::request::Parts};
use framezip_contract::UserId;
use lambda_http::request::RequestContext;
use std::collections::HashMap;

/// A signed-in user, by the claims of an ID token that the JWT authorizer has verified. An access
/// token is refused: it does not tell where its user gets mail.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) email: String,
}

impl User {
    fn from_claims(claims: &HashMap<String, String>) -> Option<Self> {
        let claim = |name: &str| claims.get(name).cloned();
        (claim("token_use")? == "id").then_some(())?;
        Some(Self { id: UserId::try_from(claim("sub")?).ok()?, email: claim("email")? })
    }
}

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(RequestContext::ApiGatewayV2(context)) = parts.extensions.get() else {
            return Err(ApiError::Unauthorized);
        };
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        jwt.and_then(|jwt| Self::from_claims(&jwt.claims)).ok_or(ApiError::Unauthorized)
    }
}
