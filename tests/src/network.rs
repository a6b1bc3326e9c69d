//! The network between a client and the stack: a proxy that can be cut, counts the parts of uploads, and
//! makes presigned URLs expire.

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

/// The bytes that one connection sends between two pauses. Both together give 16 MB/s.
const CHUNK: usize = 256 * 1024;
const PAUSE: Duration = Duration::from_millis(16);
/// The most bytes of a request's head. The client's heads are presigned URLs and little else.
const MOST_HEAD: usize = 16 * 1024;
/// The longest wait for something that a client does.
const LONGEST: Duration = Duration::from_secs(60);

/// The traffic that the network has carried.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// The number of times that the storage accepted each part.
    pub stored: BTreeMap<u16, u32>,
    /// The number of parts that it refused because their URLs had expired.
    pub expired: u32,
    /// The bytes of parts, including those of interrupted requests.
    pub part_bytes: u64,
    /// The latest time at which a part's URL was signed, as it is written in the URL.
    signed: String,
    /// URLs signed up to this time are treated as expired.
    old: String,
}

/// An HTTP proxy. It stops when it is dropped.
pub struct Network {
    /// Its address, the value of `HTTP_PROXY`.
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    traffic: Mutex<Traffic>,
    /// The number of parts that were stored.
    stored: watch::Sender<usize>,
    /// The number of open connections.
    open: watch::Sender<usize>,
    /// The number of connections that were refused because the network was cut.
    refused: watch::Sender<usize>,
    is_up: watch::Sender<bool>,
}

/// A request's head in the form that the server itself expects.
struct Head {
    server: String,
    bytes: Vec<u8>,
    body: u64,
    part: Option<u16>,
}

impl Network {
    /// Starts a proxy on a free port.
    ///
    /// # Errors
    /// If there is no free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            traffic: Mutex::default(),
            stored: watch::Sender::new(0),
            open: watch::Sender::new(0),
            refused: watch::Sender::new(0),
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

    /// Waits until the storage has accepted this number of parts in all.
    ///
    /// # Errors
    /// If that takes more than a minute.
    pub async fn until_stored(&self, parts: usize) -> Result<()> {
        let stored = self.until(&self.shared.stored, |stored| stored >= parts).await;
        stored.with_context(|| format!("the storage does not have {parts} parts"))
    }

    /// Breaks every connection and refuses new ones until [`Self::mend`]. Returns when the last
    /// connection is closed.
    ///
    /// # Errors
    /// If a connection stays open.
    pub async fn cut(&self) -> Result<()> {
        self.shared.is_up.send_replace(false);
        let closed = self.until(&self.shared.open, |open| open == 0).await;
        closed.context("a connection stays open")
    }

    /// Waits until this number of connections were refused in all.
    ///
    /// # Errors
    /// If that takes more than a minute.
    pub async fn until_refused(&self, connections: usize) -> Result<()> {
        let refused = self.until(&self.shared.refused, |refused| refused >= connections).await;
        refused.with_context(|| format!("no client tried {connections} times"))
    }

    async fn until(
        &self,
        counter: &watch::Sender<usize>,
        is_enough: impl Fn(usize) -> bool,
    ) -> Result<()> {
        let mut count = counter.subscribe();
        let waiting = count.wait_for(|count| is_enough(*count));
        let waited = tokio::time::timeout(LONGEST, waiting).await;
        waited.with_context(|| format!("{:?}", self.traffic()))??;
        Ok(())
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.shared.is_up.send_replace(true);
    }

    /// Makes the URLs of parts that were signed up to now expire: the storage gets them with a date long
    /// past.
    pub fn expire_urls(&self) {
        let mut traffic = self.shared.traffic();
        traffic.old = traffic.signed.clone();
    }

    /// Returns what the network has carried by now.
    pub fn traffic(&self) -> Traffic {
        self.shared.traffic().clone()
    }
}

impl Shared {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        // plain counters, valid at any time
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, mut client: TcpStream) {
        self.open.send_modify(|open| *open += 1);
        let mut is_up = self.is_up.subscribe();
        if *is_up.borrow() {
            tokio::select! {
                // the client sees the failure; how it reacts is what is tested
                _ = self.pass(&mut client) => (),
                _ = is_up.wait_for(|is_up| !is_up) => (),
            }
        } else {
            self.refused.send_modify(|refused| *refused += 1);
        }
        drop(client);
        self.open.send_modify(|open| *open -= 1);
    }

    /// Forwards one request, and its answer.
    async fn pass(&self, client: &mut TcpStream) -> Result<()> {
        let (head, mut begun) = read_head(client).await?;
        let head = self.head(&head)?;
        let mut server = TcpStream::connect(&head.server).await?;
        server.write_all(&head.bytes).await?;
        let mut left = head.body;
        while left > 0 {
            if begun.is_empty() {
                begun.reserve(CHUNK);
                ensure!(client.read_buf(&mut begun).await? > 0, "the client closed the connection");
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
            anyhow::bail!("not a request: {line}");
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

/// Reads the head of the next request, and the bytes of its body that came with it.
async fn read_head(client: &mut TcpStream) -> Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        let end = read.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let body = read.split_off(end + 4);
            return Ok((String::from_utf8(read)?, body));
        }
        ensure!(read.len() < MOST_HEAD, "a request's head is too long");
        ensure!(client.read_buf(&mut read).await? > 0, "the client closed the connection");
    }
}

fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let fields = fields.lines().filter_map(|line| line.split_once(':'));
    let mut found = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim())
}
