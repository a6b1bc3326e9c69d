//! What makes a shell complete the command lines of framezip.

use crate::{args::Cli, console::Console, exit::Exit};
use anyhow::Context;
use clap::CommandFactory;
use clap_complete::{Shell, generate};

/// Prints a shell's script, which is no document also with `--json`.
pub fn run(shell: Shell, console: &Console) -> anyhow::Result<Exit> {
    console.text(&script(shell)?)?;
    Ok(Exit::Done)
}

/// The script. Made in memory, since [`generate`] panics where a pipe was closed.
fn script(shell: Shell) -> anyhow::Result<String> {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "framezip", &mut script);
    String::from_utf8(script).context("the script is no text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_shell_knows_every_command() {
        for shell in Shell::value_variants() {
            let script = script(*shell).unwrap();
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
    }
}
