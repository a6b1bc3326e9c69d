//! The parameters of paths and queries.

use super::{cursor::CursorScope, field_errors::FieldErrors, user::User};
use crate::problem::ApiError;
use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
use framezip_contract::{FieldError, Status, UserId};
use std::str::FromStr;
use utoipa::IntoParams;

/// The `{id}` of a path. Text that is not an id answers 404, like an unknown id.
pub(crate) struct PathId<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| ApiError::NotFound)?;
        Ok(Self(id.parse().map_err(|_| ApiError::NotFound)?))
    }
}

/// A query with no other parameters than those of `T`.
pub(crate) struct Parameters<T>(pub(crate) T);

/// A type that is read from a query whose parameters may all be absent.
pub(crate) trait FromQuery {
    /// Takes the known parameters from the query.
    fn take(query: &mut QueryReader) -> Self;
}

/// A query that is being read.
pub(crate) struct QueryReader {
    unread: Vec<(String, String)>,
    known: Vec<&'static str>,
    errors: FieldErrors,
}

impl QueryReader {
    /// Takes a parameter and parses it with `read`. `rule` states its requirement.
    fn parameter<T>(
        &mut self,
        name: &'static str,
        rule: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.known.push(name);
        let mut values = self.unread.extract_if(.., |(given, _)| given == name);
        let value = values.next().map(|(_, value)| value);
        if values.count() > 0 {
            self.errors.add(name, "is given more than once");
            return None;
        }
        let read = read(&value?);
        if read.is_none() {
            self.errors.add(name, rule);
        }
        read
    }

    fn end(mut self) -> Result<(), Vec<FieldError>> {
        let rule = match self.known.join(", ") {
            known if known.is_empty() => {
                "is not a known parameter; this path takes none".to_owned()
            }
            known => format!("is not a known parameter; the parameters here are {known}"),
        };
        for (name, _) in &self.unread {
            self.errors.add(if name.is_empty() { "query" } else { name }, &rule);
        }
        self.errors.into_result()
    }
}

impl<T: FromQuery, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = Query::try_from_uri(&parts.uri);
        let Query(unread) =
            pairs.map_err(|_| ApiError::invalid("query", "must be pairs of name=value"))?;
        let mut query = QueryReader { unread, known: Vec::new(), errors: FieldErrors::default() };
        let parameters = T::take(&mut query);
        query.end().map_err(ApiError::Invalid)?;
        Ok(Self(parameters))
    }
}

/// A query without parameters.
#[derive(Debug)]
pub(crate) struct NoQuery {}

impl FromQuery for NoQuery {
    fn take(_: &mut QueryReader) -> Self {
        Self {}
    }
}

/// The query of one video: its owner, if an administrator asks for another user's.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnerQuery {
    /// The id of the video's owner; your own if absent. For administrators only.
    #[param(nullable = false, value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{1,128}$")]
    user: Option<UserId>,
}

impl FromQuery for OwnerQuery {
    fn take(query: &mut QueryReader) -> Self {
        Self { user: user(query) }
    }
}

impl OwnerQuery {
    /// Returns the owner of the video: the user, or the one that an administrator names.
    pub(crate) fn owner(self, user: &User) -> Result<UserId, ApiError> {
        match self.user {
            None => Ok(user.id.clone()),
            Some(_) if !user.is_admin => Err(ApiError::Forbidden),
            Some(id) => Ok(id),
        }
    }
}

/// The query of `GET /videos`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only videos with this status.
    #[param(nullable = false)]
    pub(crate) status: Option<Status>,
    /// The maximum number of videos on the page, 1 to 100; 20 if absent.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// The `cursor` of the previous page of the same list.
    #[param(nullable = false, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub(crate) cursor: Option<String>,
    /// The id of the videos' owner; your own if absent. For administrators only.
    #[param(nullable = false, value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{1,128}$")]
    user: Option<UserId>,
    /// `true` for everyone's videos; not together with `user`. For administrators only.
    #[param(nullable = false)]
    all: Option<bool>,
}

const DEFAULT_LIMIT: usize = 20;

/// The requirement of `limit`.
pub(crate) const LIMIT: &str = "must be a whole number from 1 to 100";
/// The requirement of `user`.
pub(crate) const USER: &str = "must be a user's id: 1 to 128 letters, digits, - and _";
/// The requirement of `cursor`.
pub(crate) const CURSOR: &str = "must be the cursor of an earlier page of the same list";
const ALL: &str = "must be true or false";

