//! A whole server in this process, on a database of its own.

use std::sync::Arc;

use hookswitch_egress::testing::ScriptedResolver;
use hookswitch_egress::{Client, Policy, PolicySettings};
use hookswitch_engine::{Engine, EngineSettings};
use hookswitch_registry::Registry;
use hookswitch_server::{Server, ServerParts};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions, Writer, WriterOptions};
use hookswitch_vault::{KeyFile, Vault};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::program::{KEY, Ran, run, run_with_input};

/// Ends when it is dropped.
pub(crate) struct House {
    url: String,
    task: JoinHandle<()>,
    _directory: TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl House {
    /// A server whose tools may reach these addresses.
    pub(crate) async fn reaching(allow_egress: &[String]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = DatabaseUrl::sqlite(directory.path().join("hookswitch.db"));
        let store = Store::open(&database, StoreOptions::default()).await.unwrap();
        let writer = Writer::start(store.clone(), WriterOptions::default());
        let key_file = KeyFile::new(directory.path().join("master.key"));
        let vault = Arc::new(Vault::new(key_file.load_or_create().unwrap().keys));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let policy = Policy::new(PolicySettings {
            allow_egress: allow_egress.iter().map(|entry| entry.parse().unwrap()).collect(),
            own_listeners: vec![address],
            ..PolicySettings::default()
        });
        let egress = Client::builder(policy, Arc::new(ScriptedResolver::new())).build().unwrap();
        let registry = Registry::with_key_file(store, vault, egress.clone(), Some(key_file));
        registry.bootstrap(Some(SecretString::from(KEY))).await.unwrap().unwrap();
        let engine = Engine::new(registry, writer, egress, EngineSettings::default());
        let server = Server::new(ServerParts::new(engine)).unwrap();
        let task = tokio::spawn(async move {
            server.serve(listener, std::future::pending()).await;
        });
        Self { url: format!("http://{address}"), task, _directory: directory }
    }

    /// Runs a command line against it.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        run(&self.url, arguments).await
    }

    /// Runs a command line with something on the standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        run_with_input(&self.url, arguments, input).await
    }

    /// Runs a command line that must succeed, and gives its output.
    pub(crate) async fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments).await;
        assert_eq!(ran.exit, hookswitch_cli::Exit::Done, "{arguments:?}: {}{}", ran.out, ran.notes);
        ran.out
    }
}
