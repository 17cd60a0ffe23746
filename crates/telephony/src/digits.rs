//! Digits to be sent: `0-9 * # A-D`, `w` a pause of half a second, `W` of one second.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Most characters of one sequence.
const LONGEST: usize = 64;

/// Text that can't be sent as digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigitError {
    /// Empty or too long.
    #[error("1 to {LONGEST} digits")]
    Length,
    /// A character that is no digit and no pause.
    #[error("{0:?} is not one of 0-9 * # A-D w W")]
    Character(char),
}

/// A sequence of digits and pauses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digits(String);

/// One element of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A key: `0-9 * # A-D`.
    Press(char),
    /// Silence.
    Pause(Duration),
}

impl Digits {
    /// Reads a sequence; letters `a` to `d` are taken as `A` to `D`.
    pub fn parse(text: &str) -> Result<Self, DigitError> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(DigitError::Length);
        }
        let mut digits = String::with_capacity(text.len());
        for given in text.chars() {
            let digit = if matches!(given, 'a'..='d') { given.to_ascii_uppercase() } else { given };
            if !matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D' | 'w' | 'W') {
                return Err(DigitError::Character(given));
            }
            digits.push(digit);
        }
        Ok(Self(digits))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Keys and pauses in order.
    pub fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        self.0.chars().map(|digit| match digit {
            'w' => Step::Pause(Duration::from_millis(500)),
            'W' => Step::Pause(Duration::from_secs(1)),
            key => Step::Press(key),
        })
    }

    /// How many keys are pressed.
    pub fn presses(&self) -> usize {
        self.steps().filter(|step| matches!(step, Step::Press(_))).count()
    }
}

impl TryFrom<String> for Digits {
    type Error = DigitError;
    fn try_from(text: String) -> Result<Self, DigitError> {
        Self::parse(&text)
    }
}

impl From<Digits> for String {
    fn from(digits: Digits) -> Self {
        digits.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_and_pauses() {
        let digits = Digits::parse("12w3#W").unwrap();
        let steps: Vec<_> = digits.steps().collect();
        assert_eq!(steps[2], Step::Pause(Duration::from_millis(500)));
        assert_eq!(steps[5], Step::Pause(Duration::from_secs(1)));
        assert_eq!(digits.presses(), 4);
        assert_eq!(Digits::parse("1x"), Err(DigitError::Character('x')));
        assert_eq!(Digits::parse(""), Err(DigitError::Length));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            if let Ok(digits) = Digits::parse(&text) {
                prop_assert_eq!(Digits::parse(digits.as_str()).unwrap(), digits);
            }
        }
    }
}
