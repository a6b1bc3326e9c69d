//! The receiver of a mail, and the address at which they can unsubscribe.

use crate::{mail::Recipient, notifier::Notifier};
use anyhow::Context;
use framezip_contract::UserId;
use framezip_store::{Preferences, Record};

/// Returns the owner of a video as the receiver of a mail.
pub(crate) fn of<'a>(record: &'a Record, unsubscribe_token: &'a str) -> Recipient<'a> {
    let Record { video, email, locale, .. } = record;
    Recipient { user: &video.owner, email, locale: *locale, unsubscribe_token }
}

/// Returns the user's token for unsubscribing; makes one for their first mail.
pub(crate) async fn token(
    notifier: &Notifier,
    user: &UserId,
    preferences: &Preferences,
) -> anyhow::Result<String> {
    if let Some(token) = &preferences.unsubscribe_token {
        return Ok(token.clone());
    }
    let mut random = [0; 16];
    getrandom::fill(&mut random).context("the system has no random numbers")?;
    let new: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(notifier.videos.unsubscribe_token(user, &new).await?)
}
