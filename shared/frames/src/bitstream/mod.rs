//! What the first bytes of a packet say about it, without decoding.

pub(crate) mod av1;
pub(crate) mod disposable;
