//! `custom_configuration` of an assignment: laid over the tool's configuration key by key (burki: 3.12).

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::secret::Sealable;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::configuration::{self, Opened, Rules};
use super::extras::{Extras, Origin};
use super::redact::{is_redacted, nothing_stored, restore};
use super::refusal::Refusal;
use super::url;

/// The tool as it is with one assistant. `before` is what it was there; `opened` opens the seals of both.
pub fn changed(
    base: &ToolDraft,
    before: &ToolDraft,
    custom: &Map<String, Value>,
    opened: &Opened,
) -> Result<ToolDraft, Refusal> {
    let mut custom = custom.clone();
    for (spelled, value) in &mut custom {
        if let Some(key) = configuration::canonical(base.kind, spelled) {
            reveal(key, value, before, opened)?;
        }
    }
    let mut draft = base.clone();
    let mut extras = Extras::of(base);
    let mut whole = configuration::show(base, &extras, opened);
    for (spelled, value) in &custom {
        let key = configuration::canonical(base.kind, spelled);
        whole.retain(|other, _| key.is_none() || configuration::canonical(base.kind, other) != key);
        whole.insert(spelled.clone(), value.clone());
    }
    let origin = extras.origin.unwrap_or_default();
    let rules = Rules { family: Origin::V1, origin, is_new: false, opened };
    configuration::apply(&mut draft, &mut extras, &whole, rules).map_err(in_custom)?;
    extras.custom = Some(configuration::redacted_keys(base.kind, &custom));
    extras.write(&mut draft);
    Ok(draft)
}

/// Puts back what was shown as `[REDACTED]`.
fn reveal(key: &str, value: &mut Value, before: &ToolDraft, opened: &Opened) -> Result<(), Refusal> {
    let at = format!("custom_configuration.{key}");
    let clear = |kept: Option<&Sealable>| match kept? {
        Sealable::Text(text) | Sealable::Literal { literal: text } => Some(text.clone()),
        Sealable::Sealed { sealed, .. } => opened.get(sealed).map(|secret| secret.expose_secret().to_owned()),
    };
    let webhook = before.webhook.clone().map(|webhook| configuration::with_literals(webhook, opened));
    let webhook = webhook.as_ref();
    let lambda = before.lambda.as_ref();
    match (key, value) {
        ("url", Value::String(text)) => {
            *text = url::restored(text, webhook.map(|webhook| webhook.url.as_str()))?;
        }
        ("headers", Value::Object(members)) => {
            for (name, value) in members {
                if value.as_str().is_some_and(is_redacted) {
                    let kept = webhook.and_then(|webhook| {
                        let mut all = webhook.headers.iter();
                        all.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, kept)| kept)
                    });
                    *value = clear(kept).ok_or_else(|| nothing_stored(&format!("{at}.{name}")))?.into();
                }
            }
        }
        ("environment_variables", Value::Object(members)) => {
            for (name, value) in members {
                if value.as_str().is_some_and(is_redacted) {
                    let kept = lambda.and_then(|lambda| lambda.environment_variables.get(name));
                    *value = clear(kept).ok_or_else(|| nothing_stored(&format!("{at}.{name}")))?.into();
                }
            }
        }
        ("access_key" | "secret_key" | "session_token", value) if value.as_str().is_some_and(is_redacted) => {
            let kept = lambda.and_then(|lambda| match key {
                "access_key" => lambda.access_key.as_ref(),
                "secret_key" => lambda.secret_key.as_ref(),
                _ => lambda.session_token.as_ref(),
            });
            *value = clear(kept).ok_or_else(|| nothing_stored(&at))?.into();
        }
        ("request_template", value) => {
            let query = webhook.map(|webhook| Value::Object(webhook.query.clone()));
            let body = webhook.and_then(|webhook| webhook.body.clone());
            restore(value, body.or(query).as_ref(), &at)?;
        }
        ("payload_template", value) => {
            restore(value, lambda.and_then(|lambda| lambda.payload.as_ref()), &at)?;
        }
        _ => {}
    }
    Ok(())
}

fn in_custom(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Unprocessable(items) => {
            let moved = items.into_iter().map(|item| item.moved("configuration", "custom_configuration"));
            Refusal::Unprocessable(moved.collect())
        }
        other => other,
    }
}
