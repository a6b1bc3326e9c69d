//! What is kept between two runs: the server and the user's tokens, in a file for its owner only.

use crate::config;
use anyhow::Context;
use framezip_client::Tokens;
use framezip_contract::WebConfig;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The server last signed in to.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// Its address.
    pub api: String,
    /// What it said of its user pool.
    pub user_pool: WebConfig,
    /// The tokens, until the sign-out.
    pub tokens: Option<Tokens>,
}

/// Where [`Credentials`] are kept.
#[derive(Clone, Debug)]
pub struct CredentialsStore {
    path: PathBuf,
}

impl CredentialsStore {
    /// The store in this folder.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("credentials.json") }
    }

    /// What is kept, if anything is.
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

    /// Keeps these in place of what was kept.
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
    fn what_is_saved_is_loaded() {
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
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = CredentialsStore::new(folder.path());
        fs::write(&store.path, "{").unwrap();
        assert!(store.load().unwrap_err().to_string().contains("credentials.json is damaged"));
    }
}
