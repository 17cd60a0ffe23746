//! From a target to a SIP address and the place that requests go to.

use std::net::SocketAddr;

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

/// Finds the address of a target: numbers through the trunk, SIP addresses directly.
pub(crate) async fn of(target: &Target, trunk: Option<&Trunk>) -> Result<Address, AddressError> {
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
            let hop = hop(&trunk.host, transport).await?;
            Ok(Address { uri, hop, is_trunk: true })
        }
        Target::Sip(sip) => {
            let uri = Uri::try_from(sip.as_str()).map_err(|_| AddressError::Form)?;
            let transport = uri.transport().copied().unwrap_or(Transport::Udp);
            let host = uri.host_with_port.to_string();
            let hop = hop(&host, transport).await?;
            let is_trunk = trunk.is_some_and(|trunk| trunk.host == host);
            Ok(Address { uri, hop, is_trunk })
        }
    }
}

/// The first address of `host[:port]`.
async fn hop(host: &str, transport: Transport) -> Result<SipAddr, AddressError> {
    let failed = || AddressError::Resolve(host.to_owned());
    let has_port = host.rsplit_once(':').is_some_and(|(name, port)| {
        port.parse::<u16>().is_ok() && (!name.contains(':') || name.ends_with(']'))
    });
    let with_port = if has_port { host.to_owned() } else { format!("{host}:5060") };
    let mut found = tokio::net::lookup_host(&with_port).await.map_err(|_| failed())?;
    let address: SocketAddr = found.next().ok_or_else(failed)?;
    Ok(SipAddr { r#type: Some(transport), addr: address.into() })
}

/// `sip:+1555…@host`: how a number is written in From and P-Asserted-Identity.
pub(crate) fn of_number(number: &E164, host: &str) -> String {
    format!("sip:{number}@{host}")
}
