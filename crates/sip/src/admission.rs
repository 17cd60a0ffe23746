//! Who may call in: by source address, or by name and password.

use std::net::IpAddr;

use rsipstack::dialog::authenticate::verify_digest;
use rsipstack::sip::{Header, Method, Request};

use crate::settings::Inbound;

/// An address or a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
        (bits <= most).then_some(Self { address, bits })
    }

    fn holds(self, other: IpAddr) -> bool {
        let shift = |width: u8| u32::from(width - self.bits);
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(one), IpAddr::V4(two)) => {
                (u64::from(one.to_bits()) >> shift(32)) == (u64::from(two.to_bits()) >> shift(32))
            }
            (IpAddr::V6(one), IpAddr::V6(two)) => {
                self.bits == 0 || (one.to_bits() >> shift(128)) == (two.to_bits() >> shift(128))
            }
            _ => false,
        }
    }
}

/// What becomes of somebody who calls in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Comes in.
    Admitted,
    /// Is asked for name and password with this challenge.
    Challenged(String),
    /// Stays out.
    Forbidden,
}

/// Decides. Nonces are good for five minutes: `nonce = time.hash`.
pub(crate) fn decide(
    inbound: &Inbound,
    request: &Request,
    source: Option<IpAddr>,
    nonces: &Nonces,
) -> Admission {
    let networks = inbound.allow.iter().filter_map(|text| Network::parse(text));
    if let Some(source) = source
        && networks.into_iter().any(|network| network.holds(source))
    {
        return Admission::Admitted;
    }
    if inbound.users.is_empty() {
        return Admission::Forbidden;
    }
    let given = request.headers.iter().find_map(|header| match header {
        Header::Authorization(value) => Some(value.clone()),
        _ => None,
    });
    if let Some(raw) = given {
        let Ok(typed) = rsipstack::sip::typed::Authorization::parse(raw.value()) else {
            return Admission::Forbidden;
        };
        let Some(password) = inbound.users.get(&typed.username) else { return Admission::Forbidden };
        if typed.realm == inbound.realm && nonces.is_good(&typed.nonce) {
            let is_right = verify_digest(&typed, password.reveal(), &Method::Invite, raw.value());
            return if is_right { Admission::Admitted } else { Admission::Forbidden };
        }
    }
    let (realm, nonce) = (&inbound.realm, nonces.make());
    Admission::Challenged(format!(r#"Digest realm="{realm}", nonce="{nonce}", algorithm=MD5, qop="auth""#))
}

/// Makes and knows nonces without keeping any.
#[derive(Debug)]
pub(crate) struct Nonces {
    secret: hookswitch_egress::signing::WebhookSecret,
}

/// How long a nonce is good, in seconds.
const GOOD_FOR: i64 = 300;

impl Nonces {
    pub(crate) fn new(secret: hookswitch_egress::signing::WebhookSecret) -> Self {
        Self { secret }
    }

    fn make(&self) -> String {
        self.of(jiff::Timestamp::now().as_second())
    }

    fn of(&self, at: i64) -> String {
        let tag = hookswitch_egress::signing::sign("nonce", at, b"", &[&self.secret]).unwrap_or_default();
        let tag: String = tag.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        format!("{at:x}-{tag}")
    }

    fn is_good(&self, nonce: &str) -> bool {
        let at = nonce.split_once('-').and_then(|(at, _)| i64::from_str_radix(at, 16).ok());
        let now = jiff::Timestamp::now().as_second();
        at.is_some_and(|at| (0..=GOOD_FOR).contains(&(now - at)) && self.of(at) == nonce)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        let inside =
            |network: &str, address: &str| Network::parse(network).unwrap().holds(address.parse().unwrap());
        assert!(inside("192.0.2.0/24", "192.0.2.77"));
        assert!(!inside("192.0.2.0/24", "192.0.3.1"));
        assert!(inside("192.0.2.1", "192.0.2.1") && !inside("192.0.2.1", "192.0.2.2"));
        assert!(inside("0.0.0.0/0", "8.8.8.8") && inside("::/0", "::1"));
        assert!(inside("2001:db8::/32", "2001:db8::1") && !inside("2001:db8::/32", "10.0.0.1"));
        assert!(inside("10.0.0.0/8", "::ffff:10.1.1.1"));
        for text in ["", "10.0.0.0/33", "name", "10.0.0.0/x"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_nonce_is_known_again_and_no_other() {
        let nonces = Nonces::new(hookswitch_egress::signing::WebhookSecret::generate().unwrap());
        let nonce = nonces.make();
        assert!(nonces.is_good(&nonce));
        assert!(!nonces.is_good(&format!("{nonce}x")));
        assert!(!nonces.is_good(&nonces.of(jiff::Timestamp::now().as_second() - 301)));
        assert!(!nonces.is_good(""));
    }
}
