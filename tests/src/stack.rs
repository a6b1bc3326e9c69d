//! The stack itself.

use crate::{Mail, processes, python};
use anyhow::{Context, Result, ensure};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::{
    config::Credentials,
    primitives::Blob,
    types::{Environment, FunctionCode, Runtime},
};
use framezip_client::Server;
use framezip_contract::Video;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    env,
    fs::File,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command},
};
use tempfile::TempDir;

/// The region that the stack claims to be in.
pub(crate) const REGION: &str = "eu-central-1";

/// The address at which the stack listens.
const LOCAL: &str = "127.0.0.1";

/// The attribute of a video's record that names its fan-out.
const FAN_OUT: &str = "fanOut";

/// An empty zip.
const NO_CODE: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// A route of the API, as it is set in API Gateway.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Route {
    /// Whether a request needs a token.
    pub needs_token: bool,
    /// The most requests a second that it lets through.
    pub requests_a_second: f64,
}

/// A running stack.
pub struct Stack {
    pub(crate) directory: TempDir,
    pub(crate) endpoint: String,
    pub(crate) outputs: Outputs,
}

/// Those of the template's outputs that tests need.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Outputs {
    api_url: String,
    pub(crate) api_id: String,
    pub(crate) jobs_queue_url: String,
    pub(crate) outcomes_queue_url: String,
    pub(crate) deliveries_queue_url: String,
    table_name: String,
    pub(crate) uploads_bucket_name: String,
    pub(crate) results_bucket_name: String,
    pub(crate) user_pool_id: String,
    pub(crate) user_pool_client_id: String,
    metrics_client_id: String,
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the folder of the tools that `make setup` installed.
pub(crate) fn tools() -> Result<PathBuf> {
    let cache = env::var_os("FRAMEZIP_CACHE").map(PathBuf::from);
    let cache =
        cache.or_else(|| Some(PathBuf::from(env::var_os("XDG_CACHE_HOME")?).join("framezip")));
    let cache = cache.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache/framezip")));
    Ok(cache.context("HOME is not set")?.join("venv/bin"))
}

/// Returns the path of a tool that `make setup` installed.
///
/// # Errors
/// If `HOME` is not set.
pub fn tool(name: &str) -> Result<PathBuf> {
    Ok(tools()?.join(name))
}

/// Returns the path of Prometheus or one of its tools, which `make test` unpacks.
///
/// # Errors
/// If `HOME` is not set.
pub fn prometheus(name: &str) -> Result<PathBuf> {
    Ok(tools()?.join("../../prometheus/usr/bin").join(name))
}

/// Returns cargo's target folder.
pub(crate) fn target() -> Result<PathBuf> {
    // target/debug/deps/e2e-…
    let test = env::current_exe()?;
    Ok(test.ancestors().nth(3).context("a test is in the target folder")?.to_owned())
}

/// Returns the path of the client's command, which `make build` makes.
///
/// # Errors
/// If this test is not where cargo puts tests.
pub fn framezip() -> Result<PathBuf> {
    Ok(target()?.join("release/framezip"))
}

/// Lets a command find the tools that `make setup` installed.
///
/// # Errors
/// If `HOME` is not set.
pub fn with_tools(command: &mut Command) -> Result<&mut Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(tools()?).chain(env::split_paths(&path));
    Ok(command.env("PATH", env::join_paths(paths)?))
}

/// Returns a port that nothing listens on now.
///
/// # Errors
/// If no port is free.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

