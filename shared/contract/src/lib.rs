//! Everything that crosses a boundary: the API's bodies, the record in the table, the messages on the
//! queues and the error codes. Types and their validation only, so that functions, client and tests use
//! the same words for the same things.

mod counts;
mod delivery;
mod display;
mod error;
mod extraction;
mod file_name;
mod fraction;
mod http;
mod id;
mod image_form;
mod invalid;
mod limits;
mod mail;
mod media_type;
mod message;
mod object;
mod options;
mod position;
pub mod rules;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
#[cfg(feature = "openapi")]
mod schema;
mod tiles;
mod time;
mod upload;
mod video;
mod webhook;

pub use counts::{Counter, Counts, EXTRACTION_BOUNDS, ExtractionBound};
pub use delivery::{
    Delivery, DeliveryAttempt, DeliveryMessage, DeliveryPage, DeliveryStatus, EventId,
    InvalidEventId,
};
pub use display::{escaped, is_unsafe_to_show};
pub use error::ErrorCode;
pub use extraction::{Extraction, Select};
pub use file_name::is_file_name;
pub use fraction::{Fraction, InvalidFraction};
pub use http::{
    CreateVideo, CreateVideos, CreatedVideo, CreatedVideos, Download, Link, Problem, RetryVideo,
    StoryboardLinks, VideoPage, VideoView, WebConfig,
};
pub use id::{Attempt, InvalidKey, ObjectKey, UserId, VideoId};
pub use image_form::{Fit, Format};
pub use invalid::{FieldError, InvalidExtraction};
pub use limits::Limits;
pub use mail::{Locale, MailBlockReason, MailBlocked, MailPreferences, MailScope, MailSettings};
pub use media_type::is_media_type;
pub use message::{Job, Outcome, Reminder, ReminderSubject, Segment, Verdict};
pub use options::ExtractionOptions;
pub use position::{InvalidPosition, Position};
pub use tiles::{Tiles, TilesOptions};
pub use time::format_time;
pub use upload::{ArrivedPart, MultipartUpload, PartUrl, SingleUpload, Upload};
pub use video::{Failure, Progress, Source, Status, Video, Warning, ZipFacts};
pub use webhook::{
    EventStatus, EventType, SetWebhook, Webhook, WebhookEvent, WebhookEventData, WebhookSecret,
    WebhookWithSecret,
};
