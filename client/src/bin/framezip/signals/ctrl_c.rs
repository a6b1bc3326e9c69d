//! Ctrl-C on systems other than Unix.

use crate::exit::Exit;
use std::future;

/// Ctrl-C.
pub struct CtrlC;

impl CtrlC {
    pub fn listen() -> Self {
        Self
    }

    pub async fn next(&mut self) -> Exit {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Exit::Interrupted,
            Err(_) => future::pending().await,
        }
    }
}
