//! The name that a client gives a call, so that repeating it does not do it twice.

use crate::problem::ApiError;
use axum::{extract::FromRequestParts, http::request::Parts};
use framezip_contract::{FieldError, VideoId};
use framezip_store::CallKey;
use sha2::{Digest, Sha256};

const HEADER: &str = "idempotency-key";

/// The header `Idempotency-Key`, if there is one: 1 to 255 visible ASCII characters.
pub(crate) struct IdempotencyKey(Option<String>);

impl IdempotencyKey {
    /// The key of a call that creates videos with this body. Another body under the same name is another
    /// call, byte for byte: how a body was read may change with a release.
    pub(crate) fn of_creation(self, body: &[u8]) -> Option<CallKey> {
        self.of(Sha256::new_with_prefix(body))
    }

    /// The key of a call that retries this video with this body.
    pub(crate) fn of_retry(self, id: VideoId, body: &[u8]) -> Option<CallKey> {
        self.of(Sha256::new_with_prefix(format!("retry {id} ")).chain_update(body))
    }

    fn of(self, request: Sha256) -> Option<CallKey> {
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
        let invalid = || ApiError::Invalid(vec![FieldError::new("Idempotency-Key", detail)]);
        Ok(Self(Some(name.ok_or_else(invalid)?.to_owned())))
    }
}
