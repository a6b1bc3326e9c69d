//! A large upload that is killed, cut off, and resumed with expired URLs.

use crate::multipart::{ends_well, large_video};
use anyhow::{Context, Result, ensure};
use framezip_tests::{Network, PASSWORD, Person, Stack, framezip, until};
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

const MIB: u64 = 1 << 20;
const BYTES: u64 = 300 * MIB;
const PART_BYTES: u64 = 16 * MIB;
const PARTS: u16 = 19;
/// The longest time that a command may take.
const LONGEST: Duration = Duration::from_secs(300);
/// The number of parts that the client sends at once.
const AT_ONCE: u64 = 4;

/// The client's command. Its processes reach the stack through the network.
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

/// Waits until a command has succeeded.
async fn ended(child: &mut Child) -> Result<()> {
    let status = until("framezip ended", LONGEST, async || Ok(child.try_wait()?)).await?;
    ensure!(status.success(), "framezip ended: {status}");
    Ok(())
}

/// The process is killed, the network is cut, and the URLs expire. No part that has arrived is sent again.
pub async fn a_large_upload_survives_a_kill_an_outage_and_expired_urls(
    stack: &Stack,
) -> Result<()> {
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
    network.cut().await?;
    let while_cut = network.traffic().part_bytes;
    network.until_refused(AT_ONCE as usize).await?;
    ensure!(network.traffic().part_bytes == while_cut, "something went through");
    network.mend();
    network.until_stored(12).await?;
    network.expire_urls();
    ended(&mut child).await?;

    let traffic = network.traffic();
    ensure!(traffic.expired > 0, "no URL had expired: {traffic:?}");
    let once: Vec<_> = (1..=PARTS).map(|part| (part, 1)).collect();
    ensure!(traffic.stored.iter().map(|(part, times)| (*part, *times)).eq(once), "{traffic:?}");
    // only the parts that were being sent at an interruption are sent again
    let most = BYTES + 3 * AT_ONCE * PART_BYTES;
    ensure!((BYTES..=most).contains(&traffic.part_bytes), "{traffic:?}");

    let videos = person.api.list(None, None, None).await?.videos;
    let [view] = &videos[..] else { anyhow::bail!("one video: {videos:?}") };
    ends_well(&person, view.video.id).await
}
