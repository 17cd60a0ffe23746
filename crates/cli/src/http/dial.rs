//! Connections to the server that the user named: TCP, and TLS with the platform's trusted roots.

#![expect(
    clippy::disallowed_methods,
    reason = "a client of our own API: its user chose the server, which may well be on a private address"
)]

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::server::Server;

/// Opens a connection; the error says in one line why it can't.
pub(super) async fn connect(server: &Server) -> Result<SendRequest<Full<Bytes>>, String> {
    let stream =
        TcpStream::connect((server.host(), server.port())).await.map_err(|error| describe(&error))?;
    // A command sends one small request and waits.
    stream.set_nodelay(true).map_err(|error| describe(&error))?;
    if !server.is_https() {
        return handshake(stream).await;
    }
    let name = ServerName::try_from(server.host()).map_err(|error| describe(&error))?;
    let stream = tls()?.connect(name, stream).await.map_err(|error| describe(&error))?;
    handshake(stream).await
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Full<Bytes>>, String>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| describe(&error))?;
    // Ends with the sender; what goes wrong is told to whoever waits for an answer.
    tokio::spawn(connection);
    Ok(sender)
}

fn tls() -> Result<TlsConnector, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Verifier::new(Arc::clone(&provider)).map_err(|error| describe(&error))?;
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| describe(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// An error with its causes in one line.
pub(super) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
