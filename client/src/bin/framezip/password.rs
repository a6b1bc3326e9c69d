//! Where a password comes from: never from the command line, which others can see.

use crate::exit::Usage;
use anyhow::Context;
use std::{env, io};

/// The password: from standard input if so asked, else from `FRAMEZIP_PASSWORD`, else from the
/// person, unseen; a `new` one twice.
pub fn read(from_stdin: bool, new: bool) -> anyhow::Result<String> {
    let password = if from_stdin {
        let mut line = String::new();
        io::stdin().read_line(&mut line).context("cannot read standard input")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else if let Ok(password) = env::var("FRAMEZIP_PASSWORD") {
        password
    } else {
        ask(new)?
    };
    if password.is_empty() {
        return Err(Usage("the password is empty".to_owned()).into());
    }
    Ok(password)
}

fn ask(new: bool) -> anyhow::Result<String> {
    let prompt = |text| {
        rpassword::prompt_password(text).context(
            "there is no terminal to ask for the password: set FRAMEZIP_PASSWORD or give \
             --password-stdin",
        )
    };
    let password = prompt("Password: ")?;
    if new && prompt("Once more: ")? != password {
        return Err(Usage("the two passwords differ".to_owned()).into());
    }
    Ok(password)
}
