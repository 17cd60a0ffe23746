//! Which addresses are not public: the IANA special-purpose registries, cloud metadata, and everything in IPv6
//! outside `2000::/3` (security: "Families and the rule that closes each").

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::class::AddressClass;

/// Network, prefix length, class. The first match wins, so exact metadata addresses come first.
const IPV4: &[(Ipv4Addr, u32, AddressClass)] = {
    use AddressClass as C;
    const fn a(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
        Ipv4Addr::new(a, b, c, d)
    }
    &[
        (a(169, 254, 169, 254), 32, C::Metadata),
        (a(169, 254, 170, 2), 32, C::Metadata),
        (a(169, 254, 170, 23), 32, C::Metadata),
        (a(168, 63, 129, 16), 32, C::Metadata),
        (a(192, 0, 0, 192), 32, C::Metadata),
        (a(100, 100, 100, 200), 32, C::Metadata),
        (a(0, 0, 0, 0), 8, C::Unspecified),
        (a(10, 0, 0, 0), 8, C::Private),
        (a(100, 64, 0, 0), 10, C::CarrierNat),
        (a(127, 0, 0, 0), 8, C::Loopback),
        (a(169, 254, 0, 0), 16, C::LinkLocal),
        (a(172, 16, 0, 0), 12, C::Private),
        (a(192, 0, 0, 0), 24, C::Reserved),
        (a(192, 0, 2, 0), 24, C::Documentation),
        (a(192, 31, 196, 0), 24, C::Reserved),
        (a(192, 52, 193, 0), 24, C::Reserved),
        (a(192, 88, 99, 0), 24, C::Reserved),
        (a(192, 168, 0, 0), 16, C::Private),
        (a(192, 175, 48, 0), 24, C::Reserved),
        (a(198, 18, 0, 0), 15, C::Benchmarking),
        (a(198, 51, 100, 0), 24, C::Documentation),
        (a(203, 0, 113, 0), 24, C::Documentation),
        (a(224, 0, 0, 0), 4, C::Multicast),
        (a(255, 255, 255, 255), 32, C::Broadcast),
        (a(240, 0, 0, 0), 4, C::Reserved),
    ]
};

/// As [`IPV4`]; what matches nothing here is public only inside `2000::/3`.
const IPV6: &[(Ipv6Addr, u32, AddressClass)] = {
    use AddressClass as C;
    const fn a(s: [u16; 8]) -> Ipv6Addr {
        Ipv6Addr::new(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])
    }
    &[
        (a([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0]), 32, C::Metadata),
        (a([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254]), 128, C::Metadata),
        (a([0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe]), 128, C::Metadata),
        (a([0, 0, 0, 0, 0, 0, 0, 0]), 128, C::Unspecified),
        (a([0, 0, 0, 0, 0, 0, 0, 1]), 128, C::Loopback),
        (a([0, 0, 0, 0, 0, 0, 0, 0]), 8, C::EmbeddedIpv4),
        (a([0x64, 0xff9b, 0, 0, 0, 0, 0, 0]), 32, C::EmbeddedIpv4),
        (a([0x2001, 0x2, 0, 0, 0, 0, 0, 0]), 48, C::Benchmarking),
        (a([0x2001, 0, 0, 0, 0, 0, 0, 0]), 32, C::EmbeddedIpv4),
        (a([0x2001, 0, 0, 0, 0, 0, 0, 0]), 23, C::Reserved),
        (a([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0]), 32, C::Documentation),
        (a([0x2002, 0, 0, 0, 0, 0, 0, 0]), 16, C::EmbeddedIpv4),
        (a([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0]), 48, C::Reserved),
        (a([0x3fff, 0, 0, 0, 0, 0, 0, 0]), 20, C::Documentation),
        (a([0xfc00, 0, 0, 0, 0, 0, 0, 0]), 7, C::UniqueLocal),
        (a([0xfe80, 0, 0, 0, 0, 0, 0, 0]), 10, C::LinkLocal),
        (a([0xff00, 0, 0, 0, 0, 0, 0, 0]), 8, C::Multicast),
    ]
};

/// Whether NAT64 addresses (`64:ff9b::/96`) stand for the IPv4 address that they carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nat64 {
    /// They are refused.
    #[default]
    Refused,
    /// They pass when the carried IPv4 address is public.
    Carried,
}

/// The class of an address; `None` means public.
pub fn classify(address: IpAddr, nat64: Nat64) -> Option<AddressClass> {
    match address {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6, nat64),
    }
}

fn classify_v4(address: Ipv4Addr) -> Option<AddressClass> {
    let bits = u32::from(address);
    IPV4.iter()
        .find(|(network, prefix, _)| (bits ^ u32::from(*network)) >> (32 - prefix) == 0)
        .map(|(_, _, class)| *class)
}

fn classify_v6(address: Ipv6Addr, nat64: Nat64) -> Option<AddressClass> {
    if let (Nat64::Carried, Some(carried)) = (nat64, nat64_carried(address)) {
        return classify_v4(carried).map(|_| AddressClass::EmbeddedIpv4);
    }
    let bits = u128::from(address);
    let listed =
        IPV6.iter().find(|(network, prefix, _)| (bits ^ u128::from(*network)) >> (128 - prefix) == 0);
    if let Some((_, _, class)) = listed {
        return Some(*class);
    }
    if bits >> 125 != 0b001 {
        return Some(AddressClass::Reserved);
    }
    is_isatap(address).then_some(AddressClass::EmbeddedIpv4)
}

/// RFC 6052: the well-known prefix carries the IPv4 address in the last 32 bits.
fn nat64_carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = u128::from(address);
    (bits >> 32 == 0x0064_ff9b_u128 << 64).then(|| Ipv4Addr::from(bits as u32))
}

/// RFC 5214: interface identifier `[02]00:5efe` + IPv4, below any prefix.
fn is_isatap(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[5] == 0x5efe && (segments[4] & !0x0200) == 0
}
