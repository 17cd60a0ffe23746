//! TCP to one of several checked addresses (RFC 8305 in short).

use std::{io, net::SocketAddr, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use tokio::{net::TcpStream, time::sleep};

use crate::error::NotSent;

/// The next address is tried when the one before has not answered for this long.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// A connected socket, and who is at its other end.
#[derive(Debug)]
pub struct Dialed {
    /// The socket.
    pub stream: TcpStream,
    /// What the socket says about its peer.
    pub peer: SocketAddr,
}

/// Opens TCP connections. Tests put scripted networks behind it; a server has one implementation.
pub trait Dial: Send + Sync + 'static {
    /// Connects to exactly this address.
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Dialed>>;
}

/// The operating system's TCP.
#[derive(Debug)]
pub(crate) struct TcpDial;

impl Dial for TcpDial {
    #[expect(clippy::disallowed_methods, reason = "the one place that dials, after the address was checked")]
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Dialed>> {
        async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let peer = stream.peer_addr()?;
            Ok(Dialed { stream, peer })
        }
        .boxed()
    }
}

/// The first connection that comes about; all addresses have been checked.
pub(crate) async fn dial_first(dial: &dyn Dial, addresses: &[SocketAddr]) -> Result<Dialed, NotSent> {
    let mut waiting = addresses.iter().copied();
    let mut dialling = FuturesUnordered::new();
    let mut last_error = NotSent::ConnectFailed(io::ErrorKind::AddrNotAvailable);
    loop {
        match waiting.next() {
            Some(address) => dialling.push(dial.dial(address).map(move |result| (address, result))),
            None if dialling.is_empty() => return Err(last_error),
            None => {}
        }
        let more = waiting.len() > 0;
        tokio::select! {
            biased;
            Some((address, result)) = dialling.next() => match result {
                Ok(dialed) if dialed.peer == address => return Ok(dialed),
                Ok(_) => return Err(NotSent::PeerMismatch),
                Err(error) => last_error = connect_error(&error),
            },
            () = sleep(NEXT_ADDRESS_AFTER), if more => {}
        }
    }
}

fn connect_error(error: &io::Error) -> NotSent {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => NotSent::ConnectRefused,
        io::ErrorKind::TimedOut => NotSent::ConnectTimeout,
        kind => NotSent::ConnectFailed(kind),
    }
}
