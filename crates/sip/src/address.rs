//! From a target to a SIP address and the place that requests go to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hookswitch_egress::Resolver;
use hookswitch_telephony::{E164, Target};
use rsipstack::sip::uri::ParamsExt as _;
use rsipstack::sip::{Transport, Uri};
use rsipstack::transport::SipAddr;

use crate::settings::{Trunk, TrunkTransport};

/// Where an INVITE goes.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// Request-URI and To.
    pub(crate) uri: Uri,
    /// The next hop.
    pub(crate) hop: SipAddr,
    /// Whether the trunk's credentials go with it.
    pub(crate) is_trunk: bool,
}

/// Why a target has no address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddressError {
    /// A number, and no trunk to send it to.
    #[error("no trunk is set up for phone numbers")]
    NoTrunk,
    /// The host could not be resolved.
    #[error("the host {0:?} can't be resolved")]
    Resolve(String),
    /// Not a SIP address after all.
    #[error("not a SIP address")]
    Form,
}

/// Finds addresses: numbers through the trunk, SIP addresses directly.
#[derive(Debug)]
pub(crate) struct Finder {
    pub(crate) trunk: Option<Trunk>,
    pub(crate) resolver: Arc<dyn Resolver>,
}

impl Finder {
    /// The address of a target.
    pub(crate) async fn of(&self, target: &Target) -> Result<Address, AddressError> {
        let trunk = self.trunk.as_ref();
        match target {
            Target::Number(number) => {
                let trunk = trunk.ok_or(AddressError::NoTrunk)?;
                let transport = match trunk.transport {
                    TrunkTransport::Udp => Transport::Udp,
                    TrunkTransport::Tcp => Transport::Tcp,
                };
                let mut text = format!("sip:{number}@{}", trunk.host);
                if transport == Transport::Tcp {
                    text.push_str(";transport=tcp");
                }
                let uri = Uri::try_from(text.as_str()).map_err(|_| AddressError::Form)?;
                let hop = self.hop(&trunk.host, transport).await?;
                Ok(Address { uri, hop, is_trunk: true })
            }
            Target::Sip(sip) => {
                let uri = Uri::try_from(sip.as_str()).map_err(|_| AddressError::Form)?;
                let transport = uri.transport().copied().unwrap_or(Transport::Udp);
                let host = uri.host_with_port.to_string();
                let hop = self.hop(&host, transport).await?;
                let is_trunk = trunk.is_some_and(|trunk| trunk.host == host);
                Ok(Address { uri, hop, is_trunk })
            }
        }
    }

    /// The first address of `host[:port]`.
    async fn hop(&self, host: &str, transport: Transport) -> Result<SipAddr, AddressError> {
        let failed = || AddressError::Resolve(host.to_owned());
        let (name, port) = split(host).ok_or_else(failed)?;
        let address = if let Ok(address) = name.parse::<IpAddr>() {
            address
        } else {
            let found = self.resolver.lookup(&name).await.map_err(|_| failed())?;
            *found.first().ok_or_else(failed)?
        };
        Ok(SipAddr { r#type: Some(transport), addr: SocketAddr::new(address, port).into() })
    }
}

/// Host and port of `host[:port]`, `[v6]:port`; the port is 5060 where none is given.
fn split(host: &str) -> Option<(String, u16)> {
    if let Some(inner) = host.strip_prefix('[') {
        let (name, rest) = inner.split_once(']')?;
        let port = rest.strip_prefix(':').map_or(Some(5060), |port| port.parse().ok())?;
        return Some((name.to_owned(), port));
    }
    match host.split_once(':') {
        Some((name, port)) => Some((name.trim_end_matches('.').to_ascii_lowercase(), port.parse().ok()?)),
        None => Some((host.trim_end_matches('.').to_ascii_lowercase(), 5060)),
    }
}

/// `sip:+1555…@host`: how a number is written in From and P-Asserted-Identity.
pub(crate) fn of_number(number: &E164, host: &str) -> String {
    format!("sip:{number}@{host}")
}
