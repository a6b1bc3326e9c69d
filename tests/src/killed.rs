//! A function's process that is killed in the middle of its work.
//!
//! The process is started here instead of by the stack, with the function's own settings and binary. Lambda's Runtime API
//! and AWS are one server of this test: it hands out one event, passes the process's requests on to the stack, and
//! kills the process at one of them, either before the stack sees the request or after the stack has answered.

use crate::{Stack, stack::target};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, Notify},
};

/// The longest wait for a process.
const LONGEST: Duration = Duration::from_secs(60);
/// The function's time-out.
const TIMEOUT: Duration = Duration::from_secs(900);

/// The moment at which a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before its request with this number, from 1 on, reaches the stack.
    Before(usize),
    /// After the stack has answered the request.
    After(usize),
}

/// The end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was killed.
    Killed,
    /// It had fewer requests, and has answered the event.
    Answered,
}

struct Server {
    endpoint: String,
    event: String,
    moment: Moment,
    requests: AtomicUsize,
    process: Mutex<Option<Child>>,
    answered: Notify,
    client: reqwest::Client,
}

impl Stack {
    /// Runs a function with an event, and kills its process at a moment.
    ///
    /// # Errors
    /// If the process does not start, or neither comes to that moment nor answers.
    pub async fn run_and_kill(
        &self,
        function: &str,
        event: &Value,
        moment: Moment,
    ) -> Result<Ending> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server {
            endpoint: self.endpoint.clone(),
            event: event.to_string(),
            moment,
            requests: AtomicUsize::new(0),
            process: Mutex::default(),
            answered: Notify::new(),
            client: reqwest::Client::builder().no_proxy().build()?,
        });
        let serving = tokio::spawn(serve(listener, server.clone()));
        let mut command = self.command(function).await?;
        command.env("AWS_LAMBDA_RUNTIME_API", address.to_string());
        let child = command.env("AWS_ENDPOINT_URL", format!("http://{address}")).spawn()?;
        *server.process.lock().await = Some(child);
        let ended = tokio::time::timeout(LONGEST, async {
            tokio::select! {
                () = server.answered.notified() => Ending::Answered,
                () = server.has_ended() => Ending::Killed,
            }
        });
        let ended = ended.await.with_context(|| format!("{function} never ended, {moment:?}"));
        serving.abort();
        if let Some(mut child) = server.process.lock().await.take() {
            // it may have ended by itself
            let _ = child.kill().await;
        }
        ended
    }

    /// Returns the command that runs a function's binary with its settings.
    async fn command(&self, function: &str) -> Result<Command> {
        let lambda = aws_sdk_lambda::Client::new(&self.sdk().await);
        let name = format!("framezip-{function}");
        let found = lambda.get_function_configuration().function_name(&name).send().await?;
        let variables = found.environment.and_then(|environment| environment.variables);
        let machine = if cfg!(target_arch = "x86_64") { "x86_64" } else { "arm64" };
        let binary = target()?.join("lambda").join(machine).join(function).join("bootstrap");
        ensure!(binary.exists(), "{} does not exist: run `make build`", binary.display());
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(variables.unwrap_or_default())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", crate::stack::REGION)
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769")
            .env("LD_LIBRARY_PATH", crate::stack::root().join("layers/ffmpeg/dist/host/lib"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        Ok(command)
    }
}

async fn serve(listener: TcpListener, server: Arc<Server>) {
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let server = server.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let server = server.clone();
                async move { server.answer(request).await }
            });
            // a killed process breaks its connections
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

type Answer = Response<Full<Bytes>>;

impl Server {
    async fn answer(&self, request: Request<Incoming>) -> Result<Answer> {
        let path = request.uri().path().to_owned();
        if let Some(call) = path.strip_prefix("/2018-06-01/runtime/invocation/") {
            return self.runtime(call).await;
        }
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        if self.moment == Moment::Before(number) {
            self.kill().await;
        }
        let answer = self.pass_on(request).await?;
        if self.moment == Moment::After(number) {
            self.kill().await;
        }
        Ok(answer)
    }

    /// Plays Lambda's Runtime API: one event, and then none.
    async fn runtime(&self, call: &str) -> Result<Answer> {
        if call != "next" {
            self.answered.notify_one();
            return Ok(Response::builder().status(StatusCode::ACCEPTED).body(Full::default())?);
        }
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + TIMEOUT;
        Ok(Response::builder()
            .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
            .header("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
            .header(
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:eu-central-1:0:function:f",
            )
            .header("content-type", "application/json")
            .body(self.event.clone().into())?)
    }

    async fn pass_on(&self, request: Request<Incoming>) -> Result<Answer> {
        let (head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let sent = self.client.request(head.method, format!("{}{path}", self.endpoint));
        let body = body.collect().await?.to_bytes();
        let answer = sent.headers(head.headers).body(body).send().await?;
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            // the body is sent as a whole
            if name != "transfer-encoding" {
                response = response.header(name, value);
            }
        }
        Ok(response.body(answer.bytes().await?.into())?)
    }

    /// Kills the process and never answers.
    async fn kill(&self) {
        if let Some(child) = &mut *self.process.lock().await {
            // SIGKILL
            let _ = child.start_kill();
        }
        std::future::pending::<()>().await;
    }

    async fn has_ended(&self) {
        loop {
            let ended = match &mut *self.process.lock().await {
                Some(child) => child.try_wait().is_ok_and(|status| status.is_some()),
                None => false,
            };
            if ended {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
