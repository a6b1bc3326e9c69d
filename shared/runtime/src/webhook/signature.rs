//! Signatures by Standard Webhooks.

use base64::{Engine, prelude::BASE64_STANDARD};
use framezip_contract::WebhookSecret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The prefix of every secret.
const PREFIX: &str = "whsec_";
/// The length of a key in bytes, equal to that of a signature.
const KEY_BYTES: usize = 32;

/// Returns a new random secret.
///
/// # Errors
/// If the system cannot provide random numbers.
pub fn new_secret() -> Result<WebhookSecret, getrandom::Error> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key)?;
    Ok(WebhookSecret::new(format!("{PREFIX}{}", BASE64_STANDARD.encode(key))))
}

/// Returns the `webhook-signature` of an event, or `None` if the secret is invalid.
pub fn sign(secret: &WebhookSecret, id: &str, timestamp: u64, body: &str) -> Option<String> {
    let key = BASE64_STANDARD.decode(secret.as_str().strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_equals_that_in_the_specification() {
        let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signature = sign(&secret, id, 1_614_265_330, r#"{"test": 2432232314}"#);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature.as_deref(), Some(expected));
    }

    #[test]
    fn each_secret_is_new_and_signs() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        let key = BASE64_STANDARD.decode(one.as_str().strip_prefix(PREFIX).unwrap()).unwrap();
        assert_eq!(key.len(), KEY_BYTES);
        assert_ne!(sign(&one, "a", 1, "b"), sign(&other, "a", 1, "b"));
    }

    #[test]
    fn an_invalid_secret_does_not_sign() {
        for text in ["", "abc", "whsec_*"] {
            assert_eq!(sign(&WebhookSecret::new(text.to_owned()), "a", 1, "b"), None, "{text}");
        }
    }
}
