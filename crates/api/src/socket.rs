//! WebSockets with bounds: small buffers, a ping, and a limit to how slowly the other side may read.
//!
//! Nothing is queued here. A frame is written before the next one is made; while a slow reader holds that up, nothing
//! more is read from it either, and whoever makes the frames falls back on what is stored. A reader that takes longer
//! than [`WRITE`] for one frame is cut off.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use tokio::time::Instant;

/// How long one frame may take to be written.
const WRITE: Duration = Duration::from_secs(10);
/// How often a silent socket is asked whether it is there.
const PING: Duration = Duration::from_secs(20);
/// A socket that was silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(45);
/// Largest message that is taken, in bytes.
pub const MOST_MESSAGE: usize = 1024 * 1024;
/// What is read at once, in bytes; the library's own default is 128 KiB. Longer frames are put together from several.
const READ_BUFFER: usize = 1024;
/// What a library may keep of one frame that is being written, beyond the frame itself.
const MOST_WRITE_BUFFER: usize = 4 * MOST_MESSAGE;

/// What stands for a goodbye without a code (RFC 6455, 7.4.1).
const NO_CODE: u16 = 1005;

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A text frame.
    Text(Utf8Bytes),
    /// A binary frame, of this many bytes.
    Binary(bytes::Bytes),
    /// The other side has closed, is gone, or speaks no WebSocket.
    Gone,
}

/// Why a socket is closed: a code of RFC 6455 or of the application's range, and one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// The code.
    pub code: u16,
    /// The line, at most 123 bytes.
    pub reason: &'static str,
}

/// The other side takes nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the socket is closed or too slow")]
pub struct SocketGone;

/// Sets the limits of an upgrade.
pub fn bounded<F>(upgrade: WebSocketUpgrade<F>) -> WebSocketUpgrade<F> {
    upgrade
        .read_buffer_size(READ_BUFFER)
        // Every frame is flushed: nothing is to be gathered.
        .write_buffer_size(0)
        .max_write_buffer_size(MOST_WRITE_BUFFER)
        .max_message_size(MOST_MESSAGE)
        .max_frame_size(MOST_MESSAGE)
}

/// A socket that pings and notices silence.
#[derive(Debug)]
pub struct Socket {
    inner: WebSocket,
    heard_at: Instant,
    ping_at: Instant,
    closed_with: Option<u16>,
}

impl Socket {
    /// Takes over a socket that has just been opened.
    pub fn new(socket: WebSocket) -> Self {
        let now = Instant::now();
        Self { inner: socket, heard_at: now, ping_at: now + PING, closed_with: None }
    }

    /// The code with which the other side has said goodbye, 1005 where it gave none; none while it has not.
    pub const fn closed_with(&self) -> Option<u16> {
        self.closed_with
    }

    /// Waits for the next frame. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Heard {
        loop {
            let message = tokio::select! {
                message = self.inner.recv() => message,
                () = tokio::time::sleep_until(self.ping_at) => {
                    if self.heard_at.elapsed() >= SILENCE || self.ping().await.is_err() {
                        return Heard::Gone;
                    }
                    continue;
                }
            };
            self.heard_at = Instant::now();
            self.ping_at = self.heard_at + PING;
            match message {
                Some(Ok(Message::Text(text))) => return Heard::Text(text),
                Some(Ok(Message::Binary(bytes))) => return Heard::Binary(bytes),
                // The library answers pings by itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(frame))) => {
                    self.closed_with = Some(frame.map_or(NO_CODE, |frame| frame.code));
                    return Heard::Gone;
                }
                Some(Err(_)) | None => return Heard::Gone,
            }
        }
    }

    async fn ping(&mut self) -> Result<(), SocketGone> {
        self.ping_at = Instant::now() + PING;
        self.write(Message::Ping(bytes::Bytes::new())).await
    }

    /// Writes a text frame; ready when the system has taken it.
    pub async fn send(&mut self, text: impl Into<Utf8Bytes>) -> Result<(), SocketGone> {
        self.write(Message::Text(text.into())).await
    }

    /// Writes a binary frame.
    pub async fn send_binary(&mut self, bytes: bytes::Bytes) -> Result<(), SocketGone> {
        self.write(Message::Binary(bytes)).await
    }

    async fn write(&mut self, message: Message) -> Result<(), SocketGone> {
        match tokio::time::timeout(WRITE, self.inner.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(SocketGone),
        }
    }

    /// Says goodbye, and waits a moment for the other side to have heard it.
    pub async fn close(mut self, closing: Closing) {
        let frame = CloseFrame { code: closing.code, reason: Utf8Bytes::from_static(closing.reason) };
        if self.write(Message::Close(Some(frame))).await.is_ok() {
            let _ = tokio::time::timeout(Duration::from_secs(1), async {
                while let Some(Ok(_)) = self.inner.recv().await {}
            })
            .await;
        }
    }
}