impl FromQuery for ListQuery {
    fn take(query: &mut QueryReader) -> Self {
        let statuses = Status::ALL.map(Status::as_str).join(", ");
        let status = |text: &str| Status::ALL.into_iter().find(|status| status.as_str() == text);
        let limit = |text: &str| text.parse().ok().filter(|limit| (1..=100).contains(limit));
        Self {
            status: query.parameter("status", &format!("must be one of {statuses}"), status),
            limit: query.parameter("limit", LIMIT, limit),
            cursor: query.parameter("cursor", CURSOR, |text| Some(text.to_owned())),
            user: user(query),
            all: query.parameter("all", ALL, |text| text.parse().ok()),
        }
    }
}

impl ListQuery {
    /// Returns the maximum number of videos of the page, 1 to 100.
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// Returns the videos that the list contains. Only administrators may list those of others.
    pub(crate) fn scope(&self, user: &User) -> Result<CursorScope, ApiError> {
        let all = self.all == Some(true);
        if (all || self.user.is_some()) && !user.is_admin {
            return Err(ApiError::Forbidden);
        }
        match &self.user {
            Some(_) if all => Err(ApiError::invalid("all", "must not be true together with user")),
            Some(id) => Ok(CursorScope::User(id.clone())),
            None if all => Ok(CursorScope::Everyone),
            None => Ok(CursorScope::User(user.id.clone())),
        }
    }
}

/// The query of `GET /videos/{id}/upload`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// The `next` of the previous page.
    #[param(nullable = false, maximum = 65_535)]
    pub(crate) after: Option<u16>,
}

impl FromQuery for UploadQuery {
    fn take(query: &mut QueryReader) -> Self {
        let rule = "must be a whole number from 0 to 65535: the next of the previous page";
        Self { after: query.parameter("after", rule, |text| text.parse().ok()) }
    }
}

fn user(query: &mut QueryReader) -> Option<UserId> {
    query.parameter("user", USER, |text| UserId::try_from(text.to_owned()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn read<T: FromQuery>(query: &str) -> Result<T, Vec<String>> {
        let request = Request::get(format!("/videos?{query}")).body(()).unwrap();
        let mut parts = request.into_parts().0;
        match Parameters::<T>::from_request_parts(&mut parts, &()).await {
            Ok(Parameters(query)) => Ok(query),
            Err(ApiError::Invalid(errors)) => Err(errors.iter().map(ToString::to_string).collect()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn every_invalid_parameter_is_reported_once_with_its_rule() {
        let wrong = read::<ListQuery>("limit=x&status=ready&all=maybe&c=1&limit=").await;
        let known = "c: is not a known parameter; the parameters here are status, limit, cursor, \
                     user, all";
        let all = "all: must be true or false";
        assert_eq!(wrong.unwrap_err(), ["limit: is given more than once", all, known]);
        for (query, error) in [
            ("limit=0", format!("limit: {LIMIT}")),
            ("limit=101", format!("limit: {LIMIT}")),
            ("limit=", format!("limit: {LIMIT}")),
            ("limit=99999999999999999999999", format!("limit: {LIMIT}")),
            ("limit=1&limit=1", "limit: is given more than once".to_owned()),
            ("user=a%2Fb", format!("user: {USER}")),
            ("=1", known.replace("c:", "query:")),
            (
                "status=Ready",
                "status: must be one of awaiting_upload, queued, processing, ready, failed"
                    .to_owned(),
            ),
        ] {
            assert_eq!(read::<ListQuery>(query).await.unwrap_err(), [error], "{query}");
        }
        assert_eq!(
            read::<UploadQuery>("after=65536").await.unwrap_err(),
            ["after: must be a whole number from 0 to 65535: the next of the previous page"]
        );
        assert_eq!(
            read::<NoQuery>("x=1&y=%FF").await.unwrap_err(),
            [
                "x: is not a known parameter; this path takes none",
                "y: is not a known parameter; this path takes none"
            ]
        );
    }

    #[tokio::test]
    async fn valid_parameters_are_read() {
        let query =
            read::<ListQuery>("status=failed&limit=7&cursor=c&user=u&all=true").await.unwrap();
        assert_eq!((query.status, query.limit()), (Some(Status::Failed), 7));
        assert_eq!((query.cursor.as_deref(), query.all), (Some("c"), Some(true)));
        assert_eq!(read::<ListQuery>("").await.unwrap().limit(), DEFAULT_LIMIT);
        assert_eq!(read::<UploadQuery>("after=100").await.unwrap().after, Some(100));
    }
}
