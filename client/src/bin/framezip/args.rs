//! What can stand on the command line.

use crate::{exit::Usage, options::Options};
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use framezip_contract::{ExtractionOptions, Status, VideoId};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  something failed: the network, the server, a file
  2  the command line is wrong
  3  not signed in, or wrong credentials
  4  the video failed (with upload --wait, status and download)
  Of several files the first that holds of one of them: 3, 1, 4.

Environment:
  FRAMEZIP_API         the server's address, as --api
  FRAMEZIP_PASSWORD    the password for sign-up and sign-in
  FRAMEZIP_CONFIG_DIR  where the sign-in is kept (~/.config/framezip)";

const STATUSES: [Status; 5] =
    [Status::AwaitingUpload, Status::Queued, Status::Processing, Status::Ready, Status::Failed];

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
    /// Make an account
    SignUp(Credentials),
    /// Confirm an account by the code that came by mail
    Confirm(Confirm),
    /// Sign in; the sign-in is kept for later commands
    SignIn(Credentials),
    /// Forget the sign-in
    SignOut,
    /// Send videos; wait for their zips and download them if asked to
    Upload(Upload),
    /// List the videos, newest first
    List(List),
    /// Tell where a video stands
    Status {
        /// The video
        id: VideoId,
    },
    /// Download a video's zip
    Download(Download),
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
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub options: Options,
    /// Wait until the zips are ready
    #[arg(long)]
    pub wait: bool,
    /// Wait, and save the zip here; for a single FILE. An existing file is replaced
    #[arg(long, short, value_name = "OUT.zip")]
    pub output: Option<PathBuf>,
}

impl Upload {
    /// The options for the server, if they can be right.
    pub fn extraction(&self) -> Result<ExtractionOptions, Usage> {
        if self.output.is_some() && self.files.len() > 1 {
            return Err(Usage(
                "--output takes a single FILE: without it, framezip download \
                              fetches each"
                    .to_owned(),
            ));
        }
        self.options.extraction()
    }
}

#[derive(Debug, Args)]
pub struct List {
    /// Only those in this status
    #[arg(long, value_parser = PossibleValuesParser::new(STATUSES.map(Status::as_str)).map(status))]
    pub status: Option<Status>,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
}

fn status(text: String) -> Status {
    let found = STATUSES.into_iter().find(|status| status.as_str() == text);
    found.expect("the parser lets only these through")
}

#[derive(Debug, Args)]
pub struct Download {
    /// The video
    pub id: VideoId,
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

    fn upload(line: &str) -> Upload {
        let words = ["framezip", "upload"].into_iter().chain(line.split(' '));
        match Cli::try_parse_from(words).unwrap().command {
            Command::Upload(upload) => upload,
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
            assert!(upload.wait && upload.extraction().unwrap().sheet.is_some(), "{line}");
        }
        assert_eq!(upload("a.mp4").extraction(), Ok(ExtractionOptions::default()));
    }

    #[test]
    fn wrong_uploads_are_refused() {
        let Usage(text) = upload("a.mp4 --every 0 --width 1").extraction().unwrap_err();
        assert!(text.contains("--every: must") && text.contains("--width: must"), "{text}");
        assert!(upload("a.mp4 b.mp4 -o x.zip").extraction().is_err());
        assert!(upload("a.mp4 -o x.zip").extraction().is_ok());
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
            "sign-in --email e --password p",
        ] {
            let words = ["framezip"].into_iter().chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_err(), "{line}");
        }
    }

    #[test]
    fn every_status_can_be_asked_for() {
        for wanted in STATUSES {
            let words = ["framezip", "list", "--status", wanted.as_str()];
            let command = Cli::try_parse_from(words).unwrap().command;
            assert!(matches!(command, Command::List(List { status: Some(s), .. }) if s == wanted));
        }
    }
}
