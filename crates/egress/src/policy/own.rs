//! The server's own listeners, which no tool may call (scenario S30).

use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Is the target one of our own listeners? A listener on the unspecified address listens on every address of this
/// host.
pub(crate) fn is_own_listener(listeners: &[SocketAddr], target: SocketAddr) -> bool {
    listeners.iter().any(|own| {
        own.port() == target.port()
            && (own.ip() == target.ip() || (own.ip().is_unspecified() && is_local(target.ip())))
    })
}

/// An address is this host's when the way to it begins at itself. Connecting a UDP socket asks the routing table
/// and sends nothing.
fn is_local(address: IpAddr) -> bool {
    if address.is_loopback() || address.is_unspecified() {
        return true;
    }
    let unspecified: SocketAddr = match address {
        IpAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        IpAddr::V6(_) => ([0_u16; 8], 0).into(),
    };
    UdpSocket::bind(unspecified)
        .and_then(|socket| {
            socket.connect(SocketAddr::new(address, 9))?;
            socket.local_addr()
        })
        .is_ok_and(|local| local.ip() == address)
}
