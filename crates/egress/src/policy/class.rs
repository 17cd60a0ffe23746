//! What a refused target is called: to the tenant by class only, to the operator with the entry that opens it.

use std::fmt;

/// Why an address is no public unicast address (security: "Families and the rule that closes each").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressClass {
    /// `0.0.0.0/8`, `::`.
    Unspecified,
    /// `127.0.0.0/8`, `::1`.
    Loopback,
    /// RFC 1918.
    Private,
    /// `100.64.0.0/10` (RFC 6598).
    CarrierNat,
    /// `fc00::/7`.
    UniqueLocal,
    /// `169.254.0.0/16`, `fe80::/10`.
    LinkLocal,
    /// A cloud's metadata or credentials endpoint.
    Metadata,
    /// `224.0.0.0/4`, `ff00::/8`.
    Multicast,
    /// `255.255.255.255`.
    Broadcast,
    /// TEST-NET-1 to 3, `2001:db8::/32`, `3fff::/20`.
    Documentation,
    /// `198.18.0.0/15`, `2001:2::/48`.
    Benchmarking,
    /// An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4, Teredo, ISATAP ...).
    EmbeddedIpv4,
    /// Any other special-purpose or unallocated address.
    Reserved,
    /// An address on which this server itself listens.
    OwnListener,
}

/// Which kind of `allow_egress` entry opens a class of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenedBy {
    /// A host, a network or an address.
    AnyEntry,
    /// A network or an address.
    Network,
    /// The exact address only.
    ExactAddress,
    /// Nothing.
    Nothing,
}

impl AddressClass {
    pub(crate) fn opened_by(self) -> OpenedBy {
        match self {
            Self::Loopback | Self::Private | Self::CarrierNat | Self::UniqueLocal => OpenedBy::AnyEntry,
            Self::Documentation | Self::Benchmarking | Self::Reserved => OpenedBy::Network,
            Self::LinkLocal | Self::Metadata => OpenedBy::ExactAddress,
            Self::Unspecified
            | Self::Multicast
            | Self::Broadcast
            | Self::EmbeddedIpv4
            | Self::OwnListener => OpenedBy::Nothing,
        }
    }

    /// Words for the tenant: `the address is <words>`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::CarrierNat => "carrier-grade NAT",
            Self::UniqueLocal => "unique local",
            Self::LinkLocal => "link-local",
            Self::Metadata => "cloud metadata",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "for documentation only",
            Self::Benchmarking => "for benchmarking only",
            Self::EmbeddedIpv4 => "an IPv4 address inside IPv6",
            Self::Reserved => "reserved",
            Self::OwnListener => "this server itself",
        }
    }
}

/// What kind of rule refused a URL or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalClass {
    /// No absolute URL with a usable host.
    Malformed,
    /// Longer than [`MAX_URL_BYTES`](crate::MAX_URL_BYTES).
    TooLong,
    /// Control character, white space or backslash in the raw text.
    Characters,
    /// Neither http nor https.
    Scheme,
    /// Plain http where only https is accepted.
    PlainHttp,
    /// User name or password in the URL.
    Userinfo,
    /// Port off the list.
    Port,
    /// An address in another than its canonical spelling (decimal, hex, octal, short, encoded ...).
    AddressSpelling,
    /// A name of one label (`metadata`), which a search domain would complete.
    SingleLabel,
    /// A special-use or internal name (`localhost`, `*.internal`, `*.local` ...).
    SpecialName,
    /// The address, or one of the addresses of the name, is not public.
    Address(AddressClass),
    /// Certificates were to be ignored and the operator does not allow that.
    InsecureTls,
}

impl RefusalClass {
    /// Stable code for records and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_url",
            Self::TooLong => "url_too_long",
            Self::Characters => "url_characters",
            Self::Scheme => "url_scheme",
            Self::PlainHttp => "plain_http",
            Self::Userinfo => "url_userinfo",
            Self::Port => "url_port",
            Self::AddressSpelling => "address_spelling",
            Self::SingleLabel => "single_label_name",
            Self::SpecialName => "special_name",
            Self::Address(_) => "address_not_public",
            Self::InsecureTls => "insecure_tls",
        }
    }
}

impl fmt::Display for RefusalClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it is not an absolute http or https URL",
            Self::TooLong => "it is too long",
            Self::Characters => "it contains a space, a control character or a backslash",
            Self::Scheme => "only http and https are supported",
            Self::PlainHttp => "only https is accepted",
            Self::Userinfo => "a user name or password in it is not accepted",
            Self::Port => "the port is not on the server's list",
            Self::AddressSpelling => "the address is not written in its usual form",
            Self::SingleLabel => "the host is not a full domain name",
            Self::SpecialName => "the host is an internal or special-use name",
            Self::Address(class) => return write!(f, "the address is {}", class.words()),
            Self::InsecureTls => "the server does not allow ignoring certificates",
        })
    }
}

/// A target that the policy does not let through.
///
/// `Display` and [`tenant_message`](Self::tenant_message) name the class only; the address and the entry that
/// would open it are for the operator (security: `allow_egress`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("URL not allowed: {class}")]
pub struct Refusal {
    class: RefusalClass,
    opens: Option<String>,
}

impl Refusal {
    pub(crate) fn new(class: RefusalClass) -> Self {
        Self { class, opens: None }
    }

    pub(crate) fn opened_by(class: RefusalClass, entry: String) -> Self {
        Self { class, opens: Some(entry) }
    }

    /// The kind of rule that refused.
    pub fn class(&self) -> RefusalClass {
        self.class
    }

    /// For the tenant: names the class, never the address.
    pub fn tenant_message(&self) -> String {
        self.to_string()
    }

    /// The `allow_egress` entry that would let the target through; `None` when no entry can.
    pub fn opening_entry(&self) -> Option<&str> {
        self.opens.as_deref()
    }

    /// For the operator (log, doctor): what to do about it.
    pub fn operator_hint(&self) -> String {
        match (&self.opens, self.class) {
            (Some(entry), _) => format!("{}; to allow it add `{entry}` to allow_egress", self.class),
            (None, RefusalClass::InsecureTls) => {
                format!("{}; the setting insecure_tls allows it", self.class)
            }
            (None, _) => format!("{}; no allow_egress entry can open it", self.class),
        }
    }
}
