//! Two timeouts of a connection that waits for a request: long while nothing came, short from the first byte on.
//! hyper knows one, which would either cut idle connections early or give a slow sender a long time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The clock of one connection.
#[derive(Debug, Clone)]
pub(crate) struct HeadClock {
    has_bytes: Arc<AtomicBool>,
    idle: Duration,
    head: Duration,
}

impl HeadClock {
    /// A clock, and the socket watched by it.
    pub(crate) fn watch<S>(io: S, idle: Duration, head: Duration) -> (Self, Watched<S>) {
        let has_bytes = Arc::new(AtomicBool::new(false));
        (Self { has_bytes: Arc::clone(&has_bytes), idle, head }, Watched { io, has_bytes })
    }
}

impl Timer for HeadClock {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        self.has_bytes.store(false, Ordering::Relaxed);
        Box::pin(HeadSleep {
            clock: self.clone(),
            has_started: false,
            sleep: Box::pin(tokio::time::sleep(self.idle)),
        })
    }

    fn sleep_until(&self, _: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(self.idle)
    }
}

/// Waits for the head of a request.
#[derive(Debug)]
struct HeadSleep {
    clock: HeadClock,
    has_started: bool,
    sleep: Pin<Box<tokio::time::Sleep>>,
}

impl Future for HeadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if !self.has_started && self.clock.has_bytes.load(Ordering::Relaxed) {
            self.has_started = true;
            let end = tokio::time::Instant::now() + self.clock.head;
            self.sleep.as_mut().reset(end);
        }
        self.sleep.as_mut().poll(cx)
    }
}

impl Sleep for HeadSleep {}

/// A socket that tells its clock when bytes come in.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    io: S,
    has_bytes: Arc<AtomicBool>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.has_bytes.store(true, Ordering::Relaxed);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
