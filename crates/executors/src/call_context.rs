//! What code, here or elsewhere, is told of its call beside the arguments.

use serde_json::{Map, Value};

use crate::variables::Variables;

/// Session variables, and over them the values of the session: under the names that the definition's rule lists, else
/// under their own.
pub fn context_of(values: &Variables<'_>) -> Value {
    let mut context = values.vars.as_object().cloned().unwrap_or_default();
    let empty = Map::new();
    let system = values.system.as_object().unwrap_or(&empty);
    let present = |name: &str| system.get(name).filter(|value| !value.is_null()).cloned();
    let listed = &values.names.system_names;
    if listed.is_empty() {
        context.extend(system.clone());
        context.extend(present("act_id").map(|key| ("idempotency_key".to_owned(), key)));
        return Value::Object(context);
    }
    for (name, _) in listed {
        // A listed name means a value of the session and nothing else.
        context.remove(name);
    }
    for (name, value) in listed {
        if let Some(value) = present(value).filter(|_| !context.contains_key(name)) {
            context.insert(name.clone(), value);
        }
    }
    Value::Object(context)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashMap;

    use hookswitch_model::draft::NameRule;
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_the_rule_win_over_variables() {
        let (system, vars) =
            (json!({"act_id": "a", "from": "+1"}), json!({"phone": "x", "city": "Bern", "from": "y"}));
        let name = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let rule = NameRule {
            system_names: vec![name("phone", "from"), name("key", "act_id"), name("gone", "none")],
            ..NameRule::default()
        };
        let secrets = HashMap::new();
        let told = |names: &NameRule| {
            context_of(&Variables {
                names,
                input: &Value::Null,
                system: &system,
                vars: &vars,
                config: &Value::Null,
                secrets: &secrets,
            })
        };
        assert_eq!(told(&rule), json!({"city": "Bern", "from": "y", "phone": "+1", "key": "a"}));
        let own = json!({"phone": "x", "city": "Bern", "from": "+1", "act_id": "a", "idempotency_key": "a"});
        assert_eq!(told(&NameRule::default()), own);
    }
}
