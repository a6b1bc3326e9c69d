//! The content of a mail: its subject, and its body from the templates.

use super::{Mail, Recipient, failures, format};
use askama::Template;
use framezip_contract::{ErrorCode, Locale, Video, Warning, ZipFacts, escaped};

/// The most warnings that a mail lists.
const MAX_WARNINGS: usize = 5;

/// The most characters of a file's name or of a warning that a mail shows.
const MAX_CHARS: usize = 100;
const MAX_WARNING_CHARS: usize = 300;

/// The content of a mail. The text and the HTML say the same.
pub(super) struct Content {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl Content {
    /// Writes a mail in the language of its receiver.
    ///
    /// # Errors
    /// If a template cannot be rendered.
    pub(super) fn new(mail: &Mail<'_>, to: &Recipient<'_>, page_url: &str) -> askama::Result<Self> {
        let layout = &Layout::new(mail, to, page_url);
        let (text, html) = match mail {
            Mail::Ready(video) => {
                let video = &VideoFacts::new(video, to.locale);
                (ReadyText { layout, video }.render()?, ReadyHtml { layout, video }.render()?)
            }
            Mail::Failed(video) => {
                let failure = &FailureFacts::new(video, to.locale);
                let video = &VideoFacts::new(video, to.locale);
                let text = FailedText { layout, video, failure }.render()?;
                (text, FailedHtml { layout, video, failure }.render()?)
            }
            Mail::ExpiresSoon(video) => {
                let video = &VideoFacts::new(video, to.locale);
                let text = ExpiresSoonText { layout, video }.render()?;
                (text, ExpiresSoonHtml { layout, video }.render()?)
            }
            Mail::WebhookOff { url } => {
                let url = escaped(url);
                let text = WebhookOffText { layout, url: &url }.render()?;
                (text, WebhookOffHtml { layout, url: &url }.render()?)
            }
        };
        Ok(Self { subject: layout.heading.clone(), text: text + "\n", html: html + "\n" })
    }
}

/// The parts that every mail has.
struct Layout {
    locale: Locale,
    /// The subject, which the HTML repeats as its heading.
    heading: String,
    /// The place in the page that the mail is about.
    link: String,
    settings_url: String,
    unsubscribe_url: String,
}

impl Layout {
    fn new(mail: &Mail<'_>, to: &Recipient<'_>, page_url: &str) -> Self {
        let settings_url = format!("{page_url}/#/settings");
        let link = match mail {
            Mail::Ready(video) | Mail::Failed(video) | Mail::ExpiresSoon(video) => {
                format!("{page_url}/#/videos/{}", video.id)
            }
            Mail::WebhookOff { .. } => settings_url.clone(),
        };
        Self {
            locale: to.locale,
            heading: subject(mail, to.locale),
            link,
            settings_url,
            unsubscribe_url: to.unsubscribe_url(page_url),
        }
    }
}

fn subject(mail: &Mail<'_>, locale: Locale) -> String {
    let name = |video: &Video| shown(&video.file_name, MAX_CHARS);
    let day = |video: &Video| format::date(video.expires_at, locale);
    match (mail, locale) {
        (Mail::Ready(video), Locale::En) => format!("The frames of {} are ready", name(video)),
        (Mail::Ready(video), Locale::PtBr) => {
            format!("Os quadros de {} estão prontos", name(video))
        }
        (Mail::Failed(video), Locale::En) => {
            format!("The frames of {} could not be extracted", name(video))
        }
        (Mail::Failed(video), Locale::PtBr) => {
            format!("Não foi possível extrair os quadros de {}", name(video))
        }
        (Mail::ExpiresSoon(video), Locale::En) => {
            format!("{} will be removed on {}", name(video), day(video))
        }
        (Mail::ExpiresSoon(video), Locale::PtBr) => {
            format!("{} será removido em {}", name(video), day(video))
        }
        (Mail::WebhookOff { .. }, Locale::En) => "Your webhook has been switched off".to_owned(),
        (Mail::WebhookOff { .. }, Locale::PtBr) => "Seu webhook foi desligado".to_owned(),
    }
}

/// Facts about a video, as its mails show them.
struct VideoFacts {
    result: Option<ResultFacts>,
    /// The number of all warnings, such as `3 warnings`.
    warning_count: String,
    /// The warnings that are listed.
    warnings: Vec<String>,
    /// The number of those that are not.
    more_warnings: usize,
    /// The day of the video's removal.
    expires: String,
}

impl VideoFacts {
    fn new(video: &Video, locale: Locale) -> Self {
        let warnings: Vec<_> = video.warnings.iter().take(MAX_WARNINGS).map(warning_line).collect();
        Self {
            result: video.result.as_ref().map(|result| ResultFacts::new(result, locale)),
            warning_count: format::warnings(video.warnings.len(), locale),
            more_warnings: video.warnings.len() - warnings.len(),
            warnings,
            expires: format::date(video.expires_at, locale),
        }
    }
}

/// Facts about a zip and its source.
struct ResultFacts {
    /// The number of frames, such as `60`.
    count: String,
    /// The same in words, such as `60 frames`.
    frames: String,
    /// The size of the zip.
    size: String,
    /// The duration of the video, if known.
    duration: Option<String>,
    width: u32,
    height: u32,
}

impl ResultFacts {
    fn new(result: &ZipFacts, locale: Locale) -> Self {
        Self {
            count: format::number(result.frames.into(), locale),
            frames: format::frames(result.frames, locale),
            size: format::bytes(result.bytes, locale),
            duration: result.source.duration.map(format::duration),
            width: result.source.width,
            height: result.source.height,
        }
    }
}

/// The reason of a failure and what to do about it.
struct FailureFacts {
    reason: &'static str,
    advice: &'static str,
    /// The video and the code, for the person who helps.
    reference: String,
}

impl FailureFacts {
    fn new(video: &Video, locale: Locale) -> Self {
        let code = video.error.as_ref().map_or(ErrorCode::Internal, |error| error.code);
        Self {
            reason: failures::reason(code, locale),
            advice: failures::advice(code, locale),
            reference: format!("{} ({code})", video.id),
        }
    }
}

fn warning_line(warning: &Warning) -> String {
    let message = shown(&warning.message, MAX_WARNING_CHARS);
    match warning.time {
        Some(time) => format!("{} · {message}", format::position(time)),
        None => message,
    }
}

/// Returns a text that is safe in a header line: characters that steer or hide text are escaped, and the
/// length is limited.
fn shown(text: &str, max_chars: usize) -> String {
    let short: String = text.chars().take(max_chars).collect();
    let cut = if short.len() < text.len() { "…" } else { "" };
    escaped(&short) + cut
}

#[derive(Template)]
#[template(path = "ready.txt")]
struct ReadyText<'a> {
    layout: &'a Layout,
    video: &'a VideoFacts,
}

