//! The request form of tools made here (contract: 3.1), as settings of the house.

use hookswitch_model::draft::{NameRule, Namespace, RedirectPolicy, SignatureScheme, WebhookDraft};
use serde_json::{Map, Value, json};

/// The header of the vendor's own signature.
const SIGNATURE: &str = "X-PyAI-Signature";

/// A webhook of this dialect with a URL; an empty one waits for it.
pub(super) fn own_form(url: String) -> WebhookDraft {
    let mut form = WebhookDraft::new(url);
    form.method = Some("POST".to_owned());
    form.body = Some(body());
    form.trial_members = Map::from_iter([("test".to_owned(), Value::Bool(true))]);
    form.redirects = RedirectPolicy::SameOrigin;
    form.signature = SignatureScheme::Standard;
    form.timestamped_signature = Some(SIGNATURE.to_owned());
    form.variables = Some(names());
    form
}

fn body() -> Value {
    json!({
        "call_id": "call_{{system.session_uuid}}",
        "agent_id": "{{system.agent_long_id}}",
        "tool": "{{system.tool}}",
        "tool_id": "{{system.tool_long_id}}",
        "tool_call_id": "{{system.tool_call_id}}",
        "arguments": "{{input}}",
        "config": "{{config}}",
        "session_label": "{{system.session_label}}",
    })
}

/// Only what the body names; a session without a label of its own is called by its agent.
fn names() -> NameRule {
    let prefixes =
        [("input", Namespace::Input), ("system", Namespace::System), ("config", Namespace::Config)];
    let labels = [("session_label", "session_label"), ("session_label", "agent_long_id")];
    NameRule {
        prefixes: prefixes.into_iter().map(|(prefix, place)| (prefix.to_owned(), place)).collect(),
        bare: Vec::new(),
        system_names: labels.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..NameRule::default()
    }
}

/// A URL as a definition holds it: this dialect knows no variables, so braces are no more than characters.
pub(super) fn without_variables(url: &str) -> String {
    url.replace('{', "%7B").replace('}', "%7D")
}
