//! The URL of a webhook, and secrets that stand in clear in it or beside it.

use std::collections::BTreeSet;

use hookswitch_template::{Path, UrlTemplate};
use serde_json::Value;

use crate::draft::{NameRule, UrlVariables, WebhookDraft};
use crate::finding::Findings;
use crate::secret::is_secret_name;

/// Longest URL, in bytes.
const MOST_URL: usize = 2048;

pub(super) fn parse(
    draft: &WebhookDraft,
    names: &NameRule,
    declared: &BTreeSet<String>,
    findings: &mut Findings,
) -> Option<UrlTemplate> {
    if draft.url.len() > MOST_URL {
        findings.error("$.webhook.url", "too_long", format!("at most {MOST_URL} bytes"));
        return None;
    }
    let parsed = match draft.url_variables {
        UrlVariables::PathAndQuery => UrlTemplate::parse(&draft.url, names.url_syntax()),
        UrlVariables::SecretsInHost => UrlTemplate::parse_open(&draft.url, names.url_syntax()),
    };
    let is_secret = |path: &Path| {
        names.secret_of(path).is_some_and(|name| names.system_name(name).is_none())
            && !declared.contains(path.root())
    };
    if let Ok(url) = &parsed {
        for path in url.authority_variables().filter(|path| !is_secret(path)) {
            let message = format!("only secrets may stand in user info, host and port, and {path} is none");
            findings.error("$.webhook.url", "invalid_url", message);
        }
    }
    parsed.map_err(|error| findings.error("$.webhook.url", "invalid_url", error.to_string())).ok()
}

/// Literals in places whose names speak of secrets are neither sealed nor hidden at rest there.
pub(super) fn warn_of_literals(draft: &WebhookDraft, findings: &mut Findings) {
    let message = "a literal here is stored in clear; set a secret and write {{secret.NAME}}";
    for (name, value) in &draft.query {
        if is_secret_name(name) && value.as_str().is_some_and(|text| !text.contains('{')) {
            findings.warn(format!("$.webhook.query[{name:?}]"), "secret_in_clear", message);
        }
    }
    let query = draft.url.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && is_secret_name(name)
            && !value.contains('{')
        {
            findings.warn("$.webhook.url", "secret_in_clear", format!("{name}: {message}"));
        }
    }
    if let Some(Value::Object(members)) = &draft.body {
        for (name, value) in members {
            if is_secret_name(name) && value.as_str().is_some_and(|text| !text.contains('{')) {
                findings.warn(format!("$.webhook.body[{name:?}]"), "secret_in_clear", message);
            }
        }
    }
}