#[derive(Template)]
#[template(path = "ready.html")]
struct ReadyHtml<'a> {
    layout: &'a Layout,
    video: &'a VideoFacts,
}

#[derive(Template)]
#[template(path = "failed.txt")]
struct FailedText<'a> {
    layout: &'a Layout,
    video: &'a VideoFacts,
    failure: &'a FailureFacts,
}

#[derive(Template)]
#[template(path = "failed.html")]
struct FailedHtml<'a> {
    layout: &'a Layout,
    video: &'a VideoFacts,
    failure: &'a FailureFacts,
}

#[derive(Template)]
#[template(path = "expires_soon.txt")]
struct ExpiresSoonText<'a> {
    layout: &'a Layout,
    video: &'a VideoFacts,
}

#[derive(Template)]
#[template(path = "expires_soon.html")]
struct ExpiresSoonHtml<'a> {
    layout: &'a Layout,
    video: &'a VideoFacts,
}

#[derive(Template)]
#[template(path = "webhook_off.txt")]
struct WebhookOffText<'a> {
    layout: &'a Layout,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "webhook_off.html")]
struct WebhookOffHtml<'a> {
    layout: &'a Layout,
    url: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_in_a_header() {
        assert_eq!(shown("a<b>\r\n&c.mp4", MAX_CHARS), "a<b>\\u{d}\\u{a}&c.mp4");
        assert_eq!(shown("a\u{202e}4pm.exe", MAX_CHARS), "a\\u{202e}4pm.exe");
    }

    #[test]
    fn a_long_name_is_cut() {
        let name = "é".repeat(MAX_CHARS);
        assert_eq!(shown(&name, MAX_CHARS), name);
        assert_eq!(shown(&format!("{name}."), MAX_CHARS), format!("{name}…"));
    }
}
