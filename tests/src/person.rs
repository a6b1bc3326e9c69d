//! A user of a stack.

use crate::{Mail, Stack, free_port, until};
use anyhow::{Context, Result, ensure};
use framezip_client::{ApiClient, Existing, SourceFile, WebhookReceiver};
use framezip_contract::{
    CreateVideo, CreatedVideo, ExtractionOptions, SetWebhook, SingleUpload, Upload, Video, VideoId,
    VideoView,
};
use serde_json::Value;
use std::{fs, net::SocketAddr, path::Path, time::Duration};
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "Correct-horse-9-battery";
/// The longest wait for the end of a short video, or for a mail.
const LONGEST: Duration = Duration::from_secs(30);

/// A user who is signed in.
pub struct Person {
    /// The user's address.
    pub email: String,
    /// The API with the user's token.
    pub api: ApiClient,
}

/// Returns a request for a video of a file with this name and length, with the default options.
pub fn announcement(file_name: &str, bytes: u64) -> CreateVideo {
    CreateVideo {
        file_name: file_name.to_owned(),
        bytes,
        content_type: None,
        extraction: ExtractionOptions::default(),
    }
}

/// Returns the upload of a video that is small enough for one PUT.
///
/// # Errors
/// If it is uploaded in parts.
pub fn single(created: &CreatedVideo) -> Result<&SingleUpload> {
    match &created.upload {
        Some(Upload::Single(upload)) => Ok(upload),
        other => anyhow::bail!("a small video is uploaded in one PUT: {other:?}"),
    }
}

/// Sends bytes to the URL of an upload and returns the status of the answer.
///
/// # Errors
/// If S3 does not answer.
pub async fn put(upload: &SingleUpload, body: Vec<u8>) -> Result<u16> {
    let mut request = reqwest::Client::new().put(&upload.url).body(body);
    for (name, value) in &upload.headers {
        request = request.header(name, value);
    }
    Ok(request.send().await?.status().as_u16())
}

impl Person {
    /// Signs up, confirms with the code from the mail, and signs in.
    ///
    /// # Errors
    /// If one of these steps fails.
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

    /// Signs up an administrator.
    ///
    /// # Errors
    /// As for [`Self::sign_up`].
    pub async fn admin(stack: &Stack) -> Result<Self> {
        let Self { email, .. } = Self::sign_up(stack).await?;
        stack.make_admin(&email).await?;
        let server = stack.server()?;
        let pool = server.user_pool().await?;
        // the first token does not name the group
        let tokens = pool.sign_in(&email, PASSWORD).await?;
        Ok(Self { email, api: ApiClient::new(server, pool, tokens) })
    }

    /// Returns an ID token of the user that has just expired.
    ///
    /// # Errors
    /// If the stack refuses, or still accepts the token long after its end.
    pub async fn expired_token(&self, stack: &Stack) -> Result<String> {
        let token = stack.short_lived_token(&self.email, PASSWORD).await?;
        until("a token expired", LONGEST, async || {
            let (status, _) = send(stack, "GET", "/videos", Some(&token)).await?;
            Ok((status == 401).then_some(()))
        })
        .await?;
        Ok(token)
    }

    /// Creates a video of a file and uploads its bytes.
    ///
    /// # Errors
    /// If one of these steps fails.
    pub async fn send(&self, file: &Path, options: &str) -> Result<VideoId> {
        let source = SourceFile::open(file).await?;
        let options: ExtractionOptions = serde_json::from_str(options)?;
        let created = self.api.create(&source.request(options)).await?;
        self.api.upload(&created, &source, |_| ()).await?;
        Ok(created.video.id)
    }

    /// Creates a video of a small file and uploads its bytes by one PUT, as a client without our library does. It does
    /// not complete the upload.
    ///
    /// # Errors
    /// If one of these steps fails.
    pub async fn put(&self, file: &Path, options: &str) -> Result<Video> {
        let source = SourceFile::open(file).await?;
        let created = self.api.create(&source.request(serde_json::from_str(options)?)).await?;
        let status = put(single(&created)?, fs::read(file)?).await?;
        ensure!(status == 200, "the PUT was answered with {status}");
        Ok(created.video)
    }

