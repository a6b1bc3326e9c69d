//! The folder with the files that are kept between runs. Only the user can read them.

use crate::exit::UsageError;
use anyhow::Context;
use std::{
    env,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

/// Returns the configuration folder, which may not exist yet.
pub fn folder() -> anyhow::Result<PathBuf> {
    find_folder(|name| env::var_os(name), env::home_dir()).context(
        "there is no home folder to store the sign-in: set FRAMEZIP_CONFIG_DIR to a folder",
    )
}

/// Returns the value of an environment variable. An empty value counts as unset.
pub fn variable(name: &str) -> Result<Option<String>, UsageError> {
    let value = env::var_os(name).filter(|value| !value.is_empty());
    let text = value.map(OsString::into_string).transpose();
    text.map_err(|_| UsageError(format!("{name} is not valid UTF-8")))
}

/// Writes a file, replacing one of the same name, and returns it while it is still open. Other users can
/// never read it, and it is never incomplete.
pub fn write(path: &Path, content: &[u8]) -> anyhow::Result<File> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = path.with_extension(format!("{}.tmp", process::id()));
    let write = || {
        fs::create_dir_all(folder)?;
        let mut file = create_private(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        Ok::<_, io::Error>(file)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Creates a file that is never readable by other users.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn find_folder(
    variable: impl Fn(&str) -> Option<OsString>,
    home: Option<PathBuf>,
) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("FRAMEZIP_CONFIG_DIR")
        .or_else(|| Some(set("XDG_CONFIG_HOME")?.join("framezip")))
        .or_else(|| Some(home?.join(".config").join("framezip")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c.json");
        write(&path, b"1").unwrap();
        write(&path, b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_a_written_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        fs::write(&path, "{}").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, b"{}").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_first_variable_that_is_set_decides_the_folder() {
        let find = |set: &[(&str, &str)]| {
            let variable = |name: &str| {
                set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into())
            };
            find_folder(variable, Some("/home/ada".into())).unwrap()
        };
        let ours = ("FRAMEZIP_CONFIG_DIR", "/ours");
        let xdg = ("XDG_CONFIG_HOME", "/xdg");
        assert_eq!(find(&[xdg, ours]), Path::new("/ours"));
        assert_eq!(find(&[xdg, ("FRAMEZIP_CONFIG_DIR", "")]), Path::new("/xdg/framezip"));
        assert_eq!(find(&[]), Path::new("/home/ada/.config/framezip"));
        assert_eq!(find_folder(|_| None, None), None);
    }
}
