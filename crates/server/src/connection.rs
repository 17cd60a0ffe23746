//! One connection: HTTP/1.1 with limits, closed in order when the server goes down.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use crate::clock::HeadClock;
use crate::front::Front;
use crate::settings::ServerSettings;

/// Serves the requests of a connection until it ends or `closing` is cancelled and its request is answered.
pub(crate) async fn serve<S>(io: S, front: Arc<Front>, settings: &ServerSettings, closing: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (clock, io) = HeadClock::watch(io, settings.idle_timeout, settings.header_timeout);
    let service = service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, Infallible>(front.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(clock)
        .header_read_timeout(settings.header_timeout)
        .max_header_size(settings.max_head)
        .max_headers(settings.max_headers)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(io), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return log(ended),
        () = closing.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    log(connection.await);
}

fn log(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        // Clients that hang up, speak no HTTP or are too slow: nobody needs to act.
        tracing::debug!(%error, "a connection ended");
    }
}
