//! Exit codes and error documents. `--help` documents the exit codes.

use framezip_client::Error;
use framezip_contract::{ErrorCode, Failure, Status, Video, VideoId, escaped};
use serde::Serialize;
use std::io;

/// The result of the command. If several files or videos end differently, the greatest value decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Done,
    VideoFailed,
    Failed,
    Usage,
    SignIn,
    Interrupted,
    /// By SIGTERM, or because the terminal was closed.
    Terminated,
}

impl Exit {
    /// Returns how an error ends the command.
    pub fn of(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            if cause.is::<UsageError>()
                || matches!(cause.downcast_ref(), Some(Error::InvalidAddress { .. }))
            {
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

    /// Returns the exit code of the process.
    pub fn code(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::SignIn => 3,
            Self::VideoFailed => 4,
            // the codes that shells report after SIGINT and SIGTERM
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

/// Returns whether Ctrl-C caused an error: a prompt may notice it before the command does.
pub fn is_interruption(error: &anyhow::Error) -> bool {
    let is_cause = |cause: &io::Error| cause.kind() == io::ErrorKind::Interrupted;
    error.chain().filter_map(|cause| cause.downcast_ref()).any(is_cause)
}

/// Returns the message of an error with those of its causes. Messages of libraries are escaped, since they
/// may quote a server. Our own messages are safe, and some have several lines.
pub fn error_text(error: &anyhow::Error) -> String {
    let texts = error.chain().map(|cause| match cause.is::<Error>() {
        true => cause.to_string(),
        false => escaped(&cause.to_string()),
    });
    texts.collect::<Vec<_>>().join(": ")
}

/// The reason why a command failed, as `--json` prints it.
#[derive(Debug, Serialize)]
pub struct ErrorDocument {
    code: String,
    message: String,
}

impl ErrorDocument {
    /// Creates the document of an error. Its code is that of the API or of the video if there is one, and
    /// otherwise one of the client's.
    pub fn of(error: &anyhow::Error) -> Self {
        let code = error.chain().find_map(code).unwrap_or_else(|| "failed".to_owned());
        Self { code, message: error_text(error) }
    }

    /// Creates a document with one of the client's codes.
    pub fn new(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned() }
    }
}

fn code(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if cause.is::<UsageError>() {
        return Some("usage".to_owned());
    }
    if cause.is::<NotSignedIn>() {
        return Some("not_signed_in".to_owned());
    }
    if cause.is::<NotReady>() {
        return Some("not_ready".to_owned());
    }
    if let Some(InvalidDestination { code, .. }) = cause.downcast_ref() {
        return Some((*code).to_owned());
    }
    if let Some(VideoFailed(failure)) = cause.downcast_ref() {
        return Some(failure.code.to_string());
    }
    if cause.is::<io::Error>() {
        return Some("file".to_owned());
    }
    let error = cause.downcast_ref::<Error>()?;
    let code = match error {
        Error::Problem { problem, .. } => return Some(problem.code.clone()),
        Error::SignedOut(_) => "not_signed_in",
        Error::Cognito(error) if error.is_about_credentials() => "wrong_credentials",
        Error::Cognito(_) | Error::Challenge { .. } => "refused",
        Error::InvalidAddress { .. } => "usage",
        Error::Tls(_) | Error::Network { .. } | Error::Stalled { .. } => "network",
        Error::Status { status: 401, .. } => "not_signed_in",
        Error::Status { status: 429, .. } => "too_many_requests",
        Error::Status { .. } | Error::InvalidResponse { .. } => "server",
        Error::Exists { .. } | Error::NotAFile { .. } => "file_exists",
        Error::File { .. } | Error::FileChanged { .. } => "file",
        Error::Damaged { .. } | Error::Incomplete { .. } => "damaged_zip",
    };
    Some(code.to_owned())
}

/// An error in the command line that the parser does not detect.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// A path where no zip can be saved.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct InvalidDestination {
    /// `file_exists` or `file`, as `--json` prints it.
    pub code: &'static str,
    /// The reason, and what to do.
    pub text: String,
}

impl InvalidDestination {
    /// Creates an error with the code `file`.
    pub fn new(text: impl Into<String>) -> Self {
        Self { code: "file", text: text.into() }
    }
}

/// A video has no zip yet.
#[derive(Debug, thiserror::Error)]
#[error("{id} is not ready yet: {phase}")]
pub struct NotReady {
    pub id: VideoId,
    /// The phase of the video, described for a person.
    pub phase: String,
}

/// No sign-in is stored for this server.
#[derive(Debug, thiserror::Error)]
#[error("not signed in to {server}: sign in with framezip sign-in --email <address>")]
pub struct NotSignedIn {
    pub server: String,
}

/// The server could not extract the video's frames.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", .0.code, escaped(&.0.message))]
pub struct VideoFailed(Failure);

impl VideoFailed {
    /// Fails if the video has failed.
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
    fn the_cause_decides_the_exit_code_under_any_context() {
        let failure = Failure::new(ErrorCode::NotAVideo, "It is a text.");
        let status = |status| Error::Status { operation: "do it", status, message: String::new() };
        let cases: [(anyhow::Error, Exit); 5] = [
            (UsageError("x".to_owned()).into(), Exit::Usage),
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
