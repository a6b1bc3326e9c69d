//! Access that only the stack's owner has, with the account's own credentials.

use crate::{Stack, stack::REGION};
use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use framezip_contract::{ObjectKey, UserId, Video, VideoId};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

impl Stack {
    /// Returns the keys of every object of a video in both buckets.
    ///
    /// # Errors
    /// If S3 refuses.
    pub async fn objects(&self, owner: &UserId, id: VideoId) -> Result<Vec<String>> {
        let s3 = self.s3().await;
        let own = ObjectKey::prefix(owner, id);
        let mut keys = Vec::new();
        for (bucket, prefix) in [
            (&self.outputs.uploads_bucket_name, own.clone()),
            (&self.outputs.results_bucket_name, own),
            (&self.outputs.results_bucket_name, ObjectKey::segments_prefix(owner, id)),
        ] {
            let listed = s3.list_objects_v2().bucket(bucket).prefix(prefix).send().await?;
            keys.extend(listed.contents().iter().filter_map(|object| object.key.clone()));
        }
        Ok(keys)
    }

    /// Returns the keys of the objects in both buckets whose video has no record.
    ///
    /// # Errors
    /// If S3 or DynamoDB refuses.
    pub async fn orphans(&self) -> Result<Vec<String>> {
        let (s3, table) = (self.s3().await, self.table().await);
        let scan = table.scan().table_name(self.table_name()).projection_expression("pk, sk");
        let records: Vec<_> = scan.into_paginator().items().send().try_collect().await?;
        let text = |item: &HashMap<String, AttributeValue>, name: &str| {
            item.get(name).and_then(|value| value.as_s().ok().cloned()).unwrap_or_default()
        };
        let known: HashSet<_> =
            records.iter().map(|item| (text(item, "pk"), text(item, "sk"))).collect();
        let mut orphans = Vec::new();
        for bucket in [&self.outputs.uploads_bucket_name, &self.outputs.results_bucket_name] {
            let mut pages = s3.list_objects_v2().bucket(bucket).into_paginator().send();
            while let Some(page) = pages.try_next().await? {
                let keys = page.contents().iter().filter_map(|object| object.key());
                orphans
                    .extend(keys.filter(|key| !known.contains(&record_of(key))).map(str::to_owned));
            }
        }
        Ok(orphans)
    }

    /// Deletes the file that was uploaded for a video, and only that.
    ///
    /// # Errors
    /// If S3 refuses.
    pub async fn delete_source(&self, video: &Video) -> Result<()> {
        let delete = self.s3().await.delete_object().bucket(&self.outputs.uploads_bucket_name);
        delete.key(ObjectKey::source(&video.owner, video.id).to_string()).send().await?;
        Ok(())
    }

    /// Stores bytes under the key of the first attempt's zip.
    ///
    /// # Errors
    /// If S3 refuses.
    pub async fn put_zip(&self, video: &Video, bytes: &[u8]) -> Result<()> {
        let put = self.s3().await.put_object().bucket(&self.outputs.results_bucket_name);
        let put = put.key(ObjectKey::zip(&video.owner, video.id, 0));
        put.body(bytes.to_vec().into()).send().await?;
        Ok(())
    }

