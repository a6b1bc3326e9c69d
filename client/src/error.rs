//! What can go wrong, in words that a person can act on.

use framezip_contract::{Problem, escaped};
use reqwest::Url;
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// Why something could not be done. `operation` reads after "cannot". No text holds a token or a
/// presigned URL.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server's address is no `http` or `https` URL.
    #[error("{text:?} is not a server's address, such as https://frames.example.com")]
    InvalidAddress {
        /// The address.
        text: String,
    },
    /// TLS cannot be set up, for example because the machine has no certificates.
    #[error("cannot set up TLS")]
    Tls(#[source] reqwest::Error),
    /// A request did not get through, or its answer did not come back.
    #[error("cannot {operation}: the request to {host} failed")]
    Network {
        /// What was tried.
        operation: &'static str,
        /// Whom it was sent to: the host, and the port if it is not the usual one.
        host: String,
        /// Why it failed, without the URL.
        source: reqwest::Error,
    },
    /// A transfer came to a stop.
    #[error("cannot {operation}: nothing has moved for {seconds} s")]
    Stalled {
        /// What was tried.
        operation: &'static str,
        /// For how long nothing moved.
        seconds: u64,
    },
    /// The API refused, and says why.
    #[error("cannot {operation}: {}", sentence(problem))]
    Problem {
        /// What was tried.
        operation: &'static str,
        /// The API's words.
        problem: Box<Problem>,
    },
    /// Another refusal: of a gateway before the API, or of the storage.
    #[error("cannot {operation}: the server answered {status}: {}{}", escaped(message), advice(*status))]
    Status {
        /// What was tried.
        operation: &'static str,
        /// The HTTP status.
        status: u16,
        /// What the answer says; for the storage, `<Code>: <Message>`.
        message: String,
    },
    /// An answer of success whose body is not what was asked for.
    #[error("cannot {operation}: the answer is not one of a framezip server")]
    InvalidResponse {
        /// What was tried.
        operation: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The user pool refused.
    #[error(transparent)]
    Cognito(#[from] CognitoError),
    /// The sign-in is too old, or was revoked.
    #[error("your sign-in has ended: sign in again with framezip sign-in")]
    SignedOut(#[source] CognitoError),
    /// The user pool asks for a further step, such as a second factor.
    #[error("the sign-in asks for {}, which framezip does not know how to answer", escaped(name))]
    Challenge {
        /// The step, by Cognito's name.
        name: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {operation} {}", shown(path))]
    File {
        /// What was tried.
        operation: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file is not as long as it was when the server was told its length.
    #[error("{} has changed: it had {declared} bytes and has {now} now", shown(path))]
    FileChanged {
        /// Which file.
        path: PathBuf,
        /// Its length as the server knows it, in bytes.
        declared: u64,
        /// Its length now, in bytes.
        now: u64,
    },
    /// There is a file where a zip would be saved.
    #[error("{} exists: replace it with --force, or give another name", shown(path))]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// Something other than a file is where a zip would be saved.
    #[error("{} is not a file: give another name", shown(path))]
    NotAFile {
        /// Which path.
        path: PathBuf,
    },
    /// A zip has the right length, but does not hold what its own directory says.
    #[error("the zip that came is damaged: download it again")]
    Damaged {
        /// What is wrong with it.
        source: zip::result::ZipError,
    },
    /// A download is not as long as the API says.
    #[error("the zip has {received} bytes and should have {expected}: download it again")]
    Incomplete {
        /// Its length by the API, in bytes.
        expected: u64,
        /// What came, in bytes.
        received: u64,
    },
}

impl Error {
    pub(crate) fn network(operation: &'static str, source: reqwest::Error) -> Self {
        let host = source.url().map_or_else(|| "the server".to_owned(), address);
        // a presigned URL is a secret
        Self::Network { operation, host, source: source.without_url() }
    }

    /// The HTTP status, where the other side answered with one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem { problem, .. } => Some(problem.status),
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The API's stable code, where it gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Problem { problem, .. } => Some(&problem.code),
            _ => None,
        }
    }

    /// Whether the user must sign in, or with other credentials.
    pub fn is_about_credentials(&self) -> bool {
        match self {
            Self::Cognito(refusal) => refusal.is_about_credentials(),
            Self::SignedOut(_) | Self::Challenge { .. } => true,
            _ => self.status() == Some(401),
        }
    }

    /// Whether the same request may succeed a little later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Network { source, .. } => !source.is_builder() && !source.is_redirect(),
            Self::Stalled { .. } => true,
            // S3's word for a request that stood still
            Self::Status { status: 400, message, .. } => message.starts_with("RequestTimeout"),
            _ => self.status().is_some_and(|status| status >= 500 || status == 429),
        }
    }
}

fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What to do about a status, where it says that by itself.
fn advice(status: u16) -> &'static str {
    match status {
        401 => " (sign in again: framezip sign-in --email <address>)",
        429 => " (too many requests at once: try again in a moment)",
        _ => "",
    }
}

/// A path, as far as it can be shown.
fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}

/// The API's words in one line, and one line for each wrong field.
fn sentence(problem: &Problem) -> String {
    let fields = problem.errors.iter().map(|error| format!("\n  {}", escaped(&error.to_string())));
    let fields = fields.collect::<String>();
    let id = problem.request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default();
    let (advice, words) =
        (advice(problem.status), format!("{} ({}{id})", problem.detail, problem.code));
    format!("{}{advice}{fields}", escaped(&words))
}

/// Cognito's no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CognitoError {
    /// Its kind, such as `UserNotConfirmedException`.
    pub kind: String,
    /// Cognito's sentence.
    pub message: String,
}

impl CognitoError {
    /// Whether the address, the password or the code is wrong, or the sign-in is over.
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
                "confirm first: framezip confirm --email <address> <code from the mail>"
            }
            "UsernameExistsException" => "sign in: framezip sign-in --email <address>",
            "CodeMismatchException" => "take the code of the newest mail",
            "ExpiredCodeException" => {
                "get a new one: framezip confirm --resend, or framezip forgot-password"
            }
            "UserNotFoundException" => "sign up: framezip sign-up --email <address>",
            "LimitExceededException"
            | "TooManyFailedAttemptsException"
            | "TooManyRequestsException" => "wait some minutes, then try again",
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
