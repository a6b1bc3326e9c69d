//! Signals that ask the command to end.

use crate::exit::Exit;
use std::{process, time::Duration};
use tokio::{sync::watch, time::timeout};

/// How long the end after a signal may take, such as the removal of incomplete files.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Waits for the first signal, from the moment it is made.
#[derive(Debug)]
pub struct Interruption(watch::Receiver<Option<Exit>>);

impl Interruption {
    /// Starts to listen. If the command does not end soon after a signal, or if another signal comes, the
    /// process ends: a command that writes to a full pipe or to a stopped terminal cannot notice a signal.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(None);
        let mut signals = Signals::listen();
        tokio::spawn(async move {
            let exit = signals.next().await;
            sender.send_replace(Some(exit));
            let _ = timeout(LAST_WORDS, signals.next()).await;
            process::exit(exit.code());
        });
        Self(receiver)
    }

    /// Returns how the command ends, once there was a signal.
    pub async fn wait(mut self) -> Exit {
        let exit = self.0.wait_for(Option::is_some).await.ok().and_then(|exit| *exit);
        exit.unwrap_or(Exit::Interrupted)
    }
}

#[cfg(unix)]
use unix::Signals;

#[cfg(unix)]
mod unix {
    use crate::exit::Exit;
    use std::{
        future,
        io::{self, IsTerminal},
    };
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The signals, as far as they can be listened to.
    pub struct Signals {
        interrupt: Option<Signal>,
        terminate: Option<Signal>,
        hangup: Option<Signal>,
    }

    impl Signals {
        pub fn listen() -> Self {
            // without a terminal, as under nohup, its end is not meant
            let is_in_terminal = io::stderr().is_terminal();
            Self {
                interrupt: signal(SignalKind::interrupt()).ok(),
                terminate: signal(SignalKind::terminate()).ok(),
                hangup: signal(SignalKind::hangup()).ok().filter(|_| is_in_terminal),
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
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) -> Exit {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Exit::Interrupted,
            Err(_) => std::future::pending().await,
        }
    }
}
