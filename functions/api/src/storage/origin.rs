//! The origins of URLs, which a browser's policy names.

use anyhow::Context;
use axum::http::Uri;

/// Returns the origin of a URL: its scheme, host and port.
pub(crate) fn origin(url: &str) -> anyhow::Result<String> {
    let uri: Uri = url.parse().with_context(|| format!("{url:?} is not a URL"))?;
    let (scheme, authority) = uri
        .scheme()
        .zip(uri.authority())
        .with_context(|| format!("the URL {url:?} has no scheme or no host"))?;
    Ok(format!("{scheme}://{authority}"))
}
