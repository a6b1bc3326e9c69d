//! The processes that run a stack's functions.

use anyhow::Result;
use std::fs;

/// The processes that run this function on the stack at this endpoint.
///
/// # Errors
/// Where there is no `/proc`.
pub(crate) fn workers(endpoint: &str, function: &str) -> Result<Vec<u32>> {
    let wanted =
        [format!("AWS_ENDPOINT_URL={endpoint}"), format!("AWS_LAMBDA_FUNCTION_NAME={function}")];
    let is_wanted = |pid: &u32| {
        // it may be gone by now
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let variables: Vec<_> = environment.split(|byte| *byte == 0).collect();
        wanted.iter().all(|wanted| variables.contains(&wanted.as_bytes()))
    };
    let processes = fs::read_dir("/proc")?.flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Ok(pids.filter(is_wanted).collect())
}
