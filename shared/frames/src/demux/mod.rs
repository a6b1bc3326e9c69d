//! From a file to packets: which recordings it holds, and what is known of each.

pub(crate) mod container;
pub(crate) mod decoder_state;
pub(crate) mod duration;
pub(crate) mod edit_list;
mod keyframe_index;
pub(crate) mod layout;
pub(crate) mod media_source;
pub(crate) mod memory;
pub(crate) mod opener;
pub(crate) mod recording;
pub(crate) mod stream;
pub(crate) mod stream_header;
pub(crate) mod survey;
pub(crate) mod timeline;
