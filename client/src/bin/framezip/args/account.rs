//! The arguments of the commands for a user's account.

use crate::password::PasswordSource;
use clap::{Args, Subcommand};

/// The commands for a user's account.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Create an account
    SignUp(CredentialsArgs),
    /// Confirm an account with the code from the mail
    Confirm(ConfirmArgs),
    /// Sign in, and store the sign-in for later commands
    SignIn(CredentialsArgs),
    /// Set a new password: first request a code by mail, then run the command again with --code
    ForgotPassword(ForgotPasswordArgs),
    /// Sign out, and delete the stored sign-in
    SignOut,
}

#[derive(Debug, Args)]
pub struct CredentialsArgs {
    /// The e-mail address
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input instead of FRAMEZIP_PASSWORD or the terminal
    #[arg(long)]
    password_stdin: bool,
}

impl CredentialsArgs {
    /// Returns the source of the password.
    pub fn password_source(&self) -> PasswordSource {
        if self.password_stdin {
            PasswordSource::Stdin
        } else {
            PasswordSource::EnvironmentOrTerminal
        }
    }
}

#[derive(Debug, Args)]
pub struct ConfirmArgs {
    /// The e-mail address
    #[arg(long)]
    pub email: String,
    /// The code from the mail
    #[arg(required_unless_present = "resend", conflicts_with = "resend")]
    pub code: Option<String>,
    /// Request another code
    #[arg(long)]
    pub resend: bool,
}

#[derive(Debug, Args)]
pub struct ForgotPasswordArgs {
    /// The e-mail address
    #[arg(long)]
    pub email: String,
    /// The code from the mail; without it, a code is sent
    #[arg(long)]
    pub code: Option<String>,
    /// Read the new password from standard input instead of FRAMEZIP_PASSWORD or the terminal
    #[arg(long, requires = "code")]
    password_stdin: bool,
}

impl ForgotPasswordArgs {
    /// Returns the source of the new password.
    pub fn password_source(&self) -> PasswordSource {
        if self.password_stdin {
            PasswordSource::Stdin
        } else {
            PasswordSource::EnvironmentOrTerminal
        }
    }
}
