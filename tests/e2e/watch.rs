//! `make watch`: the functions' code, served by `cargo lambda watch` with the settings of a stack.

use anyhow::{Context, Result, bail, ensure};
use framezip_tests::{Stack, free_port, tool};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Characters that one way of quoting or another would lose.
const SECRET: &str =
    "a 'b' \"c\" `d` $HOME ${e} \\n \\\" f\\ #g =h, \t\u{e9}\u{1f600}\ni;&|<>*?!{}[]~^%\\";
/// The longest time that the functions may take to compile and to answer.
const LONGEST: Duration = Duration::from_secs(900);
/// The pause between two looks at whether it has answered.
const PAUSE: Duration = Duration::from_millis(200);

/// A running `make watch`. It ends with the test.
struct Watch {
    child: Child,
    port: String,
    folder: TempDir,
}

impl Watch {
    /// Starts it and waits until it listens.
    fn start(stack: &Stack) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?.to_string();
        // other tests and developers may change files
        let options =
            ["--ignore-changes", "--wait", "--invoke-address", "127.0.0.1", "--invoke-port", &port];
        let child = stack.watch(&options, File::create(folder.path().join("log"))?)?;
        let mut watch = Self { child, port, folder };
        while TcpStream::connect(format!("127.0.0.1:{}", watch.port)).is_err() {
            let ended = watch.child.try_wait()?;
            ensure!(ended.is_none(), "cargo lambda watch ended: {ended:?}\n{}", watch.log());
            std::thread::sleep(PAUSE);
        }
        Ok(watch)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Sends a function its sample event, as docs/development.md shows, and returns its answer. The first
    /// call waits until the function is compiled.
    fn invoke(&mut self, function: &str) -> Result<Value> {
        let event = format!("{}/../events/{function}.json", env!("CARGO_MANIFEST_DIR"));
        let mut invoke = Command::new(tool("cargo-lambda")?)
            .args(["lambda", "invoke", function, "--data-file", &event])
            .args(["--invoke-address", "127.0.0.1", "--invoke-port", &self.port])
            .stdout(Stdio::piped())
            .spawn()
            .context("cargo lambda invoke did not start")?;
        let started = Instant::now();
        while invoke.try_wait()?.is_none() {
            let ended = self.child.try_wait()?;
            let log = self.log();
            if ended.is_some() || log.contains("could not compile") || started.elapsed() > LONGEST {
                invoke.kill()?;
                bail!("{function} does not answer; cargo lambda watch: {ended:?}\n{log}");
            }
            std::thread::sleep(PAUSE);
        }
        let output = invoke.wait_with_output()?;
        let answer = String::from_utf8(output.stdout)?;
        ensure!(output.status.success(), "{function}: {answer}\n{}", self.log());
        serde_json::from_str(&answer).with_context(|| format!("{function}: {answer}"))
    }

    /// Whether the process that runs a function has this setting.
    fn has_setting(&self, function: &str, name: &str, value: &str) -> Result<bool> {
        let here = format!("AWS_LAMBDA_RUNTIME_API=http://127.0.0.1:{}", self.port);
        let function = format!("AWS_LAMBDA_FUNCTION_NAME={function}");
        let setting = format!("{name}={value}");
        let mut runs = false;
        for process in fs::read_dir("/proc")?.flatten() {
            // the process may have ended
            let environment = fs::read(process.path().join("environ")).unwrap_or_default();
            let environment = String::from_utf8_lossy(&environment).into_owned();
            let variables: Vec<_> = environment.split('\0').collect();
            if variables.contains(&function.as_str())
                && variables.iter().any(|variable| variable.starts_with(&here))
            {
                runs = true;
                ensure!(variables.contains(&setting.as_str()), "{variables:?}");
            }
        }
        Ok(runs)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // it leads a process group with cargo and the functions
        let _ =
            Command::new("kill").args(["-TERM", "--", &format!("-{}", self.child.id())]).status();
        let _ = self.child.wait();
    }
}

pub async fn every_function_answers_its_sample_event(stack: &Stack) -> Result<()> {
    // the settings of a stack include secrets that AWS generates
    stack.add_function("framezip-secret", &[("SECRET", SECRET)]).await?;
    let mut watch = Watch::start(stack)?;
    let answer = watch.invoke("api")?;
    ensure!(answer["statusCode"] == 200, "{answer}");
    let body: Value = serde_json::from_str(answer["body"].as_str().context("it has a body")?)?;
    ensure!(body == json!({ "videos": [] }), "{body}");
    ensure!(watch.invoke("enqueue")?.is_null(), "enqueue answers nothing");
    ensure!(watch.invoke("reconcile")?.is_null(), "reconcile answers nothing");
    for function in ["deliver", "extract", "notify"] {
        let answer = watch.invoke(function)?;
        ensure!(answer == json!({ "batchItemFailures": [] }), "{function}: {answer}");
    }
    for function in ["api", "deliver", "enqueue", "extract", "notify", "reconcile"] {
        ensure!(watch.has_setting(function, "SECRET", SECRET)?, "{function} does not run");
    }
    Ok(())
}
