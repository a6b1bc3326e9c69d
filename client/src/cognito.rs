//! Signing up and signing in by Cognito's JSON protocol. These calls need no AWS credentials, hence no SDK.

use crate::{Error, Server, Tokens, http};
use framezip_contract::WebConfig;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, header::CONTENT_TYPE};
use serde::{
    Deserialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Value, json};

/// The Cognito user pool of a server, where its users sign up and sign in.
#[derive(Clone, Debug)]
pub struct UserPool {
    http: Client,
    config: WebConfig,
}

/// The result of a sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUp {
    /// Whether the user may sign in at once. Otherwise, the code from the mail must be given first.
    pub confirmed: bool,
    /// The masked address that the code was sent to, such as `a***@e***`.
    pub code_sent_to: Option<String>,
}

/// Cognito's response to an action that sends a code.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CodeDeliveryResponse {
    code_delivery_details: Option<CodeDeliveryDetails>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CodeDeliveryDetails {
    destination: Option<String>,
}

impl Server {
    /// Reads the server's settings and returns its user pool.
    ///
    /// # Errors
    ///
    /// As for [`Self::config`].
    pub async fn user_pool(&self) -> Result<UserPool, Error> {
        Ok(UserPool::new(self, self.config().await?))
    }
}

impl UserPool {
    /// Creates the user pool from settings that [`Server::config`] returned earlier.
    pub fn new(server: &Server, config: WebConfig) -> Self {
        Self { http: server.http.clone(), config }
    }

    /// Returns the settings of the user pool.
    pub fn config(&self) -> &WebConfig {
        &self.config
    }

