//! Phone numbers in E.164, by the public numbering metadata.

use std::fmt;

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber, Type};
use serde::{Deserialize, Serialize};

/// A text that is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not `+` and 3 to 15 digits.
    #[error("not a number in E.164 form, as in +15551234567")]
    Form,
    /// Right form, but no such number can exist.
    #[error("not a number that can exist")]
    Impossible,
}

/// What a number costs and reaches, as far as the numbering plan tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Line {
    /// A person's or a company's line.
    Ordinary,
    /// Free for the caller.
    TollFree,
    /// Premium rate or shared cost: off by default.
    Premium,
    /// The numbering plan doesn't say.
    Unknown,
}

/// A possible number in E.164.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(String);

impl E164 {
    /// Reads `+` and digits, nothing else: no spaces, no extensions, no local forms.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let digits = text.strip_prefix('+').ok_or(NumberError::Form)?;
        let is_form = (3..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if !is_form {
            return Err(NumberError::Form);
        }
        let number = phonenumber::parse(None, text).map_err(|_| NumberError::Impossible)?;
        // The library reads leniently: what it understood must be what was written.
        if number.format().mode(Mode::E164).to_string() != text {
            return Err(NumberError::Impossible);
        }
        Ok(Self(text.to_owned()))
    }

    /// As written: `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// ISO 3166 code of the country, where the number's code belongs to one (`US`, `DE`).
    pub fn country(&self) -> Option<String> {
        self.read().and_then(|number| number.country().id()).map(|id| format!("{id:?}"))
    }

    /// What it costs and reaches.
    pub fn line(&self) -> Line {
        let Some(number) = self.read() else { return Line::Unknown };
        match number.number_type(&DATABASE) {
            Type::PremiumRate | Type::SharedCost | Type::Uan | Type::PersonalNumber | Type::Pager => {
                Line::Premium
            }
            Type::TollFree => Line::TollFree,
            Type::FixedLine | Type::Mobile | Type::FixedLineOrMobile | Type::Voip | Type::StandardRate => {
                Line::Ordinary
            }
            _ => Line::Unknown,
        }
    }

    fn read(&self) -> Option<PhoneNumber> {
        phonenumber::parse(None, &self.0).ok()
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl TryFrom<String> for E164 {
    type Error = NumberError;
    fn try_from(text: String) -> Result<Self, NumberError> {
        Self::parse(&text)
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_tell_country_and_line() {
        let table = [
            ("+14155552671", Some("US"), Line::Ordinary),
            ("+18005551234", None, Line::TollFree),
            ("+19005551234", None, Line::Premium),
            ("+493012345678", Some("DE"), Line::Ordinary),
            ("+499001234567", Some("DE"), Line::Premium),
            ("+442079460018", Some("GB"), Line::Ordinary),
            ("+449012345678", Some("GB"), Line::Premium),
        ];
        for (text, country, line) in table {
            let number = E164::parse(text).unwrap();
            if let Some(country) = country {
                assert_eq!(number.country().as_deref(), Some(country), "{text}");
            }
            assert_eq!(number.line(), line, "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "+",
            "4155552671",
            "+1 415 555 2671",
            "+0123456",
            "tel:+14155552671",
            "+1415;ext=5",
            "+123456789012345678",
            "+١٤١٥",
        ] {
            assert!(E164::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
            let _ = E164::parse(&text);
        }

        #[test]
        fn digits_never_panic(digits in "[0-9]{1,17}") {
            if let Ok(number) = E164::parse(&format!("+{digits}")) {
                let _ = (number.country(), number.line());
            }
        }
    }
}
