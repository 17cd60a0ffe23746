//! Literal secrets in URLs and templates: kept as values of the tool's own, which are sealed (burki: 3.10). Whoever
//! writes and reads a configuration sees nothing of it: their places in the draft hold placeholders, and this puts the
//! one for the other.

use hookswitch_model::draft::WebhookDraft;
use hookswitch_model::secret::{REDACTED, Sealable};
use hookswitch_template::{Syntax, Text};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::Opened;
use crate::wire::redact::is_secret_member;
use crate::wire::url;

/// How the names of these values begin.
const NAME: &str = "tool_literal_";

/// The name of the value of a place: the same as long as the place is, whatever stands in others (FNV-1a, 64 bits).
fn name_of(place: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    format!("{NAME}{:016x}", place.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

/// The name in a text that is one of these placeholders.
fn name_in(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${env.")?.strip_suffix('}')?;
    name.strip_prefix(NAME)?.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(name)
}

/// The webhook with its literals in their places; `[REDACTED]` for those that are not opened.
pub fn in_clear(mut webhook: WebhookDraft, opened: &Opened) -> WebhookDraft {
    if webhook.own_secrets.is_empty() {
        return webhook;
    }
    let own = std::mem::take(&mut webhook.own_secrets);
    let text_of = |name: &str| {
        Some(match own.get(name)? {
            Sealable::Text(text) | Sealable::Literal { literal: text } => text.clone(),
            Sealable::Sealed { sealed, .. } => {
                opened.get(sealed).map_or(REDACTED, |secret| secret.expose_secret()).to_owned()
            }
        })
    };
    webhook.url = url::with_values(&webhook.url, |_, value| {
        let text = text_of(name_in(value)?)?;
        Some(if text == REDACTED { text } else { url::encoded(&text) })
    });
    let mut put = |_: &str, text: &mut String| {
        if let Some(clear) = name_in(text).and_then(text_of) {
            *text = clear;
        }
    };
    webhook.query.values_mut().for_each(|value| each_text(value, "", &mut put));
    webhook.body.iter_mut().for_each(|value| each_text(value, "", &mut put));
    let left = own.into_iter().filter(|(name, _)| !name.starts_with(NAME));
    webhook.own_secrets = left.collect();
    webhook
}

/// The webhook with `[REDACTED]` where its literals stand: for copies whose secrets do not come along.
pub fn without(webhook: WebhookDraft) -> WebhookDraft {
    let mut webhook = in_clear(webhook, &Opened::new());
    webhook.own_secrets.clear();
    webhook
}

/// The webhook with placeholders where literal secrets stood, and the literals beside it.
pub(super) fn hidden_away(mut webhook: WebhookDraft) -> WebhookDraft {
    let mut own = std::mem::take(&mut webhook.own_secrets);
    let mut keep = |place: &str, text: String| {
        let name = name_of(place);
        let placeholder = format!("${{env.{name}}}");
        own.insert(name, Sealable::Literal { literal: text });
        placeholder
    };
    let mut pair = 0;
    webhook.url = url::with_values(&webhook.url, |name, value| {
        pair += 1;
        let is_kept = url::is_secret(name) && is_literal(value);
        is_kept.then(|| keep(&format!("url.{pair}.{name}"), url::decoded(value)))
    });
    let mut hide = |place: &str, text: &mut String| {
        if is_literal(text) {
            *text = keep(place, std::mem::take(text));
        }
    };
    for (name, value) in webhook.query.iter_mut().filter(|(name, _)| is_secret_member(name)) {
        each_text(value, &format!("query.{name}"), &mut hide);
    }
    webhook.body.iter_mut().for_each(|value| secret_members(value, "body", &mut hide));
    webhook.own_secrets = own;
    webhook
}

/// A text without placeholders and without what stands for a brace; one that says something.
fn is_literal(text: &str) -> bool {
    !text.is_empty()
        && text != REDACTED
        && !text.contains("$$")
        && Text::parse(text, Syntax::Dollar).is_ok_and(|parsed| parsed.is_literal())
}

/// All texts in a value, each with its place.
fn each_text(value: &mut Value, at: &str, with: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::String(text) => with(at, text),
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                each_text(item, &format!("{at}.{index}"), with);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                each_text(member, &format!("{at}.{name}"), with);
            }
        }
        _ => {}
    }
}

/// The texts in members whose names speak of secrets, at any depth.
fn secret_members(value: &mut Value, at: &str, with: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                secret_members(item, &format!("{at}.{index}"), with);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let at = format!("{at}.{name}");
                if is_secret_member(name) {
                    each_text(member, &at, with);
                } else {
                    secret_members(member, &at, with);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn webhook() -> WebhookDraft {
        WebhookDraft {
            body: Some(
                json!({"api_key": "sk-body", "inner": [{"client_secret": {"a": "deep"}}], "token": "${T}",
                "keyboard": "qwerty", "note": "${x}"}),
            ),
            query: json!({"access_token": "t-1", "q": "plain"}).as_object().unwrap().clone(),
            ..WebhookDraft::new("https://u:p@a.example/x?api_key=a%20b&page=1&token=${T}#top")
        }
    }

    #[test]
    fn literals_leave_their_places_and_come_back() {
        let hidden = hidden_away(webhook());
        let text = serde_json::to_string(&(&hidden.url, &hidden.body, &hidden.query)).unwrap();
        for literal in ["a%20b", "sk-body", "deep", "t-1"] {
            assert!(!text.contains(literal), "{literal} in {text}");
        }
        for kept in ["qwerty", "${T}", "page=1", "plain", "${x}"] {
            assert!(text.contains(kept), "{kept} not in {text}");
        }
        let values: Vec<&Sealable> = hidden.own_secrets.values().collect();
        let literal = |text: &str| Sealable::Literal { literal: text.to_owned() };
        assert_eq!(values, [&literal("a b"), &literal("t-1"), &literal("sk-body"), &literal("deep")]);
        assert_eq!(in_clear(hidden.clone(), &Opened::new()), webhook());
        assert_eq!(hidden_away(in_clear(hidden.clone(), &Opened::new())), hidden, "the same names again");
    }

    #[test]
    fn what_is_not_opened_is_hidden_and_other_values_stay() {
        let mut hidden = hidden_away(webhook());
        for value in hidden.own_secrets.values_mut() {
            *value = Sealable::sealed(hookswitch_model::SealId::generate());
        }
        hidden.own_secrets.insert("mine".to_owned(), Sealable::Text("m".to_owned()));
        let shown = in_clear(hidden, &Opened::new());
        assert!(shown.url.contains("api_key=[REDACTED]&page=1"), "{}", shown.url);
        assert_eq!(shown.body.unwrap()["api_key"], REDACTED);
        assert_eq!(shown.own_secrets.keys().collect::<Vec<_>>(), ["mine"]);
    }
}
