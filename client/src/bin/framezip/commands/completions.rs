//! Scripts that make a shell complete framezip's command lines.

use crate::{args::Cli, console::Console, exit::Exit};
use anyhow::Context;
use clap::CommandFactory;
use clap_complete::{Shell, generate};

/// Prints a shell's script. It is never JSON, even with `--json`.
pub fn run(shell: Shell, console: &Console) -> anyhow::Result<Exit> {
    console.text(&script(shell)?)?;
    Ok(Exit::Done)
}

/// Returns the script. It is generated in memory, since [`generate`] panics if it writes to a closed pipe.
fn script(shell: Shell) -> anyhow::Result<String> {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "framezip", &mut script);
    String::from_utf8(script).context("the script is not valid UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_script_contains_every_command() {
        for shell in Shell::value_variants() {
            let script = script(*shell).unwrap();
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
    }
}
