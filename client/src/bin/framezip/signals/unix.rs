//! The signals of Unix systems.

use crate::exit::Exit;
use std::{
    future,
    io::{self, IsTerminal},
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT, SIGTERM and SIGHUP, as far as the process can listen to them.
pub struct UnixSignals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
    hangup: Option<Signal>,
}

impl UnixSignals {
    pub fn listen() -> Self {
        // without a terminal, SIGHUP keeps its action: nohup has it ignored, and listening would undo that
        let is_in_terminal = io::stderr().is_terminal();
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
            hangup: if is_in_terminal { signal(SignalKind::hangup()).ok() } else { None },
        }
    }

    pub async fn next(&mut self) -> Exit {
        tokio::select! {
            () = received(&mut self.interrupt) => Exit::Interrupted,
            () = received(&mut self.terminate) => Exit::Terminated,
            () = received(&mut self.hangup) => Exit::Terminated,
        }
    }
}

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => future::pending().await,
    }
}
