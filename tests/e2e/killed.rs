//! Every function is killed at each of its requests, before and after the stack has handled it. Then its message comes
//! again, as SQS does it, and the end must be right: the right status, one mail, one event.
//!
//! One window cannot be closed: if `notify` is killed after SES has accepted a mail and before that is recorded, the
//! mail is sent twice. SES has no means to recognise a repetition.

use crate::{
    Stacks,
    stuck::{A_WHILE, AT_ONCE},
};
use anyhow::{Context, Result, ensure};
use framezip_client::{ReceivedEvent, WebhookReceiver};
use framezip_contract::{Job, Status, Video, VideoId};
use framezip_media::path;
use framezip_tests::{Ending, Moment, Person, Queue, Stack, until};
use serde_json::{Value, json};
use std::time::Duration;

/// The longest wait for something that the stack does.
const LONGEST: Duration = Duration::from_secs(120);
/// The usual time until a message that comes again is handled.
const SOON: Duration = Duration::from_secs(4);

/// The trigger of a function.
#[derive(Clone, Copy)]
enum Trigger {
    /// A message of a queue.
    Message(Queue),
    /// An upload's event.
    Upload,
    /// The schedule, after an upload whose event was lost.
    Schedule,
    /// A call that completes an upload whose event was lost.
    Call,
}

/// A function and its trigger.
#[derive(Clone, Copy)]
struct Step {
    function: &'static str,
    trigger: Trigger,
}

/// A user with a webhook.
struct Owner {
    person: Person,
    receiver: WebhookReceiver,
}

/// Less than what is left of a worker's lease, and more than the pause after a failure.
const A_LEASE: Duration = Duration::from_secs(5 * 60);

const OPTIONS: &str = r#"{"count":1}"#;

pub async fn extract_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, "extract", Trigger::Message(Queue::Jobs)).await
}

pub async fn notify_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, "notify", Trigger::Message(Queue::Outcomes)).await
}

pub async fn deliver_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, "deliver", Trigger::Message(Queue::Deliveries)).await
}

pub async fn enqueue_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, "enqueue", Trigger::Upload).await
}

pub async fn reconcile_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, "reconcile", Trigger::Schedule).await
}

pub async fn api_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, "api", Trigger::Call).await
}

/// A copy of a job that was given up waits until the lease of the video's worker is over. Here that worker is killed, and
/// then its own message comes again.
pub async fn a_copy_of_a_job_that_is_given_up_takes_no_video_away(stacks: &Stacks) -> Result<()> {
    let stack = &*stacks.shaken.lock().await;
    let person = Person::sign_up(stack).await?;
    let mut owner = Owner { receiver: person.receive_events().await?, person };
    let killed = async || {
        let (id, event) = triggered(stack, &owner, Trigger::Message(Queue::Jobs)).await?;
        // the first two are the message's visibility timeout and the claim
        let ending = stack.run_and_kill("extract", &event, Moment::Before(3)).await?;
        ensure!(ending == Ending::Killed);
        let video = owner.person.api.get(id).await?.video;
        ensure!(video.status == Status::Processing, "{video:?}");
        stack.enqueue(Queue::Outcomes, &Job::new(video.owner.clone(), id)).await?;
        until("the copy waits for the end of the lease", LONGEST, async || {
            let outcomes = stack.messages(Queue::Outcomes).await?;
            Ok(outcomes.iter().any(|message| message.hidden_for() > A_LEASE).then_some(()))
        })
        .await?;
        stack.purge(Queue::Outcomes).await?;
        Ok(video)
    };
    let video = stack.without("extract", killed).await?;
    has_ended(stack, &mut owner, &video).await
}

