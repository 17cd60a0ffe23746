//! `endpoint`: an HTTP request.

use hookswitch_model::draft::{
    AnswerRule, EmptyAnswer, ErrorWords, Headers, QueryLists, RedirectPolicy, SignatureScheme, Success,
    TextAnswer, ToolDraft, UnplacedArguments, UnsetRule, UrlVariables, WebhookDraft,
};
use hookswitch_model::secret::{Sealable, is_secret_name};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::{Applying, Change, Opened, Shown, canonical, literals, missing};
use crate::wire::extras::{Extras, Origin};
use crate::wire::new_tool::name_rule;
use crate::wire::redact::{REDACTED, hidden, is_redacted, nothing_stored, redacted, restore};
use crate::wire::refusal::Refusal;
use crate::wire::style::Problem;
use crate::wire::url;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const REFUSED_HEADERS: [&str; 11] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// What this dialect's requests have in common (burki: 3.2, 3.3, 3.6, 3.8).
fn new_webhook() -> WebhookDraft {
    WebhookDraft {
        redirects: RedirectPolicy::Follow,
        signature: SignatureScheme::Standard,
        variables: Some(name_rule()),
        unset: UnsetRule::Refuse,
        url_variables: UrlVariables::SecretsInHost,
        unplaced: UnplacedArguments::Unused,
        query_lists: QueryLists::Repeated,
        answer: AnswerRule {
            success: Success::Below400,
            empty: EmptyAnswer::Status,
            text: TextAnswer::ByType,
            error: ErrorWords::NamedAsJson,
            ..AnswerRule::default()
        },
        ..WebhookDraft::new("")
    }
}

/// Whether a method turns its template into a query.
fn asks_by_query(method: Option<&str>) -> bool {
    let method = method.unwrap_or("GET").to_ascii_uppercase();
    matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS")
}

pub(super) fn apply(applying: &mut Applying<'_>) -> Result<(), Refusal> {
    let opened = applying.rules.opened;
    let stored = applying.stored.as_ref().and_then(|stored| stored.webhook.clone());
    let stored = stored.map(|webhook| literals::in_clear(webhook, opened));
    let mut webhook = stored.clone().unwrap_or_else(new_webhook);
    set_url(applying, &mut webhook, stored.as_ref())?;
    set_method(applying, &mut webhook)?;
    set_headers(applying, &mut webhook, stored.as_ref())?;
    set_template(applying, &mut webhook, stored.as_ref())?;
    set_mapping(applying, &mut webhook);
    if let Some(follows) = switch(applying, "follow_redirects") {
        webhook.redirects = if follows { RedirectPolicy::Follow } else { RedirectPolicy::None };
    }
    if let Some(verifies) = switch(applying, "verify_ssl") {
        webhook.verify_tls = verifies;
    }
    applying.draft.webhook = Some(literals::hidden_away(webhook));
    Ok(())
}

fn set_url(
    applying: &mut Applying<'_>,
    webhook: &mut WebhookDraft,
    stored: Option<&WebhookDraft>,
) -> Result<(), Refusal> {
    match applying.change("url") {
        Change::Same if applying.given.get("url").is_some() => {}
        Change::Same | Change::Unset => return Err(missing("endpoint", "url")),
        Change::Set(Value::String(text)) if text.trim().is_empty() => return Err(missing("endpoint", "url")),
        Change::Set(Value::String(text)) => {
            let whole = url::restored(text, stored.map(|stored| stored.url.as_str()))?;
            // A fragment is never sent: one with placeholders needs no values.
            let end = whole.find('#').filter(|at| whole[*at..].contains("${")).unwrap_or(whole.len());
            whole[..end].clone_into(&mut webhook.url);
        }
        Change::Set(other) => applying.note("url", Problem::NotText, other),
    }
    Ok(())
}

fn set_method(applying: &mut Applying<'_>, webhook: &mut WebhookDraft) -> Result<(), Refusal> {
    let is_required = applying.rules.family == Origin::Server;
    match applying.change("method") {
        _ if is_required && applying.given.get("method").is_none() => {
            return Err(missing("endpoint", "method"));
        }
        Change::Same => {}
        Change::Unset => webhook.method = None,
        Change::Set(Value::String(text)) => {
            if !METHODS.contains(&text.to_ascii_uppercase().as_str()) {
                return Err(Refusal::bad(format!("Invalid HTTP method: {text}")));
            }
            webhook.method = Some(text.clone());
        }
        Change::Set(other) => applying.note("method", Problem::NotText, other),
    }
    Ok(())
}

