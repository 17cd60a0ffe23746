//! Headers as they are shown: sealed values in clear only to who may read them, or where the name tells no secret
//! (bland: 2.2).

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::secret::{REDACTED, Sealable, is_secret_name};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

use super::Reveal;
use crate::wire::secret_ids::resolved_text;
use crate::wire::written::Written;

pub(super) fn headers(draft: &ToolDraft, written: &Written, reveal: Reveal<'_>) -> Option<Value> {
    let webhook = draft.webhook.as_ref()?;
    let mut members = Map::new();
    for (name, value) in &webhook.headers {
        let text = match value {
            Sealable::Text(text) => spelt(written, name, text),
            Sealable::Literal { literal } => literal.clone(),
            Sealable::Sealed { sealed, .. } => match reveal.opened.get(sealed) {
                Some(opened) if reveal.in_clear || !is_secret_name(name) => opened.expose_secret().to_owned(),
                _ => REDACTED.to_owned(),
            },
        };
        let is_scalar = written.header_scalars.contains(name);
        let scalar = is_scalar.then(|| serde_json::from_str(&text).ok()).flatten().filter(is_plain);
        members.insert(name.clone(), scalar.unwrap_or_else(|| Value::from(text)));
    }
    for name in written.header_nulls.iter().filter(|name| !webhook.headers.contains_key(*name)) {
        members.insert(name.clone(), Value::Null);
    }
    let is_set = !members.is_empty() || written.has_empty_headers && webhook.headers.is_empty();
    is_set.then_some(Value::Object(members))
}

/// How a value was spelt, where that still means the same.
fn spelt(written: &Written, name: &str, text: &str) -> String {
    let spelt = written.header_texts.get(name).and_then(Value::as_str);
    spelt.filter(|spelt| resolved_text(spelt, &written.secrets) == text).unwrap_or(text).to_owned()
}

fn is_plain(value: &Value) -> bool {
    value.is_number() || value.is_boolean()
}
