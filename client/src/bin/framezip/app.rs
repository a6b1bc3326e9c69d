//! Which server, and who: what every command starts from.

use crate::{
    config,
    console::Console,
    credentials::{Credentials, CredentialsStore},
    exit::{self, NotSignedIn, UsageError},
    unfinished_uploads::UnfinishedUploads,
};
use framezip_client::{ApiClient, Server, Tokens, UserPool};
use std::path::PathBuf;

/// The settings of this run and what the last ones left.
#[derive(Debug)]
pub struct App<'a> {
    /// Where to print.
    pub console: &'a Console,
    api: Option<String>,
    folder: PathBuf,
    store: CredentialsStore,
}

impl<'a> App<'a> {
    /// `api` is the address on the command line; without one, that of `FRAMEZIP_API` counts.
    pub fn new(api: Option<String>, console: &'a Console) -> anyhow::Result<Self> {
        let api = match api {
            Some(api) => Some(api),
            None => config::variable("FRAMEZIP_API")?,
        };
        let folder = config::folder()?;
        let store = CredentialsStore::new(&folder);
        Ok(Self { console, api, folder, store })
    }

    /// The uploads to this server that are not done with.
    pub fn uploads(&self) -> anyhow::Result<UnfinishedUploads> {
        Ok(UnfinishedUploads::new(&self.folder, self.server()?.to_string()))
    }

    /// The server that was named, else the one last signed in to.
    pub fn server(&self) -> anyhow::Result<Server> {
        let address = match &self.api {
            Some(address) => address.clone(),
            None => self.store.load()?.map(|kept| kept.api).ok_or_else(|| {
                UsageError("which server? Give its address by --api or FRAMEZIP_API".to_owned())
            })?,
        };
        Ok(Server::new(&address)?)
    }

    /// The API for the user who is signed in. Tokens go to no other server than their own.
    pub fn client(&self) -> anyhow::Result<ApiClient> {
        let server = self.server()?;
        let kept = self.store.load()?.filter(|kept| kept.api == server.to_string());
        let Some(Credentials { user_pool, tokens: Some(tokens), .. }) = kept else {
            return Err(NotSignedIn { server: server.to_string() }.into());
        };
        let pool = UserPool::new(&server, user_pool);
        let (store, console, api) = (self.store.clone(), self.console.clone(), server.to_string());
        let keep = move |before: &Tokens, tokens: &Tokens| {
            keep_renewed(&store, &api, before, tokens, &console);
        };
        Ok(ApiClient::new(server, pool, tokens).on_renewal(keep))
    }

    /// Keeps a new sign-in.
    pub fn keep(&self, server: &Server, pool: &UserPool, tokens: Tokens) -> anyhow::Result<()> {
        self.store.save(&Credentials {
            api: server.to_string(),
            user_pool: pool.config().clone(),
            tokens: Some(tokens),
        })
    }

    /// Forgets the tokens, but not the server.
    pub fn forget(&self) -> anyhow::Result<()> {
        match self.store.load()? {
            Some(kept) => self.store.save(&Credentials { tokens: None, ..kept }),
            None => Ok(()),
        }
    }
}

/// Keeps renewed tokens, unless the user has signed out or in elsewhere meanwhile. That it cannot be done is
/// no failure of the command: the next one renews them again.
fn keep_renewed(
    store: &CredentialsStore,
    api: &str,
    before: &Tokens,
    tokens: &Tokens,
    console: &Console,
) {
    let result = store.load().and_then(|kept| match kept {
        Some(kept) if kept.api == api && kept.tokens.as_ref() == Some(before) => {
            store.save(&Credentials { tokens: Some(tokens.clone()), ..kept })
        }
        _ => Ok(()),
    });
    if let Err(error) = result {
        console.note(&format!("the renewed sign-in is not kept: {}", exit::error_text(&error)));
    }
}
