//! Every row of the URL cases (security: `cases/ssrf.tsv`).

use hookswitch_egress::{Host, Policy, PolicySettings};

pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) verdict: String,
}

/// The rows of the shared file, its escapes resolved.
pub(crate) fn all() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/ssrf.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let mut columns = line.split('\t');
            let mut column = || columns.next().unwrap_or_else(|| panic!("short row: {line}")).to_owned();
            Case { id: column(), url: unescape(&column()), verdict: column() }
        })
        .collect()
}

/// `\uXXXX`, `\t` and `\n`; any other backslash stands for itself.
fn unescape(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let code = after.strip_prefix('u').and_then(|hex| hex.get(..4));
        if let Some(c) = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            plain.push(c);
            rest = &after[5..];
        } else if let Some(after) = after.strip_prefix('t') {
            plain.push('\t');
            rest = after;
        } else if let Some(after) = after.strip_prefix('n') {
            plain.push('\n');
            rest = after;
        } else {
            plain.push('\\');
            rest = after;
        }
    }
    plain + rest
}

fn verdict(policy: &Policy, url: &str) -> String {
    match policy.check_url(url) {
        Err(refusal) => format!("BLOCK ({refusal})"),
        Ok(url) => match url.host() {
            Host::Address(_) => "ALLOW".to_owned(),
            Host::Name(_) => "NAME".to_owned(),
        },
    }
}

#[test]
fn every_row_has_its_verdict() {
    let policy = Policy::new(PolicySettings::default());
    let cases = all();
    assert!(cases.len() > 100, "only {} rows", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .map(|case| (case, verdict(&policy, &case.url)))
        .filter(|(case, verdict)| !verdict.starts_with(&case.verdict))
        .map(|(case, verdict)| format!("{}: {:?} wants {}, got {verdict}", case.id, case.url, case.verdict))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn spellings_beyond_the_rows_are_refused() {
    let policy = Policy::new(PolicySettings::default());
    for url in [
        // Public addresses in another than their usual spelling.
        "http://134744072/",
        "http://8.8.2056/",
        "http://0x8.8.8.8/",
        "http://8.8.8.8./",
        "http://８.8.8.8/",
        "http://8%2e8.8.8/",
        "http://08.8.8.8/",
        // IPv4 inside IPv6 of any kind, also around public addresses.
        "http://[::ffff:8.8.8.8]/",
        "http://[::8.8.8.8]/",
        "http://[::ffff:0:8.8.8.8]/",
        "http://[64:ff9b::8.8.8.8]/",
        "http://[64:ff9b:1::8.8.8.8]/",
        "http://[2002:808:808::1]/",
        "http://[2001:0:808:808::1]/",
        "http://[2606:4700::5efe:808:808]/",
        "http://[2606:4700::200:5efe:808:808]/",
        // Forms on which parsers disagree.
        "http:example.com",
        "http:/example.com",
        "http:///example.com",
        "http:////example.com",
        "http://example.com ",
        "http://exa\tmple.com/",
        "http://example.com/\u{85}",
        "http://example.com/a\\b",
        "http://@example.com/",
        "http://:@example.com/",
        "http://example.com%40evil.com/",
        "http://example.com:80:80/",
        "http://example..com/",
        "http://.example.com/",
        "http://example.com../",
        "http://[::1",
        "http://[::1]x/",
        "http://[v1.a]/",
        "http://exa*mple.com/",
        "http://exa!mple.com/",
        "http://xn--a.com/",
        // Names.
        "http://metadata/",
        "http://wpad/",
        "http://x.localhost./",
        "http://LOCALHOST/",
        "http://1.0.0.127.in-addr.arpa/",
        "http://facebookcorewwwi.onion/",
        "http://kubernetes.default.svc/",
        "http://router.home/",
        "http://a.test/",
        "",
        "example.com",
        "http",
        "http:",
        "http:/",
        "https://",
        "HTTP://?",
    ] {
        assert!(policy.check_url(url).is_err(), "{url:?} passed");
    }
    let long_label = format!("http://{}.com/", "a".repeat(64));
    let long_name = format!("http://{}com/", "a123456789.".repeat(25));
    let long_url = format!("http://example.com/{}", "a".repeat(8192));
    for url in [long_label, long_name, long_url] {
        assert!(policy.check_url(&url).is_err(), "{url:.60}… passed");
    }
}

#[test]
fn the_checked_url_is_canonical() {
    let policy = Policy::new(PolicySettings::default());
    for (text, canonical) in [
        ("HTTP://ExAmple.COM.:80/a?b#c", "http://example.com/a?b"),
        ("https://ex%61mple.com:00443", "https://example.com/"),
        ("https://münchen.example.com/ü", "https://xn--mnchen-3ya.example.com/%C3%BC"),
        ("https://[2606:4700:4700:0::1111]:8443/", "https://[2606:4700:4700::1111]:8443/"),
        ("https://example.com:/", "https://example.com/"),
    ] {
        assert_eq!(policy.check_url(text).unwrap().to_string(), canonical);
    }
}

#[test]
fn nothing_that_is_debug_printed_shows_path_or_query() {
    let policy = Policy::new(PolicySettings::default());
    let url = policy.check_url("https://example.com/hook/s3cret?key=s3cret").unwrap();
    assert!(!format!("{url:?}").contains("s3cret"));
}
