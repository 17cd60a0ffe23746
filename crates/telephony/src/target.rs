//! Where a call can be sent: a number, or a SIP address.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::number::{E164, NumberError};

/// Longest target in bytes.
pub const MAX_TARGET: usize = 256;

/// A text that names no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Neither a number nor a SIP address.
    #[error("expected a number in E.164 form or a SIP address")]
    Form,
    /// A number that is none.
    #[error(transparent)]
    Number(#[from] NumberError),
}

/// Where a call is sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    /// A phone number.
    Number(E164),
    /// `sip:user@host[:port]`; parameters are kept, headers (`?…`) are refused.
    Sip(SipTarget),
}

/// The parts of a SIP address that rules look at, and the whole text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SipTarget {
    text: String,
    user: String,
    host: String,
}

impl SipTarget {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Before the `@`; may be empty.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Host without port, lower case.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl Target {
    /// Reads `+15551234567`, `tel:+15551234567`, `sip:…` or `sips:…`.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if text.len() > MAX_TARGET || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TargetError::Form);
        }
        if text.starts_with('+') {
            return Ok(Self::Number(E164::parse(text)?));
        }
        let (scheme, rest) = text.split_once(':').ok_or(TargetError::Form)?;
        match scheme.to_ascii_lowercase().as_str() {
            "tel" => Ok(Self::Number(E164::parse(rest)?)),
            "sip" | "sips" => sip(text, rest).map(Self::Sip).ok_or(TargetError::Form),
            _ => Err(TargetError::Form),
        }
    }

    /// The number behind it: of a number, or of a SIP address whose user is one (`sip:+1555…@trunk`).
    pub fn number(&self) -> Option<E164> {
        match self {
            Self::Number(number) => Some(number.clone()),
            Self::Sip(sip) => E164::parse(&sip.user).ok(),
        }
    }
}

/// `user@host[:port][;parameters]`, nothing that could become a header of its own.
fn sip(text: &str, rest: &str) -> Option<SipTarget> {
    if rest.contains(['?', '<', '>', '"', ',', '\\', ' ']) {
        return None;
    }
    let address = rest.split(';').next().unwrap_or(rest);
    let (user, host) = address.rsplit_once('@').unwrap_or(("", address));
    if user.contains(['@', ':', '%']) {
        return None;
    }
    let (name, port) = match host.strip_prefix('[') {
        Some(inner) => {
            let (name, rest) = inner.split_once(']')?;
            (name, rest.strip_prefix(':'))
        }
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    (is_name && is_port).then(|| SipTarget {
        text: text.to_owned(),
        user: user.to_owned(),
        host: name.trim_end_matches('.').to_ascii_lowercase(),
    })
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(out),
            Self::Sip(sip) => out.write_str(&sip.text),
        }
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;
    fn try_from(text: String) -> Result<Self, TargetError> {
        Self::parse(&text)
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_addresses() {
        assert!(matches!(Target::parse("+14155552671").unwrap(), Target::Number(_)));
        assert!(matches!(Target::parse("tel:+14155552671").unwrap(), Target::Number(_)));
        let Target::Sip(sip) = Target::parse("sip:desk@PBX.example.:5070;transport=tcp").unwrap() else {
            panic!("a SIP address");
        };
        assert_eq!((sip.user(), sip.host()), ("desk", "pbx.example"));
        let through = Target::parse("sip:+14155552671@10.0.0.1:5062").unwrap();
        assert_eq!(through.number().unwrap().as_str(), "+14155552671");
    }

    #[test]
    fn what_could_become_a_header_is_refused() {
        for text in [
            "sip:a@b?Replaces=x",
            "sip:a@b>",
            "sip:a b@c",
            "sip:a@b\r\nTo: x",
            "http://x",
            "sip:",
            "sip:a@b:0",
            "sip:a@b:99999",
            "sip:+1%34@b",
            "5551234",
            "sip:a:secret@b",
        ] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(sip:|tel:|\\+)?\\PC{0,40}") {
            if let Ok(target) = Target::parse(&text) {
                prop_assert_eq!(Target::parse(&target.to_string()).unwrap(), target);
            }
        }
    }
}
