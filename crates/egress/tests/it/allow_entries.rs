//! `allow_egress`: one canonical form, and doors no wider than what they name.

use hookswitch_egress::{AddressClass, AllowEntry, PlainHttp, Policy, PolicySettings, RefusalClass};

use crate::support::{policy, settings};

#[test]
fn an_entry_has_one_canonical_form() {
    for (text, canonical) in [
        ("Example.COM.", "example.com"),
        ("MÜNCHEN.example:8080", "xn--mnchen-3ya.example:8080"),
        ("localhost:9000", "localhost:9000"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3/32:8443", "10.1.2.3:8443"),
        ("10.1.2.3/8:80", "10.0.0.0/8:80"),
        ("fd00::/8", "fd00::/8"),
        ("::1", "::1"),
        ("[::1]:9000", "[::1]:9000"),
        ("[fd00::1]/64:443", "[fd00::]/64:443"),
        ("169.254.169.254", "169.254.169.254"),
    ] {
        let entry: AllowEntry = text.parse().unwrap();
        assert_eq!(entry.to_string(), canonical);
        assert_eq!(canonical.parse::<AllowEntry>().unwrap(), entry);
    }
}

#[test]
fn what_is_no_entry_is_refused_with_a_reason() {
    for text in [
        "",
        ":80",
        "a:0",
        "a:65536",
        "a:x",
        "10.0.0.0/33",
        "10.0.0/8",
        "0x7f.1",
        "2130706433",
        "a b",
        "http://a",
        "user@a",
        "[::1",
        "*.example.com",
        "::ffff:10.0.0.1",
        "224.0.0.1",
        "0.0.0.0",
        "a/b",
    ] {
        let error = text.parse::<AllowEntry>().unwrap_err().to_string();
        assert!(error.starts_with("allow_egress entry"), "{error}");
    }
}

#[test]
fn a_refusal_names_the_class_to_the_tenant_and_the_entry_to_the_operator() {
    let policy = policy(&[]);
    for (url, class, entry) in [
        ("http://10.1.2.3:9000/", RefusalClass::Address(AddressClass::Private), Some("10.1.2.3:9000")),
        ("http://[fd00::1]/", RefusalClass::Address(AddressClass::UniqueLocal), Some("[fd00::1]:80")),
        (
            "http://169.254.169.254/",
            RefusalClass::Address(AddressClass::Metadata),
            Some("169.254.169.254:80"),
        ),
        ("http://localhost:9000/", RefusalClass::SpecialName, Some("localhost:9000")),
        ("https://booking:8443/", RefusalClass::SingleLabel, Some("booking:8443")),
        ("http://api.example.com:3000/", RefusalClass::Port, Some("api.example.com:3000")),
        ("http://[::ffff:10.1.2.3]/", RefusalClass::Address(AddressClass::EmbeddedIpv4), None),
        ("http://224.0.0.1/", RefusalClass::Address(AddressClass::Multicast), None),
        ("ftp://example.com/", RefusalClass::Scheme, None),
    ] {
        let refusal = policy.check_url(url).unwrap_err();
        assert_eq!((refusal.class(), refusal.opening_entry()), (class, entry), "{url}");
        assert!(!refusal.tenant_message().contains("10.1.2.3"), "{refusal}");
        let Some(entry) = entry else { continue };
        assert!(refusal.operator_hint().contains(entry));
        // The hint is right: with the entry the URL passes.
        assert!(crate::support::policy(&[entry]).check_url(url).is_ok(), "{entry} does not open {url}");
    }
}

#[test]
fn an_entry_opens_no_more_than_it_names() {
    let policy = policy(&["10.1.0.0/16", "booking.internal:3000", "192.168.1.5:9000"]);
    for (url, passes) in [
        ("http://10.1.255.255/", true),
        ("http://10.2.0.0/", false),
        ("http://10.1.0.1:9000/", false),
        ("http://booking.internal:3000/", true),
        ("http://booking.internal/", false),
        ("http://x.booking.internal:3000/", false),
        ("http://192.168.1.5:9000/", true),
        ("http://192.168.1.5/", false),
        ("http://192.168.1.6:9000/", false),
        ("http://example.com:9000/", false),
    ] {
        assert_eq!(policy.check_url(url).is_ok(), passes, "{url}");
    }
}

#[test]
fn metadata_opens_by_its_exact_address_only() {
    let address = "169.254.169.254".parse().unwrap();
    for (entry, passes) in [
        ("169.254.169.254:80", true),
        ("169.254.169.254/32", true),
        ("169.254.0.0/16", false),
        ("0.0.0.0/0", false),
        ("metadata.example.com:80", false),
    ] {
        let policy = policy(&[entry]);
        assert_eq!(policy.check_address(address, 80, "metadata.example.com").is_ok(), passes, "{entry}");
    }
}

#[test]
fn a_host_entry_opens_private_answers_of_that_name_only() {
    let policy = policy(&["tools.example.com"]);
    let private = "10.0.0.5".parse().unwrap();
    assert!(policy.check_address(private, 443, "tools.example.com").is_ok());
    assert!(policy.check_address(private, 443, "other.example.com").is_err());
    assert!(policy.check_address(private, 9000, "tools.example.com").is_err());
    assert!(policy.check_address("169.254.1.1".parse().unwrap(), 443, "tools.example.com").is_err());
    assert!(policy.check_address("::ffff:10.0.0.5".parse().unwrap(), 443, "tools.example.com").is_err());
}

#[test]
fn https_only_leaves_plain_http_to_entries() {
    let https_only = Policy::new(PolicySettings {
        plain_http: PlainHttp::Refused,
        ..settings(&["10.0.0.5", "dev.example.com"])
    });
    for (url, passes) in [
        ("https://example.com/", true),
        ("http://example.com/", false),
        ("http://10.0.0.5/", true),
        ("http://dev.example.com/", true),
    ] {
        assert_eq!(https_only.check_url(url).is_ok(), passes, "{url}");
    }
    let mixed = policy(&["dev.example.com"]);
    assert!(mixed.check_url("http://example.com/").is_ok());
    assert!(mixed.check_https_url("http://example.com/").is_err());
    assert!(mixed.check_https_url("http://dev.example.com/").is_ok());
}
