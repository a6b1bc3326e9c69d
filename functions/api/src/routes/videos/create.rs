//! `POST /videos`: creates records and issues upload URLs.

use super::unfinished::check_room;
use crate::{
    openapi::{
        responses::CreateProblems,
        schemas::{CreateBody, CreatedBody},
    },
    problem::ApiError,
    request::{
        IdempotencyKey, JsonBody, User,
        bodies::{CreationForm, NewVideo, NewVideos},
        parameters::{NoQuery, Parameters},
    },
    state::{AppState, SharedState},
    storage::MAX_PART_URLS,
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use framezip_contract::{Counts, CreatedVideo, CreatedVideos, Status, Video, VideoId};
use framezip_runtime::metric;
use framezip_store::{Check, Creation, Earlier, Record};
use jiff::{SignedDuration, Timestamp};

/// `POST /videos`: creates one video or several. Either all are created or none.
///
/// A call with a known `Idempotency-Key` answers with the videos of the first call and fresh URLs. If a
/// call fails after it began multipart uploads, the bucket's lifecycle aborts them: it may be unknown
/// whether their records were written.
#[utoipa::path(
    post, path = "/videos", tag = "videos", operation_id = "createVideo", security(("idToken" = [])),
    summary = "Create one video or several",
    description = "Creates the record of each video and returns URLs for the file's bytes: one PUT, or \
        above 64 MiB one PUT for each part. Either all videos of a call are created or none. Send an \
        `Idempotency-Key` to repeat the call safely: within a day, a repeated call creates nothing \
        and answers 200 with the videos of the first call and fresh URLs.",
    params(
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$",
            description = "A unique name for this call, for instance a UUID: 1 to 255 visible ASCII \
                characters. The same name with a different body is refused."),
    ),
    request_body(
        content = inline(CreateBody),
        examples(
            ("One" = (value = json!({
                "fileName": "clip.mp4", "bytes": 562153, "contentType": "video/mp4",
                "extraction": { "every": 2, "width": 640 },
            }))),
            ("Several" = (value = json!({ "videos": [
                { "fileName": "a.mp4", "bytes": 562153 },
                { "fileName": "b.mkv", "bytes": 1048576, "extraction": { "at": [5, "50%"] } },
            ] }))),
        ),
    ),
    responses(
        (status = 201, description = "Created. One video has its path in `Location`. Several videos \
            are in the order of the request.", body = inline(CreatedBody)),
        (status = 200, description = "An earlier call had this key. The answer has its videos that still exist.",
            body = inline(CreatedBody)),
        CreateProblems,
    ),
)]
pub(crate) async fn create(
    State(state): SharedState,
    user: User,
    Parameters(NoQuery {}): Parameters<NoQuery>,
    key: IdempotencyKey,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let new = NewVideos::parse(&body, &state.limits)?;
    let key = key.for_creation(&body);
    if let Some(key) = &key
        && let Some(earlier) = state.videos.earlier_call(&user.id, key).await?
    {
        return repeated(&state, &user, earlier, new.form).await;
    }
    if let Some(earlier) = check_room(&state, &user, new.videos.len(), key.as_ref()).await? {
        return repeated(&state, &user, earlier, new.form).await;
    }
    let mut records = Vec::with_capacity(new.videos.len());
    for video in new.videos {
        let mut record = record(video, &user, state.retention)?;
        record.multipart = state.uploads.begin(&record.video).await?;
        records.push(record);
    }
    match state.videos.create(&user.id, &records, key.as_ref()).await? {
        Creation::Created => {
            metric::record(&state.videos, &Counts::created(records.len() as u64)).await;
            created(&state, records, new.form).await
        }
        // another call with the same key was faster
        Creation::Earlier(earlier) => {
            for record in &records {
                if let Err(error) = state.uploads.abort(record).await {
                    let error = format!("{error:#}");
                    tracing::warn!(
                        error,
                        "failed to abort an unused upload; the bucket's lifecycle will abort it"
                    );
                }
            }
            repeated(&state, &user, earlier, new.form).await
        }
    }
}

fn record(new: NewVideo, user: &User, retention: SignedDuration) -> anyhow::Result<Record> {
    let now = Timestamp::now().round(jiff::Unit::Millisecond)?;
    let video = Video {
        id: VideoId::now(),
        owner: user.id.clone(),
        file_name: new.file_name,
        bytes: new.bytes,
        content_type: new.content_type,
        extraction: new.extraction,
        status: Status::AwaitingUpload,
        created_at: now,
        updated_at: now,
        expires_at: framezip_store::whole_seconds(now + retention),
        progress: None,
        result: None,
        warnings: Vec::new(),
        error: None,
    };
    let email = user.email.clone();
    Ok(Record {
        video,
        email,
        locale: user.locale,
        lease: None,
        notice: None,
        fan_out: None,
        multipart: None,
        attempt: 0,
        started_at: None,
        result_attempt: None,
        result_extraction: None,
        event: None,
        announced_at: None,
        reminded_at: None,
        check: Some(Check::first(now)),
    })
}

async fn created(
    state: &AppState,
    records: Vec<Record>,
    form: CreationForm,
) -> Result<Response, ApiError> {
    let urls = urls_each(&records);
    let mut videos = Vec::with_capacity(records.len());
    for record in records {
        let upload = Some(state.uploads.first_page(&record, urls).await?);
        let Record { video, .. } = record;
        tracing::info!(video.id = %video.id, video.bytes = video.bytes, "created a video");
        videos.push(CreatedVideo { video, upload });
    }
    answer(StatusCode::CREATED, videos, form)
}

/// Answers with the videos of an earlier call that still exist.
async fn repeated(
    state: &AppState,
    user: &User,
    earlier: Earlier,
    form: CreationForm,
) -> Result<Response, ApiError> {
    let Earlier::Same(ids) = earlier else { return Err(ApiError::KeyReused) };
    let mut records = Vec::with_capacity(ids.len());
    for id in ids {
        records.extend(state.videos.get(&user.id, id).await?);
    }
    let urls = urls_each(&records);
    let mut videos = Vec::with_capacity(records.len());
    for record in records {
        let upload = match record.video.status {
            Status::AwaitingUpload => state.uploads.page(&record, 0, urls).await?,
            _ => None,
        };
        videos.push(CreatedVideo { video: record.video, upload });
    }
    answer(StatusCode::OK, videos, form)
}

/// Returns how many part URLs each of these videos may have, so that the answer stays small.
fn urls_each(records: &[Record]) -> usize {
    MAX_PART_URLS / records.len().max(1)
}

fn answer(
    status: StatusCode,
    mut videos: Vec<CreatedVideo>,
    form: CreationForm,
) -> Result<Response, ApiError> {
    match form {
        CreationForm::List => Ok((status, Json(CreatedVideos { videos })).into_response()),
        CreationForm::Single => {
            let created = videos.pop().ok_or(ApiError::NotFound)?;
            let location = [(header::LOCATION, format!("/videos/{}", created.video.id))];
            Ok((status, location, Json(created)).into_response())
        }
    }
}
