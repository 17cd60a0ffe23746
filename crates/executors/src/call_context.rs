//! What code that runs elsewhere is told of the call: the values of the session under the names that the definition's
//! rule gives them.

use serde_json::{Map, Value};

use crate::variables::Variables;

/// The name under which the act's key is told where a rule has no names of its own.
const IDEMPOTENCY_KEY: &str = "idempotency_key";

/// The context of a call. A rule with names of its own decides them and adds the session variables; else the values
/// of the session have their own names and the variables are in `variables`.
pub(crate) fn call_context(variables: &Variables<'_>) -> Map<String, Value> {
    let names = variables.names;
    let session_variables = variables.vars.as_object();
    let mut context = Map::new();
    if names.system_names.is_empty() {
        context.extend(variables.system.as_object().cloned().unwrap_or_default());
        if let Some(key) = variables.system.get("act_id") {
            context.insert(IDEMPOTENCY_KEY.to_owned(), key.clone());
        }
        context.insert("variables".to_owned(), Value::Object(session_variables.cloned().unwrap_or_default()));
        return context;
    }
    for (name, _) in &names.system_names {
        let value = names.meanings(name).filter_map(|value| variables.system.get(value));
        if let Some(value) = value.filter(|value| !value.is_null()).find(|_| !context.contains_key(name)) {
            context.insert(name.clone(), value.clone());
        }
    }
    let is_listed = |name: &str| names.system_name(name).is_some();
    for (name, value) in session_variables.into_iter().flatten().filter(|(name, _)| !is_listed(name)) {
        context.insert(name.clone(), value.clone());
    }
    context
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use hookswitch_model::draft::NameRule;
    use serde_json::json;

    use super::*;

    fn context(names: &NameRule) -> Value {
        let system = json!({"act_id": "act_1", "session_number": 7, "from": "+1", "function": null});
        let vars = json!({"plan": "gold", "call_id": "mine"});
        let variables = Variables {
            names,
            input: &Value::Null,
            system: &system,
            vars: &vars,
            config: &Value::Null,
            secrets: &HashMap::new(),
        };
        Value::Object(call_context(&variables))
    }

    #[test]
    fn names_of_the_rule_win_over_variables() {
        let name = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let listed =
            [("call_id", "session_number"), ("tool_name", "function"), ("idempotency_key", "act_id")];
        let names = NameRule { system_names: listed.map(name).to_vec(), ..NameRule::default() };
        assert_eq!(context(&names), json!({"call_id": 7, "idempotency_key": "act_1", "plan": "gold"}));
    }

    #[test]
    fn without_names_variables_stand_apart() {
        let expected = json!({"act_id": "act_1", "session_number": 7, "from": "+1", "function": null,
            "idempotency_key": "act_1", "variables": {"plan": "gold", "call_id": "mine"}});
        assert_eq!(context(&NameRule::default()), expected);
    }
}
