//! The processes that run a stack's functions.

use anyhow::{Context, Result, ensure};
use std::{fs, process::Command};

/// Returns the processes that run a function on the stack at an endpoint.
///
/// # Errors
/// If there is no `/proc`.
pub(crate) fn workers(endpoint: &str, function: &str) -> Result<Vec<u32>> {
    let wanted =
        [format!("AWS_ENDPOINT_URL={endpoint}"), format!("AWS_LAMBDA_FUNCTION_NAME={function}")];
    let is_wanted = |pid: &u32| {
        // it may have ended meanwhile
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let variables: Vec<_> = environment.split(|byte| *byte == 0).collect();
        wanted.iter().all(|wanted| variables.contains(&wanted.as_bytes()))
    };
    let processes = fs::read_dir("/proc")?.flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Ok(pids.filter(is_wanted).collect())
}

/// Sends processes a signal, such as `KILL`.
///
/// # Errors
/// If one of them has ended.
pub fn signal(name: &str, pids: &[u32]) -> Result<()> {
    if pids.is_empty() {
        return Ok(());
    }
    let pids: Vec<_> = pids.iter().map(u32::to_string).collect();
    let status = Command::new("kill").arg(format!("-{name}")).args(&pids).status()?;
    ensure!(status.success(), "kill -{name} {}: {status}", pids.join(" "));
    Ok(())
}

/// Whether a process traces every thread of another one.
///
/// # Errors
/// If the other one has ended.
pub fn is_traced(pid: u32, tracer: u32) -> Result<bool> {
    let traced = format!("TracerPid:\t{tracer}");
    let threads = fs::read_dir(format!("/proc/{pid}/task"))
        .with_context(|| format!("process {pid} has ended"))?;
    Ok(threads.flatten().all(|thread| {
        // a thread that has ended meanwhile has no status
        let status = fs::read_to_string(thread.path().join("status"));
        status.is_ok_and(|status| status.lines().any(|line| line == traced))
    }))
}
