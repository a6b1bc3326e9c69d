//! Arguments of the commands that sign up, in and out.

use crate::password::PasswordSource;
use clap::{Args, Subcommand};

/// What is done to sign in and out.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account
    SignUp(CredentialsArgs),
    /// Confirm an account by the code that came by mail
    Confirm(ConfirmArgs),
    /// Sign in; the sign-in is kept for later commands
    SignIn(CredentialsArgs),
    /// Set a new password: first without a code, which then comes by mail, then with it
    ForgotPassword(ForgotPasswordArgs),
    /// Forget the sign-in
    SignOut,
}

#[derive(Debug, Args)]
pub struct CredentialsArgs {
    /// The e-mail address
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input; else FRAMEZIP_PASSWORD is used, else you are asked
    #[arg(long)]
    password_stdin: bool,
}

impl CredentialsArgs {
    /// Where to read the password first.
    pub fn password_source(&self) -> PasswordSource {
        source(self.password_stdin)
    }
}

#[derive(Debug, Args)]
pub struct ConfirmArgs {
    /// The e-mail address
    #[arg(long)]
    pub email: String,
    /// The code
    #[arg(required_unless_present = "resend", conflicts_with = "resend")]
    pub code: Option<String>,
    /// Have another code sent
    #[arg(long)]
    pub resend: bool,
}

#[derive(Debug, Args)]
pub struct ForgotPasswordArgs {
    /// The e-mail address
    #[arg(long)]
    pub email: String,
    /// The code from the mail
    #[arg(long)]
    pub code: Option<String>,
    /// Read the new password from standard input; else FRAMEZIP_PASSWORD is used, else you are asked
    #[arg(long, requires = "code")]
    password_stdin: bool,
}

impl ForgotPasswordArgs {
    /// Where to read the new password first.
    pub fn password_source(&self) -> PasswordSource {
        source(self.password_stdin)
    }
}

fn source(stdin: bool) -> PasswordSource {
    if stdin { PasswordSource::Stdin } else { PasswordSource::EnvironmentOrTerminal }
}