    /// Sets a webhook at a free port of this machine and returns a receiver that verifies its events.
    ///
    /// # Errors
    /// If the API refuses it, or the port is taken meanwhile.
    pub async fn receive_events(&self) -> Result<WebhookReceiver> {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let set = self.api.set_webhook(&SetWebhook::from(&*format!("http://{address}/"))).await?;
        Ok(WebhookReceiver::listen(address, &set.secret).await?)
    }

    /// Waits until a video is `ready` or `failed`.
    ///
    /// # Errors
    /// If the API fails, or the video does not end.
    pub async fn wait(&self, id: VideoId) -> Result<VideoView> {
        let ended = tokio::time::timeout(LONGEST, self.api.wait(id, |_| ())).await;
        Ok(ended.with_context(|| format!("video {id} never ended"))??)
    }

    /// Downloads a ready video's zip and returns its bytes.
    ///
    /// # Errors
    /// If the video is not ready, the download fails, or the zip has another length than announced.
    pub async fn download(&self, view: &VideoView) -> Result<Vec<u8>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("frames.zip");
        let link = view.download.as_ref().context("a ready video has a download link")?;
        self.api.download(link, folder.path(), |_| ()).await?.save(&file, Existing::Keep)?;
        let zip = fs::read(&file)?;
        ensure!(zip.len() as u64 == link.bytes, "the zip is as long as announced");
        Ok(zip)
    }

    /// Returns the mails about a video that have been sent by now.
    ///
    /// # Errors
    /// If the stack does not answer.
    pub async fn mails_now(&self, stack: &Stack, id: VideoId) -> Result<Vec<Mail>> {
        let mut mails = stack.mails(&self.email).await?;
        mails.retain(|mail| mail.body_text.contains(&id.to_string()));
        Ok(mails)
    }

    /// Returns the mails about a video, once the first has been sent.
    ///
    /// # Errors
    /// If none is sent.
    pub async fn mails_about(&self, stack: &Stack, id: VideoId) -> Result<Vec<Mail>> {
        self.mails_from(stack, id, 1).await
    }

    /// Returns the mails about a video, once `least` of them have been sent.
    ///
    /// # Errors
    /// If fewer are sent.
    pub async fn mails_from(&self, stack: &Stack, id: VideoId, least: usize) -> Result<Vec<Mail>> {
        until(format!("{least} mails came about video {id}"), LONGEST, async || {
            let mails = self.mails_now(stack, id).await?;
            Ok((mails.len() >= least).then_some(mails))
        })
        .await
    }

    /// Sends a request with the user's token and returns status and body.
    ///
    /// # Errors
    /// If the API does not answer with JSON.
    pub async fn request(&self, stack: &Stack, method: &str, path: &str) -> Result<(u16, Value)> {
        let token = self.api.id_token().await?;
        request(stack, method, path, Some(&token)).await
    }

    /// Sends a GET request with the user's token and returns status and body.
    ///
    /// # Errors
    /// If the API does not answer with JSON.
    pub async fn get(&self, stack: &Stack, path: &str) -> Result<(u16, Value)> {
        self.request(stack, "GET", path).await
    }

    /// Sends a POST request with the user's token and an idempotency key. Returns status and body.
    ///
    /// # Errors
    /// If the API does not answer with JSON.
    pub async fn post(
        &self,
        stack: &Stack,
        path: &str,
        key: &str,
        body: &str,
    ) -> Result<(u16, Value)> {
        let request = reqwest::Client::new()
            .post(format!("{}{path}", stack.api_url()))
            .bearer_auth(self.api.id_token().await?)
            .header("idempotency-key", key)
            .header("content-type", "application/json")
            .body(body.to_owned());
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }
}

/// Sends a GET request with any token, or without one, and returns status and body.
///
/// # Errors
/// If the API does not answer with JSON.
pub async fn get(stack: &Stack, path: &str, token: Option<&str>) -> Result<(u16, Value)> {
    request(stack, "GET", path, token).await
}

/// Sends a request as [`get`] does. An answer without a body is `null`.
async fn request(
    stack: &Stack,
    method: &str,
    path: &str,
    token: Option<&str>,
) -> Result<(u16, Value)> {
    let (status, body) = send(stack, method, path, token).await?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body)? };
    Ok((status, body))
}

/// Sends a request with any token, or without one, and returns status and body as it came.
///
/// # Errors
/// If the API does not answer.
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