fn set_headers(
    applying: &mut Applying<'_>,
    webhook: &mut WebhookDraft,
    stored: Option<&WebhookDraft>,
) -> Result<(), Refusal> {
    let value = match applying.change("headers") {
        Change::Same => return Ok(()),
        Change::Unset => {
            webhook.headers.clear();
            return Ok(());
        }
        Change::Set(value) => value,
    };
    let Some(members) = headers_of(value) else {
        applying.note("headers", Problem::NotObject, value);
        return Ok(());
    };
    let mut headers = Headers::new();
    for (name, value) in &members {
        let lower = name.to_ascii_lowercase();
        if REFUSED_HEADERS.contains(&lower.as_str()) || lower.starts_with("proxy-") {
            return Err(Refusal::bad(format!("Header not allowed: {name}")));
        }
        let Some(text) = value.as_str() else {
            let mut loc = applying.given.place("headers");
            loc.push(name.as_str().into());
            applying.reader.note(loc, Problem::NotText, value);
            continue;
        };
        let kept = stored.and_then(|stored| {
            stored.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, kept)| kept)
        });
        let own = match kept {
            Some(kept) if is_redacted(text) => kept.clone(),
            Some(kept) if header_text(name, kept, applying.rules.opened) == text => kept.clone(),
            None if is_redacted(text) => {
                return Err(nothing_stored(&format!("configuration.headers.{name}")));
            }
            _ => Sealable::Text(text.to_owned()),
        };
        headers.insert(name.clone(), own);
    }
    webhook.headers = headers;
    Ok(())
}

/// Headers as an object; they may come as the text of one.
fn headers_of(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members.clone()),
        Value::String(text) if text.trim().is_empty() => Some(Map::new()),
        Value::String(text) => match serde_json::from_str(text) {
            Ok(Value::Object(members)) => Some(members),
            _ => None,
        },
        _ => None,
    }
}

/// Headers as written, without secrets.
pub(super) fn shown_headers(value: &Value) -> Value {
    let members = headers_of(value).unwrap_or_default();
    let shown = members.into_iter().map(|(name, value)| match value {
        Value::String(text) if is_secret_name(&name) => (name, Value::from(hidden(&text))),
        other => (name, other),
    });
    Value::Object(shown.collect())
}

fn set_template(
    applying: &mut Applying<'_>,
    webhook: &mut WebhookDraft,
    stored: Option<&WebhookDraft>,
) -> Result<(), Refusal> {
    let by_query = asks_by_query(webhook.method.as_deref());
    let was_by_query = stored.map_or(by_query, |stored| asks_by_query(stored.method.as_deref()));
    let template = match (applying.change("request_template"), applying.change("send_unused_arguments")) {
        (Change::Same, Change::Same) if by_query == was_by_query => return Ok(()),
        _ => applying.given.get("request_template"),
    };
    let before = stored.and_then(template_of);
    if was_by_query {
        webhook.query.clear();
    }
    webhook.body = None;
    let sends_rest = match applying.given.get("send_unused_arguments") {
        None => true,
        Some(Value::Bool(sends)) => *sends,
        Some(other) => {
            applying.note("send_unused_arguments", Problem::NotBool, other);
            return Ok(());
        }
    };
    webhook.unplaced = if sends_rest { UnplacedArguments::Unused } else { UnplacedArguments::Nowhere };
    let Some(template) = template else { return Ok(()) };
    let mut template = match template {
        Value::Object(_) => template.clone(),
        // Shown as JSON text to clients that know texts only, an object comes back as one.
        Value::String(text) => serde_json::from_str::<Value>(text)
            .ok()
            .filter(|parsed| {
                let is_as_shown = Some(parsed) == applying.before.get("request_template");
                let hides = redacted(parsed) != *parsed || text.contains(REDACTED);
                parsed.is_object() && (by_query || is_as_shown || hides)
            })
            .unwrap_or_else(|| template.clone()),
        other => {
            applying.note("request_template", Problem::NotObject, other);
            return Ok(());
        }
    };
    let before = match before {
        Some(Value::String(text)) => Some(serde_json::from_str(&text).unwrap_or(Value::String(text))),
        other => other,
    };
    restore(&mut template, before.as_ref(), "configuration.request_template")?;
    if by_query {
        // A text is no query: it is as if it were not there.
        if let Value::Object(members) = template {
            webhook.unplaced = UnplacedArguments::Nowhere;
            webhook.query = members;
        }
    } else {
        webhook.body = Some(template);
    }
    Ok(())
}

