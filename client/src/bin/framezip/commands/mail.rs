//! The mails that the user gets.

use crate::{args::MailCommand, console::Console, exit::Exit, format};
use framezip_client::ApiClient;
use framezip_contract::{MailBlockReason, MailPreferences, MailScope, MailSettings};

/// Shows or sets which mails the user gets.
pub async fn run(
    command: &MailCommand,
    api: &ApiClient,
    console: &Console,
) -> anyhow::Result<Exit> {
    let settings = match command {
        MailCommand::Show => api.mail().await?,
        MailCommand::Set { mails, expiry_reminder } => {
            let (mail, expiry_reminder) = (mails.scope(), *expiry_reminder);
            api.set_mail(&MailPreferences { mail, expiry_reminder }).await?
        }
    };
    console.result(&described(&settings), &settings)?;
    Ok(Exit::Done)
}

fn described(settings: &MailSettings) -> String {
    let email = format::escaped(&settings.email);
    let mails = match settings.mail {
        MailScope::All => "a mail for every video",
        MailScope::Failures => "a mail for every failed video",
        MailScope::None => "no mail about outcomes",
    };
    let reminder = if settings.expiry_reminder { ", and before one expires" } else { "" };
    let blocked = settings.blocked.map_or(String::new(), |blocked| {
        let reason = match blocked.reason {
            MailBlockReason::Bounce => "a mail could not be delivered",
            MailBlockReason::Complaint => "a mail was marked as unwanted",
        };
        format!("\nstopped because {reason}: set the mails again to try it once more")
    });
    format!("{email}: {mails}{reminder}{blocked}")
}
