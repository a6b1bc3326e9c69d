//! The mails that a user wants, and their language.

use crate::time;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A language of mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Locale {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Brazilian Portuguese.
    #[serde(rename = "pt-BR")]
    PtBr,
}

impl Locale {
    /// Returns the language for the claim `locale` of a token, such as `pt-BR`, `pt_PT` or `en`. English stands for
    /// every language that we do not write.
    pub fn of_claim(claim: &str) -> Self {
        let language = claim.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("pt") { Self::PtBr } else { Self::En }
    }
}

/// The outcomes that are mailed to a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MailScope {
    /// Every outcome.
    #[default]
    All,
    /// Failures only.
    Failures,
    /// No outcome. Also no mail that a webhook was switched off.
    None,
}

/// `PUT /mail`: the mails that the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailPreferences {
    /// The outcomes that are mailed.
    pub mail: MailScope,
    /// Whether a mail is sent three days before a video expires. Default: no.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    pub expiry_reminder: bool,
}

/// `GET /mail`: the mails that the user wants, and whether they arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MailSettings {
    /// The outcomes that are mailed.
    pub mail: MailScope,
    /// Whether a mail is sent three days before a video expires.
    pub expiry_reminder: bool,
    /// The address that mails go to, from the user's token.
    pub email: String,
    /// The reason why no mail is sent to the address, if there is one. `PUT /mail` tries the address again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub blocked: Option<MailBlocked>,
}

/// A bounce or complaint after which no mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailBlocked {
    /// The event.
    pub reason: MailBlockReason,
    /// Its time.
    #[serde(serialize_with = "time::serialize")]
    pub at: Timestamp,
}

/// The event after which no mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MailBlockReason {
    /// The address does not exist or refuses mail for good.
    Bounce,
    /// The receiver marked a mail as unwanted.
    Complaint,
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn a_locale_is_read_from_its_language() {
        for claim in ["pt-BR", "pt", "PT_br", "pt_PT"] {
            assert_eq!(Locale::of_claim(claim), Locale::PtBr, "{claim}");
        }
        for claim in ["", "en-GB", "de", "ptx"] {
            assert_eq!(Locale::of_claim(claim), Locale::En, "{claim}");
        }
    }
}
