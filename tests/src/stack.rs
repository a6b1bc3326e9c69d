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

/// Where the stack says it is.
pub(crate) const REGION: &str = "eu-central-1";

/// An empty zip.
const NO_CODE: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// A route of the API, as API Gateway has it.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Route {
    /// Whether a request needs a token.
    pub needs_token: bool,
    /// How many requests a second it takes.
    pub requests_a_second: f64,
}

/// A running stack.
pub struct Stack {
    pub(crate) directory: TempDir,
    pub(crate) endpoint: String,
    pub(crate) outputs: Outputs,
}

/// The template's outputs, as far as tests need them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Outputs {
    api_url: String,
    pub(crate) api_id: String,
    jobs_queue_url: String,
    jobs_dead_letter_queue_url: String,
    outcomes_queue_url: String,
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

/// The folder of the tools that `make setup` installed.
pub(crate) fn tools() -> Result<PathBuf> {
    let cache = env::var_os("FRAMEZIP_CACHE").map(PathBuf::from);
    let cache =
        cache.or_else(|| Some(PathBuf::from(env::var_os("XDG_CACHE_HOME")?).join("framezip")));
    let cache = cache.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache/framezip")));
    Ok(cache.context("HOME is not set")?.join("venv/bin"))
}

/// One of the tools that `make setup` installed.
///
/// # Errors
/// Where there is no home to look for them.
pub fn tool(name: &str) -> Result<PathBuf> {
    Ok(tools()?.join(name))
}

/// Prometheus or one of its tools, as `make test` unpacked it.
///
/// # Errors
/// Where there is no home to look for it.
pub fn prometheus(name: &str) -> Result<PathBuf> {
    Ok(tools()?.join("../../prometheus/usr/bin").join(name))
}

/// The client's command, as `make build` made it.
///
/// # Errors
/// Where this test is not where cargo puts tests.
pub fn framezip() -> Result<PathBuf> {
    // target/debug/deps/e2e-…
    let test = env::current_exe()?;
    let target = test.ancestors().nth(3).context("a test is in the target folder")?;
    Ok(target.join("release/framezip"))
}

/// Lets a command find the tools that `make setup` installed.
///
/// # Errors
/// If there is no home to look for them.
pub fn with_tools(command: &mut Command) -> Result<&mut Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(tools()?).chain(env::split_paths(&path));
    Ok(command.env("PATH", env::join_paths(paths)?))
}

