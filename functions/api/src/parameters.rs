//! Paths and queries, checked.

use crate::{cursor::Whose, errors::Errors, problem::ApiError, user::User};
use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
use framezip_contract::{FieldError, Status, UserId, VideoId};
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

/// What can be read from a query's parameters, all of which may be left out.
pub(crate) trait FromQuery {
    /// Takes the parameters that there can be.
    fn take(given: &mut Given) -> Self;
}

/// The parameters of a query.
pub(crate) struct Given {
    left: Vec<(String, String)>,
    known: Vec<&'static str>,
    errors: Errors,
}

impl Given {
    /// A parameter, read by `read`; `rule` says what it must be like.
    fn parameter<T>(
        &mut self,
        name: &'static str,
        rule: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.known.push(name);
        let mut values = self.left.extract_if(.., |(given, _)| given == name);
        let value = values.next().map(|(_, value)| value);
        if values.count() > 0 {
            self.errors.note(name, "is given more than once");
            return None;
        }
        let read = read(&value?);
        if read.is_none() {
            self.errors.note(name, rule);
        }
        read
    }

    fn end(mut self) -> Result<(), Vec<FieldError>> {
        let rule = match self.known.join(", ") {
            known if known.is_empty() => "is not known: there are no parameters here".to_owned(),
            known => format!("is not a known parameter; the parameters here are {known}"),
        };
        for (name, _) in &self.left {
            self.errors.note(if name.is_empty() { "query" } else { name }, &rule);
        }
        self.errors.end()
    }
}

impl<T: FromQuery, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = Query::try_from_uri(&parts.uri);
        let Query(left) = pairs.map_err(|_| invalid("query", "must be pairs of name=value"))?;
        let mut given = Given { left, known: Vec::new(), errors: Errors::default() };
        let query = T::take(&mut given);
        given.end().map_err(ApiError::Invalid)?;
        Ok(Self(query))
    }
}

/// No query.
#[derive(Debug)]
pub(crate) struct Nothing {}

impl FromQuery for Nothing {
    fn take(_: &mut Given) -> Self {
        Self {}
    }
}

/// The query of one video: whose it is, where an administrator asks.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnerQuery {
    /// Whose video it is, by their id. For administrators only.
    #[param(nullable = false, value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{1,128}$")]
    user: Option<UserId>,
}

impl FromQuery for OwnerQuery {
    fn take(given: &mut Given) -> Self {
        Self { user: user(given) }
    }
}

impl OwnerQuery {
    /// The user's own videos, if no other user is named. Only administrators may name one.
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
    #[param(nullable = false, value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{1,128}$")]
    user: Option<UserId>,
    /// Everyone's videos, if `true`; not together with `user`. For administrators only.
    #[param(nullable = false)]
    all: Option<bool>,
}

const DEFAULT_LIMIT: usize = 20;

/// What `limit` must be like.
pub(crate) const LIMIT: &str = "must be a whole number from 1 to 100";
/// What `user` must be like.
pub(crate) const USER: &str = "must be a user's id: 1 to 128 letters, digits, - and _";
/// What `cursor` must be like.
pub(crate) const CURSOR: &str = "must be the cursor of an earlier page of the same list";
const ALL: &str = "must be true or false";

impl FromQuery for ListQuery {
    fn take(given: &mut Given) -> Self {
        let statuses = Status::ALL.map(Status::as_str).join(", ");
        let status = |text: &str| Status::ALL.into_iter().find(|status| status.as_str() == text);
        let limit = |text: &str| text.parse().ok().filter(|limit| (1..=100).contains(limit));
        Self {
            status: given.parameter("status", &format!("must be one of {statuses}"), status),
            limit: given.parameter("limit", LIMIT, limit),
            cursor: given.parameter("cursor", CURSOR, |text| Some(text.to_owned())),
            user: user(given),
            all: given.parameter("all", ALL, |text| text.parse().ok()),
        }
    }
}

impl ListQuery {
    /// How many videos a page has: 1 to 100.
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// The user's own videos, if no other user's are asked for. Only administrators may do that.
    pub(crate) fn whose(&self, user: &User) -> Result<Whose, ApiError> {
        let all = self.all == Some(true);
        if (all || self.user.is_some()) && !user.is_admin {
            return Err(ApiError::Forbidden);
        }
        match &self.user {
            Some(_) if all => Err(invalid("all", "must not be true together with user")),
            Some(id) => Ok(Whose::One(id.clone())),
            None if all => Ok(Whose::Everyone),
            None => Ok(Whose::One(user.id.clone())),
        }
    }
}

/// The query of `GET /videos/{id}/upload`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// The last part of the page before, which that page has as `next`.
    #[param(nullable = false, maximum = 65_535)]
    pub(crate) after: Option<u16>,
}

impl FromQuery for UploadQuery {
    fn take(given: &mut Given) -> Self {
        let rule = "must be a whole number from 0 to 65535: the next of the page before";
        Self { after: given.parameter("after", rule, |text| text.parse().ok()) }
    }
}

fn user(given: &mut Given) -> Option<UserId> {
    given.parameter("user", USER, |text| UserId::try_from(text.to_owned()).ok())
}

/// One parameter or field that is not as it must be.
pub(crate) fn invalid(field: &str, detail: &str) -> ApiError {
    ApiError::Invalid(vec![FieldError::new(field, detail)])
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
    async fn every_wrong_parameter_is_named_once_with_its_rule() {
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
            ["after: must be a whole number from 0 to 65535: the next of the page before"]
        );
        assert_eq!(
            read::<Nothing>("x=1&y=%FF").await.unwrap_err(),
            [
                "x: is not known: there are no parameters here",
                "y: is not known: there are no parameters here"
            ]
        );
    }

    #[tokio::test]
    async fn good_parameters_are_read() {
        let query =
            read::<ListQuery>("status=failed&limit=7&cursor=c&user=u&all=true").await.unwrap();
        assert_eq!((query.status, query.limit()), (Some(Status::Failed), 7));
        assert_eq!((query.cursor.as_deref(), query.all), (Some("c"), Some(true)));
        assert_eq!(read::<ListQuery>("").await.unwrap().limit(), DEFAULT_LIMIT);
        assert_eq!(read::<UploadQuery>("after=100").await.unwrap().after, Some(100));
    }
}
