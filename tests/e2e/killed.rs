//! Every function is killed at each of its requests, before and after the stack has handled it. Then its message comes
//! again, as SQS does it, and the end must be right: the right status, one mail, one event.
//!
//! One window cannot be closed: if `notify` is killed after SES has accepted a mail and before that is recorded, the
//! mail is sent twice. SES has no means to recognise a repetition.

use crate::Stacks;
use anyhow::{Context, Result, ensure};
use framezip_client::{ReceivedEvent, WebhookReceiver};
use framezip_contract::{SetWebhook, Status, Video, VideoId};
use framezip_media::path;
use framezip_tests::{Ending, Moment, Person, Queue, Stack, free_port, until};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

/// The longest wait for something that the stack does.
const LONGEST: Duration = Duration::from_secs(120);
/// The usual time until a message that comes again is handled.
const SOON: Duration = Duration::from_secs(4);

/// A function and the queue that it consumes.
struct Step {
    function: &'static str,
    queue: Queue,
}

/// A user with a webhook that counts its events.
struct Owner {
    person: Person,
    receiver: WebhookReceiver,
}

impl Owner {
    async fn new(stack: &Stack) -> Result<Self> {
        let person = Person::sign_up(stack).await?;
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let set = person.api.set_webhook(&SetWebhook::from(&*format!("http://{address}/"))).await?;
        let receiver = WebhookReceiver::listen(address, &set.secret).await?;
        Ok(Self { person, receiver })
    }
}

pub async fn extract_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, Step { function: "extract", queue: Queue::Jobs }).await
}

pub async fn notify_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, Step { function: "notify", queue: Queue::Outcomes }).await
}

pub async fn deliver_at_every_request(stacks: &Stacks) -> Result<()> {
    at_every_request(stacks, Step { function: "deliver", queue: Queue::Deliveries }).await
}

/// Kills a function at its first request, before and after it, then at its second, and so on, each time with a new
/// video, until it has answered before the request came.
async fn at_every_request(stacks: &Stacks, step: Step) -> Result<()> {
    let stack = &*stacks.hasty.lock().await;
    let mut owner = Owner::new(stack).await?;
    for number in 1.. {
        for moment in [Moment::Before(number), Moment::After(number)] {
            if killed_once(stack, &mut owner, &step, moment).await? == Ending::Answered {
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
    step: &Step,
    moment: Moment,
) -> Result<Ending> {
    let Step { function, queue } = *step;
    let run = async {
        let id = owner.person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
        let event = until(format!("{function} has a message"), LONGEST, async || {
            message(stack, queue, owner, id).await
        });
        let ending = stack.run_and_kill(function, &event.await?, moment).await?;
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
        stack.age(video, SignedDuration::from_mins(20)).await?;
        stack.reconcile().await?;
        until("the owner was notified", LONGEST, is_settled).await?;
    }
    let now = owner.person.api.get(id).await?.video;
    ensure!(now.status == Status::Ready, "{now:?}");
    let mut ids = BTreeSet::new();
    let first = tokio::time::timeout(LONGEST, owner.receiver.next()).await;
    let mut next = Some(first.context("no event came")?);
    while let Some(received) = next {
        let ReceivedEvent::Verified { id: event, event: body } = received else {
            anyhow::bail!("{received:?}")
        };
        ensure!(body.data.id == Some(id), "{body:?}");
        ids.insert(event);
        next = tokio::time::timeout(Duration::from_millis(1), owner.receiver.next()).await.ok();
    }
    ensure!(ids.len() == 1, "events: {ids:?}");
    Ok(())
}