/// A port that nothing listens on now.
///
/// # Errors
/// If there is none.
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
    /// Starts a stack and deploys to it, with these of the template's parameters, `Name=value`.
    ///
    /// # Errors
    /// Where `make build` was not run, or the stack does not stand.
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
                Ok(Self { directory, endpoint: format!("http://127.0.0.1:{port}"), outputs })
            }
            Err(error) => {
                script("stop.sh", &[text(directory.path())])?;
                Err(error)
            }
        }
    }

    /// The API's server.
    ///
    /// # Errors
    /// Where its address is none.
    pub fn server(&self) -> Result<Server> {
        Ok(Server::new(&self.outputs.api_url)?)
    }

    /// Where the API answers, without a slash at the end.
    pub fn api_url(&self) -> &str {
        &self.outputs.api_url
    }

    /// The app client of machines that read the metrics.
    pub fn metrics_client_id(&self) -> &str {
        &self.outputs.metrics_client_id
    }

    /// Where machines get their tokens.
    pub fn token_url(&self) -> String {
        format!("{}/oauth2/token", self.endpoint)
    }

    /// Where the stack shows the mail that it sent.
    pub fn mails_url(&self) -> String {
        format!("{}/_ministack/ses/messages", self.endpoint)
    }

    /// The routes of the API by their keys, such as `GET /videos`.
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

    /// Gives a function that nothing calls these settings, as those that a deployment makes up.
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

    /// Every mail to an address, oldest first.
    ///
    /// # Errors
    /// Where the stack does not answer.
    pub async fn mails(&self, address: &str) -> Result<Vec<Mail>> {
        Mail::all(&self.mails_url(), address).await
    }

    /// Puts a message on the queue of jobs.
    ///
    /// # Errors
    /// Where SQS refuses.
    pub async fn send_job(&self, body: &str) -> Result<()> {
        self.send(&self.outputs.jobs_queue_url, body).await
    }

    /// Puts a message where jobs are given up.
    ///
    /// # Errors
    /// Where SQS refuses.
    pub async fn send_dead_job(&self, body: &str) -> Result<()> {
        self.send(&self.outputs.jobs_dead_letter_queue_url, body).await
    }

    /// Puts a message on the queue of outcomes.
    ///
    /// # Errors
    /// Where SQS refuses.
    pub async fn send_outcome(&self, body: &str) -> Result<()> {
        self.send(&self.outputs.outcomes_queue_url, body).await
    }

    /// How many jobs wait or are under way.
    ///
    /// # Errors
    /// Where SQS refuses.
    pub async fn open_jobs(&self) -> Result<u32> {
        self.open_messages(&self.outputs.jobs_queue_url).await
    }

    /// How many outcomes wait or are being handled.
    ///
    /// # Errors
    /// If SQS refuses.
    pub async fn open_outcomes(&self) -> Result<u32> {
        self.open_messages(&self.outputs.outcomes_queue_url).await
    }

    async fn open_messages(&self, queue: &str) -> Result<u32> {
        use aws_sdk_sqs::types::QueueAttributeName as Name;
        let counts =
            [Name::ApproximateNumberOfMessages, Name::ApproximateNumberOfMessagesNotVisible];
        let sqs = aws_sdk_sqs::Client::new(&self.sdk().await);
        let get = sqs.get_queue_attributes().queue_url(queue);
        let got = get.set_attribute_names(Some(counts.to_vec())).send().await?;
        let attributes = got.attributes.unwrap_or_default();
        counts.iter().map(|name| Ok(attributes[name].parse::<u32>()?)).sum()
    }

    /// Invokes a function with an event, as its trigger would, and waits for its end.
    ///
    /// # Errors
    /// Where the function fails.
    pub async fn invoke(&self, function: &str, event: &str) -> Result<()> {
        let lambda = aws_sdk_lambda::Client::new(&self.sdk().await);
        let invoke = lambda.invoke().function_name(format!("framezip-{function}"));
        let answer = invoke.payload(Blob::new(event)).send().await?;
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let payload = String::from_utf8_lossy(&payload).into_owned();
        ensure!(answer.function_error.is_none(), "{function} failed: {payload}");
        Ok(())
    }

    /// The video's run, where several workers are at it.
    ///
    /// # Errors
    /// Where DynamoDB refuses.
    pub async fn run(&self, video: &Video) -> Result<Option<String>> {
        let get = self.table().await.get_item().table_name(&self.outputs.table_name);
        let got = get.set_key(Some(key(video))).send().await?;
        let run = got.item.and_then(|mut item| item.remove("run"));
        Ok(run.and_then(|run| run.as_s().ok().cloned()))
    }

    /// Takes a video's record away, as its deletion does.
    ///
    /// # Errors
    /// Where DynamoDB refuses.
    pub async fn forget(&self, video: &Video) -> Result<()> {
        let delete = self.table().await.delete_item().table_name(&self.outputs.table_name);
        delete.set_key(Some(key(video))).send().await?;
        Ok(())
    }

    /// The processes of the extract function.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub fn extract_workers(&self) -> Result<Vec<u32>> {
        processes::workers(&self.endpoint, "framezip-extract")
    }

    async fn table(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.sdk().await)
    }

    async fn send(&self, queue: &str, body: &str) -> Result<()> {
        let sqs = aws_sdk_sqs::Client::new(&self.sdk().await);
        sqs.send_message().queue_url(queue).message_body(body).send().await?;
        Ok(())
    }

    /// The account's own credentials: the stack enforces IAM for its functions, not for its owner.
    pub(crate) async fn sdk(&self) -> aws_config::SdkConfig {
        aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new("test", "test", None, None, "the stack's owner"))
            .endpoint_url(&self.endpoint)
            .load()
            .await
    }
}

/// The key of a video's record, as shared/store writes it.
fn key(video: &Video) -> HashMap<String, AttributeValue> {
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
