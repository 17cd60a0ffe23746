//! Times as people write and read them.

use std::time::Duration;

use jiff::Timestamp;

/// A length of time: `500ms`, `30s`, `5m`, `2h`, `7d`; a bare number is seconds.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 =
        number.parse().map_err(|_| "expected a number with a unit, such as 30s or 5m".to_owned())?;
    let millis = match unit {
        "ms" => Some(1),
        "" | "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let millis = millis.ok_or_else(|| format!("{unit:?} is no unit; there are ms, s, m, h, d"))?;
    let millis = number.checked_mul(millis).filter(|millis| *millis > 0);
    millis.map(Duration::from_millis).ok_or_else(|| "out of range".to_owned())
}

/// A moment: RFC 3339, or a length of time that lies before now (`since`) or after it (`until`, expiry).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// That moment.
    At(Timestamp),
    /// So far from now.
    FromNow(Duration),
}

impl Moment {
    /// Reads either form.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        parse_duration(text).map(Self::FromNow).map_err(|_| {
            "expected a time such as 2026-11-20T09:00:00Z, or a span such as 90m or 7d".to_owned()
        })
    }

    /// As the API takes it, a span counted back from `now`.
    pub(crate) fn before(self, now: Timestamp) -> String {
        self.resolve(now, |now, span| now.checked_sub(span).ok())
    }

    /// As the API takes it, a span counted forward from `now`.
    pub(crate) fn after(self, now: Timestamp) -> String {
        self.resolve(now, |now, span| now.checked_add(span).ok())
    }

    fn resolve(self, now: Timestamp, shift: impl Fn(Timestamp, Duration) -> Option<Timestamp>) -> String {
        let at = match self {
            Self::At(at) => at,
            Self::FromNow(span) => shift(now, span).unwrap_or(now),
        };
        format!("{at:.3}")
    }
}

/// A time of the API in a table: to the second, in UTC. What is no time is shown as it came.
pub(crate) fn short(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}

/// The time of day of an event, to the millisecond, in UTC.
pub(crate) fn of_day(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(at) => at.strftime("%H:%M:%S%.3f").to_string(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_count_from_now() {
        let now: Timestamp = "2026-11-20T09:00:00Z".parse().unwrap();
        assert_eq!(Moment::parse("90m").unwrap().before(now), "2026-11-20T07:30:00.000Z");
        assert_eq!(Moment::parse("30d").unwrap().after(now), "2026-12-20T09:00:00.000Z");
        let at = Moment::parse("2026-01-02T03:04:05+01:00").unwrap();
        assert_eq!(at.before(now), "2026-01-02T02:04:05.000Z");
    }

    #[test]
    fn times_are_shown_briefly() {
        assert_eq!(short("2026-11-20T09:01:02.345Z"), "2026-11-20 09:01:02");
        assert_eq!(of_day("2026-11-20T09:01:02.345Z"), "09:01:02.345");
        assert_eq!(short("never"), "never");
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let now: Timestamp = "2026-11-20T09:00:00Z".parse().unwrap();
            if let Ok(moment) = Moment::parse(&text) {
                let _ = (moment.before(now), moment.after(now));
            }
        }

        #[test]
        fn seconds_need_no_unit(seconds in 1u64..1_000_000) {
            prop_assert_eq!(parse_duration(&seconds.to_string()), parse_duration(&format!("{seconds}s")));
        }
    }
}
