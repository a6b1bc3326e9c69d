//! Every mail as it is sent, compared with the files in `snapshots/`. `UPDATE=1` writes them again.

use super::*;
use aws_sdk_sesv2::operation::send_email::{SendEmailInput, SendEmailOutput};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use framezip_contract::{ErrorCode, Failure, Status, Warning, samples};
use std::{env, fs, path::Path};

const PAGE: &str = "https://framezip.example";
const LOCALES: [(Locale, &str); 2] = [(Locale::En, "en"), (Locale::PtBr, "pt-BR")];

/// A ready video with more warnings than a mail lists.
fn ready() -> Video {
    let mut video = samples::video(Status::Ready);
    video.file_name = "Ana & Bia <3.mp4".to_owned();
    let result = video.result.as_mut().unwrap();
    (result.bytes, result.frames) = (8_149_000, 1234);
    (result.source.width, result.source.height) = (1920, 1080);
    result.source.duration = Some(3723.4);
    let warning = |index: u32| Warning {
        time: (index > 0).then(|| f64::from(index) * 62.5),
        message: format!("\"Picture {index}\" could not be decoded & was skipped."),
    };
    video.warnings = (0..7).map(warning).collect();
    video
}

fn failed() -> Video {
    let failure = Failure::new(ErrorCode::NotAVideo, "No.");
    Video {
        status: Status::Failed,
        result: None,
        warnings: Vec::new(),
        error: Some(failure),
        ..ready()
    }
}

/// A video with a result, after a retry that failed.
fn retried() -> Video {
    let failure = Failure::new(ErrorCode::TooManyFrames, "No.");
    Video { result: ready().result, error: Some(failure), ..failed() }
}

/// Calls the function with every mail in every language and with the mail's name.
fn for_each_mail(check: impl Fn(&str, &Content)) {
    let (ready, failed, retried) = (ready(), failed(), retried());
    let few = Video { warnings: ready.warnings[..1].to_vec(), ..ready.clone() };
    let mails = [
        ("ready", Mail::Ready(&ready)),
        ("ready_one_warning", Mail::Ready(&few)),
        ("failed", Mail::Failed(&failed)),
        ("failed_retry", Mail::Failed(&retried)),
        ("expires_soon", Mail::ExpiresSoon(&ready)),
        ("expires_soon_failed", Mail::ExpiresSoon(&failed)),
        ("webhook_off", Mail::WebhookOff { url: "https://example.com/hook?a=1&b=2" }),
    ];
    for (name, mail) in &mails {
        for (locale, language) in LOCALES {
            let content = Content::new(mail, &recipient(&ready.owner, locale), PAGE).unwrap();
            check(&format!("{name}-{language}"), &content);
        }
    }
}

fn recipient(user: &UserId, locale: Locale) -> Recipient<'_> {
    let unsubscribe_token = "0123456789abcdef0123456789abcdef";
    Recipient { user, email: "ana@example.com", locale, unsubscribe_token }
}

fn compare(file: &str, actual: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mail/snapshots");
    let path = folder.join(file);
    if env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{file} differs; UPDATE=1 writes it again");
}

/// Returns the words of an HTML document.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut is_in_tag = false;
    for character in html.chars() {
        match character {
            '<' => is_in_tag = true,
            '>' => is_in_tag = false,
            _ if is_in_tag => {}
            _ => text.push(character),
        }
    }
    let escapes = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    escapes.into_iter().fold(text, |text, (escape, character)| text.replace(escape, character))
}

#[test]
fn every_mail_is_as_in_its_snapshot() {
    for_each_mail(|name, Content { subject, text, html }| {
        compare(&format!("{name}.txt"), &format!("Subject: {subject}\n\n{text}"));
        compare(&format!("{name}.html"), html);
    });
}

#[test]
fn text_and_html_say_the_same() {
    for_each_mail(|name, Content { text, html, .. }| {
        let words = words(html);
        for line in text.lines().filter(|line| *line != "--") {
            let line = line.trim_start_matches("- ").trim_end_matches(':');
            assert!(words.contains(line) || html.contains(line), "{name} has not: {line}");
        }
    });
}

#[test]
fn all_links_lead_to_the_page() {
    for_each_mail(|name, Content { html, .. }| {
        let links: Vec<_> = html.split("href=\"").skip(1).collect();
        assert_eq!(links.len(), 3, "{name}");
        assert!(links.iter().all(|link| link.starts_with(PAGE)), "{name}");
        assert!(!html.contains("src=") && !html.contains("url("), "{name}");
    });
}

#[test]
fn a_name_cannot_add_headers_or_markup() {
    let video = Video { file_name: "a<b>\r\n&c.mp4".to_owned(), ..ready() };
    let to = recipient(&video.owner, Locale::En);
    let content = Content::new(&Mail::Ready(&video), &to, PAGE).unwrap();
    assert_eq!(content.subject, "The frames of a<b>\\u{d}\\u{a}&c.mp4 are ready");
    assert!(content.text.contains("a<b>\\u{d}\\u{a}&c.mp4"), "{}", content.text);
    assert!(content.html.contains("a&#60;b&#62;\\u{d}\\u{a}&#38;c.mp4"), "{}", content.html);
}

#[test]
fn the_mail_of_a_failed_video_has_its_reference() {
    let video = failed();
    let to = recipient(&video.owner, Locale::En);
    let content = Content::new(&Mail::Failed(&video), &to, PAGE).unwrap();
    assert!(content.text.contains(&format!("{} (not_a_video)", video.id)), "{}", content.text);
}

/// Returns whether a request has the headers, the tag and the configuration set.
fn is_complete(request: &SendEmailInput) -> bool {
    let message = request.content().and_then(|content| content.simple()).unwrap();
    let headers: Vec<_> =
        message.headers().iter().map(|header| (header.name(), header.value())).collect();
    let url = "https://framezip.example/unsubscribe/owner/0123456789abcdef0123456789abcdef";
    let tags: Vec<_> = request.email_tags().iter().map(|tag| (tag.name(), tag.value())).collect();
    headers
        == [
            ("List-Unsubscribe", &*format!("<{url}>")),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
        && tags == [("user", "owner")]
        && request.configuration_set_name() == Some("framezip")
        && request.from_email_address() == Some("from@example.com")
        && request.destination().unwrap().to_addresses() == ["ana@example.com"]
}

#[tokio::test]
async fn a_mail_can_be_unsubscribed_and_names_its_receiver() {
    let sent = mock!(Client::send_email)
        .match_requests(is_complete)
        .then_output(|| SendEmailOutput::builder().build());
    let settings = MailerSettings {
        sender: "from@example.com".to_owned(),
        page_url: PAGE.to_owned(),
        configuration_set: "framezip".to_owned(),
    };
    let mailer = Mailer::new(mock_client!(aws_sdk_sesv2, RuleMode::MatchAny, [&sent]), settings);
    let video = ready();
    let to = recipient(&video.owner, Locale::En);
    mailer.send(&Mail::Ready(&video), &to).await.unwrap();
    assert_eq!(sent.num_calls(), 1);
}
