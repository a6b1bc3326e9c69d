//! Somebody with an account.

use crate::{Mail, Stack};
use anyhow::{Context, Result};
use framezip_client::{ApiClient, SourceFile};
use framezip_contract::{ExtractionOptions, VideoId, VideoView};
use std::{path::Path, time::Duration};
use uuid::Uuid;

/// The password of everybody.
pub const PASSWORD: &str = "Correct-horse-9-battery";
/// Between two looks at something that will come.
const PAUSE: Duration = Duration::from_millis(100);
/// How many looks before it is taken as missing: half a minute.
const LOOKS: usize = 300;

/// A user who is signed in.
pub struct Person {
    /// Their address.
    pub email: String,
    /// The API as they see it.
    pub api: ApiClient,
}

impl Person {
    /// Signs up, confirms with the code from the mail, and signs in.
    ///
    /// # Errors
    /// Where one of these fails.
    pub async fn sign_up(stack: &Stack) -> Result<Self> {
        let email = format!("{}@example.com", Uuid::new_v4().simple());
        let server = stack.server()?;
        let pool = server.user_pool().await?;
        pool.sign_up(&email, PASSWORD).await?;
        let mails = stack.mails(&email).await?;
        let code = mails.iter().find_map(Mail::code).context("no confirmation code came")?;
        pool.confirm(&email, &code).await?;
        let tokens = pool.sign_in(&email, PASSWORD).await?;
        Ok(Self { email, api: ApiClient::new(server, pool, tokens) })
    }

    /// An administrator.
    ///
    /// # Errors
    /// As for [`Self::sign_up`].
    pub async fn admin(stack: &Stack) -> Result<Self> {
        let Self { email, .. } = Self::sign_up(stack).await?;
        stack.make_admin(&email).await?;
        let server = stack.server()?;
        let pool = server.user_pool().await?;
        // the first token does not tell of the group
        let tokens = pool.sign_in(&email, PASSWORD).await?;
        Ok(Self { email, api: ApiClient::new(server, pool, tokens) })
    }

    /// An ID token that is good for one second.
    ///
    /// # Errors
    /// Where the stack refuses.
    pub async fn short_lived_token(&self, stack: &Stack) -> Result<String> {
        stack.short_lived_token(&self.email, PASSWORD).await
    }

    /// Creates a video of a file and uploads its bytes.
    ///
    /// # Errors
    /// Where one of these fails.
    pub async fn send(&self, file: &Path, options: &str) -> Result<VideoId> {
        let source = SourceFile::open(file).await?;
        let options: ExtractionOptions = serde_json::from_str(options)?;
        let created = self.api.create(&source.request(options)).await?;
        self.api.upload(&created, &source, |_| ()).await?;
        Ok(created.video.id)
    }

    /// Waits until a video is `ready` or `failed`.
    ///
    /// # Errors
    /// Where the API fails, or the video never ends.
    pub async fn wait(&self, id: VideoId) -> Result<VideoView> {
        let waiting = self.api.wait(id, |_| ());
        let ended = tokio::time::timeout(PAUSE * LOOKS as u32, waiting).await;
        Ok(ended.with_context(|| format!("video {id} never ended"))??)
    }

    /// The mails about a video, once the first is there.
    ///
    /// # Errors
    /// Where none comes.
    pub async fn mails_about(&self, stack: &Stack, id: VideoId) -> Result<Vec<Mail>> {
        for _ in 0..LOOKS {
            let mut mails = stack.mails(&self.email).await?;
            mails.retain(|mail| mail.body_text.contains(&id.to_string()));
            if !mails.is_empty() {
                return Ok(mails);
            }
            tokio::time::sleep(PAUSE).await;
        }
        anyhow::bail!("no mail came about video {id}")
    }

    /// As [`Self::get`], by any method.
    ///
    /// # Errors
    /// Where the API does not answer.
    pub async fn request(
        &self,
        stack: &Stack,
        method: &str,
        path: &str,
    ) -> Result<(u16, serde_json::Value)> {
        let token = self.api.id_token().await?;
        request(stack, method, path, Some(&token)).await
    }

    /// Sends a request of one's own making, with one's token, and returns status and body.
    ///
    /// # Errors
    /// Where the API does not answer.
    pub async fn get(&self, stack: &Stack, path: &str) -> Result<(u16, serde_json::Value)> {
        let token = self.api.id_token().await?;
        get(stack, path, Some(&token)).await
    }
}

/// Sends a request with any token, or none, and returns status and body.
///
/// # Errors
/// Where the API does not answer with JSON.
pub async fn get(
    stack: &Stack,
    path: &str,
    token: Option<&str>,
) -> Result<(u16, serde_json::Value)> {
    request(stack, "GET", path, token).await
}

/// As [`get`], by any method. An answer without a body is `null`.
async fn request(
    stack: &Stack,
    method: &str,
    path: &str,
    token: Option<&str>,
) -> Result<(u16, serde_json::Value)> {
    let (status, body) = send(stack, method, path, token).await?;
    let body = if body.is_empty() { serde_json::Value::Null } else { serde_json::from_str(&body)? };
    Ok((status, body))
}

/// Sends a request with any token, or none, and returns status and body, whatever that is.
///
/// # Errors
/// Where the API does not answer.
pub async fn send(
    stack: &Stack,
    method: &str,
    path: &str,
    token: Option<&str>,
) -> Result<(u16, String)> {
    let url = format!("{}{path}", stack.api_url());
    let mut request = reqwest::Client::new().request(method.parse()?, url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}
