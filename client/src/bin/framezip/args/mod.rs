//! The command-line arguments.

mod account;
mod extraction;
#[cfg(test)]
mod tests;
mod wait;

pub use account::{AccountCommand, ConfirmArgs, CredentialsArgs, ForgotPasswordArgs};
use extraction::ExtractionArgs;
pub use wait::{SaveArgs, WaitArgs};

use crate::{exit::UsageError, password::PasswordSource};
use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use clap_complete::Shell;
use framezip_client::OwnerFilter;
use framezip_contract::{EventId, ExtractionOptions, MailScope, Status, UserId, VideoId};
use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
};

const AFTER_HELP: &str = "\
Exit codes:
  0    success
  1    an error of the network, the server or a file
  2    an invalid command line
  3    not signed in, or a wrong password or code
  4    the video failed (with --wait, -o or --output-dir, and for watch, status
       and download)
  130  interrupted by Ctrl-C
  143  ended by SIGTERM
  With several files or videos, the exit code is the first of 3, 1 and 4 that
  applies to any of them.

Environment:
  FRAMEZIP_API             the server's address, like --api
  FRAMEZIP_PASSWORD        the password for sign-up, sign-in and forgot-password
  FRAMEZIP_WEBHOOK_SECRET  the secret for webhook listen
  FRAMEZIP_CONFIG_DIR      the folder for the sign-in and for unfinished uploads
                           [default: ~/.config/framezip]";

/// Send a video and download a zip of its frames.
#[derive(Debug, Parser)]
#[command(name = "framezip", version, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parses a command line.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(join_grids(arguments))
    }
}

/// Joins the size of a sheet or a storyboard to its option, as in `--sheet=5x4`. The options work without a
/// value, so that clap would take a separate size for a file.
fn join_grids(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    let mut follows_option = false;
    let mut is_after_dashes = false;
    for argument in arguments {
        if follows_option && is_grid(&argument) {
            let option = joined.last_mut().expect("an option precedes its value");
            option.push("=");
            option.push(argument);
            follows_option = false;
            continue;
        }
        is_after_dashes |= argument == "--";
        follows_option = !is_after_dashes && (argument == "--sheet" || argument == "--storyboard");
        joined.push(argument);
    }
    joined
}

/// Returns whether an argument looks like `5x4`.
fn is_grid(argument: &OsStr) -> bool {
    let is_number = |side: &str| !side.is_empty() && side.bytes().all(|byte| byte.is_ascii_digit());
    let sides = argument.to_str().and_then(|text| text.split_once(extraction::GRID_SEPARATORS));
    sides.is_some_and(|(columns, rows)| is_number(columns) && is_number(rows))
}

#[derive(Debug, Args)]
pub struct GlobalArgs {
    /// The server's address [default: the server of the last sign-in]
    #[arg(long, global = true, value_name = "URL")]
    pub api: Option<String>,
    /// Print results as JSON, one document per line
    #[arg(long, global = true)]
    pub json: bool,
    /// Print only results and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "a process has only one value")]
pub enum Command {
    #[command(flatten)]
    Account(AccountCommand),
    #[command(flatten)]
    Video(VideoCommand),
    /// Print a script that makes a shell complete framezip's command lines
    Completions {
        /// The shell
        shell: Shell,
    },
}

impl Command {
    /// Returns whether the command writes a zip to standard output.
    pub fn saves_to_stdout(&self) -> bool {
        let Self::Video(command) = self else { return false };
        match command {
            VideoCommand::Upload(UploadArgs { waiting, .. })
            | VideoCommand::Resume(ResumeArgs { waiting, .. })
            | VideoCommand::Retry(RetryArgs { waiting, .. }) => waiting.saving.is_to_stdout(),
            VideoCommand::Download(DownloadArgs { saving, .. }) => saving.is_to_stdout(),
            _ => false,
        }
    }
}

/// The commands for a signed-in user.
#[derive(Debug, Subcommand)]
pub enum VideoCommand {
    /// Upload videos, and optionally wait for their zips and download them
    Upload(UploadArgs),
    /// Continue the upload of a video by its id, even if another machine started it
    Resume(ResumeArgs),
    /// List videos, newest first
    List(ListArgs),
    /// Show the status of a video
    Status(StatusArgs),
    /// Watch videos until they are ready or failed
    Watch {
        /// The ids of the videos [default: all your videos that are neither ready nor failed]
        #[arg(value_name = "ID", value_parser = id)]
        ids: Vec<VideoId>,
    },
    /// Download the zips of videos, by default to the current folder
    Download(DownloadArgs),
    /// Extract the frames of a ready or failed video again: with the same options, or with new ones, which
    /// replace all options of the video
    Retry(RetryArgs),
    /// Delete videos with their files and zips, and cancel their processing
    Delete(DeleteArgs),
    /// Choose the mails that you get
    #[command(subcommand)]
    Mail(MailCommand),
    /// Manage your webhook, which sends events about your videos to your own server
    #[command(subcommand)]
    Webhook(WebhookCommand),
}

/// The commands for the mails to a user.
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Show which mails you get
    Show,
    /// Set which mails you get
    Set {
        /// The videos that you get a mail for
        mails: Mails,
        /// Also send a mail three days before a video expires
        #[arg(long)]
        expiry_reminder: bool,
    },
}

