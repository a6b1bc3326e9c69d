//! Mails to users, as text and as HTML, in their language. The templates are in `templates/`.

mod content;
mod failures;
mod format;
#[cfg(test)]
mod tests;

use self::content::Content;
use anyhow::Context;
use aws_sdk_sesv2::{
    Client,
    types::{Body, Destination, EmailContent, Message, MessageHeader, MessageTag},
};
use framezip_contract::{Locale, UserId, Video};

/// The receiver of a mail.
pub(crate) struct Recipient<'a> {
    /// The user.
    pub(crate) user: &'a UserId,
    /// The address that the mail goes to.
    pub(crate) email: &'a str,
    /// The language of the mail.
    pub(crate) locale: Locale,
    /// The token of the link to unsubscribe: 32 hexadecimal digits.
    pub(crate) unsubscribe_token: &'a str,
}

impl Recipient<'_> {
    /// Returns the address at which a POST stops all mails to the user. A GET changes nothing there.
    fn unsubscribe_url(&self, page_url: &str) -> String {
        format!("{page_url}/unsubscribe/{}/{}", self.user, self.unsubscribe_token)
    }
}

/// A mail.
pub(crate) enum Mail<'a> {
    /// The frames can be downloaded.
    Ready(&'a Video),
    /// The extraction failed. A result in the record is that of an earlier attempt, which stays.
    Failed(&'a Video),
    /// The video is removed in three days.
    ExpiresSoon(&'a Video),
    /// The webhook was switched off: no delivery succeeded for five days, or the receiver answered 410.
    WebhookOff {
        /// The webhook's address.
        url: &'a str,
    },
}

/// The settings of mails.
pub(crate) struct MailerSettings {
    /// The sender's address, verified in SES.
    pub(crate) sender: String,
    /// The URL of the page, without a slash at the end. All links lead there.
    pub(crate) page_url: String,
    /// The SES configuration set, which publishes bounces and complaints.
    pub(crate) configuration_set: String,
}

/// Sends mails to users.
///
/// Needs `ses:SendEmail` on the sender's identity and on the configuration set.
pub(crate) struct Mailer {
    client: Client,
    settings: MailerSettings,
}

impl Mailer {
    pub(crate) fn new(client: Client, settings: MailerSettings) -> Self {
        Self { client, settings }
    }

    /// Sends a mail. A second call sends it again.
    ///
    /// The mail has the tag `user`, so that a bounce names the receiver, and the headers of RFC 8058, so
    /// that mail programs can unsubscribe with one click.
    ///
    /// # Errors
    /// If SES refuses the mail or does not answer.
    pub(crate) async fn send(&self, mail: &Mail<'_>, to: &Recipient<'_>) -> anyhow::Result<()> {
        let Content { subject, text, html } =
            Content::new(mail, to, &self.settings.page_url).context("a mail's template failed")?;
        let body = Body::builder().text(utf8(text)?).html(utf8(html)?).build();
        let unsubscribe = to.unsubscribe_url(&self.settings.page_url);
        let message = Message::builder()
            .subject(utf8(subject)?)
            .body(body)
            .headers(header("List-Unsubscribe", format!("<{unsubscribe}>"))?)
            .headers(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())?)
            .build();
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.settings.sender)
            .destination(Destination::builder().to_addresses(to.email).build())
            .content(EmailContent::builder().simple(message).build())
            .email_tags(user_tag(to.user)?)
            .configuration_set_name(&self.settings.configuration_set)
            .send()
            .await;
        sent.map_err(aws_sdk_sesv2::Error::from).context("SES SendEmail failed")?;
        Ok(())
    }
}

fn utf8(text: String) -> anyhow::Result<aws_sdk_sesv2::types::Content> {
    let content = aws_sdk_sesv2::types::Content::builder().data(text).charset("UTF-8");
    content.build().context("a mail without content")
}

fn header(name: &str, value: String) -> anyhow::Result<MessageHeader> {
    MessageHeader::builder().name(name).value(value).build().context("a header without a value")
}

/// Returns the tag that names the receiver. All characters of a user's id are allowed in a tag.
fn user_tag(user: &UserId) -> anyhow::Result<MessageTag> {
    MessageTag::builder().name("user").value(user.as_str()).build().context("a tag without a value")
}