fn template_of(webhook: &WebhookDraft) -> Option<Value> {
    if asks_by_query(webhook.method.as_deref()) {
        (!webhook.query.is_empty()).then(|| Value::Object(webhook.query.clone()))
    } else {
        webhook.body.clone()
    }
}

fn set_mapping(applying: &mut Applying<'_>, webhook: &mut WebhookDraft) {
    match applying.change("response_mapping") {
        Change::Same => {}
        Change::Unset => webhook.answer.mapping.clear(),
        Change::Set(Value::Object(members)) => {
            webhook.answer.mapping.clear();
            for (name, path) in members {
                if let Some(path) = path.as_str() {
                    webhook.answer.mapping.insert(name.clone(), path.to_owned());
                } else {
                    let mut loc = applying.given.place("response_mapping");
                    loc.push(name.as_str().into());
                    applying.reader.note(loc, Problem::NotText, path);
                }
            }
        }
        Change::Set(other) => applying.note("response_mapping", Problem::NotObject, other),
    }
}

/// A switch that is on unless it is said otherwise; none when it stays.
fn switch(applying: &mut Applying<'_>, key: &'static str) -> Option<bool> {
    match applying.change(key) {
        Change::Same => None,
        Change::Unset => Some(true),
        Change::Set(Value::Bool(is_on)) => Some(*is_on),
        Change::Set(other) => {
            applying.note(key, Problem::NotBool, other);
            None
        }
    }
}

/// A header's value as it is shown.
pub fn header_text(name: &str, value: &Sealable, opened: &Opened) -> String {
    let text = match value {
        Sealable::Text(text) | Sealable::Literal { literal: text } => text.clone(),
        Sealable::Sealed { sealed, .. } => match opened.get(sealed) {
            Some(secret) => secret.expose_secret().to_owned(),
            None => return REDACTED.to_owned(),
        },
    };
    if is_secret_name(name) { hidden(&text) } else { text }
}

pub(super) fn show(draft: &ToolDraft, extras: &Extras, opened: &Opened) -> Vec<Shown> {
    let Some(webhook) = &draft.webhook else { return Vec::new() };
    // Hidden either way: nothing needs to be opened for it.
    let webhook = &literals::in_clear(webhook.clone(), &Opened::new());
    let method = webhook.method.as_deref().unwrap_or("GET");
    let headers: Map<String, Value> = (webhook.headers.iter())
        .map(|(name, value)| (name.clone(), Value::from(header_text(name, value, opened))))
        .collect();
    let template = template_of(webhook).map(|template| match template {
        Value::String(text) => Value::String(text),
        other => redacted(&other),
    });
    // An empty object asks for nothing, which is not the same as no template.
    let is_empty_object = |(key, residue): (&String, &Value)| {
        let is_empty = match residue.get("given") {
            Some(Value::Object(members)) => members.is_empty(),
            Some(Value::String(text)) => {
                serde_json::from_str::<Value>(text).is_ok_and(|own| own == json!({}))
            }
            _ => false,
        };
        is_empty && canonical(draft.kind, key) == Some("request_template")
    };
    let has_template = template.is_some() || extras.configuration.iter().any(is_empty_object);
    let sends_rest = webhook.unplaced != UnplacedArguments::Nowhere;
    let follows = match webhook.redirects {
        RedirectPolicy::Follow => Some(json!(true)),
        RedirectPolicy::None => Some(json!(false)),
        RedirectPolicy::SameOrigin => None,
    };
    let mapping = &webhook.answer.mapping;
    let shown = |key, value: Option<Value>, always| Shown { key, value, always };
    vec![
        shown("url", Some(json!(url::redacted(&webhook.url))), true),
        shown("method", Some(json!(method)), true),
        shown("headers", Some(Value::Object(headers.clone())), !headers.is_empty()),
        shown("request_template", template, true),
        shown("response_mapping", Some(json!(mapping)), !mapping.is_empty()),
        shown("follow_redirects", follows, webhook.redirects == RedirectPolicy::None),
        shown("verify_ssl", Some(json!(webhook.verify_tls)), !webhook.verify_tls),
        shown("send_unused_arguments", (!has_template).then(|| json!(sends_rest)), !sends_rest),
    ]
}
