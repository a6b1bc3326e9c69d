//! From a file to packets: which recordings it holds, and what is known of each.

pub(crate) mod duration;
pub(crate) mod edit_list;
pub(crate) mod header;
pub(crate) mod layout;
pub(crate) mod memory;
pub(crate) mod recording;
pub(crate) mod state;
pub(crate) mod stream;
pub(crate) mod survey;
