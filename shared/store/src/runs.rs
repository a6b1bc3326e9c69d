//! A run: the work on one video, split into segments that many workers make at once.
//!
//! It bears the id of the message whose worker split the work. Which run is the video's stands on
//! its record, and a run that is not the record's is over. What a run has made lies in an item of its
//! own: late workers of an earlier run add to theirs, and the record, which is written all the time,
//! stays small.

use crate::{
    Lease, Record, StoreError, Videos,
    record::{number, run_kept_until, run_key, text},
    steps::against,
};
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValue},
};
use framezip_contract::{Status, UserId, VideoId};
use serde::Deserialize;

/// What is read of a run's item.
#[derive(Deserialize)]
struct Run {
    parts: Vec<String>,
}

impl Videos {
    /// Makes the message `message_id`, whose worker has the video, the video's run. Run twice, it
    /// changes nothing. `None`: the worker has lost the video, and should stop.
    ///
    /// The worker's progress must have been written before, since [`Self::advance`] counts on from it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn split(
        &self,
        owner: &UserId,
        id: VideoId,
        message_id: &str,
    ) -> Result<Option<Record>, StoreError> {
        let update = self
            .update(owner, id)
            .update_expression("SET run = :message, updatedAt = :now")
            .condition_expression("#status = :processing AND lease.#owner = :message")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":message", text(message_id));
        self.step(update).await
    }

    /// Counts `done` more frames as done, or fewer where it is negative. `None`: the video is not
    /// this run's any more, and its workers should stop. With 0 it only asks for that.
    ///
    /// Run twice, it counts twice. So nothing is decided by the count.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn advance(
        &self,
        owner: &UserId,
        id: VideoId,
        run: &str,
        done: i64,
    ) -> Result<Option<Record>, StoreError> {
        let update = self
            .update(owner, id)
            // ADD would be as good, but not every emulator knows it of a nested attribute
            .update_expression("SET progress.done = progress.done + :done, updatedAt = :now")
            .condition_expression("#status = :processing AND run = :run")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":processing", text(Status::Processing))
            .expression_attribute_values(":run", text(run))
            .expression_attribute_values(":done", number(done));
        self.step(update).await
    }

    /// Notes that a part of a run is made, and tells all that are, this one among them, in no
    /// certain order. Of two workers that add theirs at once, the later sees both. Run twice, it
    /// changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_part(
        &self,
        owner: &UserId,
        id: VideoId,
        run: &str,
        part: &str,
    ) -> Result<Vec<String>, StoreError> {
        let output = self
            .update_run(owner, id, run)
            .update_expression("SET expiresAt = :kept ADD parts :part")
            .expression_attribute_values(":kept", run_kept_until())
            .expression_attribute_values(":part", AttributeValue::Ss(vec![part.to_owned()]))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(|e| self.failed("UpdateItem", e))?;
        let item = output.attributes.unwrap_or_default();
        let run: Run = serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))?;
        Ok(run.parts)
    }

    /// Takes the right to assemble a run's parts. `false`: another message's worker is at it, or the
    /// run has no parts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_assembly(
        &self,
        owner: &UserId,
        id: VideoId,
        run: &str,
        lease: &Lease,
    ) -> Result<bool, StoreError> {
        let update = against(self.update_run(owner, id, run), lease)
            .update_expression("SET assembly = :lease")
            .condition_expression(
                "attribute_exists(parts) AND (attribute_not_exists(assembly) \
                 OR assembly.#until < :millis OR assembly.#owner = :owner)",
            )
            .expression_attribute_values(":lease", self.value(lease)?);
        Ok(self.write(update).await?.is_some())
    }

    fn update_run(&self, owner: &UserId, id: VideoId, run: &str) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(run_key(owner, id, run)))
    }
}
