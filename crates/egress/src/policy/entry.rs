//! One `allow_egress` entry: `host[:port]`, `address[:port]` or `network[:port]`.

use std::{fmt, net::IpAddr, num::NonZeroU16, str::FromStr};

use ipnet::IpNet;

use super::{class::OpenedBy, ranges};
use crate::url::canonical_name;

/// What an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    /// Canonical: lower case, punycode, no trailing dot.
    Host(String),
    /// An address is a network of full length.
    Network(IpNet),
}

/// A door in the policy, in its one canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowEntry {
    named: Named,
    port: Option<NonZeroU16>,
}

/// Why an `allow_egress` entry is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("allow_egress entry `{entry}`: {reason}")]
pub struct AllowEntryError {
    entry: String,
    reason: &'static str,
}

impl AllowEntry {
    /// Does the entry name this host or the network of this literal address? `in_default_ports` says whether the
    /// port is on the policy's list, which is what an entry without a port admits.
    pub(crate) fn names_host(&self, host: &str, port: u16, in_default_ports: bool) -> bool {
        matches!(&self.named, Named::Host(name) if name == host) && self.admits_port(port, in_default_ports)
    }

    pub(crate) fn names_address(&self, address: IpAddr, port: u16, in_default_ports: bool) -> bool {
        matches!(&self.named, Named::Network(network) if network.contains(&address))
            && self.admits_port(port, in_default_ports)
    }

    pub(crate) fn names_exact_address(&self, address: IpAddr, port: u16, in_default_ports: bool) -> bool {
        matches!(&self.named, Named::Network(network) if network.prefix_len() == network.max_prefix_len())
            && self.names_address(address, port, in_default_ports)
    }

    fn admits_port(&self, port: u16, in_default_ports: bool) -> bool {
        self.port.map_or(in_default_ports, |own| own.get() == port)
    }
}

impl FromStr for AllowEntry {
    type Err = AllowEntryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |reason| AllowEntryError { entry: text.chars().take(100).collect(), reason };
        let (host, port) = split_port(text.trim()).map_err(fail)?;
        let named = if let Some((address, prefix)) = host.split_once('/') {
            let address: IpAddr =
                unbracket(address).parse().map_err(|_| fail("the network's address is not canonical"))?;
            let prefix = prefix.parse().map_err(|_| fail("the network's prefix length is no number"))?;
            let network = IpNet::new(address, prefix).map_err(|_| fail("the prefix length is too long"))?;
            Named::Network(network.trunc())
        } else if let Ok(address) = unbracket(host).parse::<IpAddr>() {
            Named::Network(IpNet::from(address))
        } else {
            Named::Host(canonical_name(host).ok_or_else(|| fail("neither a host nor an address"))?)
        };
        if let Named::Network(network) = &named
            && network.prefix_len() == network.max_prefix_len()
            && ranges::classify(network.addr(), ranges::Nat64::Refused)
                .is_some_and(|class| class.opened_by() == OpenedBy::Nothing)
        {
            return Err(fail("this address is never opened"));
        }
        Ok(Self { named, port })
    }
}

/// Cuts a port off the end; a bare IPv6 address or network has none.
fn split_port(text: &str) -> Result<(&str, Option<NonZeroU16>), &'static str> {
    let bare_ipv6 = !text.starts_with('[') && text.matches(':').count() > 1;
    let after_bracket = text.rfind(']').map_or(0, |at| at + 1);
    match text.get(after_bracket..).and_then(|tail| tail.rfind(':')).map(|at| at + after_bracket) {
        Some(colon) if !bare_ipv6 => {
            let port = text[colon + 1..].parse().map_err(|_| "the port is no number from 1 to 65535")?;
            Ok((&text[..colon], Some(port)))
        }
        _ => Ok((text, None)),
    }
}

fn unbracket(text: &str) -> &str {
    text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text)
}

impl fmt::Display for AllowEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.named {
            Named::Host(name) => f.write_str(name)?,
            Named::Network(network) => {
                let full = network.prefix_len() == network.max_prefix_len();
                match network.addr() {
                    IpAddr::V6(address) if self.port.is_some() => write!(f, "[{address}]")?,
                    address => write!(f, "{address}")?,
                }
                if !full {
                    write!(f, "/{}", network.prefix_len())?;
                }
            }
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}
