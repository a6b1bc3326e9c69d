//! The header `Idempotency-Key`, by which a client repeats a call safely.

use crate::problem::ApiError;
use axum::{extract::FromRequestParts, http::request::Parts};
use framezip_contract::VideoId;
use framezip_store::CallKey;
use sha2::{Digest, Sha256};

const HEADER: &str = "idempotency-key";

/// The value of the header, if it is present: 1 to 255 visible ASCII characters.
pub(crate) struct IdempotencyKey(Option<String>);

impl IdempotencyKey {
    /// Returns the key of a call that creates videos with this body. Bodies are compared byte by byte,
    /// since a release may change how a body is read.
    pub(crate) fn for_creation(self, body: &[u8]) -> Option<CallKey> {
        self.with_fingerprint(Sha256::new_with_prefix(body))
    }

    /// Returns the key of a call that retries this video with this body.
    pub(crate) fn for_retry(self, id: VideoId, body: &[u8]) -> Option<CallKey> {
        self.with_fingerprint(Sha256::new_with_prefix(format!("retry {id} ")).chain_update(body))
    }

    fn with_fingerprint(self, request: Sha256) -> Option<CallKey> {
        let digest = request.finalize();
        let fingerprint = || digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.0.map(|name| CallKey { name, fingerprint: fingerprint() })
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let name = value.to_str().ok().filter(|name| {
            (1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
        });
        let detail = "must be 1 to 255 visible ASCII characters";
        let invalid = || ApiError::invalid("Idempotency-Key", detail);
        Ok(Self(Some(name.ok_or_else(invalid)?.to_owned())))
    }
}
