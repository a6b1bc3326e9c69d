//! From packets to the wanted pictures.

mod codec;
pub(crate) mod decoder;
mod display_matrix;
mod fields;
mod first_picture;
pub(crate) mod gop_span;
pub(crate) mod on_screen;
mod packet_selector;
pub(crate) mod scenes;
mod seek;
pub(crate) mod span_decoder;
pub(crate) mod worker_pool;
