//! One line of an allow-list.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::target::{Target, TargetError};

/// A text that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A word before the colon that is none of ours.
    #[error("expected a target, any, prefix:+…, country:XX, sip-host:NAME or sip:user@host")]
    Form,
    /// `prefix:` without `+` and 1 to 15 digits.
    #[error("a prefix is + and 1 to 15 digits")]
    Prefix,
    /// `country:` without two capital letters.
    #[error("a country is its two-letter code, as in DE")]
    Country,
    /// A target that is none.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// What a line admits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rule {
    /// Every number and every address.
    Any,
    /// This one.
    Exact(Target),
    /// Numbers that begin so: `prefix:+1415`. Plain numbers only; a number at a SIP host needs the host's rule.
    Prefix(String),
    /// Numbers of a country: `country:DE`.
    Country(String),
    /// Everything at a SIP host: `sip-host:pbx.example`.
    SipHost(String),
}

impl Rule {
    /// Reads a line.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        if text == "any" {
            return Ok(Self::Any);
        }
        let Some((word, rest)) = text.split_once(':') else {
            return if text.starts_with('+') {
                Ok(Self::Exact(Target::parse(text)?))
            } else {
                Err(RuleError::Form)
            };
        };
        match word {
            "prefix" => {
                let digits = rest.strip_prefix('+').ok_or(RuleError::Prefix)?;
                let is_prefix =
                    (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
                if is_prefix { Ok(Self::Prefix(rest.to_owned())) } else { Err(RuleError::Prefix) }
            }
            "country" => {
                let is_code = rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_uppercase());
                if is_code { Ok(Self::Country(rest.to_owned())) } else { Err(RuleError::Country) }
            }
            "sip-host" => {
                let host = rest.trim_end_matches('.').to_ascii_lowercase();
                let is_host = !host.is_empty()
                    && host.len() <= 253
                    && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
                if is_host { Ok(Self::SipHost(host)) } else { Err(RuleError::Form) }
            }
            "sip" | "sips" | "tel" => Ok(Self::Exact(Target::parse(text)?)),
            _ => Err(RuleError::Form),
        }
    }

    /// Whether it admits a target.
    pub fn admits(&self, target: &Target) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(exact) => exact == target,
            Self::Prefix(prefix) => {
                matches!(target, Target::Number(number) if number.as_str().starts_with(prefix))
            }
            Self::Country(country) => {
                matches!(target, Target::Number(number) if number.country().as_ref() == Some(country))
            }
            Self::SipHost(host) => matches!(target, Target::Sip(sip) if sip.host() == host),
        }
    }

    /// Whether it names one target.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("any"),
            Self::Exact(target) => target.fmt(out),
            Self::Prefix(prefix) => write!(out, "prefix:{prefix}"),
            Self::Country(country) => write!(out, "country:{country}"),
            Self::SipHost(host) => write!(out, "sip-host:{host}"),
        }
    }
}

impl FromStr for Rule {
    type Err = RuleError;
    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Rule {
    type Error = RuleError;
    fn try_from(text: String) -> Result<Self, RuleError> {
        Self::parse(&text)
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_read_back() {
        for text in ["any", "+14155552671", "prefix:+1", "country:DE", "sip-host:pbx.example", "sip:a@b:5070"]
        {
            assert_eq!(Rule::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "all", "prefix:1", "prefix:+", "country:de", "country:DEU", "sip-host:", "http://x"]
        {
            assert!(Rule::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(prefix:|country:|sip-host:|sip:)?\\PC{0,30}") {
            if let Ok(rule) = Rule::parse(&text) {
                prop_assert_eq!(Rule::parse(&rule.to_string()).unwrap(), rule);
            }
        }
    }
}