    pub(crate) async fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.sdk().await).force_path_style(true);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// Adds a user to the group of administrators. Tokens name the group from the next sign-in on.
    ///
    /// # Errors
    /// If Cognito refuses.
    pub async fn make_admin(&self, email: &str) -> Result<()> {
        let pool = &self.outputs.user_pool_id;
        let body = json!({ "UserPoolId": pool, "Username": email, "GroupName": "admin" });
        self.cognito("AdminAddUserToGroup", body).await?;
        Ok(())
    }

    /// Returns a valid ID token of another user pool than the stack's.
    ///
    /// # Errors
    /// If Cognito refuses.
    pub async fn token_of_another_pool(&self) -> Result<String> {
        let pool = self.cognito("CreateUserPool", json!({ "PoolName": "another" })).await?;
        let pool = pool["UserPool"]["Id"].clone();
        let client = self.new_client(&pool, 3600).await?;
        let (user, password) = ("ada", "Correct-horse-9-battery");
        self.cognito("AdminCreateUser", json!({ "UserPoolId": pool, "Username": user })).await?;
        let body = json!({
            "UserPoolId": pool, "Username": user, "Password": password, "Permanent": true,
        });
        self.cognito("AdminSetUserPassword", body).await?;
        self.token(&client, user, password).await
    }

    /// Returns an ID token of a user of the stack that is valid for one second. The API accepts a second
    /// app client for it from now on.
    ///
    /// # Errors
    /// If the stack refuses.
    pub async fn short_lived_token(&self, email: &str, password: &str) -> Result<String> {
        let client = self.new_client(&json!(self.outputs.user_pool_id), 1).await?;
        let path = format!("/v2/apis/{}/authorizers", self.outputs.api_id);
        let found = self.owners(Method::GET, "apigateway", &path, None, None).await?;
        let all = found["items"].as_array().context("the API has authorizers")?;
        let of_users = all.iter().find(|authorizer| authorizer["name"] == "users");
        let mut authorizer = of_users.context("one of them is for users")?.clone();
        let id = authorizer["authorizerId"].as_str().context("the API has an authorizer")?;
        let path = format!("{path}/{id}");
        let both = json!([self.outputs.user_pool_client_id, client]);
        let settings = &mut authorizer["jwtConfiguration"];
        let name = if settings.get("Audience").is_some() { "Audience" } else { "audience" };
        settings[name] = both;
        let body = json!({ "jwtConfiguration": settings });
        self.owners(Method::PATCH, "apigateway", &path, None, Some(body)).await?;
        self.token(&client, email, password).await
    }

    async fn new_client(&self, pool: &Value, seconds: u32) -> Result<String> {
        let body = json!({
            "UserPoolId": pool, "ClientName": "another",
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "IdTokenValidity": seconds, "TokenValidityUnits": { "IdToken": "seconds" },
        });
        let client = self.cognito("CreateUserPoolClient", body).await?;
        let id = client["UserPoolClient"]["ClientId"].as_str().context("a client has an id")?;
        Ok(id.to_owned())
    }

    async fn token(&self, client: &str, user: &str, password: &str) -> Result<String> {
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
            "AuthParameters": { "USERNAME": user, "PASSWORD": password },
        });
        let answer = self.cognito("InitiateAuth", body).await?;
        let token = answer["AuthenticationResult"]["IdToken"].as_str();
        Ok(token.with_context(|| format!("{user} got no token: {answer}"))?.to_owned())
    }

    async fn cognito(&self, action: &str, body: Value) -> Result<Value> {
        self.owners(Method::POST, "cognito-idp", "/", Some(action), Some(body)).await
    }

    /// Makes a call for which no SDK client is at hand. The stack does not check its owner's signatures.
    async fn owners(
        &self,
        method: Method,
        service: &str,
        path: &str,
        action: Option<&str>,
        body: Option<Value>,
    ) -> Result<Value> {
        let scope = format!("test/20260101/{REGION}/{service}/aws4_request");
        let signed =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let url = format!("{}{path}", self.endpoint);
        let mut request =
            reqwest::Client::new().request(method, url).header("authorization", signed);
        if let Some(action) = action {
            let target = format!("AWSCognitoIdentityProviderService.{action}");
            request = request.header("x-amz-target", target);
        }
        if let Some(body) = body {
            let kind =
                if action.is_some() { "application/x-amz-json-1.1" } else { "application/json" };
            request = request.header("content-type", kind).body(body.to_string());
        }
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{service} {path} answered {status}: {text}");
        if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
    }
}

/// Returns the partition and sort keys of the record of an object's video.
fn record_of(key: &str) -> (String, String) {
    let mut names = key.strip_prefix("segments/").unwrap_or(key).split('/');
    let (owner, id) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    (format!("user#{owner}"), format!("video#{id}"))
}
