//! Measures how long a user waits on the warm local stack: from the end of a five-second clip's upload to
//! the mail.
//!
//! ```text
//! make build && cargo run --package framezip-tests --example latency
//! ```

use anyhow::Result;
use framezip_media::path;
use framezip_tests::{Person, Stack};
use std::time::Instant;

const RUNS: usize = 9;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let stack = Stack::start(&[])?;
    let person = Person::sign_up(&stack).await?;
    let mut seconds = Vec::new();
    // the first run also starts the functions
    for _ in 0..=RUNS {
        let id = person.send(&path("vp9.webm"), r#"{"every":1}"#).await?;
        let uploaded = Instant::now();
        person.mails_about(&stack, id).await?;
        seconds.push(uploaded.elapsed().as_secs_f64());
    }
    let cold = seconds.remove(0);
    seconds.sort_by(f64::total_cmp);
    println!("cold: {cold:.2} s");
    println!(
        "warm, {RUNS} runs: median {:.2} s, from {:.2} s to {:.2} s",
        seconds[RUNS / 2],
        seconds[0],
        seconds[RUNS - 1]
    );
    Ok(())
}
