//! What can stand on the command line.

use crate::{exit::Usage, options::Options};
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use clap_complete::Shell;
use framezip_client::Whose;
use framezip_contract::{ExtractionOptions, Status, UserId, VideoId};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  something failed: the network, the server, a file
  2  the command line is wrong
  3  not signed in, or wrong credentials
  4  the video failed (with --wait or -o, watch, status and download)
  130  interrupted while sending or waiting, by Ctrl-C
  Of several files or videos the first that holds of one of them: 3, 1, 4.

Environment:
  FRAMEZIP_API         the server's address, as --api
  FRAMEZIP_PASSWORD    the password for sign-up and sign-in
  FRAMEZIP_CONFIG_DIR  where the sign-in and unfinished uploads are kept
                       (~/.config/framezip)";

/// Send a video, download a zip of its frames.
#[derive(Debug, Parser)]
#[command(name = "framezip", version, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
pub struct Global {
    /// The server's address; left out, the one last signed in to
    #[arg(long, global = true, env = "FRAMEZIP_API", value_name = "URL")]
    pub api: Option<String>,
    /// Print results as JSON, one document a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(flatten)]
    Account(Account),
    #[command(flatten)]
    Videos(Videos),
    /// Print what makes a shell complete framezip's command lines
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What is done to sign in and out.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Make an account
    SignUp(Credentials),
    /// Confirm an account by the code that came by mail
    Confirm(Confirm),
    /// Sign in; the sign-in is kept for later commands
    SignIn(Credentials),
    /// Forget the sign-in
    SignOut,
}

/// What is done in the name of a user.
#[derive(Debug, Subcommand)]
pub enum Videos {
    /// Send videos; wait for their zips and download them if asked to
    Upload(Upload),
    /// Go on with an upload by its video's id, also with one that was begun elsewhere
    Resume(Resume),
    /// List the videos, newest first
    List(List),
    /// Tell where a video stands
    Status(One),
    /// Watch videos until they are ready or failed
    Watch {
        /// The videos; left out, all of yours that are neither ready nor failed
        #[arg(value_name = "ID")]
        ids: Vec<VideoId>,
    },
    /// Download a video's zip
    Download(Download),
    /// Extract again from a video that is ready or failed: the same as before, or by other options in
    /// place of all that it had
    Retry(Retry),
    /// Delete videos, with their files and zips; what still works at one is cancelled
    Delete(Delete),
    /// Your own server is told of your videos by a webhook
    #[command(subcommand)]
    Webhook(Webhook),
}

/// What is done with the webhook, of which a user has one.
#[derive(Debug, Subcommand)]
pub enum Webhook {
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
pub struct Credentials {
    /// The e-mail address
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input; else FRAMEZIP_PASSWORD is used, else you are asked
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Debug, Args)]
pub struct Confirm {
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
pub struct Upload {
    /// The videos
    #[arg(required_unless_present = "resume", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub options: Options,
    /// Go on with what was broken off: with the FILEs', where they have not changed, or with every
    /// upload of the last 48 hours
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub end: End,
}

/// How far a command goes.
#[derive(Debug, Args)]
pub struct End {
    /// Wait until the zip is ready
    #[arg(long)]
    pub wait: bool,
    /// Wait, and save the zip here; for a single video. An existing file is replaced
    #[arg(long, short, value_name = "OUT.zip")]
    pub output: Option<PathBuf>,
}

impl End {
    /// Whether to stay until the video is done with.
    pub fn waits(&self) -> bool {
        self.wait || self.output.is_some()
    }

