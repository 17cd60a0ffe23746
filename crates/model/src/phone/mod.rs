//! What a telephone number tells about where it belongs, as far as the number plans say it (ITU-T E.164, NANPA). A
//! number that was ported or is carried abroad still tells where it was given out.

mod countries;
mod north_america;

/// A telephone number: `+` and 7 to 15 digits (E.164).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneNumber<'a> {
    digits: &'a str,
}

/// Where a number belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Region {
    /// ISO 3166-1 code of the country.
    pub country: Option<&'static str>,
    /// Abbreviation of the state or province, in the United States and Canada.
    pub state: Option<&'static str>,
    /// IANA time zone, in the North American plan. Where an area code has two, the one of most of its people.
    pub timezone: Option<&'static str>,
}

impl<'a> PhoneNumber<'a> {
    /// The number of a text in E.164 form.
    pub fn parse(text: &'a str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let fits = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        fits.then_some(Self { digits })
    }

    /// The number without its country code.
    pub fn national(self) -> &'a str {
        &self.digits[countries::code_length(self.digits)..]
    }

    /// Where it belongs.
    pub fn region(self) -> Region {
        match self.digits.strip_prefix('1') {
            Some(national) => north_america::region(national),
            None => Region { country: countries::country(self.digits), ..Region::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn region(text: &str) -> (Option<&str>, Option<&str>, Option<&str>) {
        let found = PhoneNumber::parse(text).unwrap().region();
        (found.country, found.state, found.timezone)
    }

    #[test]
    fn numbers_tell_where_they_belong() {
        for (number, country, state, timezone) in [
            ("+14155550100", "US", Some("CA"), Some("America/Los_Angeles")),
            ("+12125550100", "US", Some("NY"), Some("America/New_York")),
            ("+19155550100", "US", Some("TX"), Some("America/Denver")),
            ("+18085550100", "US", Some("HI"), Some("Pacific/Honolulu")),
            ("+16045550100", "CA", Some("BC"), Some("America/Vancouver")),
            ("+17875550100", "PR", None, Some("America/Puerto_Rico")),
            ("+18765550100", "JM", None, Some("America/Jamaica")),
            ("+18005550100", "US", None, None),
            ("+4930123456", "DE", None, None),
            ("+442079460000", "GB", None, None),
            ("+35312345678", "IE", None, None),
            ("+77012345678", "KZ", None, None),
            ("+74951234567", "RU", None, None),
        ] {
            assert_eq!(region(number), (Some(country), state, timezone), "{number}");
        }
        assert_eq!(region("+8881234567"), (None, None, None));
    }

    #[test]
    fn national_numbers_have_no_country_code() {
        for (number, national) in [
            ("+14155550100", "4155550100"),
            ("+4930123456", "30123456"),
            ("+35312345678", "12345678"),
            ("+77012345678", "7012345678"),
        ] {
            assert_eq!(PhoneNumber::parse(number).unwrap().national(), national);
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in [
            "",
            "+",
            "4155550100",
            "+0123456789",
            "+123456",
            "+1415555010a",
            "+1234567890123456",
            "anonymous",
        ] {
            assert_eq!(PhoneNumber::parse(text), None, "{text}");
        }
    }

    #[test]
    fn time_zones_are_known() {
        for zone in north_america::zones() {
            assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
        }
    }
}
