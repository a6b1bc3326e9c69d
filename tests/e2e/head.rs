//! HEAD requests, and the answer to a request without a valid token.

use anyhow::{Context, Result, ensure};
use framezip_media::path;
use framezip_tests::{PASSWORD, Person, Stack, get};
use reqwest::{Client, Method, Response, redirect::Policy};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The headers that differ from one answer to the next.
const OF_ONE_ANSWER: [&str; 5] =
    ["apigw-requestid", "connection", "date", "keep-alive", "x-amzn-requestid"];

/// The head of an answer: its status and headers, without [`OF_ONE_ANSWER`].
#[derive(Debug, PartialEq)]
struct Head {
    status: u16,
    headers: BTreeMap<String, String>,
}

impl Head {
    /// Sends HEAD and returns the head of the answer, which must have no body.
    async fn of_head(url: &str, token: Option<&str>) -> Result<Self> {
        let url: reqwest::Url = url.parse()?;
        let address = url.socket_addrs(|| Some(80))?;
        let (host, port) = (url.host_str().context("a host")?, address[0].port());
        let query = url.query().map_or(String::new(), |query| format!("?{query}"));
        let mut request = format!(
            "HEAD {}{query} HTTP/1.1\r\nhost: {host}:{port}\r\naccept: */*\r\nconnection: close\r\n",
            url.path()
        );
        if let Some(token) = token {
            request += &format!("authorization: Bearer {token}\r\n");
        }
        let mut connection = TcpStream::connect(address[0]).await?;
        connection.write_all(format!("{request}\r\n").as_bytes()).await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer has a head")?;
        ensure!(body.is_empty(), "HEAD {url} answered a body: {body}");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("a status")?;
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
        Ok(Self::new(status.parse()?, headers))
    }

    fn of_get(answer: &Response) -> Result<Self> {
        let headers = answer.headers().iter();
        let headers: Result<Vec<_>> = headers
            .map(|(name, value)| Ok((name.to_string(), value.to_str()?.to_owned())))
            .collect();
        Ok(Self::new(answer.status().as_u16(), headers?))
    }

    fn new(status: u16, headers: impl IntoIterator<Item = (String, String)>) -> Self {
        let of_all = |(name, _): &(String, String)| !OF_ONE_ANSWER.contains(&name.as_str());
        Self { status, headers: headers.into_iter().filter(of_all).collect() }
    }
}

pub async fn head_answers_as_get_does(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("prores.mov"), r#"{"count":1}"#).await?;
    person.wait(id).await?;
    let token = person.api.id_token().await?;
    let http = Client::builder().redirect(Policy::none()).build()?;
    let video = format!("/videos/{id}");
    let upload = format!("{video}/upload");
    for (path, with, without) in [
        ("/", 200, 200),
        ("/favicon.svg", 200, 200),
        ("/assets/none.js", 404, 404),
        ("/health", 200, 200),
        ("/config.json", 200, 200),
        ("/openapi.json", 200, 200),
        ("/docs", 200, 200),
        ("/videos", 200, 401),
        ("/videos?limit=0", 400, 401),
        (&video, 200, 401),
        ("/videos/1", 404, 401),
        (&upload, 409, 401),
        ("/webhook", 404, 401),
        ("/metrics", 403, 401),
    ] {
        let url = format!("{}{path}", stack.api_url());
        for (token, status) in [(Some(&token), with), (None, without)] {
            let mut get = http.get(&url);
            if let Some(token) = token {
                get = get.bearer_auth(token);
            }
            let get = get.send().await?;
            let mut expected = Head::of_get(&get)?;
            let mut head = Head::of_head(&url, token.map(String::as_str)).await?;
            ensure!((expected.status, head.status) == (status, status), "{path}: {head:?}");
            // a link that is signed for each answer may be a digit longer or shorter
            expected.headers.remove("content-length");
            let length = get.bytes().await?.len();
            let stated = head.headers.remove("content-length");
            let has_links = path == video || path == "/videos";
            ensure!(
                has_links || stated.as_ref().is_none_or(|text| *text == length.to_string()),
                "{path}: GET has {length} bytes, HEAD says {stated:?}"
            );
            expected.headers.remove("transfer-encoding");
            head.headers.remove("transfer-encoding");
            ensure!(head == expected, "{path}: {head:?}, GET: {expected:?}");
        }
    }
    Ok(())
}

/// Returns a user's access token, which the API refuses: it accepts ID tokens only.
async fn access_token(stack: &Stack, person: &Person) -> Result<String> {
    let (_, config) = get(stack, "/config.json", None).await?;
    let endpoint = config["cognitoEndpoint"].as_str().context("an endpoint")?;
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": config["userPoolClientId"],
        "AuthParameters": { "USERNAME": person.email, "PASSWORD": PASSWORD },
    });
    let request = Client::new()
        .post(endpoint)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
        .body(body.to_string());
    let answer: Value = request.send().await?.json().await?;
    let token = answer["AuthenticationResult"]["AccessToken"].as_str();
    Ok(token.context("no access token came")?.to_owned())
}

pub async fn a_401_says_how_to_authenticate(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let token = access_token(stack, &person).await?;
    let url = format!("{}/videos", stack.api_url());
    for verb in [Method::GET, Method::HEAD] {
        let request = Client::new().request(verb, &url).bearer_auth(&token);
        let answer = request.send().await?;
        ensure!(answer.status() == 401, "{answer:?}");
        let challenge = answer.headers().get("www-authenticate").context("it has a challenge")?;
        ensure!(challenge == "Bearer", "{challenge:?}");
    }
    Ok(())
}