/// Kills a function at its first request, before and after it, then at its second, and so on, each time with a new
/// video, until it has answered before the request came.
async fn at_every_request(stacks: &Stacks, function: &'static str, trigger: Trigger) -> Result<()> {
    let stack = &*stacks.shaken.lock().await;
    let step = Step { function, trigger };
    let person = Person::sign_up(stack).await?;
    let mut owner = Owner { receiver: person.receive_events().await?, person };
    for number in 1.. {
        for moment in [Moment::Before(number), Moment::After(number)] {
            if killed_once(stack, &mut owner, step, moment).await? == Ending::Answered {
                ensure!(number > 2, "{} has more requests", step.function);
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn killed_once(
    stack: &Stack,
    owner: &mut Owner,
    step: Step,
    moment: Moment,
) -> Result<Ending> {
    let Step { function, trigger } = step;
    let run = async || {
        let (id, event) = triggered(stack, owner, trigger).await?;
        let ending = stack.run_and_kill(function, &event, moment).await?;
        Ok((id, ending))
    };
    let (id, ending) = stack.without(function, run).await?;
    let video = owner.person.api.get(id).await?.video;
    let done = has_ended(stack, owner, &video).await;
    done.with_context(|| format!("{function} was killed, {moment:?}"))?;
    // the mail was accepted, and that was not recorded: see above
    let mails = owner.person.mails_now(stack, id).await?.len();
    let most = if function == "notify" { 2 } else { 1 };
    ensure!((1..=most).contains(&mails), "{function}, {moment:?}: {mails} mails");
    Ok(ending)
}

/// Sends a video, and returns the event that the function gets about it.
async fn triggered(stack: &Stack, owner: &Owner, trigger: Trigger) -> Result<(VideoId, Value)> {
    let (person, file) = (&owner.person, path("prores.mov"));
    let without_its_event = stack.without_events(async || person.put(&file, OPTIONS).await);
    Ok(match trigger {
        Trigger::Message(queue) => {
            let id = person.send(&file, OPTIONS).await?;
            let event = until(format!("{queue:?} has a message"), LONGEST, async || {
                message(stack, queue, owner, id).await
            });
            (id, event.await?)
        }
        Trigger::Upload => {
            let video = without_its_event.await?;
            (video.id, stack.upload_event(&video)?)
        }
        Trigger::Schedule => {
            let video = without_its_event.await?;
            stack.age(&video, A_WHILE).await?;
            (video.id, json!({}))
        }
        Trigger::Call => {
            let video = without_its_event.await?;
            (video.id, call_to_complete(person, &video)?)
        }
    })
}

/// Returns API Gateway's event about a call that completes an upload.
fn call_to_complete(person: &Person, video: &Video) -> Result<Value> {
    let mut event: Value = serde_json::from_str(include_str!("../../events/api.json"))?;
    let path = format!("/videos/{}/upload/complete", video.id);
    event["routeKey"] = json!("POST /videos/{id}/upload/complete");
    event["rawPath"] = json!(path);
    event["rawQueryString"] = json!("");
    event["queryStringParameters"] = Value::Null;
    let context = &mut event["requestContext"];
    context["http"]["method"] = json!("POST");
    context["http"]["path"] = json!(path);
    let claims = &mut context["authorizer"]["jwt"]["claims"];
    claims["sub"] = json!(video.owner);
    claims["cognito:username"] = json!(video.owner);
    claims["email"] = json!(person.email);
    Ok(event)
}

/// Returns the event of the message about a video, as Lambda would hand it to the function.
async fn message(stack: &Stack, queue: Queue, owner: &Owner, id: VideoId) -> Result<Option<Value>> {
    let about = match queue {
        // its messages name the event
        Queue::Deliveries => {
            let deliveries = owner.person.api.deliveries().await?;
            let found = deliveries.into_iter().find(|delivery| delivery.video == Some(id));
            let Some(delivery) = found else { return Ok(None) };
            delivery.id.to_string()
        }
        _ => id.to_string(),
    };
    let found = stack.messages(queue).await?.into_iter().find(|message| message.contains(&about));
    Ok(found.map(|message| {
        json!({ "Records": [{
            "messageId": message.id(), "receiptHandle": "none", "body": message.body(),
            "attributes": { "ApproximateReceiveCount": "1" }, "messageAttributes": {},
            "eventSource": "aws:sqs", "awsRegion": "eu-central-1",
            "eventSourceARN": stack.queue_arn(queue),
        }] })
    }))
}

/// Waits until the video is ready, and checks that its owner receives one event.
async fn has_ended(stack: &Stack, owner: &mut Owner, video: &Video) -> Result<()> {
    let id = video.id;
    let is_settled = async || {
        let item = stack.item(video).await?.context("the record")?;
        let is_mailed = item
            .get("notice")
            .is_some_and(|notice| notice.as_m().is_ok_and(|notice| notice.contains_key("sentAt")));
        Ok((is_mailed && item.contains_key("announcedAt")).then_some(()))
    };
    if until("the message came again", SOON, is_settled).await.is_err() {
        // the lease of the killed process, or a lost message: a later round repairs it
        stack.age(video, A_WHILE).await?;
        stack.reconcile().await?;
        until("the owner was notified", LONGEST, is_settled).await?;
    }
    let now = owner.person.api.get(id).await?.video;
    ensure!(now.status == Status::Ready, "{now:?}");
    let first = tokio::time::timeout(LONGEST, owner.receiver.next()).await;
    let first = verified(first.context("no event came")?, id)?;
    // until then, the delivery may be made again: with the same id
    stack.until_handled(&first).await?;
    while let Ok(again) = tokio::time::timeout(AT_ONCE, owner.receiver.next()).await {
        let again = verified(again, id)?;
        ensure!(again == first, "two events: {first} and {again}");
    }
    Ok(())
}

/// Returns the id of an event about a video.
fn verified(received: ReceivedEvent, video: VideoId) -> Result<String> {
    let ReceivedEvent::Verified { id, event } = received else { anyhow::bail!("{received:?}") };
    ensure!(event.data.id == Some(video), "{event:?}");
    Ok(id)
}
