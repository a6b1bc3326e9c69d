//! Events to users' webhooks: signed as Standard Webhooks says, and sent to the public internet only.
//!
//! The URL is a user's, and the functions run where there is more to reach than a user may: the metadata
//! service, a private network. So a [`Target`] is checked when it is set and again when it is used; a name
//! is resolved here, and the connection is made to the very addresses that were found good, so that a
//! second answer of the name server cannot lead elsewhere; redirects are not followed. On a local stack
//! receivers have no TLS and are on this machine: there any address is good.
//!
//! The HTTP client is the one that the SDK brings along. Another would make the functions larger by its
//! own copy of what this does.

mod address;
mod sender;
mod signature;
mod target;

pub use sender::{Answer, Message, SendError, Sender};
pub use signature::new_secret;
pub use target::{InvalidTarget, Target};

/// How far events may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// By TLS to the public internet.
    Public,
    /// Anywhere: for a local stack.
    Anywhere,
}

impl Reach {
    /// What the environment says.
    pub fn from_env() -> Self {
        if crate::settings::local_endpoint().is_some() { Self::Anywhere } else { Self::Public }
    }
}
