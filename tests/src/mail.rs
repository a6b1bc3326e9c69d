//! Mail as it left the stack.

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

/// What the stack answers: mails by account.
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

    /// The first number of six digits: a confirmation code.
    pub fn code(&self) -> Option<String> {
        let mut runs = self.body_text.split(|c: char| !c.is_ascii_digit());
        runs.find(|run| run.len() == 6).map(str::to_owned)
    }
}
