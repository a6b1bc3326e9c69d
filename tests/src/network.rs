//! The network between a client and the stack: a proxy that can be cut, that counts the parts of uploads,
//! and that lets presigned URLs grow old.

use anyhow::{Context, Result, ensure};
use reqwest::Url;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What one connection sends before its next pause: together 16 MB/s.
const CHUNK: usize = 256 * 1024;
const PAUSE: Duration = Duration::from_millis(16);
/// The longest head of a request; the client's are presigned URLs and little else.
const MOST_HEAD: usize = 16 * 1024;

/// What went through.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// How often the storage took each part.
    pub stored: BTreeMap<u16, u32>,
    /// How many parts it refused since their URLs were too old.
    pub expired: u32,
    /// The bytes of parts, those of requests that broke included.
    pub part_bytes: u64,
    /// The latest time at which a part's URL was signed, as the URL has it.
    signed: String,
    /// URLs signed up to this time are taken for old ones.
    old: String,
}

/// A proxy for HTTP. It ends when it is dropped.
pub struct Network {
    /// Its address, for `HTTP_PROXY`.
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    traffic: Mutex<Traffic>,
    /// How many parts were stored.
    stored: watch::Sender<usize>,
    is_up: watch::Sender<bool>,
}

/// A request's head, made for the server itself.
struct Head {
    server: String,
    bytes: Vec<u8>,
    body: u64,
    part: Option<u16>,
}

impl Network {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            traffic: Mutex::default(),
            stored: watch::Sender::new(0),
            is_up: watch::Sender::new(true),
        });
        let weak = Arc::downgrade(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Some(shared) = weak.upgrade() else { return };
                tokio::spawn(async move { shared.serve(client).await });
            }
        });
        Ok(Self { url, shared })
    }

    /// Waits until the storage has taken so many parts in all.
    ///
    /// # Errors
    /// Where that takes too long.
    pub async fn until_stored(&self, parts: usize) -> Result<()> {
        let mut stored = self.shared.stored.subscribe();
        let waiting = stored.wait_for(|stored| *stored >= parts);
        let waited = tokio::time::timeout(Duration::from_secs(60), waiting).await;
        waited.with_context(|| format!("{parts} parts never came: {:?}", self.traffic()))??;
        Ok(())
    }

    /// Breaks every connection, and lets none through until [`Self::mend`].
    pub fn cut(&self) {
        self.shared.is_up.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.shared.is_up.send_replace(true);
    }

    /// Lets the URLs of parts that were signed up to now grow old: the storage gets them as if signed long
    /// ago.
    pub fn expire_urls(&self) {
        let mut traffic = self.shared.traffic();
        traffic.old = traffic.signed.clone();
    }

    /// What has gone through by now.
    pub fn traffic(&self) -> Traffic {
        self.shared.traffic().clone()
    }
}

impl Shared {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        // plain counts, whole at any time
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, mut client: TcpStream) {
        let mut is_up = self.is_up.subscribe();
        tokio::select! {
            // what broke is seen by the client, which is what is tested
            _ = self.pass(&mut client) => (),
            _ = is_up.wait_for(|is_up| !is_up) => (),
        }
    }

    /// Passes one request on, and its answer back.
    async fn pass(&self, client: &mut TcpStream) -> Result<()> {
        let (head, mut begun) = read_head(client).await?;
        let head = self.head(&head)?;
        let mut server = TcpStream::connect(&head.server).await?;
        server.write_all(&head.bytes).await?;
        let mut left = head.body;
        while left > 0 {
            if begun.is_empty() {
                begun.reserve(CHUNK);
                ensure!(client.read_buf(&mut begun).await? > 0, "the client went");
            }
            server.write_all(&begun).await?;
            left = left.saturating_sub(begun.len() as u64);
            if head.part.is_some() {
                self.traffic().part_bytes += begun.len() as u64;
                tokio::time::sleep(PAUSE).await;
            }
            begun.clear();
        }
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).await?;
        if let Some(part) = head.part {
            self.answered(part, &answer);
        }
        Ok(client.write_all(&answer).await?)
    }

    fn head(&self, head: &str) -> Result<Head> {
        let (line, fields) = head.split_once("\r\n").context("a request has a first line")?;
        let [method, url, version] = line.split(' ').collect::<Vec<_>>()[..] else {
            anyhow::bail!("no request: {line}");
        };
        let mut url: Url = url.parse()?;
        let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        let part = query.get("partNumber").filter(|_| method == "PUT");
        let part = part.map(|number| number.parse()).transpose()?;
        if let (Some(_), Some(signed)) = (part, query.get("X-Amz-Date")) {
            let mut traffic = self.traffic();
            if *signed <= traffic.old {
                let old = url.query().unwrap_or_default().replace(signed, "20200101T000000Z");
                url.set_query(Some(&old));
            } else if *signed > traffic.signed {
                traffic.signed.clone_from(signed);
            }
        }
        let length = field(fields, "content-length").map(str::parse).transpose()?;
        let (path, query) =
            (url.path(), url.query().map_or(String::new(), |query| format!("?{query}")));
        let bytes = format!("{method} {path}{query} {version}\r\nconnection: close\r\n{fields}");
        Ok(Head {
            server: url.socket_addrs(|| Some(80))?[0].to_string(),
            bytes: bytes.into_bytes(),
            body: length.unwrap_or(0),
            part,
        })
    }

    fn answered(&self, part: u16, answer: &[u8]) {
        let answer = String::from_utf8_lossy(answer);
        match answer.split(' ').nth(1) {
            Some("200") => {
                let mut traffic = self.traffic();
                *traffic.stored.entry(part).or_default() += 1;
                self.stored.send_modify(|stored| *stored += 1);
            }
            Some("403") if answer.contains("Request has expired") => self.traffic().expired += 1,
            _ => (),
        }
    }
}

/// The head of the next request, and what came of its body with it.
async fn read_head(client: &mut TcpStream) -> Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        let end = read.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let body = read.split_off(end + 4);
            return Ok((String::from_utf8(read)?, body));
        }
        ensure!(read.len() < MOST_HEAD, "a head without end");
        ensure!(client.read_buf(&mut read).await? > 0, "the client went");
    }
}

fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let fields = fields.lines().filter_map(|line| line.split_once(':'));
    let mut found = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim())
}
