//! What the telephone numbers of a session tell, for templates.

use hookswitch_model::phone::PhoneNumber;
use serde_json::{Map, Value};

/// Adds what follows from `from`, `to` and `direction`, where nobody said otherwise: `phone_number`, which is the
/// other party's, `short_from` and `short_to` without country code, and `country` and `state` of the other party.
pub(super) fn add_derived(system: &mut Map<String, Value>) {
    let text =
        |system: &Map<String, Value>, name: &str| system.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_outbound = text(system, "direction").as_deref() == Some("outbound");
    let other = text(system, if is_outbound { "to" } else { "from" });
    if let Some(other) = other {
        system.entry("phone_number").or_insert(Value::from(other));
    }
    for (name, short) in [("from", "short_from"), ("to", "short_to")] {
        let number = text(system, name);
        if let Some(number) = number.as_deref().and_then(PhoneNumber::parse) {
            system.entry(short).or_insert(Value::from(number.national()));
        }
    }
    let other = text(system, "phone_number");
    if let Some(number) = other.as_deref().and_then(PhoneNumber::parse) {
        let region = number.region();
        for (name, value) in [("country", region.country), ("state", region.state)] {
            if let Some(value) = value {
                system.entry(name).or_insert(Value::from(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn the_other_party_is_the_one_that_was_called_or_calls() {
        let derived = |system: Value| {
            let mut system = system.as_object().unwrap().clone();
            add_derived(&mut system);
            Value::Object(system)
        };
        let out = derived(json!({"from": "+4930123456", "to": "+14155550100", "direction": "outbound"}));
        assert_eq!(out["phone_number"], "+14155550100");
        assert_eq!((&out["short_from"], &out["short_to"]), (&json!("30123456"), &json!("4155550100")));
        assert_eq!((&out["country"], &out["state"]), (&json!("US"), &json!("CA")));
        let inbound = derived(json!({"from": "+4930123456", "to": "+14155550100", "country": "AT"}));
        assert_eq!(inbound["phone_number"], "+4930123456");
        assert_eq!((&inbound["country"], inbound.get("state")), (&json!("AT"), None));
        assert_eq!(
            derived(json!({"from": "sip:a@b"})),
            json!({"from": "sip:a@b", "phone_number": "sip:a@b"})
        );
    }
}
