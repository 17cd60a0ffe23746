//! A connection to the outside that counts what goes through it, and breaks when its call has used up what it may.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use super::call::Call;
use crate::client::RawConnection;

/// The connection with the places that it takes.
#[derive(Debug)]
pub(super) struct Metered {
    stream: TcpStream,
    call: Arc<Call>,
    _places: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Metered {
    pub(super) fn new(call: Arc<Call>, raw: RawConnection, place: OwnedSemaphorePermit) -> Self {
        Self { stream: raw.stream, call, _places: (raw.permit, place) }
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let used_up = || io::Error::new(io::ErrorKind::QuotaExceeded, "the call has moved too many bytes");
        if self.call.spend(bytes) { Ok(()) } else { Err(used_up()) }
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        Poll::Ready(self.spend(buffer.filled().len() - before))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        Poll::Ready(self.spend(written).map(|()| written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
