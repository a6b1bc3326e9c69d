//! Faults of the kind that AWS has: lost events and messages, functions that do not run, mail that is refused, and time
//! that passes.

use crate::{Queue, Stack, python};
use anyhow::{Context, Result};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::types::NotificationConfiguration;
use framezip_contract::{ObjectKey, Video};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::HashMap;

impl Stack {
    /// Runs a round of the reconciler.
    ///
    /// # Errors
    /// If the function fails.
    pub async fn reconcile(&self) -> Result<()> {
        self.invoke("reconcile", "{}").await
    }

    /// Lets time pass for one video: moves all times of its record into the past.
    ///
    /// # Errors
    /// If DynamoDB refuses, or there is no such video.
    pub async fn age(&self, video: &Video, by: SignedDuration) -> Result<()> {
        let mut item = self.item(video).await?.context("there is no such video")?;
        for name in ["createdAt", "updatedAt", "startedAt"] {
            if let Some(AttributeValue::S(text)) = item.get_mut(name) {
                *text = format!("{:.3}", text.parse::<Timestamp>()? - by);
            }
        }
        if let Some(AttributeValue::N(seconds)) = item.get_mut("checkAt") {
            *seconds = (seconds.parse::<i64>()? - by.as_secs()).to_string();
        }
        if let Some(lease) = item.get_mut("lease") {
            age_lease(lease, by)?;
        }
        if let Some(AttributeValue::M(notice)) = item.get_mut("notice")
            && let Some(lease) = notice.get_mut("lease")
        {
            age_lease(lease, by)?;
        }
        self.put_item(item).await
    }

    /// Lets a video expire after this time, and makes its next check due.
    ///
    /// # Errors
    /// If DynamoDB refuses, or there is no such video.
    pub async fn expire_in(&self, video: &Video, time: SignedDuration) -> Result<()> {
        let mut item = self.item(video).await?.context("there is no such video")?;
        let number = |time: Timestamp| AttributeValue::N(time.as_second().to_string());
        item.insert("expiresAt".to_owned(), number(Timestamp::now() + time));
        item.insert("checkAt".to_owned(), number(Timestamp::now()));
        self.put_item(item).await
    }

    /// Lets S3 lose the events of uploads while `work` runs.
    ///
    /// # Errors
    /// If S3 refuses, and as for `work`.
    pub async fn without_events<T>(&self, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        let s3 = self.s3().await;
        let bucket = &self.outputs.uploads_bucket_name;
        let now = s3.get_bucket_notification_configuration().bucket(bucket).send().await?;
        let now = NotificationConfiguration::builder()
            .set_lambda_function_configurations(now.lambda_function_configurations);
        let set = |configuration| {
            let put = s3.put_bucket_notification_configuration().bucket(bucket);
            put.notification_configuration(configuration).send()
        };
        set(NotificationConfiguration::builder().build()).await?;
        let done = Box::pin(work()).await;
        set(now.build()).await?;
        done
    }

    /// Returns S3's event about a video's upload, as `enqueue` gets it.
    ///
    /// # Errors
    /// If the example of such an event is not valid.
    pub fn upload_event(&self, video: &Video) -> Result<Value> {
        let mut event: Value = serde_json::from_str(include_str!("../../events/enqueue.json"))?;
        let s3 = &mut event["Records"][0]["s3"];
        s3["bucket"]["name"] = json!(self.outputs.uploads_bucket_name);
        s3["object"]["key"] = json!(ObjectKey::source(&video.owner, video.id).to_string());
        s3["object"]["size"] = json!(video.bytes);
        Ok(event)
    }

    /// Lets a function receive no messages while `work` runs.
    ///
    /// # Errors
    /// If Lambda refuses, and as for `work`.
    pub async fn without<T>(
        &self,
        function: &str,
        work: impl AsyncFnOnce() -> Result<T>,
    ) -> Result<T> {
        self.enable(function, false).await?;
        let done = Box::pin(work()).await;
        self.enable(function, true).await?;
        done
    }

    /// Lets SES refuse every mail of `notify` while `work` runs.
    ///
    /// # Errors
    /// If IAM refuses the change, and as for `work`.
    pub async fn without_mail<T>(&self, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        let lambda = aws_sdk_lambda::Client::new(&self.sdk().await);
        let notify = lambda.get_function_configuration().function_name("framezip-notify");
        let role = notify.send().await?.role.context("a function has a role")?;
        python("deny_mail.py", &[&self.endpoint, &role, "deny"], "")?;
        let done = Box::pin(work()).await;
        python("deny_mail.py", &[&self.endpoint, &role, "allow"], "")?;
        done
    }

    async fn enable(&self, function: &str, enabled: bool) -> Result<()> {
        let lambda = aws_sdk_lambda::Client::new(&self.sdk().await);
        let name = format!("framezip-{function}");
        let list = lambda.list_event_source_mappings().function_name(name).send().await?;
        for mapping in list.event_source_mappings() {
            let update = lambda.update_event_source_mapping().set_uuid(mapping.uuid.clone());
            update.enabled(enabled).send().await?;
        }
        Ok(())
    }

    /// Removes every message from a queue.
    ///
    /// # Errors
    /// If SQS refuses.
    pub async fn purge(&self, queue: Queue) -> Result<()> {
        let sqs = aws_sdk_sqs::Client::new(&self.sdk().await);
        sqs.purge_queue().queue_url(self.queue_url(queue)).send().await?;
        Ok(())
    }

    /// Returns a video's record as it is in the table.
    ///
    /// # Errors
    /// If DynamoDB refuses.
    pub async fn item(&self, video: &Video) -> Result<Option<HashMap<String, AttributeValue>>> {
        let get = self.table().await.get_item().table_name(self.table_name());
        Ok(get.set_key(Some(crate::stack::key(video))).consistent_read(true).send().await?.item)
    }

    async fn put_item(&self, item: HashMap<String, AttributeValue>) -> Result<()> {
        let put = self.table().await.put_item().table_name(self.table_name());
        put.set_item(Some(item)).send().await?;
        Ok(())
    }

    /// Returns the items whose check has been due for longer than `by`: nothing that waits is forgotten.
    ///
    /// # Errors
    /// If DynamoDB refuses.
    pub async fn overdue(
        &self,
        by: SignedDuration,
    ) -> Result<Vec<HashMap<String, AttributeValue>>> {
        let until = (Timestamp::now() - by).as_second().to_string();
        let query = self.table().await.query().table_name(self.table_name()).index_name("by-check");
        let query = query
            .key_condition_expression("#check = :pending AND checkAt <= :until")
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":pending", AttributeValue::S("pending".to_owned()))
            .expression_attribute_values(":until", AttributeValue::N(until));
        Ok(query.send().await?.items.unwrap_or_default())
    }
}

fn age_lease(lease: &mut AttributeValue, by: SignedDuration) -> Result<()> {
    if let AttributeValue::M(lease) = lease
        && let Some(AttributeValue::N(millis)) = lease.get_mut("until")
    {
        *millis = (millis.parse::<i64>()? - by.as_secs() * 1000).to_string();
    }
    Ok(())
}
