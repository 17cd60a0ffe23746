//! Lookups that this server answers itself.

use hookswitch_model::Stamp;
use hookswitch_model::plan::HostedFunction;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Runs a hosted function. An `Err` is what the model is told instead of a result.
pub fn execute(function: HostedFunction, arguments: &Value, now: Stamp) -> Result<Value, &'static str> {
    match function {
        HostedFunction::Datetime => datetime(arguments, now),
    }
}

/// The date and time in a time zone (contract pyai: 2.7).
fn datetime(arguments: &Value, now: Stamp) -> Result<Value, &'static str> {
    let name = arguments.get("timezone").and_then(Value::as_str).unwrap_or("UTC");
    let zone = TimeZone::get(name).map_err(|_| "unknown timezone")?;
    let moment = Timestamp::from_second(now.seconds()).map_err(|_| "no date")?.to_zoned(zone);
    Ok(json!({
        "iso": moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        "date": moment.strftime("%Y-%m-%d").to_string(),
        "time": moment.strftime("%H:%M").to_string(),
        "weekday": moment.strftime("%A").to_string(),
        "timezone": name,
        "unix": now.seconds(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_moment() {
        let now = Stamp::from_micros(1_795_161_600_000_000);
        let told = execute(HostedFunction::Datetime, &json!({}), now);
        let expected = json!({"iso": "2026-11-20T08:00:00+00:00", "date": "2026-11-20", "time": "08:00",
            "weekday": "Friday", "timezone": "UTC", "unix": 1_795_161_600});
        assert_eq!(told, Ok(expected));
        let told = execute(HostedFunction::Datetime, &json!({"timezone": "Mars/Base"}), now);
        assert_eq!(told, Err("unknown timezone"));
    }
}
