//! Where calls may go (toll fraud): allow-lists, premium ranges, limits by time and count. Every refusal says why.

mod limits;
mod rule;

use serde::{Deserialize, Serialize};

pub use limits::{Limit, Usage};
pub use rule::{Rule, RuleError};

use crate::number::Line;
use crate::target::Target;

/// Most rules of one list.
pub const MAX_RULES: usize = 1_000;

/// Where the calls of an organisation may go. The default lets none out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestinationPolicy {
    /// A destination needs one that admits it.
    #[serde(default)]
    pub allow: Vec<Rule>,
    /// These win over `allow`.
    #[serde(default)]
    pub deny: Vec<Rule>,
    /// Whether premium-rate, shared-cost and personal numbers may be called where `allow` admits them.
    #[serde(default)]
    pub premium: bool,
    /// How many calls may go out in how much time.
    #[serde(default)]
    pub limits: Vec<Limit>,
}

/// Why a destination may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing in the list admits it.
    #[error("this destination is not on the allow-list")]
    NotAllowed,
    /// The list excludes it.
    #[error("this destination is excluded")]
    Denied,
    /// A premium range.
    #[error("premium-rate numbers are switched off")]
    Premium,
    /// As many calls as may go out in this time.
    #[error("too many calls were sent out in the last {seconds} seconds")]
    TooMany {
        /// The window that is full.
        seconds: u32,
    },
}

impl Refusal {
    /// Stable code for records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "destination_not_allowed",
            Self::Denied => "destination_denied",
            Self::Premium => "premium_number",
            Self::TooMany { .. } => "too_many_calls",
        }
    }
}

impl DestinationPolicy {
    /// Whether the list lets a call go there; limits apart.
    pub fn admits(&self, target: &Target) -> Result<(), Refusal> {
        if self.deny.iter().any(|rule| rule.admits(target)) {
            return Err(Refusal::Denied);
        }
        let Some(rule) = self.allow.iter().find(|rule| rule.admits(target)) else {
            return Err(Refusal::NotAllowed);
        };
        let is_premium = target.number().is_some_and(|number| number.line() == Line::Premium);
        // A number that is written out was meant.
        if is_premium && !self.premium && !rule.is_exact() {
            return Err(Refusal::Premium);
        }
        Ok(())
    }

    /// Whether a call may go there now; `usage` is what went out before, `now_ms` a monotonic clock's reading.
    /// Counts it when it may.
    pub fn admit(&self, target: &Target, usage: &mut Usage, now_ms: u64) -> Result<(), Refusal> {
        self.admits(target)?;
        usage.take(&self.limits, now_ms)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn policy(json: serde_json::Value) -> DestinationPolicy {
        serde_json::from_value(json).unwrap()
    }

    fn target(text: &str) -> Target {
        Target::parse(text).unwrap()
    }

    #[test]
    fn nothing_goes_out_by_default() {
        let none = DestinationPolicy::default();
        assert_eq!(none.admits(&target("+14155552671")), Err(Refusal::NotAllowed));
        assert_eq!(none.admits(&target("sip:a@b")), Err(Refusal::NotAllowed));
    }

    #[test]
    fn exact_prefix_country_and_host() {
        let some = policy(serde_json::json!({
            "allow": ["+14155552671", "prefix:+4930", "country:GB", "sip-host:pbx.example"],
            "deny": ["prefix:+493099"],
        }));
        for text in [
            "+14155552671",
            "+493012345678",
            "+442079460018",
            "sip:desk@pbx.example",
            "sip:+442079460018@pbx.example",
        ] {
            assert_eq!(some.admits(&target(text)), Ok(()), "{text}");
        }
        assert_eq!(some.admits(&target("+14155552672")), Err(Refusal::NotAllowed));
        assert_eq!(some.admits(&target("+493099123456")), Err(Refusal::Denied));
        assert_eq!(some.admits(&target("+449012345678")), Err(Refusal::Premium));
        assert_eq!(some.admits(&target("sip:desk@elsewhere.example")), Err(Refusal::NotAllowed));
        assert_eq!(some.admits(&target("sip:+442079460018@elsewhere.example")), Err(Refusal::NotAllowed));
    }

    #[test]
    fn a_premium_number_through_a_host_is_premium() {
        let some = policy(serde_json::json!({"allow": ["sip-host:trunk.example"]}));
        assert_eq!(some.admits(&target("sip:+449012345678@trunk.example")), Err(Refusal::Premium));
    }

    #[test]
    fn windows_fill_and_empty() {
        let some = policy(serde_json::json!({"allow": ["any"], "limits": [{"calls": 2, "seconds": 60}]}));
        let mut usage = Usage::default();
        let to = target("+14155552671");
        assert_eq!(some.admit(&to, &mut usage, 0), Ok(()));
        assert_eq!(some.admit(&to, &mut usage, 1_000), Ok(()));
        assert_eq!(some.admit(&to, &mut usage, 2_000), Err(Refusal::TooMany { seconds: 60 }));
        assert_eq!(some.admit(&to, &mut usage, 60_001), Ok(()));
    }

    proptest! {
        #[test]
        fn deny_always_wins(digits in "[1-9][0-9]{6,13}") {
            if let Ok(number) = Target::parse(&format!("+{digits}")) {
                let all = policy(serde_json::json!({"allow": ["any"], "deny": ["any"], "premium": true}));
                prop_assert_eq!(all.admits(&number), Err(Refusal::Denied));
            }
        }

        #[test]
        fn a_window_never_lets_more_through(times in proptest::collection::vec(0u64..200_000, 0..100)) {
            let some = policy(serde_json::json!({"allow": ["any"], "limits": [{"calls": 3, "seconds": 30}]}));
            let mut sorted = times;
            sorted.sort_unstable();
            let (mut usage, to) = (Usage::default(), target("+14155552671"));
            let passed: Vec<u64> =
                sorted.into_iter().filter(|at| some.admit(&to, &mut usage, *at).is_ok()).collect();
            for window in passed.windows(4) {
                prop_assert!(window[3] - window[0] >= 30_000, "{window:?}");
            }
        }
    }
}
