//! What can stand on the command line.

mod account;
mod extraction;
#[cfg(test)]
mod tests;
mod wait;

pub use account::{AccountCommand, ConfirmArgs, CredentialsArgs, ForgotPasswordArgs};
use extraction::ExtractionArgs;
pub use wait::{SaveArgs, WaitArgs};

use crate::exit::UsageError;
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use clap_complete::Shell;
use framezip_client::ListScope;
use framezip_contract::{ExtractionOptions, Status, UserId, VideoId};
use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
};

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  something failed: the network, the server, a file
  2  the command line is wrong
  3  not signed in, or a wrong password or code
  4  the video failed (with --wait or -o, watch, status and download)
  130  interrupted by Ctrl-C (143: by SIGTERM)
  Of several files or videos the first that holds of one of them: 3, 1, 4.

Environment:
  FRAMEZIP_API         the server's address, as --api
  FRAMEZIP_PASSWORD    the password for sign-up, sign-in and forgot-password
  FRAMEZIP_CONFIG_DIR  where the sign-in and unfinished uploads are kept
                       (~/.config/framezip)";

/// Send a video, download a zip of its frames.
#[derive(Debug, Parser)]
#[command(name = "framezip", version, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads a command line.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(joined(arguments))
    }
}

/// The arguments, with the size of a sheet or a storyboard joined to its option, as in `--sheet=5x4`: by
/// itself it would be taken for a file, since these options need no value.
fn joined(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    let mut is_option = false;
    let mut are_options_over = false;
    for argument in arguments {
        if is_option && is_grid(&argument) {
            let option = joined.last_mut().expect("an option was there");
            option.push("=");
            option.push(argument);
            is_option = false;
            continue;
        }
        are_options_over |= argument == "--";
        is_option = !are_options_over && (argument == "--sheet" || argument == "--storyboard");
        joined.push(argument);
    }
    joined
}

/// Whether an argument is like `5x4`.
fn is_grid(argument: &OsStr) -> bool {
    let is_number = |side: &str| !side.is_empty() && side.bytes().all(|byte| byte.is_ascii_digit());
    let sides = argument.to_str().and_then(|text| text.split_once(extraction::GRID_SEPARATORS));
    sides.is_some_and(|(columns, rows)| is_number(columns) && is_number(rows))
}

#[derive(Debug, Args)]
pub struct GlobalArgs {
    /// The server's address; left out, the one last signed in to
    #[arg(long, global = true, value_name = "URL")]
    pub api: Option<String>,
    /// Print results as JSON, one document a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "a process has one of them")]
pub enum Command {
    #[command(flatten)]
    Account(AccountCommand),
    #[command(flatten)]
    Video(VideoCommand),
    /// Print what makes a shell complete framezip's command lines
    Completions {
        /// The shell
        shell: Shell,
    },
}

impl Command {
    /// Whether a zip goes to standard output.
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

/// What is done in the name of a user.
#[derive(Debug, Subcommand)]
pub enum VideoCommand {
    /// Send videos; wait for their zips and download them if asked to
    Upload(UploadArgs),
    /// Go on with an upload by its video's id, also with one that was begun elsewhere
    Resume(ResumeArgs),
    /// List the videos, newest first
    List(ListArgs),
    /// Tell where a video stands
    Status(StatusArgs),
    /// Watch videos until they are ready or failed
    Watch {
        /// The videos; left out, all of yours that are neither ready nor failed
        #[arg(value_name = "ID", value_parser = id)]
        ids: Vec<VideoId>,
    },
    /// Download the zips of videos, by default to the current folder
    Download(DownloadArgs),
    /// Extract again from a video that is ready or failed: the same as before, or by other options in
    /// place of all that it had
    Retry(RetryArgs),
    /// Delete videos, with their files and zips; what still works at one is cancelled
    Delete(DeleteArgs),
    /// Your own server is told of your videos by a webhook
    #[command(subcommand)]
    Webhook(WebhookCommand),
}

/// What is done with the webhook, of which a user has one.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Show where it leads
    Show,
    /// Set where it leads; prints the secret that events are signed with, a new one each time
    Set {
        /// The URL
        url: String,
    },
    /// Take it away
    Delete,
    /// Have a test event sent, and tell what came back
    Test,
}

#[derive(Debug, Args)]
pub struct UploadArgs {
    /// The videos
    #[arg(required_unless_present = "resume", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub options: ExtractionArgs,
    /// Send a single file under this name
    #[arg(long, value_name = "NAME", conflicts_with = "resume")]
    pub name: Option<String>,
    /// Go on with what was broken off: with the FILEs', where they have not changed, or with every
    /// upload of the last 48 hours
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub waiting: WaitArgs,
}

#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The video
    #[arg(value_parser = id)]
    pub id: VideoId,
    /// The same file
    pub file: PathBuf,
    #[command(flatten)]
    pub waiting: WaitArgs,
}

#[derive(Debug, Args)]
pub struct RetryArgs {
    /// The video
    #[arg(value_parser = id)]
    pub id: VideoId,
    #[command(flatten)]
    pub options: ExtractionArgs,
    #[command(flatten)]
    pub waiting: WaitArgs,
}

impl RetryArgs {
    /// The options for the server, if any are given.
    pub fn extraction(&self) -> Result<Option<ExtractionOptions>, UsageError> {
        let options = self.options.extraction()?;
        Ok((options != ExtractionOptions::default()).then_some(options))
    }
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The video
    #[arg(value_parser = id)]
    pub id: VideoId,
    #[command(flatten)]
    pub owner: OwnerArgs,
}

#[derive(Clone, Debug, Args)]
pub struct OwnerArgs {
    /// Another user's, by the owner that list --all tells; for administrators
    #[arg(long, value_name = "OWNER", value_parser = user)]
    pub user: Option<UserId>,
}

#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// The videos
    #[arg(required = true, value_name = "ID", value_parser = id)]
    pub ids: Vec<VideoId>,
    #[command(flatten)]
    pub owner: OwnerArgs,
    /// Do not ask; without a terminal nothing is asked anyway
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those in this status
    #[arg(
        long,
        value_parser = PossibleValuesParser::new(Status::ALL.map(Status::as_str)).map(status)
    )]
    pub status: Option<Status>,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    #[command(flatten)]
    pub owner: OwnerArgs,
    /// Everyone's; for administrators
    #[arg(long, conflicts_with = "user")]
    pub all: bool,
}

impl ListArgs {
    /// ListScope videos are asked for.
    pub fn whose(&self) -> ListScope {
        match &self.owner.user {
            Some(user) => ListScope::User(user.clone()),
            None if self.all => ListScope::Everyone,
            None => ListScope::Own,
        }
    }
}

fn status(text: String) -> Status {
    let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
    found.expect("the parser lets only these through")
}

fn id(text: &str) -> Result<VideoId, &'static str> {
    text.parse().map_err(|_| {
        "must be a video's id, such as 0198c0de-0000-7000-8000-000000000000: framezip list shows them"
    })
}

fn user(text: &str) -> Result<UserId, &'static str> {
    let invalid = "must be letters, digits, - and _, as list --all has it in the column OWNER";
    UserId::try_from(text.to_owned()).map_err(|_| invalid)
}

/// Left out, `-o` and `--output-dir` are the current folder.
#[derive(Debug, Args)]
pub struct DownloadArgs {
    /// The videos
    #[arg(required = true, value_name = "ID", value_parser = id)]
    pub ids: Vec<VideoId>,
    #[command(flatten)]
    pub owner: OwnerArgs,
    #[command(flatten)]
    pub saving: SaveArgs,
}
