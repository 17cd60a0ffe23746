//! `hookswitch demo`: the whole main job on one page. A temporary server, a small real booking service on
//! loopback, and a scripted conversation over the public API, shown as a timeline.

mod api;
mod code;
mod script;
mod service;
mod timeline;
mod tools;
mod vendors;

use anyhow::Context as _;
use hookswitch_server::{Server, ServerParts};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::config::{self, ServeFlags};
use crate::parts::Parts;

/// Flags of `hookswitch demo`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct DemoFlags {
    /// Leaves out colours
    #[arg(long)]
    plain: bool,
}

/// Runs the demo; an error when anything went otherwise than it should.
pub(crate) async fn run(flags: DemoFlags) -> anyhow::Result<()> {
    let timeline = timeline::Timeline::new(flags.plain);
    let folder = TemporaryFolder::make()?;
    let service = service::BookingService::start().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serve = ServeFlags {
        data: Some(folder.path()),
        allow_egress: vec![service.address().to_string()],
        log: Some("error".to_owned()),
        ..ServeFlags::default()
    };
    let config = config::load(&serve, &[])?;
    let parts = Parts::open(&config, vec![address]).await?;
    let made = parts.registry.bootstrap(None).await?.context("the temporary database is not empty")?;
    let server = Server::new(ServerParts::new(parts.engine.clone()))?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(listener, async move {
        // Also when the script failed and dropped its end.
        let _ = stopped.await;
    }));
    timeline.head(&address.to_string(), &service.address().to_string());
    let key = SecretString::from(made.secret.expose_secret().to_owned());
    let api = api::Api::new(address, key)?;
    let played = script::play(&api, &service, &timeline).await;
    drop(stop);
    serving.await.context("the server's task")?;
    parts.engine.python().shutdown();
    parts.store.close().await;
    played?;
    timeline.foot();
    Ok(())
}

/// A folder that goes when the demo ends.
struct TemporaryFolder {
    path: std::path::PathBuf,
}

impl TemporaryFolder {
    fn make() -> anyhow::Result<Self> {
        let name = format!("hookswitch-demo-{}", hookswitch_model::NodeId::generate());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).with_context(|| format!("{} can't be made", path.display()))?;
        Ok(Self { path })
    }

    fn path(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Nothing of worth is in it; the system clears what is left.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
