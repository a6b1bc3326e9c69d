//! Requests, parsed and checked. A value that comes from here is valid.

pub(crate) mod accept_encoding;
pub(crate) mod bodies;
pub(crate) mod cursor;
mod document;
mod field_errors;
mod fields;
mod idempotency_key;
mod json_body;
mod metrics_reader;
mod options;
pub(crate) mod parameters;
mod user;

pub(crate) use idempotency_key::IdempotencyKey;
pub(crate) use json_body::JsonBody;
pub(crate) use metrics_reader::MetricsReader;
pub(crate) use user::User;
