//! The server, the user and the console that every command works with.

use crate::{
    config,
    console::Console,
    credentials::{Credentials, CredentialsStore},
    exit::{self, NotSignedIn, UsageError},
    unfinished_uploads::UnfinishedUploads,
};
use framezip_client::{ApiClient, Renewal, Server, Tokens, UserPool};
use std::path::PathBuf;

/// The settings of this run and the data stored by earlier ones.
#[derive(Debug)]
pub struct App<'a> {
    /// The command's output.
    pub console: &'a Console,
    api: Option<String>,
    config_folder: PathBuf,
    store: CredentialsStore,
}

impl<'a> App<'a> {
    /// Creates the app. `api` is the address from the command line; without it, `FRAMEZIP_API` is used.
    pub fn new(api: Option<String>, console: &'a Console) -> anyhow::Result<Self> {
        let api = match api {
            Some(api) => Some(api),
            None => config::variable("FRAMEZIP_API")?,
        };
        let config_folder = config::folder()?;
        let store = CredentialsStore::new(&config_folder);
        Ok(Self { console, api, config_folder, store })
    }

    /// Returns the unfinished uploads to this server.
    pub fn unfinished_uploads(&self) -> anyhow::Result<UnfinishedUploads> {
        Ok(UnfinishedUploads::new(&self.config_folder, self.server()?.to_string()))
    }

    /// Returns the server that was given, or else the one of the last sign-in.
    pub fn server(&self) -> anyhow::Result<Server> {
        let address = match &self.api {
            Some(address) => address.clone(),
            None => self.store.load()?.map(|stored| stored.api).ok_or_else(|| {
                let text = "no server is given: set its address with --api or FRAMEZIP_API";
                UsageError(text.to_owned())
            })?,
        };
        Ok(Server::new(&address)?)
    }

    /// Returns an API client for the signed-in user. Tokens are sent only to the server that issued them.
    pub fn api_client(&self) -> anyhow::Result<ApiClient> {
        let server = self.server()?;
        let stored = self.store.load()?.filter(|stored| stored.api == server.to_string());
        let Some(Credentials { user_pool, tokens: Some(tokens), .. }) = stored else {
            return Err(NotSignedIn { server: server.to_string() }.into());
        };
        let pool = UserPool::new(&server, user_pool);
        let (store, console, api) = (self.store.clone(), self.console.clone(), server.to_string());
        let on_renewal = move |renewal: Renewal<'_>| {
            if let Err(error) = save_renewed(&store, &api, renewal) {
                let error = exit::error_text(&error);
                console.note(&format!("the renewed sign-in could not be stored: {error}"));
            }
        };
        Ok(ApiClient::new(server, pool, tokens).on_renewal(on_renewal))
    }

    /// Stores a new sign-in.
    pub fn save_sign_in(
        &self,
        server: &Server,
        pool: &UserPool,
        tokens: Tokens,
    ) -> anyhow::Result<()> {
        self.store.save(&Credentials {
            api: server.to_string(),
            user_pool: pool.config().clone(),
            tokens: Some(tokens),
        })
    }

    /// Removes the stored tokens, but not the server.
    pub fn sign_out(&self) -> anyhow::Result<()> {
        match self.store.load()? {
            Some(stored) => self.store.save(&Credentials { tokens: None, ..stored }),
            None => Ok(()),
        }
    }
}

/// Stores renewed tokens, unless another command has signed out or in meanwhile. A failure does not end the
/// command: the next command renews the tokens again.
fn save_renewed(store: &CredentialsStore, api: &str, renewal: Renewal<'_>) -> anyhow::Result<()> {
    match store.load()? {
        Some(stored) if stored.api == api && stored.tokens.as_ref() == Some(renewal.before) => {
            store.save(&Credentials { tokens: Some(renewal.after.clone()), ..stored })
        }
        _ => Ok(()),
    }
}