/// The videos that are mailed about.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Mails {
    /// Every video
    All,
    /// Failed videos
    Failures,
    /// No video
    None,
}

impl Mails {
    /// Returns the same for the API.
    pub fn scope(self) -> MailScope {
        match self {
            Self::All => MailScope::All,
            Self::Failures => MailScope::Failures,
            Self::None => MailScope::None,
        }
    }
}

/// The commands for a user's webhook.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Show the URL of the webhook, and whether its deliveries fail
    Show,
    /// Set the URL of the webhook and print the new secret that its events are signed with
    Set {
        /// The URL
        url: String,
        /// Let the previous secret expire at once instead of after a day, for example because it leaked
        #[arg(long)]
        expire_previous_secret: bool,
    },
    /// Delete the webhook
    Delete,
    /// Send a test event and show the response
    Test,
    /// List the last 100 deliveries, newest first
    Deliveries,
    /// Deliver an event once more and show the response
    Resend {
        /// The event's id
        id: EventId,
    },
    /// Receive events on a local port and print those whose signature is valid, until interrupted
    Listen(ListenArgs),
}

#[derive(Debug, Args)]
pub struct ListenArgs {
    /// The port on this machine
    #[arg(long, default_value_t = 8787)]
    pub port: u16,
    /// Read the webhook's secret from standard input instead of FRAMEZIP_WEBHOOK_SECRET or the terminal
    #[arg(long)]
    secret_stdin: bool,
}

impl ListenArgs {
    /// Returns the source of the secret.
    pub fn secret_source(&self) -> PasswordSource {
        if self.secret_stdin {
            PasswordSource::Stdin
        } else {
            PasswordSource::EnvironmentOrTerminal
        }
    }
}

#[derive(Debug, Args)]
pub struct UploadArgs {
    /// The video files
    #[arg(required_unless_present = "resume", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub options: ExtractionArgs,
    /// Upload a single file under this name
    #[arg(long, value_name = "NAME", conflicts_with = "resume")]
    pub name: Option<String>,
    /// Continue the unfinished uploads of unchanged FILEs, or all unfinished uploads of the last 48 hours
    /// if no FILE is given
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub waiting: WaitArgs,
}

#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The id of the video
    #[arg(value_parser = id)]
    pub id: VideoId,
    /// The file, unchanged
    pub file: PathBuf,
    #[command(flatten)]
    pub waiting: WaitArgs,
}

#[derive(Debug, Args)]
pub struct RetryArgs {
    /// The id of the video
    #[arg(value_parser = id)]
    pub id: VideoId,
    #[command(flatten)]
    pub options: ExtractionArgs,
    #[command(flatten)]
    pub waiting: WaitArgs,
}

impl RetryArgs {
    /// Returns the options for the server, if any are given.
    pub fn extraction(&self) -> Result<Option<ExtractionOptions>, UsageError> {
        let options = self.options.extraction()?;
        Ok((options != ExtractionOptions::default()).then_some(options))
    }
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The id of the video
    #[arg(value_parser = id)]
    pub id: VideoId,
    #[command(flatten)]
    pub owner: OwnerArgs,
}

#[derive(Clone, Debug, Args)]
pub struct OwnerArgs {
    /// For administrators: use the videos of this user, as in the OWNER column of list --all
    #[arg(long, value_name = "OWNER", value_parser = user)]
    pub user: Option<UserId>,
}

#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// The ids of the videos
    #[arg(required = true, value_name = "ID", value_parser = id)]
    pub ids: Vec<VideoId>,
    #[command(flatten)]
    pub owner: OwnerArgs,
    /// Do not ask for confirmation; without a terminal, the command never asks
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// List only videos with this status
    #[arg(
        long,
        value_parser = PossibleValuesParser::new(Status::ALL.map(Status::as_str)).map(status)
    )]
    pub status: Option<Status>,
    /// List at most this number of videos
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    #[command(flatten)]
    pub owner: OwnerArgs,
    /// For administrators: list the videos of all users
    #[arg(long, conflicts_with = "user")]
    pub all: bool,
}

impl ListArgs {
    /// Returns whose videos are listed.
    pub fn scope(&self) -> OwnerFilter {
        match &self.owner.user {
            Some(user) => OwnerFilter::User(user.clone()),
            None if self.all => OwnerFilter::Everyone,
            None => OwnerFilter::Own,
        }
    }
}

fn status(text: String) -> Status {
    let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
    found.expect("the parser accepts only these values")
}

fn id(text: &str) -> Result<VideoId, &'static str> {
    text.parse().map_err(|_| {
        "must be a video's id, such as 0198c0de-0000-7000-8000-000000000000: framezip list shows the ids"
    })
}

fn user(text: &str) -> Result<UserId, &'static str> {
    let invalid = "must consist of letters, digits, - and _, as in the OWNER column of list --all";
    UserId::try_from(text.to_owned()).map_err(|_| invalid)
}

/// Without `-o` and `--output-dir`, zips are saved in the current folder.
#[derive(Debug, Args)]
pub struct DownloadArgs {
    /// The ids of the videos
    #[arg(required = true, value_name = "ID", value_parser = id)]
    pub ids: Vec<VideoId>,
    #[command(flatten)]
    pub owner: OwnerArgs,
    #[command(flatten)]
    pub saving: SaveArgs,
}
