//! The mail to a video's owner, as text and as HTML.

use anyhow::Context;
use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message},
};
use framezip_contract::{Status, Video, Warning};
use framezip_store::Record;

/// Sends mails to the owners of videos.
///
/// Needs `ses:SendEmail` on the sender's identity.
pub(crate) struct Mailer {
    client: Client,
    sender: String,
    api_url: String,
}

impl Mailer {
    pub(crate) fn new(client: Client, sender: String, api_url: String) -> Self {
        Self { client, sender, api_url }
    }

    /// Mails the outcome of a finished video to its owner.
    pub(crate) async fn send(&self, record: &Record) -> anyhow::Result<()> {
        let mail = MailContent::about(&record.video, &self.api_url);
        let body = Body::builder().text(content(mail.text())?).html(content(mail.html())?);
        let message = Message::builder().subject(content(mail.subject)?).body(body.build());
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.sender)
            .destination(Destination::builder().to_addresses(&record.email).build())
            .content(EmailContent::builder().simple(message.build()).build())
            .send()
            .await;
        sent.map_err(aws_sdk_sesv2::Error::from).context("SES SendEmail failed")?;
        Ok(())
    }
}

fn content(text: String) -> anyhow::Result<Content> {
    Content::builder().data(text).charset("UTF-8").build().context("a mail without content")
}

/// The content of a mail, before it becomes text or HTML.
struct MailContent {
    subject: String,
    paragraphs: Vec<String>,
    /// Commands, shown verbatim.
    verbatim: Vec<String>,
}

impl MailContent {
    fn about(video: &Video, api_url: &str) -> Self {
        let name = header_safe(&video.file_name);
        let mut paragraphs = Vec::new();
        let mut verbatim = Vec::new();
        let subject = if video.status == Status::Ready {
            if let Some(result) = &video.result {
                let megabytes = result.bytes as f64 / 1e6;
                let frames = if result.frames == 1 { "frame" } else { "frames" };
                paragraphs.push(format!(
                    "The frames of {name} are ready: {} {frames} in a zip of {megabytes:.1} MB.",
                    result.frames
                ));
            }
            paragraphs.extend(warnings(&video.warnings));
            paragraphs.push("Download them with:".to_owned());
            verbatim.push(format!("framezip --api {api_url} download {}", video.id));
            format!("The frames of {name} are ready")
        } else {
            if let Some(error) = &video.error {
                paragraphs.push(format!("We could not extract the frames of {name}."));
                paragraphs.push(error.message.clone());
                paragraphs.push(format!("Error code: {}. Video: {}.", error.code, video.id));
            }
            format!("The frames of {name} could not be extracted")
        };
        Self { subject, paragraphs, verbatim }
    }

    fn text(&self) -> String {
        let indented = self.verbatim.iter().map(|line| format!("    {line}"));
        let paragraphs: Vec<_> = self.paragraphs.iter().cloned().chain(indented).collect();
        paragraphs.join("\n\n") + "\n"
    }

    fn html(&self) -> String {
        let mut html = String::from("<!doctype html><html><body style=\"font-family:sans-serif\">");
        for paragraph in &self.paragraphs {
            html += &format!("<p>{}</p>", escaped(paragraph));
        }
        for line in &self.verbatim {
            html += &format!("<pre>{}</pre>", escaped(line));
        }
        html + "</body></html>"
    }
}

fn warnings(warnings: &[Warning]) -> Option<String> {
    let first = warnings.first()?;
    let more = match warnings.len() {
        1 => String::new(),
        2 => " There is one more warning in frames.json.".to_owned(),
        count => format!(" There are {} more warnings in frames.json.", count - 1),
    };
    Some(format!("Please note: {}{more}", first.message))
}

/// Returns a file name that is safe in a header line: characters that steer or hide text are escaped,
/// and the length is limited.
fn header_safe(name: &str) -> String {
    let short: String = name.chars().take(100).collect();
    framezip_contract::escaped(&short)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use framezip_contract::{ErrorCode, Failure, samples};

    fn video() -> Video {
        let mut video = samples::video(Status::Ready);
        video.file_name = "a<b>\r\n&c.mp4".to_owned();
        if let Some(zip) = &mut video.result {
            (zip.bytes, zip.frames) = (8_100_000, 60);
        }
        video
    }

    #[test]
    fn the_mail_of_a_ready_video_has_the_download_command() {
        let video = video();
        let mail = MailContent::about(&video, "https://api");
        assert_eq!(mail.subject, "The frames of a<b>\\u{d}\\u{a}&c.mp4 are ready");
        assert!(mail.text().contains("60 frames in a zip of 8.1 MB"), "{}", mail.text());
        let command = format!("framezip --api https://api download {}", video.id);
        assert!(mail.text().contains(&command), "{}", mail.text());
        assert!(mail.html().contains("a&lt;b&gt;\\u{d}\\u{a}&amp;c.mp4"), "{}", mail.html());
    }

    #[test]
    fn the_mail_of_a_failed_video_has_the_reason() {
        let failure = Failure::new(ErrorCode::NotAVideo, "This is not a video.");
        let video = Video { status: Status::Failed, result: None, error: Some(failure), ..video() };
        let mail = MailContent::about(&video, "https://api");
        assert!(mail.text().contains("This is not a video."));
        assert!(mail.text().contains("not_a_video"));
    }
}
