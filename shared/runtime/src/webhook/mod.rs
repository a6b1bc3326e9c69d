//! The parts of users' webhooks that several functions need: the check of URLs, the secrets and the signatures of
//! Standard Webhooks. Only the function `deliver` sends events.

mod address;
mod signature;
mod url;

pub use address::is_public;
pub use signature::{new_secret, sign};
pub use url::{InvalidWebhookUrl, WebhookUrl};

/// The addresses that events may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The public internet, by TLS.
    Public,
    /// Any address, for a local stack.
    Anywhere,
}

impl Reach {
    /// Returns the reach for this environment.
    pub fn from_env() -> Self {
        if crate::settings::local_endpoint().is_some() { Self::Anywhere } else { Self::Public }
    }
}