    /// Creates a user. Cognito sends a code to the address unless the pool confirms users itself.
    ///
    /// # Errors
    ///
    /// [`Error::Cognito`], for example for a known address (`UsernameExistsException`) or a weak
    /// password (`InvalidPasswordException`).
    pub async fn sign_up(&self, email: &str, password: &str) -> Result<SignedUp, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct SignUpResponse {
            user_confirmed: bool,
            #[serde(flatten)]
            sent: CodeDeliveryResponse,
        }
        let body = json!({
            "ClientId": self.config.user_pool_client_id,
            "Username": email,
            "Password": password,
            "UserAttributes": [{"Name": "email", "Value": email}],
        });
        let response: SignUpResponse = self.call("SignUp", "sign up", body).await?;
        Ok(SignedUp {
            confirmed: response.user_confirmed,
            code_sent_to: response.sent.code_delivery_details.and_then(|sent| sent.destination),
        })
    }

    /// Confirms a user with the code from the mail.
    ///
    /// # Errors
    ///
    /// [`Error::Cognito`], for example `CodeMismatchException` or `ExpiredCodeException`.
    pub async fn confirm(&self, email: &str, code: &str) -> Result<(), Error> {
        let body = json!({
            "ClientId": self.config.user_pool_client_id,
            "Username": email,
            "ConfirmationCode": code,
        });
        self.call::<Value>("ConfirmSignUp", "confirm the address", body).await.map(drop)
    }

    /// Requests another code.
    ///
    /// # Errors
    ///
    /// [`Error::Cognito`], for example `LimitExceededException`.
    pub async fn resend_code(&self, email: &str) -> Result<(), Error> {
        let body = json!({"ClientId": self.config.user_pool_client_id, "Username": email});
        self.call::<Value>("ResendConfirmationCode", "get another code", body).await.map(drop)
    }

    /// Requests a code that allows a new password to be set. Returns the masked address that the code was
    /// sent to, such as `a***@e***`.
    ///
    /// # Errors
    ///
    /// [`Error::Cognito`], for example `LimitExceededException`.
    pub async fn forgot_password(&self, email: &str) -> Result<Option<String>, Error> {
        let body = json!({"ClientId": self.config.user_pool_client_id, "Username": email});
        let response: CodeDeliveryResponse =
            self.call("ForgotPassword", "request a code", body).await?;
        Ok(response.code_delivery_details.and_then(|details| details.destination))
    }

    /// Sets a new password with the code from the mail.
    ///
    /// # Errors
    ///
    /// [`Error::Cognito`], for example `CodeMismatchException` or `InvalidPasswordException`.
    pub async fn set_password(&self, email: &str, code: &str, password: &str) -> Result<(), Error> {
        let body = json!({
            "ClientId": self.config.user_pool_client_id,
            "Username": email,
            "ConfirmationCode": code,
            "Password": password,
        });
        self.call::<Value>("ConfirmForgotPassword", "set the new password", body).await.map(drop)
    }

    /// Signs a user in.
    ///
    /// # Errors
    ///
    /// [`Error::Cognito`], for example `NotAuthorizedException` or `UserNotConfirmedException`;
    /// [`Error::Challenge`] if a password is not enough.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Tokens, Error> {
        let parameters = json!({"USERNAME": email, "PASSWORD": password});
        self.initiate_auth("USER_PASSWORD_AUTH", "sign in", parameters, None).await
    }

    /// Returns new tokens for old ones. The refresh token stays the same.
    ///
    /// # Errors
    ///
    /// [`Error::SignedOut`] if the refresh token is no longer valid.
    pub async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, Error> {
        let parameters = json!({"REFRESH_TOKEN": tokens.refresh_token});
        let current = Some(tokens.refresh_token.clone());
        let operation = "renew the sign-in";
        match self.initiate_auth("REFRESH_TOKEN_AUTH", operation, parameters, current).await {
            Err(Error::Cognito(error)) if error.is_about_credentials() => {
                Err(Error::SignedOut(error))
            }
            result => result,
        }
    }

    /// Starts an authentication flow. `refresh_token` is used if the response has none.
    async fn initiate_auth(
        &self,
        flow: &str,
        operation: &'static str,
        parameters: Value,
        refresh_token: Option<String>,
    ) -> Result<Tokens, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct InitiateAuthResponse {
            authentication_result: Option<AuthenticationResult>,
            challenge_name: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct AuthenticationResult {
            id_token: String,
            refresh_token: Option<String>,
            expires_in: u32,
        }
        let sent_at = Timestamp::now();
        let body = json!({
            "ClientId": self.config.user_pool_client_id,
            "AuthFlow": flow,
            "AuthParameters": parameters,
        });
        let response: InitiateAuthResponse = self.call("InitiateAuth", operation, body).await?;
        let Some(result) = response.authentication_result else {
            let name = response.challenge_name.unwrap_or_else(|| "another step".to_owned());
            return Err(Error::Challenge { name });
        };
        let Some(refresh_token) = result.refresh_token.or(refresh_token) else {
            return Err(Error::InvalidResponse {
                operation,
                source: serde_json::Error::missing_field("RefreshToken"),
            });
        };
        Ok(Tokens {
            id_token: result.id_token,
            refresh_token,
            expires_at: sent_at + SignedDuration::from_secs(result.expires_in.into()),
        })
    }

    async fn call<T: DeserializeOwned>(
        &self,
        action: &str,
        operation: &'static str,
        body: Value,
    ) -> Result<T, Error> {
        let request = self
            .http
            .post(&self.config.cognito_endpoint)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{action}"))
            .body(body.to_string());
        http::json(operation, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{CannedResponse, TestServer};

    async fn pool(responses: impl IntoIterator<Item = CannedResponse>) -> (TestServer, UserPool) {
        let server = TestServer::start(responses).await;
        let config = WebConfig {
            region: "eu-central-1".to_owned(),
            user_pool_id: "pool".to_owned(),
            user_pool_client_id: "client".to_owned(),
            cognito_endpoint: format!("{}/", server.url),
        };
        let pool = UserPool::new(&Server::new(&server.url).unwrap(), config);
        (server, pool)
    }

    #[tokio::test]
    async fn a_sign_in_follows_the_documented_protocol() {
        let granted = r#"{"AuthenticationResult":{"AccessToken":"a","ExpiresIn":3600,"IdToken":"i",
            "RefreshToken":"r","TokenType":"Bearer"},"ChallengeParameters":{}}"#;
        let (server, pool) = pool([CannedResponse::json(200, granted)]).await;
        let before = Timestamp::now();
        let tokens = pool.sign_in("ada@example.com", "pw").await.unwrap();
        assert_eq!((tokens.id_token.as_str(), tokens.refresh_token.as_str()), ("i", "r"));
        assert!(tokens.expires_at >= before + SignedDuration::from_secs(3600));
        let request = &server.requests()[0];
        assert_eq!(request.line, "POST / HTTP/1.1");
        assert_eq!(
            request.header("x-amz-target"),
            Some("AWSCognitoIdentityProviderService.InitiateAuth")
        );
        assert_eq!(request.header("content-type"), Some("application/x-amz-json-1.1"));
        assert_eq!(
            request.json(),
            json!({"ClientId": "client", "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": "ada@example.com", "PASSWORD": "pw"}})
        );
    }

    #[tokio::test]
    async fn a_sign_up_returns_where_the_code_was_sent() {
        let body = r#"{"UserConfirmed":false,"UserSub":"1",
            "CodeDeliveryDetails":{"Destination":"a***@e***","DeliveryMedium":"EMAIL"}}"#;
        let (server, pool) = pool([CannedResponse::json(200, body)]).await;
        let signed_up = pool.sign_up("ada@example.com", "pw").await.unwrap();
        assert_eq!(
            signed_up,
            SignedUp { confirmed: false, code_sent_to: Some("a***@e***".to_owned()) }
        );
        assert_eq!(server.requests()[0].json()["UserAttributes"][0]["Value"], "ada@example.com");
    }

    #[tokio::test]
    async fn an_error_of_cognito_says_what_to_do() {
        let body = r#"{"__type":"com.amazonaws#UserNotConfirmedException","message":"User is not confirmed."}"#;
        let (_server, pool) = pool([CannedResponse::json(400, body)]).await;
        let error = pool.sign_in("ada@example.com", "pw").await.unwrap_err();
        assert!(error.is_about_credentials());
        assert!(error.to_string().contains("framezip confirm"), "{error}");
        let Error::Cognito(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind, "UserNotConfirmedException");
    }

    #[tokio::test]
    async fn a_challenge_is_named() {
        let body = r#"{"ChallengeName":"SOFTWARE_TOKEN_MFA","Session":"s"}"#;
        let (_server, pool) = pool([CannedResponse::json(200, body)]).await;
        let error = pool.sign_in("ada@example.com", "pw").await.unwrap_err();
        assert!(matches!(error, Error::Challenge { name } if name == "SOFTWARE_TOKEN_MFA"));
    }

    #[tokio::test]
    async fn a_refused_refresh_requires_a_new_sign_in() {
        let body = r#"{"__type":"NotAuthorizedException","message":"Refresh Token has expired"}"#;
        let (_server, pool) = pool([CannedResponse::json(400, body)]).await;
        let old = Tokens {
            id_token: "i".to_owned(),
            refresh_token: "r".to_owned(),
            expires_at: Timestamp::now(),
        };
        let error = pool.refresh(&old).await.unwrap_err();
        assert!(matches!(error, Error::SignedOut(_)), "{error:?}");
    }
}
