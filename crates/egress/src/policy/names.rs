//! Names that are refused before any DNS lookup (security: "single-label and special names").

use super::class::RefusalClass;

/// Last labels that are special-use (RFC 6761 and its registry), reserved for private use, or never delegated in
/// the public DNS and used inside networks.
const SPECIAL_LAST_LABELS: &[&str] = &[
    "alt",
    "arpa",
    "consul",
    "corp",
    "docker",
    "domain",
    "example",
    "home",
    "internal",
    "intra",
    "intranet",
    "invalid",
    "kube",
    "kubernetes",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "nomad",
    "onion",
    "private",
    "svc",
    "test",
    "workgroup",
];

/// The rule that refuses a canonical name (lower case, no trailing dot); `None` leaves it to the addresses.
pub(crate) fn refusal_of(name: &str) -> Option<RefusalClass> {
    let Some((_, last)) = name.rsplit_once('.') else {
        let special = name == "localhost";
        return Some(if special { RefusalClass::SpecialName } else { RefusalClass::SingleLabel });
    };
    SPECIAL_LAST_LABELS.contains(&last).then_some(RefusalClass::SpecialName)
}

/// `localhost` and everything below it never go to a resolver (RFC 6761, 6.3).
pub(crate) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}
