//! How the command ends. The codes are documented in `--help`.

use framezip_client::Error;
use framezip_contract::{ErrorCode, Failure, Status, Video};
use std::process::ExitCode;

/// An exit code. Of two, the greater one tells more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Done,
    VideoFailed,
    Failed,
    Usage,
    SignIn,
    Interrupted,
}

impl Exit {
    /// What an error ends the command with.
    pub fn of(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            if cause.is::<Usage>() {
                return Self::Usage;
            }
            if cause.is::<VideoFailed>() {
                return Self::VideoFailed;
            }
            if cause.is::<NotSignedIn>()
                || cause.downcast_ref().is_some_and(Error::is_about_credentials)
            {
                return Self::SignIn;
            }
        }
        Self::Failed
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::SignIn => 3,
            Exit::VideoFailed => 4,
            // as shells say it of what SIGINT ended
            Exit::Interrupted => 130,
        })
    }
}

/// A wrong command line that the parser lets through.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// No sign-in is kept for this server.
#[derive(Debug, thiserror::Error)]
#[error("not signed in to {server}: framezip sign-in --email <address>")]
pub struct NotSignedIn {
    pub server: String,
}

/// The server could make no zip of the video.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", .0.code, .0.message)]
pub struct VideoFailed(Failure);

impl VideoFailed {
    /// Fails where the video did.
    pub fn check(video: &Video) -> Result<(), Self> {
        if video.status != Status::Failed {
            return Ok(());
        }
        let unknown = || Failure::new(ErrorCode::Internal, "The server gave no reason.");
        Err(Self(video.error.clone().unwrap_or_else(unknown)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn the_cause_decides_under_any_context() {
        let failure = Failure::new(ErrorCode::NotAVideo, "It is a text.");
        let status = |status| Error::Status { operation: "do it", status, message: String::new() };
        let cases: [(anyhow::Error, Exit); 5] = [
            (Usage("x".to_owned()).into(), Exit::Usage),
            (NotSignedIn { server: "s".to_owned() }.into(), Exit::SignIn),
            (VideoFailed(failure).into(), Exit::VideoFailed),
            (status(401).into(), Exit::SignIn),
            (status(500).into(), Exit::Failed),
        ];
        for (error, exit) in cases {
            let text = error.to_string();
            let error = Err::<(), _>(error).context("a file").context("all").unwrap_err();
            assert_eq!(Exit::of(&error), exit, "{text}");
        }
    }
}
