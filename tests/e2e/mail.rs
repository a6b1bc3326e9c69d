//! The mails that a user gets, and how they stop.

use anyhow::{Context, Result, ensure};
use framezip_contract::{
    MailBlockReason, MailPreferences, MailScope, Status, UserId, Video, VideoId,
};
use framezip_media::path;
use framezip_tests::{Mail, Person, Queue, Stack, send};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const GOOD: &str = r#"{"count":1}"#;
const BAD: &str = r#"{"from":"01:00:00"}"#;

/// Sends a video and waits until everything about it was handled.
async fn handled(stack: &Stack, person: &Person, options: &str) -> Result<Video> {
    let id = person.send(&path("prores.mov"), options).await?;
    let video = person.wait(id).await?.video;
    stack.until_handled(&id.to_string()).await?;
    Ok(video)
}

async fn mails(stack: &Stack, person: &Person, id: VideoId) -> Result<usize> {
    Ok(person.mails_now(stack, id).await?.len())
}

async fn set(person: &Person, mail: MailScope) -> Result<()> {
    person.api.set_mail(&MailPreferences { mail, expiry_reminder: false }).await?;
    Ok(())
}

pub async fn a_user_gets_the_mails_that_they_want(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    ensure!(person.api.mail().await?.mail == MailScope::All);
    set(&person, MailScope::Failures).await?;
    let good = handled(stack, &person, GOOD).await?;
    ensure!(good.status == Status::Ready && mails(stack, &person, good.id).await? == 0);
    let bad = handled(stack, &person, BAD).await?;
    ensure!(bad.status == Status::Failed && mails(stack, &person, bad.id).await? == 1);
    set(&person, MailScope::None).await?;
    let silent = handled(stack, &person, BAD).await?;
    ensure!(mails(stack, &person, silent.id).await? == 0);
    Ok(())
}

/// Returns the path of the link in a mail that stops all mails.
fn unsubscribe_path(stack: &Stack, mail: &Mail) -> Result<String> {
    let start = format!("{}/unsubscribe/", stack.api_url());
    let link = mail.body_text.split_whitespace().find(|word| word.starts_with(&start));
    let path = link.and_then(|link| link.strip_prefix(stack.api_url()));
    Ok(path.with_context(|| format!("there is a link: {}", mail.body_text))?.to_owned())
}

pub async fn the_link_in_a_mail_stops_mails_by_post_only(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = handled(stack, &person, GOOD).await?;
    let mail = person.mails_now(stack, video.id).await?.pop().context("a mail came")?;
    let path = unsubscribe_path(stack, &mail)?;
    let (status, page) = send(stack, "GET", &path, None).await?;
    ensure!(status == 200 && page.contains("<form method=\"post\">"), "{page}");
    ensure!(person.api.mail().await?.mail == MailScope::All, "a GET changes nothing");
    let guessed = format!("{}x", &path[..path.len() - 1]);
    ensure!(send(stack, "POST", &guessed, None).await?.0 == 404, "another token");
    for _ in 0..2 {
        ensure!(send(stack, "POST", &path, None).await?.0 == 200);
    }
    ensure!(person.api.mail().await?.mail == MailScope::None);
    let silent = handled(stack, &person, GOOD).await?;
    ensure!(mails(stack, &person, silent.id).await? == 0);
    Ok(())
}

pub async fn a_bounce_stops_mails_to_an_address(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let video = handled(stack, &person, GOOD).await?;
    report(stack, &video.owner, &person.email).await?;
    let blocked = person.api.mail().await?.blocked.context("the address is blocked")?;
    ensure!(blocked.reason == MailBlockReason::Bounce, "{blocked:?}");
    let silent = handled(stack, &person, GOOD).await?;
    ensure!(mails(stack, &person, silent.id).await? == 0);
    // the user may try it again
    set(&person, MailScope::All).await?;
    ensure!(person.api.mail().await?.blocked.is_none());
    let mailed = handled(stack, &person, GOOD).await?;
    ensure!(mails(stack, &person, mailed.id).await? == 1);
    Ok(())
}

/// Reports a bounce, as SES does through its topic.
async fn report(stack: &Stack, user: &UserId, email: &str) -> Result<()> {
    let event = json!({
        "eventType": "Bounce",
        "mail": { "destination": [email], "tags": { "user": [user.as_str()] } },
        "bounce": { "bounceType": "Permanent", "timestamp": Timestamp::now().to_string() },
    });
    stack.enqueue(Queue::Outcomes, &event).await?;
    stack.until_handled(email).await
}

pub async fn a_mail_before_the_expiry_is_sent_once_if_it_is_wanted(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let wanted = MailPreferences { mail: MailScope::None, expiry_reminder: true };
    person.api.set_mail(&wanted).await?;
    let video = handled(stack, &person, GOOD).await?;
    ensure!(mails(stack, &person, video.id).await? == 0);
    stack.expire_in(&video, SignedDuration::from_hours(2 * 24)).await?;
    for _ in 0..2 {
        stack.reconcile().await?;
        stack.until_handled(&video.id.to_string()).await?;
    }
    let reminders = person.mails_now(stack, video.id).await?;
    ensure!(reminders.len() == 1 && reminders[0].subject.contains("removed"), "{reminders:?}");
    Ok(())
}
