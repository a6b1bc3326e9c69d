//! Mails that are not about an outcome.

use crate::{
    mail::{Mail, Recipient},
    notifier::Notifier,
    recipient,
};
use framezip_contract::{MailScope, Reminder, ReminderSubject, UserId, VideoId};
use framezip_runtime::{masked, sqs::HandlerError};

/// Sends a mail, once.
///
/// # Errors
/// Also if another handler is sending it: that one may have crashed, and the message comes again.
pub(crate) async fn send(notifier: &Notifier, reminder: Reminder) -> Result<(), HandlerError> {
    let owner = &reminder.owner;
    match reminder.about {
        ReminderSubject::Expiry(id) => remind_of_expiry(notifier, owner, id).await?,
        ReminderSubject::WebhookOff => report_webhook(notifier, owner).await?,
    }
    Ok(())
}

/// Mails that a video expires soon, if the owner wants to be reminded. A video that was retried since is asked about again
/// after its outcome.
async fn remind_of_expiry(notifier: &Notifier, owner: &UserId, id: VideoId) -> anyhow::Result<()> {
    let Some(record) = notifier.videos.get(owner, id).await? else { return Ok(()) };
    if record.reminded_at.is_some() || !record.is_settled() {
        return Ok(());
    }
    let preferences = notifier.videos.preferences(owner).await?;
    if preferences.expiry_reminder && preferences.reaches(&record.email) {
        claim(notifier, owner, ReminderSubject::Expiry(id)).await?;
        let token = recipient::token(notifier, owner, &preferences).await?;
        let to = recipient::of(&record, &token);
        notifier.mailer.send(&Mail::ExpiresSoon(&record.video), &to).await?;
        tracing::info!(
            video.id = %id,
            email = masked(&record.email),
            "mailed that a video expires soon"
        );
    }
    // at once, as after an outcome's mail
    notifier.videos.reminder_sent(owner, id).await?;
    notifier.videos.settle(&record).await?;
    Ok(())
}

/// Mails that a webhook was switched off.
async fn report_webhook(notifier: &Notifier, owner: &UserId) -> anyhow::Result<()> {
    let Some(webhook) = notifier.videos.webhook(owner).await? else { return Ok(()) };
    if webhook.webhook.disabled_at.is_none() || webhook.off_notice_sent_at.is_some() {
        return Ok(());
    }
    let preferences = notifier.videos.preferences(owner).await?;
    let is_wanted = preferences.mail != MailScope::None && preferences.reaches(&webhook.email);
    if is_wanted {
        claim(notifier, owner, ReminderSubject::WebhookOff).await?;
        let token = recipient::token(notifier, owner, &preferences).await?;
        let (email, locale) = (&*webhook.email, webhook.locale);
        let to = Recipient { user: owner, email, locale, unsubscribe_token: &token };
        let mail = Mail::WebhookOff { url: &webhook.webhook.url };
        notifier.mailer.send(&mail, &to).await?;
        tracing::info!(user.id = %owner, email = masked(email), "mailed that a webhook is off");
    }
    notifier.videos.webhook_off_notice_sent(owner).await?;
    Ok(())
}

async fn claim(notifier: &Notifier, owner: &UserId, about: ReminderSubject) -> anyhow::Result<()> {
    let is_ours = notifier.videos.claim_reminder(owner, about).await?;
    anyhow::ensure!(is_ours, "another handler is sending this mail");
    Ok(())
}
