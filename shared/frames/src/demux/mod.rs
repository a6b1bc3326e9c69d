//! From a file to packets: its recordings and what is known about each.

mod byte_reader;
pub(crate) mod container;
pub(crate) mod decoder_state;
pub(crate) mod duration;
pub(crate) mod edit_list;
mod keyframe_index;
mod layout;
pub(crate) mod media_source;
pub(crate) mod memory;
mod mp4_box;
pub(crate) mod packet;
pub(crate) mod recording;
pub(crate) mod stream;
pub(crate) mod stream_header;
pub(crate) mod survey;
pub(crate) mod surveyor;
pub(crate) mod timeline;
