//! Headers that a definition sets.

use hookswitch_template::{HeaderTemplate, Path};
use http::HeaderName;

use super::MOST_NAMES;
use crate::draft::{NameRule, WebhookDraft};
use crate::finding::Findings;
use crate::plan::{HeaderPlan, HeaderValuePlan};
use crate::secret::Sealable;

/// Headers that a definition can't set: the connection is ours, and so is the signature.
pub(super) const REFUSED: [&str; 12] = [
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
    "proxy-connection",
];

pub(super) fn parse(draft: &WebhookDraft, names: &NameRule, findings: &mut Findings) -> Vec<HeaderPlan> {
    if draft.headers.len() > MOST_NAMES {
        findings.error("$.webhook.headers", "too_many", format!("at most {MOST_NAMES} headers"));
    }
    let mut headers: Vec<HeaderPlan> = Vec::new();
    for (text, value) in draft.headers.iter().take(MOST_NAMES) {
        let at = format!("$.webhook.headers[{text:?}]");
        let Ok(name) = HeaderName::from_bytes(text.as_bytes()) else {
            findings.error(at, "invalid_name", "not a header name (RFC 9110)");
            continue;
        };
        if REFUSED.contains(&name.as_str()) {
            findings.error(at, "refused_header", "this header is set by the server");
            continue;
        }
        if headers.iter().any(|header| header.name == name) {
            findings.error(at, "duplicate_name", "the header is there twice");
            continue;
        }
        let value = match value {
            Sealable::Literal { literal } => HeaderValuePlan::Literal(literal.clone()),
            Sealable::Sealed { sealed, variables } if variables.is_empty() => {
                HeaderValuePlan::Sealed(*sealed)
            }
            Sealable::Sealed { sealed, variables } => {
                let named = variables.iter().filter_map(|text| Path::parse(text).ok()).collect();
                HeaderValuePlan::SealedTemplate(*sealed, named)
            }
            Sealable::Text(text) => match HeaderTemplate::parse(text, names.text_syntax()) {
                Ok(template) => HeaderValuePlan::Template(template),
                Err(error) => {
                    findings.error(at, "invalid_template", error.to_string());
                    continue;
                }
            },
        };
        headers.push(HeaderPlan { name, value });
    }
    headers
}

pub(super) fn parse_signature(draft: &WebhookDraft, findings: &mut Findings) -> Option<HeaderName> {
    let text = draft.timestamped_signature.as_deref()?;
    let at = "$.webhook.timestamped_signature";
    match HeaderName::from_bytes(text.as_bytes()) {
        Ok(name) if REFUSED.contains(&name.as_str()) => {
            findings.error(at, "refused_header", "this header is set by the server");
            None
        }
        Ok(name) => Some(name),
        Err(_) => {
            findings.error(at, "invalid_name", "not a header name (RFC 9110)");
            None
        }
    }
}
