//! The accept loop and the connections of a [`TestServer`](super::TestServer).

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    Script, Seen,
    reply::{Reply, Step},
    request,
};

pub(super) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, script: Script, seen: Arc<Seen>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let number = seen.connections.fetch_add(1, Ordering::SeqCst) + 1;
        seen.changed.notify_waiters();
        let (tls, script, seen) = (tls.clone(), Arc::clone(&script), Arc::clone(&seen));
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            match tls {
                None => converse(stream, number, &script, &seen).await,
                Some(acceptor) => match acceptor.accept(stream).await {
                    Ok(stream) => {
                        note_handshake(&stream, &seen);
                        converse(stream, number, &script, &seen).await;
                    }
                    Err(_) => {
                        seen.failed_handshakes.fetch_add(1, Ordering::SeqCst);
                    }
                },
            }
            seen.closed.fetch_add(1, Ordering::SeqCst);
            seen.changed.notify_waiters();
        });
    }
}

fn note_handshake(stream: &TlsStream<TcpStream>, seen: &Seen) {
    let session = stream.get_ref().1;
    let resumed = session.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
    let counter = if resumed { &seen.resumed_handshakes } else { &seen.full_handshakes };
    counter.fetch_add(1, Ordering::SeqCst);
    if let Some(name) = session.server_name() {
        seen.server_names.lock().push(name.to_owned());
    }
}

trait Socket: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

async fn converse<S: Socket>(mut stream: S, number: usize, script: &Script, seen: &Seen) {
    let mut pending = Vec::new();
    while let Some(request) = request::read(&mut stream, &mut pending, number).await {
        let reply = script(&request);
        seen.requests.lock().push(request);
        seen.changed.notify_waiters();
        if perform(&mut stream, reply).await.is_none() {
            return;
        }
    }
}

/// `None` ends the connection.
async fn perform<S: Socket>(stream: &mut S, reply: Reply) -> Option<()> {
    for step in reply.steps {
        match step {
            Step::Write(bytes) => write(stream, &bytes).await?,
            Step::Drip(bytes, every) => {
                for byte in bytes {
                    sleep(every).await;
                    write(stream, &[byte]).await?;
                }
            }
            Step::Forever(bytes) => loop {
                write(stream, &bytes).await?;
            },
            Step::DripForever(bytes, every) => loop {
                wait_or_leave(stream, every).await?;
                write(stream, &bytes).await?;
            },
            Step::Pause(pause) => sleep(pause).await,
            Step::Hang => loop {
                wait_or_leave(stream, Duration::from_hours(1)).await?;
            },
            Step::Close => {
                let _ = stream.shutdown().await;
                return None;
            }
            Step::Reset => {
                let _ = stream.tcp().set_zero_linger();
                return None;
            }
        }
    }
    Some(())
}

async fn write<S: Socket>(stream: &mut S, bytes: &[u8]) -> Option<()> {
    stream.write_all(bytes).await.ok()?;
    stream.flush().await.ok()
}

/// Waits, and notices when the client closes meanwhile.
async fn wait_or_leave<S: Socket>(stream: &mut S, pause: Duration) -> Option<()> {
    let mut byte = [0];
    tokio::select! {
        () = sleep(pause) => Some(()),
        read = stream.read(&mut byte) => matches!(read, Ok(n) if n > 0).then_some(()),
    }
}
