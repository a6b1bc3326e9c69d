//! Signals that end the command.

#[cfg(not(unix))]
mod ctrl_c;
#[cfg(unix)]
mod unix;

use crate::exit::Exit;
use std::{process, time::Duration};
use tokio::{sync::watch, time::timeout};

#[cfg(not(unix))]
use ctrl_c::CtrlC as Signals;
#[cfg(unix)]
use unix::UnixSignals as Signals;

/// The time that the command has after a signal, for example to remove incomplete files.
const GRACE_PERIOD: Duration = Duration::from_secs(1);

/// The first signal that is received after [`Interruption::listen`].
#[derive(Debug)]
pub struct Interruption(watch::Receiver<Option<Exit>>);

impl Interruption {
    /// Starts to listen. The process ends after [`GRACE_PERIOD`] or at a second signal, even if the command
    /// cannot react: it may be blocked by a full pipe or a stopped terminal.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(None);
        let mut signals = Signals::listen();
        tokio::spawn(async move {
            let exit = signals.next().await;
            sender.send_replace(Some(exit));
            let _ = timeout(GRACE_PERIOD, signals.next()).await;
            process::exit(exit.code());
        });
        Self(receiver)
    }

    /// Waits for the signal and returns how it ends the command.
    pub async fn wait(mut self) -> Exit {
        let exit = self.0.wait_for(Option::is_some).await.ok().and_then(|exit| *exit);
        exit.unwrap_or(Exit::Interrupted)
    }
}