    /// Whether it can be that of so many videos.
    pub fn check(&self, videos: usize) -> Result<(), Usage> {
        if self.output.is_some() && videos > 1 {
            let text = "--output takes a single FILE: without it, framezip download fetches each";
            return Err(Usage(text.to_owned()));
        }
        Ok(())
    }
}

#[derive(Debug, Args)]
pub struct Resume {
    /// The video
    pub id: VideoId,
    /// The same file
    pub file: PathBuf,
    #[command(flatten)]
    pub end: End,
}

#[derive(Debug, Args)]
pub struct Retry {
    /// The video
    pub id: VideoId,
    #[command(flatten)]
    pub options: Options,
    #[command(flatten)]
    pub end: End,
}

impl Retry {
    /// The options for the server, if any are given.
    pub fn extraction(&self) -> Result<Option<ExtractionOptions>, Usage> {
        let options = self.options.extraction()?;
        Ok((options != ExtractionOptions::default()).then_some(options))
    }
}

#[derive(Debug, Args)]
pub struct One {
    /// The video
    pub id: VideoId,
    #[command(flatten)]
    pub owner: Owner,
}

#[derive(Clone, Debug, Args)]
pub struct Owner {
    /// Another user's, by the owner that list --all tells; for administrators
    #[arg(long, value_name = "OWNER", value_parser = user)]
    pub user: Option<UserId>,
}

#[derive(Debug, Args)]
pub struct Delete {
    /// The videos
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<VideoId>,
    #[command(flatten)]
    pub owner: Owner,
    /// Do not ask; without a terminal nothing is asked anyway
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct List {
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
    pub owner: Owner,
    /// Everyone's; for administrators
    #[arg(long, conflicts_with = "user")]
    pub all: bool,
}

impl List {
    /// Whose videos are asked for.
    pub fn whose(&self) -> Whose {
        match &self.owner.user {
            Some(user) => Whose::User(user.clone()),
            None if self.all => Whose::Everyone,
            None => Whose::Own,
        }
    }
}

fn status(text: String) -> Status {
    let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
    found.expect("the parser lets only these through")
}

fn user(text: &str) -> Result<UserId, &'static str> {
    let invalid = "must be letters, digits, - and _, as list --all has it in the column OWNER";
    UserId::try_from(text.to_owned()).map_err(|_| invalid)
}

#[derive(Debug, Args)]
pub struct Download {
    #[command(flatten)]
    pub video: One,
    /// Save the zip here, in place of what is there; left out, it is named after the video
    #[arg(long, short, value_name = "OUT.zip")]
    pub output: Option<PathBuf>,
    /// Replace an existing file also when the name is left out
    #[arg(long)]
    pub force: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    const ID: &str = "0198c0de-0000-7000-8000-000000000000";

    fn upload(line: &str) -> Upload {
        let words = ["framezip", "upload"].into_iter().chain(line.split(' '));
        match Cli::try_parse_from(words).unwrap().command {
            Command::Videos(Videos::Upload(upload)) => upload,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_may_stand_anywhere() {
        for line in ["--sheet a.mp4 --wait", "a.mp4 --wait --sheet"] {
            let upload = upload(line);
            assert_eq!(upload.files, [PathBuf::from("a.mp4")], "{line}");
            assert!(upload.end.waits() && upload.options.extraction().unwrap().sheet.is_some());
        }
        assert_eq!(upload("a.mp4").options.extraction(), Ok(ExtractionOptions::default()));
        assert!(upload("--resume").files.is_empty());
    }

    #[test]
    fn wrong_uploads_are_refused() {
        let Usage(text) = upload("a.mp4 --every 0 --width 1").options.extraction().unwrap_err();
        assert!(text.contains("--every: must") && text.contains("--width: must"), "{text}");
        let end = upload("a.mp4 -o x.zip").end;
        assert!(end.check(2).is_err() && end.check(1).is_ok());
    }

    #[test]
    fn a_retry_has_other_options_or_none() {
        let retry = |line: &str| {
            let words = ["framezip", "retry", ID].into_iter().chain(line.split_whitespace());
            match Cli::try_parse_from(words).unwrap().command {
                Command::Videos(Videos::Retry(retry)) => retry,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(retry("--wait").extraction(), Ok(None));
        let other = retry("--count 3 -o a.zip").extraction().unwrap();
        assert_eq!(other.unwrap().count, Some(3));
        assert!(retry("--count 0").extraction().is_err());
    }

    #[test]
    fn lists_are_of_oneself_unless_told() {
        let whose = |line: &str| {
            let words = ["framezip", "list"].into_iter().chain(line.split_whitespace());
            match Cli::try_parse_from(words).unwrap().command {
                Command::Videos(Videos::List(list)) => list.whose(),
                other => panic!("{other:?}"),
            }
        };
        let user = UserId::try_from("u-1".to_owned()).unwrap();
        assert_eq!(
            ["", "--all", "--user u-1"].map(whose),
            [Whose::Own, Whose::Everyone, Whose::User(user)]
        );
    }

    #[test]
    fn wrong_lines_are_refused() {
        for line in [
            "upload",
            "upload a.mp4 --every x",
            "upload a.mp4 --every 1 --count 1",
            "confirm --email e",
            "confirm --email e 123 --resend",
            "status 1",
            "list --status done",
            "list --limit 0",
            "list --all --user u",
            "list --user a/b",
            "watch 1",
            "resume a.mp4",
            "retry",
            "delete",
            "delete --yes",
            "completions sh",
            "sign-in --email e --password p",
        ] {
            let words = ["framezip"].into_iter().chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_err(), "{line}");
        }
    }

    #[test]
    fn every_status_can_be_asked_for() {
        for wanted in Status::ALL {
            let words = ["framezip", "list", "--status", wanted.as_str()];
            let command = Cli::try_parse_from(words).unwrap().command;
            let Command::Videos(Videos::List(list)) = command else { panic!("{command:?}") };
            assert_eq!(list.status, Some(wanted));
        }
    }
}
