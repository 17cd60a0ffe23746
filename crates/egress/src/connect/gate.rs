//! Proof that a request never left: the gate between the HTTP library and the socket.
//!
//! A connection lends its gate to one request at a time. The first write turns it to `WRITTEN`; whoever gives up on
//! a request turns an untouched gate to `SEALED`, after which no write gets through. Both are one atomic step, so
//! exactly one of them wins, however the connection's task is scheduled.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const UNTOUCHED: u8 = 0;
const WRITTEN: u8 = 1;
const SEALED: u8 = 2;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Gate(AtomicU8);

impl Gate {
    /// For the next request on an idle connection. A sealed gate stays sealed.
    pub(crate) fn rearm(&self) {
        let _ = self.0.compare_exchange(WRITTEN, UNTOUCHED, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Lets nothing more through if nothing has been written; says whether that is so.
    pub(crate) fn seal(&self) -> bool {
        match self.0.compare_exchange(UNTOUCHED, SEALED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => true,
            Err(state) => state == SEALED,
        }
    }

    fn pass(&self) -> io::Result<()> {
        match self.0.compare_exchange(UNTOUCHED, WRITTEN, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) | Err(WRITTEN) => Ok(()),
            Err(_) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the request was withdrawn")),
        }
    }
}

/// A stream whose writes go through a gate; it lies above TLS, so handshakes don't count.
#[derive(Debug)]
pub(crate) struct GatedStream<S> {
    stream: S,
    gate: Arc<Gate>,
}

impl<S> GatedStream<S> {
    pub(crate) fn new(stream: S, gate: Arc<Gate>) -> Self {
        Self { stream, gate }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for GatedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for GatedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.gate.pass()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.gate.pass()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn a_sealed_gate_lets_nothing_through() {
        let gate = Arc::new(Gate::default());
        let mut stream = GatedStream::new(Vec::new(), Arc::clone(&gate));
        assert!(gate.seal());
        assert!(stream.write_all(b"x").await.is_err());
        gate.rearm();
        assert!(stream.write_all(b"x").await.is_err());
        assert!(stream.stream.is_empty());
    }

    #[tokio::test]
    async fn a_written_gate_can_not_be_sealed_until_rearmed() {
        let gate = Arc::new(Gate::default());
        let mut stream = GatedStream::new(Vec::new(), Arc::clone(&gate));
        stream.write_all(b"x").await.unwrap();
        assert!(!gate.seal());
        gate.rearm();
        assert!(gate.seal());
    }
}
