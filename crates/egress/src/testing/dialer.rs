//! A network that leads public addresses to local servers and remembers every address that was dialled.

use std::{collections::HashMap, io, net::SocketAddr, sync::Arc};

use futures_util::{FutureExt as _, future::BoxFuture};
use parking_lot::Mutex;
use tokio::net::TcpStream;

use crate::connect::{Dial, Dialed};

/// What dialling an address does.
#[derive(Debug, Clone, Copy)]
pub enum DialScript {
    /// Connects to this local server; the peer is said to be the dialled address.
    To(SocketAddr),
    /// As `To`, but the peer is said to be the second address (scenario S12).
    Misled(SocketAddr, SocketAddr),
    /// Fails at once.
    Fail(io::ErrorKind),
    /// Never ends.
    Silence,
}

/// Dials by script; an address without one is unreachable.
#[derive(Debug, Clone, Default)]
pub struct ScriptedDialer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    scripts: HashMap<SocketAddr, DialScript>,
    dialled: Vec<SocketAddr>,
}

impl ScriptedDialer {
    /// A network without anybody in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an address such as `93.184.216.34:80`.
    ///
    /// # Panics
    /// When the text is no address with a port.
    #[must_use]
    pub fn with(self, address: &str, script: DialScript) -> Self {
        let address = address.parse().unwrap_or_else(|_| panic!("{address} is no socket address"));
        self.state.lock().scripts.insert(address, script);
        self
    }

    /// Addresses dialled so far, in order.
    pub fn dialled(&self) -> Vec<SocketAddr> {
        self.state.lock().dialled.clone()
    }
}

impl Dial for ScriptedDialer {
    #[expect(clippy::disallowed_methods, reason = "leads to servers of the test")]
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Dialed>> {
        let script = {
            let mut state = self.state.lock();
            state.dialled.push(address);
            state.scripts.get(&address).copied()
        };
        async move {
            match script.unwrap_or(DialScript::Fail(io::ErrorKind::NetworkUnreachable)) {
                DialScript::To(server) => {
                    Ok(Dialed { stream: TcpStream::connect(server).await?, peer: address })
                }
                DialScript::Misled(server, peer) => {
                    Ok(Dialed { stream: TcpStream::connect(server).await?, peer })
                }
                DialScript::Fail(kind) => Err(kind.into()),
                DialScript::Silence => std::future::pending().await,
            }
        }
        .boxed()
    }
}
