//! A first deployment, on an account without any resource of framezip.

use crate::Stacks;
use anyhow::{Result, ensure};
use framezip_tests::Account;
use std::process::Output;

/// A name that Cognito and S3 would refuse as part of the names of domains and buckets.
const STACK: &str = "Frames-for-AWS-amazon-cognito-and-everybody-else";
/// The number of lines of a deployment's output that are shown if it ends in the wrong way.
const LAST_LINES: usize = 40;
/// Resources that make a creation fail once everything that holds data exists.
const FAILURE: &str = "
  Never:
    Type: AWS::CloudFormation::WaitConditionHandle
  Failure:
    Type: AWS::CloudFormation::WaitCondition
    DependsOn: [VideosTable, UserPool, UploadsBucket, ResultsBucket, NotifyFunction]
    Properties: { Handle: !Ref Never, Timeout: 1, Count: 1 }
";

/// Returns the last lines that `sam deploy` printed.
fn last_lines(output: &Output) -> String {
    let printed = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat();
    let lines: Vec<_> = printed.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

/// Uses an account of its own, not the stacks of the other tests.
pub async fn a_failed_deployment_does_not_block_the_next(_: &Stacks) -> Result<()> {
    let account = Account::start()?;
    let before = account.contents()?;
    let failed = account.deploy(STACK, &[], FAILURE)?;
    let is_as_meant = String::from_utf8_lossy(&failed.stdout).contains("Failure");
    ensure!(!failed.status.success() && is_as_meant, "{}", last_lines(&failed));
    let left = account.contents()?;
    ensure!(left == before, "the failed deployment left {left:?}");

    let done = account.deploy(STACK, &["CreateSenderIdentity=no"], "")?;
    ensure!(done.status.success(), "{}", last_lines(&done));
    let made = account.contents()?;
    ensure!(made.buckets.len() == 2, "{made:?}");
    ensure!(made.tables.values().eq(&[true]), "the table is not protected: {made:?}");
    ensure!(made.user_pools.values().eq(&[true]), "the user pool is not protected: {made:?}");
    ensure!(made.senders == before.senders, "an identity was created: {made:?}");

    let queue = |name: &str| format!("{STACK}-{name}");
    ensure!(made.receives[&queue("jobs")] >= 5, "{made:?}");
    ensure!(made.concurrency[&queue("jobs")] == 5, "{made:?}");
    // a new account may run ten functions at once
    ensure!(made.concurrency.values().sum::<u32>() < 10, "nothing is left for api: {made:?}");
    let functions = ["api", "deliver", "enqueue", "extract", "notify", "reconcile"].map(queue);
    ensure!(made.throttle_alarms == functions, "{made:?}");

    // a later deployment keeps the protection
    let again = account.deploy(STACK, &["ExtractConcurrency=7"], "")?;
    ensure!(again.status.success(), "{}", last_lines(&again));
    let after = account.contents()?;
    ensure!(after.concurrency[&queue("jobs")] == 7, "{after:?}");
    ensure!(after.tables == made.tables && after.user_pools == made.user_pools, "{after:?}");
    ensure!(after.buckets == made.buckets, "{after:?}");
    Ok(())
}

pub async fn an_invalid_stack_name_is_refused_at_once(_: &Stacks) -> Result<()> {
    let account = Account::start()?;
    for name in ["a".repeat(55), "1frames".to_owned(), "frames_of_mine".to_owned()] {
        let refused = account.deploy(&name, &[], "")?;
        let wrong = String::from_utf8_lossy(&refused.stderr);
        ensure!(
            refused.status.code() == Some(2) && wrong.contains("54 letters"),
            "{name}: {wrong}"
        );
    }
    Ok(())
}
