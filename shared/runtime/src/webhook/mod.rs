//! Events to users' webhooks, signed by Standard Webhooks and sent to the public internet only.
//!
//! Users choose the URL, and functions can reach more than users may: the metadata service, a private
//! network. So a [`WebhookUrl`] is checked when it is set and again when it is used. Host names are resolved
//! here, and connections go to the addresses that passed the check, so that a second DNS answer cannot
//! redirect them. HTTP redirects are not followed. On a local stack receivers run on this machine without
//! TLS, so every address is accepted.
//!
//! The HTTP client is the SDK's. A second one would only enlarge the functions.

mod address;
mod sender;
mod signature;
mod url;

pub use sender::{DeliveryError, Event, WebhookResponse, WebhookSender};
pub use signature::new_secret;
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
