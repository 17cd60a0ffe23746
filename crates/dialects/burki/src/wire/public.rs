//! Tools that other organisations made public: seen without what is theirs, copied without secrets (burki: 2.1).

use hookswitch_model::draft::{Headers, NameRule, Namespace, ToolDraft, VariableSyntax};
use hookswitch_model::secret::Sealable;
use hookswitch_model::tool::{CallStats, StoredTool};
use serde_json::{Map, Value};

use super::configuration::{self, Opened};
use super::extras::Extras;
use super::redact::{REDACTED, is_secret_member};
use super::stats::Stats;
use super::tool::View;
use super::url;

/// A public tool of another organisation as it is shown.
pub fn show(tool: &StoredTool, organization: i64) -> Value {
    let mut tool = tool.clone();
    if let Some(webhook) = &mut tool.draft.webhook {
        webhook.headers.values_mut().for_each(|value| *value = Sealable::Text(REDACTED.to_owned()));
    }
    let stats = Stats::from(CallStats::default());
    View { tool: &tool, stats, opened: &Opened::new(), organization }.v1(&[])
}

/// A copy without secrets: in their places stand secrets that are not set, so that calls are refused until they are.
/// With it, what was left out.
pub fn stripped(draft: &ToolDraft) -> (ToolDraft, Vec<String>) {
    let mut copy = draft.clone();
    let mut missing = Vec::new();
    copy.public = false;
    let mut extras = Extras::of(&copy);
    if let Some(webhook) = &mut copy.webhook {
        *webhook = configuration::without_literals(webhook.clone());
        let names = webhook.variables.clone().unwrap_or_default();
        let unset = |name: &str| placeholder(&names, name);
        let headers: Headers =
            (webhook.headers.keys()).map(|name| (name.clone(), Sealable::Text(unset(name)))).collect();
        missing.extend(headers.keys().map(|name| format!("configuration.headers.{name}")));
        webhook.headers = headers;
        let shown = url::redacted(&webhook.url);
        if shown.contains(REDACTED) {
            missing.push("configuration.url".to_owned());
            webhook.url = url::unset(&shown, unset);
        }
        let at = "configuration.request_template";
        let mut query = Value::Object(std::mem::take(&mut webhook.query));
        strip(&mut query, at, &names, &mut missing);
        webhook.query = query.as_object().cloned().unwrap_or_default();
        if let Some(body) = &mut webhook.body {
            strip(body, at, &names, &mut missing);
        }
    }
    if let Some(lambda) = &mut copy.lambda {
        let names = lambda.variables.clone().unwrap_or_default();
        for (name, value) in &mut lambda.environment_variables {
            *value = Sealable::Text(placeholder(&names, name));
            missing.push(format!("configuration.environment_variables.{name}"));
        }
        if let Some(payload) = &mut lambda.payload {
            strip(payload, "configuration.payload_template", &names, &mut missing);
        }
        let credentials = [
            ("access_key", lambda.access_key.take()),
            ("secret_key", lambda.secret_key.take()),
            ("session_token", lambda.session_token.take()),
        ];
        let there = credentials.iter().filter(|(_, value)| value.is_some());
        missing.extend(there.map(|(name, _)| format!("configuration.{name}")));
    }
    // What was shown in other words may show what is not there any more.
    extras.configuration = without_residues(&extras.configuration);
    extras.parent_tool_id = None;
    extras.write(&mut copy);
    (copy, missing)
}

fn without_residues(skeleton: &Map<String, Value>) -> Map<String, Value> {
    let plain = skeleton.iter().map(|(name, residue)| {
        let is_residue = residue.get("given").is_some() && residue.get("for").is_some();
        (name.clone(), if is_residue { Value::Null } else { residue.clone() })
    });
    plain.collect()
}

fn strip(value: &mut Value, at: &str, names: &NameRule, missing: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = format!("{at}.{name}");
                let is_literal = match &*member {
                    Value::String(text) => !text.contains("${") && !text.contains("{{"),
                    Value::Number(_) => true,
                    _ => false,
                };
                if is_secret_member(name) && is_literal {
                    *member = Value::from(placeholder(names, name));
                    missing.push(at);
                } else {
                    strip(member, &at, names, missing);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                strip(item, &format!("{at}.{index}"), names, missing);
            }
        }
        _ => {}
    }
}

/// A variable that names a secret which is not set, by the rule of a definition.
pub fn placeholder(names: &NameRule, name: &str) -> String {
    let secret = unset_name(name);
    let prefix = names.prefixes.iter().find(|(_, place)| *place == Namespace::Secret);
    let path = prefix.map_or_else(|| secret.clone(), |(prefix, _)| format!("{prefix}.{secret}"));
    match names.syntax {
        VariableSyntax::Dollar => format!("${{{path}}}"),
        VariableSyntax::Braces | VariableSyntax::Single => format!("{{{{{path}}}}}"),
    }
}

/// `X-Api-Key` as `UNSET_X_API_KEY`: no secret of that name is there by accident.
fn unset_name(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    "UNSET_".chars().chain(plain).take(64).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::new_tool::name_rule;
    use serde_json::json;

    #[test]
    fn nothing_secret_is_copied() {
        let draft: ToolDraft = serde_json::from_value(json!({"name": "t", "kind": "webhook", "public": true,
            "webhook": {"url": "https://u:p@h.example/?api_key=k", "method": "POST", "variables": name_rule(),
                "headers": {"X-Api-Key": "abc", "Accept": "text/plain"},
                "body": {"inner": {"password": "pw", "token": "${env.T}", "n": 1}}}}))
        .unwrap();
        let (copy, missing) = stripped(&draft);
        let text = serde_json::to_string(&copy).unwrap();
        for secret in ["\"abc\"", "\"pw\"", ":p@", "api_key=k", "text/plain"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(text.contains("${env.UNSET_X_API_KEY}") && text.contains("${env.T}"), "{text}");
        assert!(!copy.public);
        assert_eq!(
            missing,
            [
                "configuration.headers.X-Api-Key",
                "configuration.headers.Accept",
                "configuration.url",
                "configuration.request_template.inner.password"
            ]
        );
    }

    #[test]
    fn placeholders_follow_the_rule_of_the_tool() {
        assert_eq!(placeholder(&name_rule(), "api-key"), "${env.UNSET_API_KEY}");
        assert_eq!(placeholder(&NameRule::default(), "api-key"), "{{secret.UNSET_API_KEY}}");
    }
}