pub(crate) fn script(name: &str, arguments: &[&str]) -> Result<()> {
    let status = with_tools(&mut Command::new(root().join("local").join(name)))?
        .args(arguments)
        .env("AWS_DEFAULT_REGION", REGION)
        .status()
        .with_context(|| format!("local/{name} did not start"))?;
    ensure!(status.success(), "local/{name} failed: {status}");
    Ok(())
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

impl Stack {
    /// Starts a stack and deploys the template to it with these parameters, each `Name=value`.
    ///
    /// # Errors
    /// If `make build` was not run, or if the stack does not start.
    pub fn start(parameters: &[&str]) -> Result<Self> {
        let built = root().join(".aws-sam/build/template.yaml");
        ensure!(built.exists(), "there is nothing to deploy: run `make build` first");
        let directory = tempfile::tempdir()?;
        let port = free_port()?;
        let port_text = port.to_string();
        let arguments = [&[text(directory.path()), &port_text], parameters].concat();
        let started = script("start.sh", &arguments);
        let outputs = started.and_then(|()| {
            let json = std::fs::read(directory.path().join("outputs.json"))?;
            Ok(serde_json::from_slice(&json)?)
        });
        match outputs {
            Ok(outputs) => {
                Ok(Self { directory, endpoint: format!("http://{LOCAL}:{port}"), outputs })
            }
            Err(error) => {
                script("stop.sh", &[text(directory.path())])?;
                Err(error)
            }
        }
    }

    /// Returns the API's server.
    ///
    /// # Errors
    /// If its address is not a URL.
    pub fn server(&self) -> Result<Server> {
        Ok(Server::new(&self.outputs.api_url)?)
    }

    /// Returns the API's URL without a slash at its end.
    pub fn api_url(&self) -> &str {
        &self.outputs.api_url
    }

    /// Returns the page's address, with a slash at its end. The page has another origin than the buckets, as on
    /// AWS.
    pub fn page_url(&self) -> String {
        format!("{}/", self.outputs.api_url.replace(LOCAL, "localhost"))
    }

    /// Returns the origin of the page.
    pub fn page_origin(&self) -> String {
        self.endpoint.replace(LOCAL, "localhost")
    }

    /// Returns the app client of machines that read the metrics.
    pub fn metrics_client_id(&self) -> &str {
        &self.outputs.metrics_client_id
    }

    /// Returns the URL at which machines get their tokens.
    pub fn token_url(&self) -> String {
        format!("{}/oauth2/token", self.endpoint)
    }

    /// Returns the URL at which the stack lists the mail that it sent.
    pub fn mails_url(&self) -> String {
        format!("{}/_ministack/ses/messages", self.endpoint)
    }

    /// Returns the routes of the API by their keys, such as `GET /videos`.
    ///
    /// # Errors
    /// If API Gateway refuses.
    pub fn routes(&self) -> Result<BTreeMap<String, Route>> {
        let routes = python("gateway.py", &[&self.endpoint, &self.outputs.api_id], "")?;
        Ok(serde_json::from_str(&routes)?)
    }

    /// Starts `make watch` against this stack, with more options of `cargo lambda watch`. Its output goes
    /// to `log`, and it leads a process group.
    ///
    /// # Errors
    /// If it does not start.
    pub fn watch(&self, options: &[&str], log: File) -> Result<Child> {
        let port = self.endpoint.rsplit(':').next().context("the endpoint has a port")?;
        let mut watch = Command::new(root().join("local/watch.sh"));
        with_tools(&mut watch)?
            .args([text(self.directory.path()), port])
            .args(options)
            .env("AWS_DEFAULT_REGION", REGION)
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .context("local/watch.sh did not start")
    }

    /// Adds a function with these settings, which nothing calls. It stands for settings that only a
    /// deployment knows.
    ///
    /// # Errors
    /// If Lambda refuses.
    pub async fn add_function(&self, name: &str, settings: &[(&str, &str)]) -> Result<()> {
        let lambda = aws_sdk_lambda::Client::new(&self.sdk().await);
        let other =
            lambda.get_function_configuration().function_name("framezip-api").send().await?;
        let mut environment = Environment::builder();
        for (name, value) in settings {
            environment = environment.variables(*name, *value);
        }
        let code = FunctionCode::builder().zip_file(Blob::new(NO_CODE)).build();
        let create = lambda.create_function().function_name(name).code(code);
        create
            .set_role(other.role)
            .runtime(Runtime::Providedal2023)
            .handler("bootstrap")
            .environment(environment.build())
            .send()
            .await?;
        Ok(())
    }

    /// Returns every mail to an address, oldest first.
    ///
    /// # Errors
    /// If the stack does not answer.
    pub async fn mails(&self, address: &str) -> Result<Vec<Mail>> {
        Mail::all(&self.mails_url(), address).await
    }

    /// Invokes a function with an event, as its trigger does, and waits until it ends.
    ///
    /// # Errors
    /// If the function fails.
    pub async fn invoke(&self, function: &str, event: &str) -> Result<()> {
        let lambda = aws_sdk_lambda::Client::new(&self.sdk().await);
        let invoke = lambda.invoke().function_name(format!("framezip-{function}"));
        let answer = invoke.payload(Blob::new(event)).send().await?;
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let payload = String::from_utf8_lossy(&payload).into_owned();
        ensure!(answer.function_error.is_none(), "{function} failed: {payload}");
        Ok(())
    }

    /// Returns a video's fan-out if several workers extract it.
    ///
    /// # Errors
    /// If DynamoDB refuses.
    pub async fn fan_out(&self, video: &Video) -> Result<Option<String>> {
        let get = self.table().await.get_item().table_name(&self.outputs.table_name);
        let got = get.set_key(Some(key(video))).send().await?;
        let fan_out = got.item.and_then(|mut item| item.remove(FAN_OUT));
        Ok(fan_out.and_then(|fan_out| fan_out.as_s().ok().cloned()))
    }

    /// Deletes a video's record, and only that.
    ///
    /// # Errors
    /// If DynamoDB refuses.
    pub async fn delete_record(&self, video: &Video) -> Result<()> {
        let delete = self.table().await.delete_item().table_name(&self.outputs.table_name);
        delete.set_key(Some(key(video))).send().await?;
        Ok(())
    }

    /// Returns the processes of the extract function.
    ///
    /// # Errors
    /// If there is no `/proc`.
    pub fn extract_workers(&self) -> Result<Vec<u32>> {
        self.processes_of("extract")
    }

    /// Returns the processes of a function.
    ///
    /// # Errors
    /// If there is no `/proc`.
    pub fn processes_of(&self, function: &str) -> Result<Vec<u32>> {
        processes::workers(&self.endpoint, &format!("framezip-{function}"))
    }

    pub(crate) fn table_name(&self) -> &str {
        &self.outputs.table_name
    }

    pub(crate) async fn table(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.sdk().await)
    }

    /// Returns the SDK's configuration with the account's own credentials: the stack enforces IAM for its
    /// functions, but not for its owner.
    pub(crate) async fn sdk(&self) -> aws_config::SdkConfig {
        aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new("test", "test", None, None, "the stack's owner"))
            .endpoint_url(&self.endpoint)
            .load()
            .await
    }
}

/// Returns the key of a video's record, as `shared/store` builds it.
pub(crate) fn key(video: &Video) -> HashMap<String, AttributeValue> {
    let text = |text: String| AttributeValue::S(text);
    let (pk, sk) = (format!("user#{}", video.owner), format!("video#{}", video.id));
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let Err(error) = script("stop.sh", &[text(self.directory.path())]) {
            eprintln!("the local stack may still be running: {error:#}");
        }
    }
}
