//! An upload that everything happens to.

use crate::multipart::{ends_well, large_video};
use anyhow::{Context, Result, ensure};
use framezip_tests::{Network, PASSWORD, Person, Stack, framezip};
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

const MIB: u64 = 1 << 20;
const BYTES: u64 = 300 * MIB;
const PART_BYTES: u64 = 16 * MIB;
const PARTS: u16 = 19;
/// How many parts the client sends side by side.
const SIDE_BY_SIDE: u64 = 4;

/// The client's command in a process of its own, whose way to the stack is the network.
struct Client<'a> {
    stack: &'a Stack,
    network: &'a Network,
    folder: &'a Path,
}

impl Client<'_> {
    fn start(&self, arguments: &[&str], password: &str) -> Result<Child> {
        let command = framezip()?;
        Command::new(&command)
            .args(arguments)
            .env("FRAMEZIP_CONFIG_DIR", self.folder)
            .env("FRAMEZIP_API", self.stack.api_url())
            .env("FRAMEZIP_PASSWORD", password)
            .env("HTTP_PROXY", &self.network.url)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("{} did not start", command.display()))
    }

    async fn run(&self, arguments: &[&str], password: &str) -> Result<()> {
        let mut child = self.start(arguments, password)?;
        ended(&mut child).await
    }
}

/// Waits until a command has done what it should.
async fn ended(child: &mut Child) -> Result<()> {
    loop {
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "framezip ended: {status}");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The process is killed, the network is cut, and the URLs expire: no part is sent twice that had arrived.
pub async fn a_large_upload_survives_everything(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let folder = tempfile::tempdir()?;
    let file = large_video(&folder, BYTES)?;
    let network = Network::start().await?;
    let client = Client { stack, network: &network, folder: folder.path() };
    client.run(&["sign-in", "--email", &person.email], PASSWORD).await?;

    let file = file.to_str().context("a temporary folder's name is plain")?;
    let mut killed = client.start(&["upload", file, "--every", "1"], "")?;
    network.until_stored(4).await?;
    killed.kill()?;
    killed.wait()?;

    let mut child = client.start(&["upload", "--resume"], "")?;
    network.until_stored(8).await?;
    network.cut();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let while_cut = network.traffic().part_bytes;
    tokio::time::sleep(Duration::from_millis(200)).await;
    ensure!(network.traffic().part_bytes == while_cut, "something went through");
    network.mend();
    network.until_stored(12).await?;
    network.expire_urls();
    ended(&mut child).await?;

    let traffic = network.traffic();
    ensure!(traffic.expired > 0, "no URL was too old: {traffic:?}");
    let once: Vec<_> = (1..=PARTS).map(|part| (part, 1)).collect();
    ensure!(traffic.stored.iter().map(|(part, times)| (*part, *times)).eq(once), "{traffic:?}");
    // what was under way when it was interrupted is sent again, no more
    let most = BYTES + 3 * SIDE_BY_SIDE * PART_BYTES;
    ensure!((BYTES..=most).contains(&traffic.part_bytes), "{traffic:?}");

    let videos = person.api.list(None, None, None).await?.videos;
    let [video] = &videos[..] else { anyhow::bail!("one video: {videos:?}") };
    ends_well(&person, video.id).await
}
