//! Talks to a framezip server: signs a user in, sends videos, waits for them and fetches the zips.
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
//! Requests that are safe to repeat (all but those to the user pool) are repeated a few times when the
//! network or the server fails. Large files go up in parts; an upload that was broken off goes on where
//! it was, by [`ApiClient::resume`]. Neither uploads nor downloads are held in memory, and both
//! may take as long as they move.

mod api_client;
mod backoff;
mod cognito;
mod download;
mod downloaded_zip;
mod error;
mod http;
mod server;
mod source_file;
#[cfg(test)]
mod test_server;
mod tokens;
mod upload;
mod videos;
mod webhook;

pub use api_client::ApiClient;
pub use cognito::{SignedUp, UserPool};
pub use downloaded_zip::{DownloadedZip, Existing, SaveError};
pub use error::{CognitoError, Error};
pub use server::Server;
pub use source_file::SourceFile;
pub use tokens::Tokens;
pub use videos::ListScope;
