//! Sockets for audio, from a range of ports or whatever is free.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::net::UdpSocket;

/// Hands out sockets.
#[derive(Debug)]
pub(crate) struct Sockets {
    address: IpAddr,
    range: Option<(u16, u16)>,
    next: AtomicU16,
}

impl Sockets {
    /// On an address, within a range of ports (even ones only: the odd ones belong to RTCP, which we don't speak).
    pub(crate) fn new(address: IpAddr, range: Option<(u16, u16)>) -> Self {
        Self { address, range, next: AtomicU16::new(0) }
    }

    pub(crate) async fn take(&self) -> std::io::Result<UdpSocket> {
        let Some((first, last)) = self.range else {
            return UdpSocket::bind(SocketAddr::new(self.address, 0)).await;
        };
        let first = first + first % 2;
        let pairs = (last.saturating_sub(first)) / 2 + 1;
        for _ in 0..pairs {
            let at = self.next.fetch_add(1, Ordering::Relaxed) % pairs;
            if let Ok(socket) = UdpSocket::bind(SocketAddr::new(self.address, first + at * 2)).await {
                return Ok(socket);
            }
        }
        Err(std::io::Error::new(std::io::ErrorKind::AddrInUse, "no audio port is free"))
    }
}
