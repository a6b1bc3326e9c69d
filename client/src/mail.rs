//! The mails that the user gets.

use crate::{ApiClient, Error};
use framezip_contract::{MailPreferences, MailSettings};

impl ApiClient {
    /// Returns which mails the user gets, and whether they arrive, `GET /mail`.
    ///
    /// # Errors
    ///
    /// As for any request.
    pub async fn mail(&self) -> Result<MailSettings, Error> {
        self.get_json("read the mail preferences", self.server.url(&["mail"])).await
    }

    /// Sets which mails the user gets, `PUT /mail`. After a bounce or a complaint, mails are tried again. Safe to repeat.
    ///
    /// # Errors
    ///
    /// As for any request.
    pub async fn set_mail(&self, preferences: &MailPreferences) -> Result<MailSettings, Error> {
        let url = self.server.url(&["mail"]);
        let put = || self.server.http.put(url.clone()).json(preferences);
        self.send_with_retries("set the mail preferences", put).await
    }
}
