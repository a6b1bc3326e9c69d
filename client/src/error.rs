//! Errors with messages that a person can act on.

use framezip_contract::{Problem, escaped};
use reqwest::Url;
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// The reason why an operation failed. The field `operation` completes a sentence that starts with "cannot".
/// No message contains a token or a presigned URL.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server's address is not an `http` or `https` URL.
    #[error("{text:?} is not a server's address, such as https://frames.example.com")]
    InvalidAddress {
        /// The address.
        text: String,
    },
    /// TLS cannot be set up, for example because the machine has no certificates.
    #[error("cannot set up TLS")]
    Tls(#[source] reqwest::Error),
    /// A request could not be sent, or its response did not arrive.
    #[error("cannot {operation}: the request to {host} failed")]
    Network {
        /// The operation that failed.
        operation: &'static str,
        /// The host that the request was sent to, with its port if that is not the default.
        host: String,
        /// The cause, without the URL.
        source: reqwest::Error,
    },
    /// A transfer stalled.
    #[error("cannot {operation}: no data was transferred for {seconds} s")]
    Stalled {
        /// The operation that failed.
        operation: &'static str,
        /// For how long no data was transferred.
        seconds: u64,
    },
    /// The API refused the request and gave a reason.
    #[error("cannot {operation}: {}", problem_text(problem))]
    Problem {
        /// The operation that failed.
        operation: &'static str,
        /// The API's problem details.
        problem: Box<Problem>,
    },
    /// A gateway before the API or the storage refused the request.
    #[error("cannot {operation}: the server answered {status}: {}{}", escaped(message), advice(*status))]
    Status {
        /// The operation that failed.
        operation: &'static str,
        /// The HTTP status.
        status: u16,
        /// The message in the response. For the storage, `<Code>: <Message>`.
        message: String,
    },
    /// The status of a response means success, but its body is not the expected one.
    #[error("cannot {operation}: the response does not come from a framezip server")]
    InvalidResponse {
        /// The operation that failed.
        operation: &'static str,
        /// The error in the body.
        source: serde_json::Error,
    },
    /// The user pool refused the request.
    #[error(transparent)]
    Cognito(#[from] CognitoError),
    /// The sign-in has expired or was revoked.
    #[error("your sign-in has expired: sign in again with framezip sign-in")]
    SignedOut(#[source] CognitoError),
    /// The user pool requires a further step, such as a second factor.
    #[error("the sign-in requires {}, which framezip does not support", escaped(name))]
    Challenge {
        /// Cognito's name of the step.
        name: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {operation} {}", shown(path))]
    File {
        /// The operation that failed.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The length of a file differs from the one that the server was given.
    #[error("{} has changed: it had {declared} bytes and has {now} now", shown(path))]
    FileChanged {
        /// The file.
        path: PathBuf,
        /// The length that the server was given, in bytes.
        declared: u64,
        /// The current length, in bytes.
        now: u64,
    },
    /// There is already a file where the zip would be saved.
    #[error("{} exists: replace it with --force, or give another name", shown(path))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is something other than a regular file where the zip would be saved.
    #[error("{} is not a regular file: give another name", shown(path))]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A zip has the right length, but its content does not match its directory.
    #[error("the downloaded zip is damaged: download it again")]
    Damaged {
        /// The error in the zip.
        source: zip::result::ZipError,
    },
    /// A download does not have the length that the API gave.
    #[error("the zip has {received} bytes and should have {expected}: download it again")]
    Incomplete {
        /// The length that the API gave, in bytes.
        expected: u64,
        /// The number of bytes received.
        received: u64,
    },
}

impl Error {
    pub(crate) fn network(operation: &'static str, source: reqwest::Error) -> Self {
        let host = source.url().map_or_else(|| "the server".to_owned(), address);
        // a presigned URL is a secret
        Self::Network { operation, host, source: source.without_url() }
    }

    /// Returns a function that wraps the cause of a failed write to `path`.
    pub(crate) fn cannot_write(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::File { operation: "write", path: path.to_owned(), source }
    }

    /// Returns the HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem { problem, .. } => Some(problem.status),
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Returns the API's stable error code, if it gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Problem { problem, .. } => Some(&problem.code),
            _ => None,
        }
    }

    /// Returns whether the user must sign in, or must give other credentials.
    pub fn is_about_credentials(&self) -> bool {
        match self {
            Self::Cognito(error) => error.is_about_credentials(),
            Self::SignedOut(_) | Self::Challenge { .. } => true,
            _ => self.status() == Some(401),
        }
    }

    /// Returns whether the same request may succeed a little later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Network { source, .. } => !source.is_builder() && !source.is_redirect(),
            Self::Stalled { .. } => true,
            // S3's code for a request that stalled
            Self::Status { status: 400, message, .. } => message.starts_with("RequestTimeout"),
            _ => self.status().is_some_and(|status| status >= 500 || status == 429),
        }
    }
}

fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns what the user can do about a status, if the status alone says so.
fn advice(status: u16) -> &'static str {
    match status {
        401 => " (sign in again: framezip sign-in --email <address>)",
        429 => " (too many requests at once: try again in a moment)",
        _ => "",
    }
}

/// Returns a path as text that is safe to show in a terminal.
fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}

/// Returns the API's explanation in one line, followed by one line for each invalid field.
fn problem_text(problem: &Problem) -> String {
    let fields = problem.errors.iter().map(|error| format!("\n  {}", escaped(&error.to_string())));
    let fields = fields.collect::<String>();
    let id = problem.request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default();
    let advice = advice(problem.status);
    let detail = format!("{} ({}{id})", problem.detail, problem.code);
    format!("{}{advice}{fields}", escaped(&detail))
}

/// An error response of Cognito.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CognitoError {
    /// The type of the error, such as `UserNotConfirmedException`.
    pub kind: String,
    /// Cognito's message.
    pub message: String,
}

impl CognitoError {
    /// Returns whether the address, the password or the code is wrong, or the sign-in has expired.
    pub fn is_about_credentials(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "CodeMismatchException"
                | "ExpiredCodeException"
                | "NotAuthorizedException"
                | "PasswordResetRequiredException"
                | "UserNotConfirmedException"
                | "UserNotFoundException"
        )
    }

    fn advice(&self) -> Option<&'static str> {
        Some(match self.kind.as_str() {
            "UserNotConfirmedException" => {
                "confirm the address first: framezip confirm --email <address> <code from the mail>"
            }
            "UsernameExistsException" => "sign in: framezip sign-in --email <address>",
            "CodeMismatchException" => "use the code from the newest mail",
            "ExpiredCodeException" => {
                "get a new code: framezip confirm --resend, or framezip forgot-password"
            }
            "UserNotFoundException" => "sign up: framezip sign-up --email <address>",
            "LimitExceededException"
            | "TooManyFailedAttemptsException"
            | "TooManyRequestsException" => "wait a few minutes, then try again",
            _ => return None,
        })
    }
}

impl fmt::Display for CognitoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escaped(if self.message.is_empty() { &self.kind } else { &self.message }))?;
        self.advice().map_or(Ok(()), |advice| write!(f, " ({advice})"))
    }
}
