//! Secret literals in definitions: sealed on the server and shown as `[REDACTED]`, so they can't be compared, and
//! must not be shown from the file either.

use hookswitch_model::config_schema::ConfigField;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::secret::{REDACTED, is_secret_name};
use serde_json::{Map, Value};

/// Replaces by `[REDACTED]` what the server holds sealed, where the file has a literal; notes the JSON paths.
pub(super) fn mask_sealed(file: &mut Value, shown: &Value, path: &str, masked: &mut Vec<String>) {
    match (file, shown) {
        (Value::String(text), Value::String(stored))
            if stored == REDACTED && text != REDACTED && !is_template(text) =>
        {
            REDACTED.clone_into(text);
            masked.push(path.to_owned());
        }
        (Value::Object(members), Value::Object(stored)) => {
            for (key, value) in members {
                if let Some(stored) = stored.get(key) {
                    mask_sealed(value, stored, &format!("{path}.{key}"), masked);
                }
            }
        }
        (Value::Array(items), Value::Array(stored)) => {
            for (position, (value, stored)) in items.iter_mut().zip(stored).enumerate() {
                mask_sealed(value, stored, &format!("{path}[{position}]"), masked);
            }
        }
        _ => {}
    }
}

/// Hides the literals of a tool's definition that the server is going to seal.
pub(super) fn hide_literals(definition: &mut Value) {
    let headers = definition.pointer_mut("/webhook/headers").and_then(Value::as_object_mut);
    for (_, value) in headers.into_iter().flatten().filter(|(name, _)| is_secret_name(name)) {
        hide(value);
    }
    for field in ["access_key", "secret_key", "session_token"] {
        if let Some(value) = definition.pointer_mut(&format!("/lambda/{field}")) {
            hide(value);
        }
    }
    let variables = definition.pointer_mut("/lambda/environment_variables").and_then(Value::as_object_mut);
    variables.into_iter().flatten().for_each(|(_, value)| hide(value));
}

/// Hides the secret settings of a binding's config.
pub(super) fn hide_settings(config: &mut Map<String, Value>, secret: &[String]) {
    config.iter_mut().filter(|(key, _)| secret.contains(key)).for_each(|(_, value)| hide(value));
}

/// The settings of a tool that are sealed on its bindings.
pub(super) fn secret_settings(definition: &Value) -> Vec<String> {
    let draft = serde_json::from_value::<ToolDraft>(definition.clone()).ok();
    let fields = draft.and_then(|draft| draft.config_schema).map(|schema| schema.fields).unwrap_or_default();
    fields.into_iter().filter(ConfigField::is_secret).map(|field| field.key).collect()
}

fn hide(value: &mut Value) {
    let stays = value.is_null() || value.as_str().is_some_and(is_template);
    if !stays {
        *value = Value::from(REDACTED);
    }
}

/// Templates name secrets, they don't hold them.
fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("${")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sealed_values_are_no_change_but_templates_are() {
        let shown = json!({"webhook": {"headers": {"Authorization": "[REDACTED]", "X-Key": "[REDACTED]", "X-A": "b"}}});
        let mut file = json!({"webhook": {"headers": {
            "Authorization": "Bearer sk-1", "X-Key": "{{secret.key}}", "X-A": "c",
        }}});
        let mut masked = Vec::new();
        mask_sealed(&mut file, &shown, "$", &mut masked);
        let expected = json!({"webhook": {"headers": {
            "Authorization": "[REDACTED]", "X-Key": "{{secret.key}}", "X-A": "c",
        }}});
        assert_eq!(file, expected);
        assert_eq!(masked, ["$.webhook.headers.Authorization"]);
    }

    #[test]
    fn a_value_taken_from_the_server_is_not_even_noted() {
        let shown = json!({"a": "[REDACTED]"});
        let (mut file, mut masked) = (shown.clone(), Vec::new());
        mask_sealed(&mut file, &shown, "$", &mut masked);
        assert!(masked.is_empty());
    }

    #[test]
    fn literals_to_be_sealed_are_hidden() {
        let mut definition = json!({
            "webhook": {"headers": {"Authorization": "Bearer sk-1", "X-Api-Key": "{{secret.k}}", "X-A": "b"}},
            "lambda": {"secret_key": "s", "environment_variables": {"A": "b"}},
        });
        hide_literals(&mut definition);
        let expected = json!({
            "webhook": {"headers": {"Authorization": "[REDACTED]", "X-Api-Key": "{{secret.k}}", "X-A": "b"}},
            "lambda": {"secret_key": "[REDACTED]", "environment_variables": {"A": "[REDACTED]"}},
        });
        assert_eq!(definition, expected);
    }

    #[test]
    fn secret_settings_come_from_the_schema() {
        let definition = json!({"name": "a", "kind": "context", "context": {"text": "x"}, "config_schema": {"fields": [
            {"key": "api_key", "type": "secret"}, {"key": "region"}, {"key": "pin", "secret": true},
        ]}});
        assert_eq!(secret_settings(&definition), ["api_key", "pin"]);
    }
}
