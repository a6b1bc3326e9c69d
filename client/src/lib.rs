//! A client for framezip servers: signs a user in, uploads videos, waits for them and downloads the zips.
//! The command `framezip` and the end-to-end tests are built on it.
//!
//! ```no_run
//! # async fn example() -> Result<(), framezip_client::Error> {
//! use framezip_client::{ApiClient, Existing, Server, SourceFile};
//! use std::path::Path;
//!
//! let server = Server::new("https://frames.example.com")?;
//! let pool = server.user_pool().await?;
//! let tokens = pool.sign_in("ada@example.com", "correct horse").await?;
//! let api = ApiClient::new(server, pool, tokens);
//!
//! let file = SourceFile::open("clip.mp4").await?;
//! let created = api.create(&file.request(Default::default())).await?;
//! api.upload(&created, &file, |_sent| ()).await?;
//! let view = api.wait(created.video.id, |_video| ()).await?;
//! if let Some(download) = view.download {
//!     let zip = api.download(&download, Path::new("."), |_received| ()).await?;
//!     zip.save(Path::new("clip.zip"), Existing::Keep)?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Requests that are safe to repeat are repeated a few times if the network or the server fails. Large files
//! are uploaded in parts; [`ApiClient::resume`] continues an interrupted upload. Uploads and downloads
//! are streamed, not held in memory, and have no time limit while data is moving.

mod api_client;
mod backoff;
mod cognito;
mod download;
mod downloaded_zip;
mod error;
mod http;
mod mail;
mod owner_filter;
mod server;
mod source_file;
#[cfg(test)]
mod test_server;
mod tokens;
mod upload;
mod videos;
mod webhook;
mod webhook_receiver;

pub use api_client::{ApiClient, Renewal};
pub use cognito::{SignedUp, UserPool};
pub use downloaded_zip::{DownloadedZip, Existing, SaveError};
pub use error::{CognitoError, Error};
pub use owner_filter::OwnerFilter;
pub use server::Server;
pub use source_file::SourceFile;
pub use tokens::Tokens;
pub use webhook_receiver::{ReceivedEvent, ReceiverError, WebhookReceiver};
