//! What is kept between two runs: the server and the user's tokens, in a file for its owner only.

use anyhow::Context;
use framezip_client::Tokens;
use framezip_contract::WebConfig;
use serde::{Deserialize, Serialize};
use std::{
    env,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
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
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
}

impl Store {
    /// The user's store.
    pub fn open() -> anyhow::Result<Self> {
        let folder = folder(|name| env::var_os(name), env::home_dir()).context(
            "there is no home folder to keep the sign-in in: set FRAMEZIP_CONFIG_DIR to a folder",
        )?;
        Ok(Self { path: folder.join("credentials.json") })
    }

    /// What is kept, if anything is.
    pub fn load(&self) -> anyhow::Result<Option<Credentials>> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| self.cannot("read")),
        };
        let credentials = serde_json::from_slice(&text).with_context(|| {
            format!("{} is damaged: delete it and sign in again", self.path.display())
        })?;
        Ok(Some(credentials))
    }

    /// Keeps these in place of what was kept. The file is never readable by others and never half
    /// written.
    pub fn save(&self, credentials: &Credentials) -> anyhow::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let text = serde_json::to_vec_pretty(credentials)?;
        let beside = self.path.with_extension(format!("{}.tmp", process::id()));
        let write = || {
            fs::create_dir_all(folder)?;
            let mut file = private(&beside)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)
        };
        write().with_context(|| self.cannot("write"))
    }

    fn cannot(&self, operation: &str) -> String {
        format!("cannot {operation} {}", self.path.display())
    }
}

/// A new file that only its owner may read, from the first moment on.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn folder(variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("FRAMEZIP_CONFIG_DIR")
        .or_else(|| Some(set("XDG_CONFIG_HOME")?.join("framezip")))
        .or_else(|| Some(home?.join(".config").join("framezip")))
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
        let store = Store { path: folder.path().join("a/b/credentials.json") };
        assert!(store.load().unwrap().is_none());
        store.save(&credentials()).unwrap();
        assert_eq!(store.load().unwrap(), Some(credentials()));
        let other = Credentials { tokens: None, ..credentials() };
        store.save(&other).unwrap();
        assert_eq!(store.load().unwrap(), Some(other));
        assert_eq!(fs::read_dir(store.path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = Store { path: folder.path().join("credentials.json") };
        fs::write(&store.path, "{}").unwrap();
        fs::set_permissions(&store.path, fs::Permissions::from_mode(0o644)).unwrap();
        store.save(&credentials()).unwrap();
        assert_eq!(fs::metadata(&store.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { path: folder.path().join("credentials.json") };
        fs::write(&store.path, "{").unwrap();
        assert!(store.load().unwrap_err().to_string().contains("credentials.json is damaged"));
    }

    #[test]
    fn the_folder_is_the_first_that_is_set() {
        let find = |set: &[(&str, &str)]| {
            let variable = |name: &str| {
                set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into())
            };
            folder(variable, Some("/home/ada".into())).unwrap()
        };
        let ours = ("FRAMEZIP_CONFIG_DIR", "/ours");
        let xdg = ("XDG_CONFIG_HOME", "/xdg");
        assert_eq!(find(&[xdg, ours]), Path::new("/ours"));
        assert_eq!(find(&[xdg, ("FRAMEZIP_CONFIG_DIR", "")]), Path::new("/xdg/framezip"));
        assert_eq!(find(&[]), Path::new("/home/ada/.config/framezip"));
        assert_eq!(folder(|_| None, None), None);
    }
}
