//! Mail as it left the stack.

use anyhow::Result;
use serde_json::Value;

/// One mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Everything the stack knows of it, as JSON.
    pub text: String,
}

impl Mail {
    pub(crate) async fn all(endpoint: &str, address: &str) -> Result<Vec<Self>> {
        let url = format!("{endpoint}/_ministack/ses/messages");
        let answer: Value = reqwest::get(url).await?.error_for_status()?.json().await?;
        let messages = answer.get("messages").unwrap_or(&answer).as_array().cloned();
        let texts = messages.unwrap_or_default().into_iter().map(|message| message.to_string());
        Ok(texts.filter(|text| text.contains(address)).map(|text| Self { text }).collect())
    }

    /// The first number of six digits: a confirmation code.
    pub fn code(&self) -> Option<String> {
        let runs = self.text.split(|c: char| !c.is_ascii_digit());
        runs.filter(|run| run.len() == 6).map(str::to_owned).next()
    }
}
