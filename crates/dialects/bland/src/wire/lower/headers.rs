//! Headers: values that are not changed stay as they are stored, sealed or not.

use hookswitch_model::Dialect;
use hookswitch_model::draft::Headers;
use hookswitch_model::secret::{REDACTED, Sealable, is_secret_name};
use hookswitch_registry::is_placeholder_only;
use hookswitch_template::Syntax;
use serde_json::Value;

use super::Lowering;
use super::request::object_of;
use crate::wire::secret_ids::resolved_text;

impl Lowering<'_> {
    pub(super) fn headers(&mut self) {
        let Some(value) = self.changed("headers") else { return };
        let members = match value {
            Value::Null => serde_json::Map::new(),
            value => match object_of(value) {
                Some(members) => members,
                None => return self.refuse("headers", "headers must be an object."),
            },
        };
        let before = self.draft.webhook.as_ref().map(|webhook| webhook.headers.clone()).unwrap_or_default();
        let shown = self.shown.get("headers").and_then(Value::as_object).cloned().unwrap_or_default();
        let old_texts = std::mem::take(&mut self.written.header_texts);
        self.written.header_scalars.clear();
        self.written.header_nulls.clear();
        self.written.has_empty_headers = members.is_empty() && !value.is_null();
        let mut headers = Headers::new();
        for (name, value) in members {
            if value.is_null() {
                self.written.header_nulls.push(name);
                continue;
            }
            let Some(text) = scalar_text(&value) else {
                self.refuse(at(&name), format!("headers: the value of {name:?} must be a string."));
                continue;
            };
            if !value.is_string() {
                self.written.header_scalars.push(name.clone());
            }
            let kept =
                before.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name)).map(|(_, kept)| kept);
            let is_as_shown = shown.get(&name) == Some(&value);
            match kept {
                Some(kept) if is_as_shown || text == REDACTED => {
                    headers.insert(name.clone(), kept.clone());
                    if let Some(spelt) = old_texts.get(&name) {
                        self.written.header_texts.insert(name, spelt.clone());
                    }
                }
                None if text == REDACTED => {
                    self.refuse(at(&name), format!("headers: there is no stored value of {name:?} to keep."));
                }
                _ => {
                    let lowered = self.header(&name, &text);
                    headers.insert(name, lowered);
                }
            }
        }
        if let Some(webhook) = &mut self.draft.webhook {
            webhook.headers = headers;
        }
    }

    fn header(&mut self, name: &str, text: &str) -> Sealable {
        // Tools of that dialect send their headers as they are written.
        if self.dialect == Dialect::Phonic {
            return Sealable::Literal { literal: text.to_owned() };
        }
        let meant = resolved_text(text, &self.facts.secrets);
        if meant != text && (!is_secret_name(name) || is_placeholder_only(text, Syntax::Braces)) {
            self.written.header_texts.insert(name.to_owned(), Value::from(text));
        }
        Sealable::Text(meant)
    }
}

fn at(name: &str) -> String {
    format!("headers[{name:?}]")
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
