//! Facts about packets from their first bytes, without decoding.

mod av1;
pub(crate) mod disposable;
