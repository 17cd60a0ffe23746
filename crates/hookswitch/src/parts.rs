//! Wiring: from settings to a server that can run.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use hookswitch_courier::Courier;
use hookswitch_egress::{Client, HickoryResolver, Policy, PolicySettings};
use hookswitch_engine::{CallSettings, Engine, EngineSettings};
use hookswitch_registry::Registry;
use hookswitch_store::{Store, StoreOptions, Writer, WriterOptions};
use hookswitch_vault::{KeyFile, MasterKeys, Vault};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::aws;
use crate::config::Config;
use crate::node::Node;

/// Everything that a serving process holds.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) registry: Registry,
    pub(crate) engine: Engine,
    pub(crate) courier: Courier,
    _node: Node,
}

impl Parts {
    /// Opens the store and the vault and puts the engine on top. `own` are the addresses we listen on: no tool
    /// may call them.
    pub(crate) async fn open(config: &Config, own: Vec<SocketAddr>) -> anyhow::Result<Self> {
        make_folder(&config.data)?;
        let store = Store::open(&config.database_url, StoreOptions::default())
            .await
            .with_context(|| format!("the database {:?} can't be opened", config.database_url))?;
        let (keys, file) = master_keys(config)?;
        let vault = Arc::new(Vault::new(keys));
        let policy = PolicySettings { own_listeners: own, ..config.egress.clone() };
        let egress = client(config, policy.clone())?;
        let registry = Registry::with_key_file(store.clone(), vault, egress.clone(), file);
        let missing = registry.missing_master_keys().await?;
        if !missing.is_empty() {
            let ids: Vec<String> = missing.iter().map(ToString::to_string).collect();
            bail!(
                "the database holds secrets sealed under master keys that were not given: {}\n\
                 hint: put the master.key that belongs to this database back, or set HOOKSWITCH_MASTER_KEY",
                ids.join(", ")
            );
        }
        let writer = Writer::start(store.clone(), WriterOptions::default());
        let node = Node::open(&config.data)?;
        let python = crate::python::start(config, &egress, &store).await?;
        let aws = aws::settings(config, policy)?;
        let driver = crate::telephony::start(&config.telephony).await?;
        let destinations = config.telephony.destinations.clone();
        let calls = CallSettings { driver, destinations, ..config.engine.calls.clone() };
        let settings = EngineSettings { node: node.id, python, aws, calls, ..config.engine.clone() };
        let courier = Courier::new(registry.clone(), egress.clone(), node.id, config.courier.clone());
        let engine = Engine::new(registry.clone(), writer, egress, settings);
        Ok(Self { store, registry, engine, courier, _node: node })
    }
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the data folder {} can't be made", path.display()))
}

fn master_keys(config: &Config) -> anyhow::Result<(MasterKeys, Option<KeyFile>)> {
    if let Some(text) = &config.master_key {
        let keys = MasterKeys::parse(text).context("environment variable HOOKSWITCH_MASTER_KEY")?;
        return Ok((keys, None));
    }
    let file = KeyFile::new(&config.master_key_file);
    let loaded = file.load_or_create()?;
    if loaded.created {
        tracing::warn!(
            file = %config.master_key_file.display(),
            "a new master key was made; back it up apart from the database: without it no secret can be opened"
        );
    }
    Ok((loaded.keys, Some(file)))
}

/// A way out under a policy.
pub(crate) fn client(config: &Config, policy: PolicySettings) -> anyhow::Result<Client> {
    let resolver = HickoryResolver::from_system().context("the system's name servers can't be read")?;
    let mut builder = Client::builder(Policy::new(policy), Arc::new(resolver));
    if let Some(path) = &config.extra_roots {
        builder = builder.extra_roots(read_roots(path)?);
    }
    builder.build().context("TLS can't be set up")
}

/// Certificates (PEM) of private authorities that receivers may show.
pub(crate) fn read_roots(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let roots: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .with_context(|| format!("`extra_roots`: {}", path.display()))?
        .collect();
    roots.with_context(|| format!("`extra_roots`: {}", path.display()))
}
