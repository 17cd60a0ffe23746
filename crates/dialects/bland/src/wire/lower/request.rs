//! URL, method, query and body.

use hookswitch_model::draft::WebhookDraft;
use hookswitch_schema::{DecodeLimits, decode_arguments};
use serde_json::{Map, Value};

use super::Lowering;
use crate::wire::problem::{INVALID_URL, Item};
use crate::wire::rule::DEFAULT_METHOD;
use crate::wire::secret_ids::{resolved, resolved_text};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const MOST_URL: usize = 2048;
const MOST_BODY_BYTES: usize = 256 * 1024;
const MOST_QUERY: usize = 64;
const MOST_QUERY_NAME: usize = 256;

/// Whether requests of a method carry no body, so that a stored one stays at home.
pub(in crate::wire) fn is_bodyless(webhook: &WebhookDraft) -> bool {
    let method = webhook.method.as_deref().unwrap_or(DEFAULT_METHOD);
    method.eq_ignore_ascii_case("GET") || method.eq_ignore_ascii_case("HEAD")
}

/// The object of a value: itself, or what its text holds.
pub(in crate::wire) fn object_of(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members.clone()),
        Value::String(text) => match decode_arguments(text, DecodeLimits::default()) {
            Ok(Value::Object(members)) => Some(members),
            _ => None,
        },
        _ => None,
    }
}

/// Whether something stands before the host.
fn has_user_info(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

impl Lowering<'_> {
    pub(super) fn request(&mut self) {
        let Some(mut webhook) = self.draft.webhook.take() else { return };
        self.url(&mut webhook);
        let is_other_method = self.method(&mut webhook);
        self.query(&mut webhook);
        let is_new_body = self.changed("body").is_some() || is_other_method;
        let body = if is_new_body { self.body(&mut webhook) } else { None };
        self.draft.webhook = Some(webhook);
        if is_new_body {
            self.note_spelling("body", body.as_ref());
        }
        for field in ["url", "query"] {
            if let Some(value) = self.changed(field) {
                let value = value.clone();
                // Text that holds an object is read as that object.
                let spelt = if field == "query" { object_of(&value).map(Value::Object) } else { Some(value) };
                self.note_spelling(field, spelt.as_ref());
            }
        }
    }

    fn url(&mut self, webhook: &mut WebhookDraft) {
        let Some(value) = self.changed("url").filter(|value| !value.is_null()) else { return };
        let Some(text) = value.as_str() else {
            return self.refuse("url", "url must be a string.");
        };
        let starts =
            |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        let is_fine = starts("https://") || starts("http://") && self.facts.admits_plain_http;
        let problem = if text.trim().is_empty() {
            return;
        } else if !is_fine {
            Some("url must begin with https://".to_owned())
        } else if text.chars().count() > MOST_URL {
            Some(format!("url must have at most {MOST_URL} characters."))
        } else if has_user_info(text) {
            Some("url must not hold a user name or password.".to_owned())
        } else {
            None
        };
        match problem {
            Some(message) => self.items.push(Item::at(INVALID_URL, "url", message)),
            None => webhook.url = resolved_text(text, &self.facts.secrets),
        }
    }

    fn method(&mut self, webhook: &mut WebhookDraft) -> bool {
        let Some(value) = self.changed("method") else { return false };
        let word = match value {
            Value::Null => Some(DEFAULT_METHOD.to_owned()),
            Value::String(text) => {
                Some(text.trim().to_ascii_uppercase()).filter(|word| METHODS.contains(&word.as_str()))
            }
            _ => None,
        };
        match word {
            Some(word) => webhook.method = Some(word),
            None => self.refuse("method", format!("method must be one of {}.", METHODS.join(", "))),
        }
        true
    }

    fn query(&mut self, webhook: &mut WebhookDraft) {
        let Some(value) = self.changed("query") else { return };
        if value.is_null() {
            webhook.query = Map::new();
            return;
        }
        let Some(members) = object_of(value) else {
            return self.refuse("query", "query must be an object.");
        };
        if members.len() > MOST_QUERY {
            return self.refuse("query", format!("query must have at most {MOST_QUERY} keys."));
        }
        for name in members.keys() {
            if name.is_empty() || name.chars().count() > MOST_QUERY_NAME {
                return self
                    .refuse("query", format!("keys of query have 1 to {MOST_QUERY_NAME} characters."));
            }
        }
        if let Value::Object(members) = resolved(&Value::Object(members), &self.facts.secrets) {
            webhook.query = members;
        }
    }

    /// The body of the draft: nothing where the method carries none; the written one comes back with the method. Gives
    /// the written one.
    fn body(&mut self, webhook: &mut WebhookDraft) -> Option<Value> {
        let written = self.changed("body").or_else(|| self.shown.get("body"));
        let written = written.filter(|value| !value.is_null()).cloned();
        if written.as_ref().is_some_and(|body| body.to_string().len() > MOST_BODY_BYTES) {
            self.refuse("body", format!("body must have at most {MOST_BODY_BYTES} bytes."));
            return None;
        }
        let meant = written.as_ref().map(|body| resolved(body, &self.written.secrets));
        webhook.body = if is_bodyless(webhook) { None } else { meant };
        written
    }
}
