//! A local stack for tests, and the people who use it.
//!
//! The stack is the real one: the template that `sam build` made, deployed by `sam deploy`, the
//! functions' real binaries, IAM enforced. It starts on a free port and stops when it is dropped.

mod account;
mod faults;
mod killed;
mod logs;
mod mail;
mod network;
mod owner;
mod person;
mod processes;
mod queues;
mod stack;
mod tools;
mod wait;
mod zip_reader;

pub use account::{Account, Contents};
pub use killed::{Ending, Moment};
pub use mail::Mail;
pub use network::{Network, Traffic};
pub use person::{PASSWORD, Person, announcement, get, put, send, single};
pub use processes::{is_traced, signal};
pub use queues::{Message, Queue};
pub use stack::{Route, Stack, framezip, free_port, prometheus, tool, with_tools};
pub use tools::{python, verified_by_node};
pub use wait::until;
pub use zip_reader::{ManifestFrame, ZipFile};
