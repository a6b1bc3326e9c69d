//! Paths and queries, checked.

use crate::{cursor::Whose, problem::ApiError, user::User};
use axum::{
    extract::{FromRequestParts, Path, Query, rejection::QueryRejection},
    http::{Uri, request::Parts},
};
use framezip_contract::{FieldError, Status, UserId, VideoId};
use serde::{Deserialize, de::DeserializeOwned};
use std::error::Error;
use utoipa::IntoParams;

/// The `{id}` of a path. What is no id is not found, as is an id of nothing.
pub(crate) struct Id(pub(crate) VideoId);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| ApiError::NotFound)?;
        Ok(Self(id.parse().map_err(|_| ApiError::NotFound)?))
    }
}

/// A query that has nothing but what `T` has.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(query)) => Ok(Self(query)),
            Err(error) => Err(ApiError::Invalid(wrong::<T>(&parts.uri, &error))),
        }
    }
}

/// Every parameter that keeps a query from being a `T`, whose parameters may all be left out.
fn wrong<T: DeserializeOwned>(uri: &Uri, whole: &QueryRejection) -> Vec<FieldError> {
    let alone = |parameter: &str| {
        let uri = Uri::try_from(format!("/?{parameter}")).ok()?;
        Query::<T>::try_from_uri(&uri).err().map(|error| told(&error))
    };
    let wrong: Vec<_> = uri.query().unwrap_or_default().split('&').filter_map(alone).collect();
    // each is good alone where one is given twice
    if wrong.is_empty() { vec![told(whole)] } else { wrong }
}

/// What serde says, which begins with the parameter's name where it knows it.
fn told(error: &QueryRejection) -> FieldError {
    let text = error.source().map_or_else(|| error.body_text(), ToString::to_string);
    let (field, detail) = text.split_once(": ").unwrap_or(("query", &text));
    FieldError::new(field, detail)
}

/// No query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// The query of one video: whose it is, where an administrator asks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnerQuery {
    /// Whose video it is, by their id. For administrators only.
    #[param(nullable = false, pattern = "^[A-Za-z0-9_-]{1,128}$")]
    user: Option<String>,
}

impl OwnerQuery {
    /// The user's own videos, if nobody else is named. Only administrators may name anybody.
    pub(crate) fn owner(self, user: &User) -> Result<UserId, ApiError> {
        match self.user {
            None => Ok(user.id.clone()),
            Some(_) if !user.is_admin => Err(ApiError::Forbidden),
            Some(id) => user_id(id),
        }
    }
}

/// The query of `GET /videos`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only videos of this status.
    #[param(nullable = false)]
    pub(crate) status: Option<Status>,
    /// The most videos of the page, 1 to 100; 20 if left out.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// The `cursor` of the page before, of the same list.
    #[param(nullable = false, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub(crate) cursor: Option<String>,
    /// Whose videos, by their id; one's own if left out. For administrators only.
    #[param(nullable = false, pattern = "^[A-Za-z0-9_-]{1,128}$")]
    user: Option<String>,
    /// Everyone's videos, if `true`; not together with `user`. For administrators only.
    #[serde(default)]
    all: bool,
}

const DEFAULT_LIMIT: usize = 20;

impl ListQuery {
    /// How many videos a page has: 1 to 100.
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if (1..=100).contains(&limit) {
            return Ok(limit);
        }
        Err(invalid("limit", "must be 1 to 100"))
    }

    /// The user's own videos, if nobody else's are asked for. Only administrators may do that.
    pub(crate) fn whose(&self, user: &User) -> Result<Whose, ApiError> {
        if (self.all || self.user.is_some()) && !user.is_admin {
            return Err(ApiError::Forbidden);
        }
        match &self.user {
            Some(_) if self.all => Err(invalid("all", "must not be given together with user")),
            Some(id) => Ok(Whose::One(user_id(id.clone())?)),
            None if self.all => Ok(Whose::Everyone),
            None => Ok(Whose::One(user.id.clone())),
        }
    }
}

fn user_id(text: String) -> Result<UserId, ApiError> {
    UserId::try_from(text).map_err(|_| invalid("user", "must be a user's id"))
}

/// One parameter that is not as it must be.
pub(crate) fn invalid(field: &str, detail: &str) -> ApiError {
    ApiError::Invalid(vec![FieldError::new(field, detail)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_parameters(query: &str) -> Vec<String> {
        let uri = Uri::try_from(format!("/videos?{query}")).unwrap();
        let error = Query::<ListQuery>::try_from_uri(&uri).unwrap_err();
        wrong::<ListQuery>(&uri, &error).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_wrong_parameter_is_told() {
        let wrong = wrong_parameters("limit=x&status=ready&all=maybe&c=1");
        assert_eq!(wrong[0], "limit: invalid digit found in string");
        assert_eq!(wrong[1], "all: provided string was not `true` or `false`");
        assert!(wrong[2].starts_with("c: unknown field `c`, expected one of"), "{wrong:?}");
        assert_eq!(wrong.len(), 3);
        assert_eq!(wrong_parameters("limit=1&limit=2"), ["query: duplicate field `limit`"]);
    }
}
