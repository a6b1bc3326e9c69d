//! Leases of messages and of their handlings.

use crate::keys::{number, text};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A lease on a video, an assembly or a delivery, owned by a message. When the message is delivered again,
/// because its handler failed or crashed, it still owns the lease. While the lease is valid, any other message
/// about the same is a duplicate and may be dropped: the owner is still on its queue. A lease on the mail about an
/// outcome is owned by one handling of a message instead, and may not be dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The id of the message or the handling.
    pub owner: String,
    /// The end of the lease, in milliseconds since 1970.
    pub until: i64,
}

/// Adds the placeholders to a write that compare a stored lease with the message or handling `owner`: `#until` and
/// `#owner`, the time `:millis`, before which a lease is over, and `:owner`.
pub(crate) fn against(
    update: UpdateItemFluentBuilder,
    owner: &str,
    time: Timestamp,
) -> UpdateItemFluentBuilder {
    update
        .expression_attribute_names("#until", "until")
        .expression_attribute_names("#owner", "owner")
        .expression_attribute_values(":millis", number(time.as_millisecond()))
        .expression_attribute_values(":owner", text(owner))
}

impl Lease {
    /// Returns a lease of the message `owner` that starts now.
    pub fn of(owner: &str, length: Duration) -> Self {
        Self::from(owner, length, Timestamp::now())
    }

    pub(crate) fn from(owner: &str, length: Duration, now: Timestamp) -> Self {
        let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let until = now.as_millisecond().saturating_add(length);
        Self { owner: owner.to_owned(), until }
    }

    /// Returns the end of the lease.
    pub fn ends_at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.until).unwrap_or(Timestamp::MAX)
    }
}
