//! The egress policy: which URLs and which addresses may be reached.

mod class;
mod entry;
mod names;
mod own;
mod ranges;

use std::{
    net::{IpAddr, SocketAddr},
    sync::atomic::{AtomicU64, Ordering},
};

pub use class::{AddressClass, Refusal, RefusalClass};
pub use entry::{AllowEntry, AllowEntryError};
pub(crate) use names::is_localhost;
pub use ranges::{Nat64, classify};

use crate::url::{CheckedUrl, Host};

/// Ports that are open without an `allow_egress` entry.
pub const DEFAULT_PORTS: &[u16] = &[80, 443, 8080, 8443];

/// Whether plain http is accepted for hosts that no entry names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlainHttp {
    /// http and https.
    #[default]
    Accepted,
    /// https only.
    Refused,
}

/// Whether a request may ignore certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InsecureTls {
    /// Never.
    #[default]
    Refused,
    /// Where the tool asks for it.
    Allowed,
}

/// What the operator sets; [`Policy::new`] makes a policy of it.
#[derive(Debug, Clone)]
pub struct PolicySettings {
    /// The doors that the operator opens.
    pub allow_egress: Vec<AllowEntry>,
    /// Ports open to every host.
    pub ports: Vec<u16>,
    /// Plain http for hosts that no entry names.
    pub plain_http: PlainHttp,
    /// What NAT64 addresses mean.
    pub nat64: Nat64,
    /// Whether tools may ignore certificates.
    pub insecure_tls: InsecureTls,
    /// Our own listeners; blocked even where an entry names them.
    pub own_listeners: Vec<SocketAddr>,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self {
            allow_egress: Vec::new(),
            ports: DEFAULT_PORTS.to_vec(),
            plain_http: PlainHttp::default(),
            nat64: Nat64::default(),
            insecure_tls: InsecureTls::default(),
            own_listeners: Vec::new(),
        }
    }
}

/// A policy in force. Each one made has a version of its own, which is part of every pool key (scenario S16).
#[derive(Debug)]
pub struct Policy {
    settings: PolicySettings,
    version: u64,
}

static NEXT_VERSION: AtomicU64 = AtomicU64::new(1);

impl Policy {
    /// Makes a policy; its version differs from that of every other policy of this process.
    pub fn new(settings: PolicySettings) -> Self {
        Self { settings, version: NEXT_VERSION.fetch_add(1, Ordering::Relaxed) }
    }

    /// Identifies this policy within the process.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What the policy was made of.
    pub fn settings(&self) -> &PolicySettings {
        &self.settings
    }

    /// Checks a URL as text: form, scheme, port, name rules and literal addresses. No DNS, so what passes here may
    /// still be refused when it is dialled.
    pub fn check_url(&self, text: &str) -> Result<CheckedUrl, Refusal> {
        self.check_text(text, self.settings.plain_http)
    }

    /// As [`check_url`](Self::check_url), for callers whose contract takes https only. Hosts that an entry names may
    /// still be plain http.
    pub fn check_https_url(&self, text: &str) -> Result<CheckedUrl, Refusal> {
        self.check_text(text, PlainHttp::Refused)
    }

    fn check_text(&self, text: &str, plain_http: PlainHttp) -> Result<CheckedUrl, Refusal> {
        let url = CheckedUrl::parse(text).map_err(Refusal::new)?;
        self.check_parsed(&url, plain_http)?;
        Ok(url)
    }

    /// Checks a URL that passed an earlier policy again.
    pub fn recheck(&self, url: &CheckedUrl) -> Result<(), Refusal> {
        self.check_parsed(url, self.settings.plain_http)
    }

    fn check_parsed(&self, url: &CheckedUrl, plain_http: PlainHttp) -> Result<(), Refusal> {
        let named = self.named_by_entry(url);
        let refuse = |class| Refusal::opened_by(class, opening_entry(url.host(), url.port()));
        if let (Host::Name(name), false) = (url.host(), named)
            && let Some(class) = names::refusal_of(name)
        {
            return Err(refuse(class));
        }
        if let Host::Address(address) = url.host() {
            self.check_address(*address, url.port(), &url.host().to_string())?;
        }
        if !named && !self.settings.ports.contains(&url.port()) {
            return Err(refuse(RefusalClass::Port));
        }
        if !named && !url.is_https() && plain_http == PlainHttp::Refused {
            return Err(refuse(RefusalClass::PlainHttp));
        }
        Ok(())
    }

    /// Checks one address that is about to be dialled for `host` (a canonical name, or the address itself).
    pub fn check_address(&self, address: IpAddr, port: u16, host: &str) -> Result<(), Refusal> {
        use class::OpenedBy;
        if own::is_own_listener(&self.settings.own_listeners, SocketAddr::new(address, port)) {
            return Err(Refusal::new(RefusalClass::Address(AddressClass::OwnListener)));
        }
        let Some(class) = classify(address, self.settings.nat64) else { return Ok(()) };
        let listed = self.settings.ports.contains(&port);
        let any = |test: &dyn Fn(&AllowEntry) -> bool| self.settings.allow_egress.iter().any(test);
        let by_exact = || any(&|entry| entry.names_exact_address(address, port, listed));
        let by_network = || any(&|entry| entry.names_address(address, port, listed));
        let by_host = || any(&|entry| entry.names_host(host, port, listed));
        let refused = RefusalClass::Address(class);
        let exact_entry = || opening_entry(&Host::Address(address), port);
        let (open, opens) = match class.opened_by() {
            OpenedBy::AnyEntry => (by_network() || by_host(), format_entry(host, port)),
            OpenedBy::Network => (by_network(), exact_entry()),
            OpenedBy::ExactAddress => (by_exact(), exact_entry()),
            OpenedBy::Nothing => return Err(Refusal::new(refused)),
        };
        if open { Ok(()) } else { Err(Refusal::opened_by(refused, opens)) }
    }

    /// Checks that a request may ignore certificates.
    pub fn check_insecure_tls(&self) -> Result<(), Refusal> {
        match self.settings.insecure_tls {
            InsecureTls::Allowed => Ok(()),
            InsecureTls::Refused => Err(Refusal::new(RefusalClass::InsecureTls)),
        }
    }

    fn named_by_entry(&self, url: &CheckedUrl) -> bool {
        let listed = self.settings.ports.contains(&url.port());
        self.settings.allow_egress.iter().any(|entry| match url.host() {
            Host::Name(name) => entry.names_host(name, url.port(), listed),
            Host::Address(address) => entry.names_address(*address, url.port(), listed),
        })
    }
}

fn opening_entry(host: &Host, port: u16) -> String {
    format_entry(&host.to_string(), port)
}

fn format_entry(host: &str, port: u16) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}
