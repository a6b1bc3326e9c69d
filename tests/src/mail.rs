//! Mail that the stack has sent.

use anyhow::Result;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Mail {
    to: Vec<String>,
    /// The subject line.
    pub subject: String,
    /// The text part.
    pub body_text: String,
    /// The HTML part.
    pub body_html: String,
}

/// The stack's answer: mails by account.
#[derive(Deserialize)]
struct Sent {
    messages: BTreeMap<String, Vec<Mail>>,
}

impl Mail {
    pub(crate) async fn all(url: &str, address: &str) -> Result<Vec<Self>> {
        let sent: Sent = reqwest::get(url).await?.error_for_status()?.json().await?;
        let mails = sent.messages.into_values().flatten();
        Ok(mails.filter(|mail| mail.to.iter().any(|to| to == address)).collect())
    }

    /// Returns the first number of six digits, which is the confirmation code.
    pub fn code(&self) -> Option<String> {
        let mut runs = self.body_text.split(|c: char| !c.is_ascii_digit());
        runs.find(|run| run.len() == 6).map(str::to_owned)
    }
}
