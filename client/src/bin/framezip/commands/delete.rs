//! Deleting videos.

use super::status;
use crate::{
    args::{DeleteArgs, OwnerArgs},
    console::Console,
    exit::{self, ErrorDocument, Exit},
    format,
    progress::Phase,
    unfinished_uploads::UnfinishedUploads,
};
use anyhow::Context;
use framezip_client::{ApiClient, Error};
use framezip_contract::VideoId;
use serde_json::json;
use std::io::{self, IsTerminal, Write};

/// Deletes the videos if the user at the terminal confirms. A failed deletion does not stop the others.
pub async fn run(
    args: &DeleteArgs,
    api: &ApiClient,
    uploads: &UnfinishedUploads,
    console: &Console,
) -> anyhow::Result<Exit> {
    let must_confirm = !args.yes && io::stdin().is_terminal() && io::stderr().is_terminal();
    if must_confirm && !confirm(args, api).await? {
        console.note("nothing was deleted");
        return Ok(Exit::Done);
    }
    let mut worst = Exit::Done;
    for id in &args.ids {
        let result = match remove(*id, &args.owner, api).await {
            Ok(()) => {
                // an unfinished upload of a deleted video cannot be continued
                if let Err(error) = uploads.remove(*id) {
                    console.note(&exit::error_text(&error));
                }
                console.result(&format!("deleted: {id}"), &json!({"id": id, "deleted": true}))
            }
            Err(error) => {
                let error = anyhow::Error::from(error);
                let document = ErrorDocument::of(&error);
                let document = json!({"id": id, "deleted": false, "error": document});
                console.document(&document).and(Err(error))
            }
        };
        if let Err(error) = result {
            console.error(&format!("{id}: {}", exit::error_text(&error)));
            worst = worst.max(Exit::of(&error));
        }
    }
    Ok(worst)
}

async fn remove(id: VideoId, owner: &OwnerArgs, api: &ApiClient) -> Result<(), Error> {
    match &owner.user {
        Some(user) => api.delete_of(user, id).await,
        None => api.delete(id).await,
    }
}

/// Lists the videos and asks the user to confirm their deletion.
async fn confirm(args: &DeleteArgs, api: &ApiClient) -> anyhow::Result<bool> {
    let mut question = String::new();
    for id in &args.ids {
        let video = status::fetch(*id, &args.owner, api)
            .await
            .with_context(|| format!("{id}: nothing was deleted"))?
            .video;
        let name = format::escaped(&video.file_name);
        question.push_str(&format!("{id}  {name}, {}\n", Phase::of(&video).describe()));
    }
    let videos = format::count(args.ids.len() as u32, "video");
    write!(io::stderr(), "{question}Delete {videos} with all files and zips? [y/N] ")?;
    let read = || {
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map(|_| answer)
    };
    // on another thread, so that Ctrl-C ends the command
    let answer = tokio::task::spawn_blocking(read).await?.context("cannot read the answer")?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        console::{ResultFormat, Verbosity},
        samples,
        test_server::{CannedResponse, TestServer},
    };
    use framezip_contract::{ExtractionOptions, Status, Video};
    use jiff::Timestamp;

    #[tokio::test]
    async fn each_video_is_deleted_with_its_unfinished_upload() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        std::fs::write(&path, "video").unwrap();
        let video = Video { created_at: Timestamp::now(), ..samples::video(Status::Queued) };
        let missing = samples::video(Status::Queued).id;
        let server =
            TestServer::start([CannedResponse::json(404, "{}"), CannedResponse::json(204, "")])
                .await;
        let uploads = UnfinishedUploads::new(folder.path(), "a".to_owned());
        drop(uploads.save(&video, &path, &ExtractionOptions::default()).unwrap());
        let owner = OwnerArgs { user: None };
        let args = DeleteArgs { ids: vec![missing, video.id], owner, yes: true };
        let (api, console) =
            (server.api_client(3600), Console::new(ResultFormat::Json, Verbosity::Quiet));
        assert_eq!(run(&args, &api, &uploads, &console).await.unwrap(), Exit::Failed);
        let requests = server.requests();
        assert_eq!(requests[1].line, format!("DELETE /api/videos/{} HTTP/1.1", video.id));
        assert!(uploads.load_all().unwrap().is_empty());
    }

    #[test]
    fn only_y_and_yes_confirm() {
        for answer in ["y\n", "Yes\n", " y "] {
            assert!(is_yes(answer), "{answer:?}");
        }
        for answer in ["", "\n", "n\n", "yy\n"] {
            assert!(!is_yes(answer), "{answer:?}");
        }
    }
}
