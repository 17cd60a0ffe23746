//! `built_in_tool_configs`: settings of tools that nobody has to make.

use serde_json::{Map, Value};

use crate::wire::fields::Fields;
use crate::wire::param_errors::{ParamErrors, member};
use crate::wire::tool::form::SPEECH_BEFORE;
use crate::wire::tool::kind::BUILT_IN_NAMES;

/// The field.
pub(super) const FIELD: &str = "built_in_tool_configs";
/// What the ids of built-ins begin with.
const PREFIX: &str = "tool_";

/// Reads the map; both spellings of a key are taken, the id's is kept.
pub(super) fn read(given: &Map<String, Value>, errors: &mut ParamErrors) -> Map<String, Value> {
    let mut configs = Map::new();
    for (key, value) in given {
        let at = member(FIELD, key);
        let name = key.strip_prefix(PREFIX).unwrap_or(key);
        if !BUILT_IN_NAMES.iter().any(|(other, _)| *other == name) {
            errors.note(at, "There is no such built-in tool");
            continue;
        }
        let Some(members) = value.as_object() else {
            if !value.is_null() {
                errors.note(at, "Expected an object");
            }
            continue;
        };
        check(name, &mut Fields::new(members, &at, errors));
        configs.insert(format!("{PREFIX}{name}"), value.clone());
    }
    configs
}

fn check(name: &str, fields: &mut Fields<'_, '_>) {
    if name == "choose_not_to_respond" {
        let seconds = fields.given("respond_after_sec");
        if seconds.is_some_and(|value| !value.as_f64().is_some_and(|n| n > 0.0 && n <= 600.0)) {
            fields.wrong("respond_after_sec", "More than 0, at most 600, or null");
        }
        return;
    }
    fields.word("speech_before_tool_call", &SPEECH_BEFORE);
    if name == "web_search" {
        fields.flag("can_run_during_user_speech");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_ids_or_names() {
        let given = json!({"keypad_input": {"speech_before_tool_call": "required"},
            "tool_choose_not_to_respond": {"respond_after_sec": 5},
            "tool_web_search": {"can_run_during_user_speech": true}});
        let mut errors = ParamErrors::default();
        let read_back = read(given.as_object().unwrap(), &mut errors);
        assert!(errors.is_empty(), "{errors:?}");
        let keys: Vec<&String> = read_back.keys().collect();
        assert_eq!(keys, ["tool_keypad_input", "tool_choose_not_to_respond", "tool_web_search"]);
    }

    #[test]
    fn wrong_settings_are_noted() {
        let given = json!({"keypad_input": {"speech_before_tool_call": "x"}, "other": {},
            "choose_not_to_respond": {"respond_after_sec": 0}, "natural_conversation_ending": 1});
        let mut errors = ParamErrors::default();
        read(given.as_object().unwrap(), &mut errors);
        let expected = [
            "built_in_tool_configs.keypad_input.speech_before_tool_call",
            "built_in_tool_configs.other",
            "built_in_tool_configs.choose_not_to_respond.respond_after_sec",
            "built_in_tool_configs.natural_conversation_ending",
        ];
        assert_eq!(errors.paths(), expected);
    }
}
