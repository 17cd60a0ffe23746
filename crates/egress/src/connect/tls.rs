//! TLS by rustls with aws-lc-rs and the platform's trusted roots. Sessions are resumed.

use std::sync::Arc;

use rustls::{ClientConfig, HandshakeKind, crypto::CryptoProvider};
use rustls_pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::insecure::AnyCertificate;
use crate::{
    counters::{Counters, count},
    error::{NotSent, describe},
    request::TlsRule,
    url::Host,
};

/// Hosts whose sessions are kept for resumption.
const RESUMABLE_HOSTS: usize = 4096;

/// The TLS side of a client can't be set up: usually no certificate authorities on this machine.
#[derive(Debug, thiserror::Error)]
#[error("TLS can't be set up (are the system's CA certificates installed?): {0}")]
pub struct TlsSetupError(#[from] rustls::Error);

/// What the operator adds to the platform's trust.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsSetup {
    pub(crate) extra_roots: Vec<CertificateDer<'static>>,
}

/// One configuration per rule, each with its own session store.
#[derive(Clone)]
pub(crate) struct TlsConfigs {
    verified: TlsConnector,
    insecure: TlsConnector,
}

impl TlsConfigs {
    pub(crate) fn new(setup: TlsSetup) -> Result<Self, TlsSetupError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = Verifier::new_with_extra_roots(setup.extra_roots, Arc::clone(&provider))?;
        let any = AnyCertificate::new(Arc::clone(&provider));
        Ok(Self {
            verified: connector(&provider, Arc::new(verifier))?,
            insecure: connector(&provider, Arc::new(any))?,
        })
    }

    /// The handshake for this host; SNI is the name without trailing dot.
    pub(crate) async fn handshake(
        &self,
        host: &Host,
        stream: TcpStream,
        rule: TlsRule,
        counters: &Counters,
    ) -> Result<TlsStream<TcpStream>, NotSent> {
        let name = match host {
            Host::Address(address) => ServerName::from(*address),
            Host::Name(name) => ServerName::try_from(name.clone())
                .map_err(|_| NotSent::Tls("the host name can't be in a certificate".to_owned()))?,
        };
        let connector = match rule {
            TlsRule::Verified => &self.verified,
            TlsRule::Insecure => &self.insecure,
        };
        let stream = connector.connect(name, stream).await.map_err(|error| NotSent::Tls(describe(&error)))?;
        count(match stream.get_ref().1.handshake_kind() {
            Some(HandshakeKind::Resumed) => &counters.tls_resumed_handshakes,
            _ => &counters.tls_full_handshakes,
        });
        Ok(stream)
    }
}

fn connector(
    provider: &Arc<CryptoProvider>,
    verifier: Arc<dyn rustls::client::danger::ServerCertVerifier>,
) -> Result<TlsConnector, TlsSetupError> {
    let mut config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = rustls::client::Resumption::in_memory_sessions(RESUMABLE_HOSTS);
    Ok(TlsConnector::from(Arc::new(config)))
}
