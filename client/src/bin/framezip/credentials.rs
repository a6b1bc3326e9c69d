//! The stored sign-in: the server and the user's tokens, in a file that only the user can read.

use crate::config;
use anyhow::Context;
use framezip_client::Tokens;
use framezip_contract::WebConfig;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The server of the last sign-in, and the tokens.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// The address of the server.
    pub api: String,
    /// The settings of the server's user pool.
    pub user_pool: WebConfig,
    /// The tokens; `None` after signing out.
    pub tokens: Option<Tokens>,
}

/// The file that [`Credentials`] are stored in.
#[derive(Clone, Debug)]
pub struct CredentialsStore {
    path: PathBuf,
}

impl CredentialsStore {
    /// Returns the store in this folder.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("credentials.json") }
    }

    /// Returns the stored credentials, if there are any.
    pub fn load(&self) -> anyhow::Result<Option<Credentials>> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", self.path.display()));
            }
        };
        let credentials = serde_json::from_slice(&text).with_context(|| {
            format!("{} is damaged: delete it and sign in again", self.path.display())
        })?;
        Ok(Some(credentials))
    }

    /// Stores credentials in place of earlier ones.
    pub fn save(&self, credentials: &Credentials) -> anyhow::Result<()> {
        config::write(&self.path, &serde_json::to_vec_pretty(credentials)?).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn credentials() -> Credentials {
        Credentials {
            api: "https://a.example".to_owned(),
            user_pool: WebConfig {
                region: "eu-central-1".to_owned(),
                user_pool_id: "pool".to_owned(),
                user_pool_client_id: "client".to_owned(),
                cognito_endpoint: "https://c.example".to_owned(),
            },
            tokens: Some(Tokens {
                id_token: "i".to_owned(),
                refresh_token: "r".to_owned(),
                expires_at: Timestamp::UNIX_EPOCH,
            }),
        }
    }

    #[test]
    fn saved_credentials_are_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let store = CredentialsStore::new(&folder.path().join("a/b"));
        assert!(store.load().unwrap().is_none());
        store.save(&credentials()).unwrap();
        assert_eq!(store.load().unwrap(), Some(credentials()));
        let other = Credentials { tokens: None, ..credentials() };
        store.save(&other).unwrap();
        assert_eq!(store.load().unwrap(), Some(other));
    }

    #[test]
    fn the_error_names_a_damaged_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = CredentialsStore::new(folder.path());
        fs::write(&store.path, "{").unwrap();
        assert!(store.load().unwrap_err().to_string().contains("credentials.json is damaged"));
    }
}
