//! The owners of the videos in a list.

use framezip_contract::UserId;

/// The users whose videos are listed. Only administrators may list the videos of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OwnerFilter {
    /// The user who is signed in.
    #[default]
    Own,
    /// One user.
    User(UserId),
    /// All users.
    Everyone,
}
