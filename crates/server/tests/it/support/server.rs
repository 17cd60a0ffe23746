//! A whole server in this process: everything but the binary's own wiring.

use std::net::SocketAddr;
use std::sync::Arc;

use hookswitch_egress::testing::ScriptedResolver;
use hookswitch_egress::{Policy, PolicySettings};
use hookswitch_engine::{Engine, EngineSettings};
use hookswitch_registry::Registry;
use hookswitch_server::{Server, ServerParts, Stopped, TlsFiles};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions, Writer, WriterOptions};
use hookswitch_vault::{KeyFile, Vault};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Client;

/// The admin key of the first organisation.
pub(crate) fn bootstrap_key() -> &'static str {
    "hs_live_bootstrap_key_of_the_tests_0001"
}

/// What differs between tests.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) allow_egress: Vec<String>,
    pub(crate) parts: Option<fn(ServerParts) -> ServerParts>,
    pub(crate) engine: Option<fn(EngineSettings) -> EngineSettings>,
    pub(crate) tls: Option<TlsFiles>,
}

impl Setup {
    /// Tools may reach these.
    pub(crate) fn reaching(allow_egress: &[String]) -> Self {
        Self { allow_egress: allow_egress.to_vec(), ..Self::default() }
    }

    pub(crate) async fn start(self) -> TestServer {
        TestServer::start_in(self, tempfile::tempdir().unwrap()).await
    }
}

/// A running server; `stop` drains it.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) engine: Engine,
    directory: TempDir,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Stopped>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Setup::default().start().await
    }

    async fn start_in(setup: Setup, directory: TempDir) -> Self {
        let database = DatabaseUrl::sqlite(directory.path().join("hookswitch.db"));
        let store = Store::open(&database, StoreOptions::default()).await.unwrap();
        let writer = Writer::start(store.clone(), WriterOptions::default());
        let key_file = KeyFile::new(directory.path().join("master.key"));
        let vault = Arc::new(Vault::new(key_file.load_or_create().unwrap().keys));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let policy = Policy::new(PolicySettings {
            allow_egress: setup.allow_egress.iter().map(|entry| entry.parse().unwrap()).collect(),
            own_listeners: vec![address],
            ..PolicySettings::default()
        });
        let resolver = Arc::new(ScriptedResolver::new());
        let egress = hookswitch_egress::Client::builder(policy, resolver).build().unwrap();
        let registry = Registry::with_key_file(store, vault, egress.clone(), Some(key_file));
        registry.bootstrap(Some(SecretString::from(bootstrap_key()))).await.unwrap().unwrap();
        let settings =
            setup.engine.map_or_else(EngineSettings::default, |change| change(EngineSettings::default()));
        let engine = Engine::new(registry, writer, egress, settings);
        let parts = ServerParts { tls: setup.tls, ..ServerParts::new(engine.clone()) };
        let server =
            Server::new(setup.parts.map_or_else(|| parts.clone(), |change| change(parts.clone()))).unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve(listener, async {
            let _ = stopped.await;
        }));
        Self { address, engine, directory, stop, task }
    }

    /// A client with the bootstrap key.
    pub(crate) fn admin(&self) -> Client {
        Client::new(self.address, Some(bootstrap_key()))
    }

    /// A client with another key.
    pub(crate) fn client(&self, key: &str) -> Client {
        Client::new(self.address, Some(key))
    }

    /// A client without a key.
    pub(crate) fn nobody(&self) -> Client {
        Client::new(self.address, None)
    }

    /// Asks it to stop, without waiting.
    pub(crate) fn ask_to_stop(self) -> (JoinHandle<Stopped>, TempDir) {
        self.stop.send(()).unwrap();
        (self.task, self.directory)
    }

    /// Stops it in order; the files stay until the directory is dropped.
    pub(crate) async fn stop(self) -> (Stopped, TempDir) {
        let (task, directory) = self.ask_to_stop();
        (task.await.unwrap(), directory)
    }
}
