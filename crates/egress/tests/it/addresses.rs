//! The whole address space against a second formulation of what is forbidden, written as networks in text.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use hookswitch_egress::{Nat64, Policy, PolicySettings, classify};
use ipnet::{IpNet, Ipv6Net};
use proptest::prelude::*;

/// IANA special-purpose registries, multicast, reserved space, and public-looking metadata.
const FORBIDDEN: &str = "
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 255.255.255.255/32 168.63.129.16/32
    ::/8 100::/8 200::/7 400::/6 800::/5 1000::/4
    2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
    4000::/3 5f00::/16 6000::/3 8000::/3 a000::/3 c000::/3 e000::/4 f000::/5 f800::/6 fc00::/7 fe00::/9 fe80::/10
    fec0::/10 ff00::/8";

fn forbidden() -> &'static [IpNet] {
    static PARSED: LazyLock<Vec<IpNet>> =
        LazyLock::new(|| FORBIDDEN.split_whitespace().map(|network| network.parse().unwrap()).collect());
    &PARSED
}

/// By network; ISATAP by the address's text, since it lies below any prefix.
fn oracle(address: IpAddr) -> bool {
    let isatap = match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(v6) => {
            let groups: Vec<String> = v6.segments().iter().map(|group| format!("{group:04x}")).collect();
            let middle = groups[4..6].join(":");
            middle == "0000:5efe" || middle == "0200:5efe"
        }
    };
    isatap || forbidden().iter().any(|network| network.contains(&address))
}

fn refused(address: IpAddr) -> bool {
    let policy = Policy::new(PolicySettings::default());
    let by_address = policy.check_address(address, 443, "api.example.com").is_err();
    let literal = match address {
        IpAddr::V4(v4) => format!("https://{v4}/"),
        IpAddr::V6(v6) => format!("https://[{v6}]/"),
    };
    assert_eq!(policy.check_url(&literal).is_err(), by_address, "text and address disagree on {address}");
    by_address
}

#[test]
fn every_edge_of_every_forbidden_network() {
    for network in forbidden() {
        for address in [network.network(), network.broadcast()] {
            assert!(refused(address), "{address} of {network} passed");
        }
        for neighbour in [step(network.network(), false), step(network.broadcast(), true)] {
            assert_eq!(refused(neighbour), oracle(neighbour), "{neighbour} beside {network}");
        }
    }
}

fn step(address: IpAddr, up: bool) -> IpAddr {
    match address {
        IpAddr::V4(v4) if up => Ipv4Addr::from(u32::from(v4).wrapping_add(1)).into(),
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4).wrapping_sub(1)).into(),
        IpAddr::V6(v6) if up => Ipv6Addr::from(u128::from(v6).wrapping_add(1)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6).wrapping_sub(1)).into(),
    }
}

/// Every /16 of IPv4, at both ends and in the middle: a sweep that random picks would not make.
#[test]
fn all_of_ipv4_in_steps() {
    for block in 0..=u32::from(u16::MAX) {
        for rest in [0, 1, 0x7fff, 0xfffe, 0xffff] {
            let address = IpAddr::from(Ipv4Addr::from(block << 16 | rest));
            assert_eq!(classify(address, Nat64::Refused).is_some(), oracle(address), "{address}");
        }
    }
}

/// An address inside a random network of the list, so that picks don't miss the small ones.
fn inside_forbidden() -> impl Strategy<Value = IpAddr> {
    (prop::sample::select(forbidden()), any::<u128>()).prop_map(|(network, bits)| match network {
        IpNet::V4(net) => {
            Ipv4Addr::from(u32::from(net.network()) | (bits as u32 & u32::from(net.hostmask()))).into()
        }
        IpNet::V6(net) => {
            Ipv6Addr::from(u128::from(net.network()) | (bits & u128::from(net.hostmask()))).into()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn ipv4_agrees_with_the_list(bits: u32) {
        let address = IpAddr::from(Ipv4Addr::from(bits));
        prop_assert_eq!(refused(address), oracle(address));
    }

    #[test]
    fn ipv6_agrees_with_the_list(bits: u128, global: bool) {
        // Half of the picks in 2000::/3, where the answers differ.
        let bits = if global { bits >> 3 | 1 << 125 } else { bits };
        let address = IpAddr::from(Ipv6Addr::from(bits));
        prop_assert_eq!(refused(address), oracle(address));
    }

    #[test]
    fn what_is_listed_never_passes(address in inside_forbidden()) {
        prop_assert!(refused(address));
    }

    #[test]
    fn ipv4_inside_ipv6_never_passes(bits: u32, prefix in prop::sample::select(vec![
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "::5efe:0:0/96", "64:ff9b::/96", "64:ff9b:1::/96",
        "fe80::5efe:0:0/96", "2606:4700::5efe:0:0/96", "2606:4700::200:5efe:0:0/96",
    ])) {
        let network: Ipv6Net = prefix.parse().unwrap();
        let address = Ipv6Addr::from(u128::from(network.network()) | u128::from(bits));
        prop_assert!(refused(address.into()));
        let six_to_four = Ipv6Addr::from(0x2002_u128 << 112 | u128::from(bits) << 80 | 1);
        prop_assert!(refused(six_to_four.into()));
        let teredo = Ipv6Addr::from(0x2001_0000_u128 << 96 | u128::from(!bits));
        prop_assert!(refused(teredo.into()));
    }

    #[test]
    fn nat64_passes_exactly_what_the_carried_address_does(bits: u32) {
        let carried = IpAddr::from(Ipv4Addr::from(bits));
        let nat64 = IpAddr::from(Ipv6Addr::from(0x0064_ff9b_u128 << 96 | u128::from(bits)));
        prop_assert_eq!(classify(nat64, Nat64::Carried).is_some(), oracle(carried));
        prop_assert!(classify(nat64, Nat64::Refused).is_some());
    }

    #[test]
    fn any_text_is_checked_without_panic(text in "\\PC{0,60}") {
        let policy = Policy::new(PolicySettings::default());
        let _ = policy.check_url(&text);
        let _ = policy.check_url(&format!("http://{text}"));
        let _ = text.parse::<hookswitch_egress::AllowEntry>();
    }

    #[test]
    fn what_passes_once_passes_again_unchanged(path in "[a-z/%.?=&{}|^ü]{0,30}") {
        let policy = Policy::new(PolicySettings::default());
        if let Ok(url) = policy.check_url(&format!("https://api.example.com/{path}")) {
            let again = policy.check_url(&url.to_string()).unwrap();
            prop_assert_eq!(again, url);
        }
    }
}
