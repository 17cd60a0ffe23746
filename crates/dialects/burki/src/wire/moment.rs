//! Moments on the wire: whole seconds on `/api/v1`, milliseconds elsewhere (burki: 1, HTTP rules).

use hookswitch_model::Stamp;

/// `2026-11-20T08:00:00Z`
pub fn in_seconds(stamp: Stamp) -> String {
    let text = stamp.to_string();
    match text.rsplit_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}

/// `2026-11-20T08:00:00.000Z`
pub fn in_millis(stamp: Stamp) -> String {
    stamp.to_string()
}

/// The same for moments that may not be there yet.
pub fn of(micros: i64, word: fn(Stamp) -> String) -> Option<String> {
    (micros > 0).then(|| word(Stamp::from_micros(micros)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        let stamp = Stamp::from_micros(1_700_000_000_123_456);
        assert_eq!(in_seconds(stamp), "2023-11-14T22:13:20Z");
        assert_eq!(in_millis(stamp), "2023-11-14T22:13:20.123Z");
        assert_eq!(of(0, in_millis), None);
    }
}
