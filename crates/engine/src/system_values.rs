//! The `system.` namespace of a call: the session's values, ids, and the clock in its time zone.

use hookswitch_model::definition::SystemUse;
use hookswitch_model::{ActId, Stamp};
use hookswitch_registry::Prepared;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// What is known of a call beside its session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallFacts<'c> {
    pub(crate) tool_call_id: &'c str,
    /// The function name that the model used.
    pub(crate) function: &'c str,
    pub(crate) tool: Option<&'c Prepared>,
    /// The act, or what stands for it where there is none.
    pub(crate) act: ActId,
    pub(crate) is_test: bool,
}

/// As much of the session's values as a request needs.
pub(crate) fn of_call(session: &Value, call: &CallFacts<'_>, now: Stamp, needed: SystemUse) -> Value {
    if needed == SystemUse::Nothing {
        return Value::Null;
    }
    let mut values: Map<String, Value> = session.as_object().cloned().unwrap_or_default();
    let mut set = |name: &str, value: Value| drop(values.insert(name.to_owned(), value));
    set("tool_call_id", Value::from(call.tool_call_id));
    set("function", Value::from(call.function));
    set("act_id", Value::from(call.act.to_string()));
    if call.is_test {
        set("test", Value::Bool(true));
    }
    for (name, value) in parties(session, call.is_test) {
        set(name, value);
    }
    if let Some(tool) = call.tool {
        set("tool", Value::from(tool.definition.name.as_str()));
        set("tool_id", Value::from(tool.id.to_string()));
        set("tool_uuid", Value::from(tool.id.uuid().to_string()));
        set("tool_long_id", Value::from(tool.id.long()));
        set("tool_number", Value::from(tool.number));
    }
    if needed == SystemUse::Clock {
        add_clock(&mut values, now);
    }
    Value::Object(values)
}

/// Who is who: `from` and `to` seen from us, and a direction for sessions that have none.
fn parties(session: &Value, is_test: bool) -> Vec<(&'static str, Value)> {
    let value = |name: &str| session.get(name).filter(|value| !value.is_null()).cloned();
    let direction = value("direction");
    let is_outbound = direction.as_ref().and_then(Value::as_str) == Some("outbound");
    let (other, own) = if is_outbound { ("to", "from") } else { ("from", "to") };
    let is_web = session.get("channel").and_then(Value::as_str) == Some("web");
    let way = match (direction, is_test, is_web) {
        (Some(direction), _, _) => Some(direction),
        (None, true, _) => Some(Value::from("test")),
        (None, false, true) => Some(Value::from("web")),
        (None, false, false) => None,
    };
    let all = [("other_party", value(other)), ("own_number", value(own)), ("direction_or_channel", way)];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn add_clock(values: &mut Map<String, Value>, now: Stamp) {
    let zone = values.get("timezone").and_then(Value::as_str).unwrap_or("UTC");
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    if let Ok(moment) = Timestamp::from_microsecond(now.micros()) {
        let here = moment.to_zoned(zone);
        let spoken = "%A, %B %-d, %Y %-I:%M %p";
        values.insert("now".to_owned(), Value::from(here.strftime(spoken).to_string()));
        let utc = moment.to_zoned(TimeZone::UTC);
        values.insert("now_utc".to_owned(), Value::from(utc.strftime(spoken).to_string()));
        let exact = here.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        values.insert("timestamp".to_owned(), Value::from(exact));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_clock_is_that_of_the_session() {
        let now = Stamp::from_micros(1_757_709_551_000_000);
        let call = CallFacts {
            tool_call_id: "tc_1",
            function: "f",
            tool: None,
            act: ActId::generate(),
            is_test: false,
        };
        let values = of_call(&json!({"timezone": "America/Los_Angeles"}), &call, now, SystemUse::Clock);
        assert_eq!(values["now"], json!("Friday, September 12, 2025 1:39 PM"));
        assert_eq!(values["timestamp"], json!("2025-09-12T13:39:11-07:00"));
        assert_eq!(values["now_utc"], json!("Friday, September 12, 2025 8:39 PM"));
    }

    #[test]
    fn parties_go_by_the_direction() {
        let outbound = json!({"from": "+1", "to": "+2", "direction": "outbound"});
        let names = |session: &Value, is_test: bool| -> Map<String, Value> {
            parties(session, is_test).into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        };
        let all = names(&outbound, false);
        assert_eq!((&all["other_party"], &all["own_number"]), (&json!("+2"), &json!("+1")));
        let inbound = names(&json!({"from": "+1", "to": "+2"}), false);
        assert_eq!((&inbound["other_party"], inbound.get("direction_or_channel")), (&json!("+1"), None));
        assert_eq!(names(&json!({"channel": "web"}), false)["direction_or_channel"], json!("web"));
        assert_eq!(names(&json!({}), true)["direction_or_channel"], json!("test"));
    }
}
