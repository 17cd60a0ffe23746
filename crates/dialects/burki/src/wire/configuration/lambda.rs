//! `lambda`: an AWS Lambda function.

use std::collections::BTreeMap;

use hookswitch_model::draft::{EventShape, InvocationType, LambdaDraft, ToolDraft, UnsetRule};
use hookswitch_model::lambda::FunctionRef;
use hookswitch_model::secret::Sealable;
use serde_json::{Value, json};

use super::{Applying, Change, Shown, missing};
use crate::wire::extras::Origin;
use crate::wire::new_tool::name_rule;
use crate::wire::redact::{REDACTED, is_redacted, nothing_stored, redacted, restore};
use crate::wire::refusal::Refusal;
use crate::wire::style::Problem;

const INVOCATIONS: &[&str] = &["RequestResponse", "Event", "DryRun"];
const SHAPES: &[&str] = &["arguments", "envelope"];
const DEFAULT_REGION: &str = "us-east-1";

pub(super) fn apply(applying: &mut Applying<'_>) -> Result<(), Refusal> {
    let stored = applying.stored.as_ref().and_then(|stored| stored.lambda.clone());
    let mut lambda = stored.clone().unwrap_or_else(|| new_lambda(applying.rules.origin));
    set_function(applying, &mut lambda)?;
    set_region(applying, &mut lambda)?;
    set_words(applying, &mut lambda);
    set_environment(applying, &mut lambda, stored.as_ref())?;
    set_payload(applying, &mut lambda, stored.as_ref())?;
    lambda.access_key =
        credential(applying, "access_key", stored.as_ref().and_then(|s| s.access_key.clone()))?;
    lambda.secret_key =
        credential(applying, "secret_key", stored.as_ref().and_then(|s| s.secret_key.clone()))?;
    lambda.session_token =
        credential(applying, "session_token", stored.as_ref().and_then(|s| s.session_token.clone()))?;
    applying.draft.lambda = Some(lambda);
    Ok(())
}

/// `origin` decides the event when nobody does (burki: 3.5).
fn new_lambda(origin: Origin) -> LambdaDraft {
    LambdaDraft {
        function: String::new(),
        region: None,
        invocation_type: InvocationType::RequestResponse,
        environment_variables: BTreeMap::new(),
        payload: None,
        event_shape: default_shape(origin),
        variables: Some(name_rule()),
        unset: UnsetRule::Refuse,
        qualifier: None,
        endpoint_url: None,
        access_key: None,
        secret_key: None,
        session_token: None,
    }
}

const fn default_shape(origin: Origin) -> EventShape {
    match origin {
        Origin::V1 => EventShape::Arguments,
        Origin::Server => EventShape::Envelope,
    }
}

fn set_function(applying: &mut Applying<'_>, lambda: &mut LambdaDraft) -> Result<(), Refusal> {
    match applying.change("function_name") {
        Change::Same if applying.given.get("function_name").is_some() => {}
        Change::Same | Change::Unset => return Err(missing("Lambda", "function_name")),
        Change::Set(Value::String(name)) if name.trim().is_empty() => {
            return Err(missing("Lambda", "function_name"));
        }
        Change::Set(Value::String(name)) => {
            if !is_function(name) {
                return Err(Refusal::bad("Invalid function name"));
            }
            lambda.function.clone_from(name);
        }
        Change::Set(other) => applying.note("function_name", Problem::NotText, other),
    }
    Ok(())
}

fn set_region(applying: &mut Applying<'_>, lambda: &mut LambdaDraft) -> Result<(), Refusal> {
    let is_required = applying.rules.family == Origin::Server;
    match applying.change("aws_region") {
        _ if is_required && applying.given.get("aws_region").is_none() => {
            return Err(missing("Lambda", "region"));
        }
        Change::Same => {}
        Change::Unset => lambda.region = None,
        Change::Set(Value::String(region)) => {
            if !is_region(region) {
                return Err(Refusal::bad(format!("Invalid AWS region: {region}")));
            }
            lambda.region = Some(region.clone());
        }
        Change::Set(other) => applying.note("aws_region", Problem::NotText, other),
    }
    // The region of an ARN wins.
    if let Some(region) = arn_region(&lambda.function) {
        lambda.region = Some(region);
    }
    Ok(())
}

fn set_words(applying: &mut Applying<'_>, lambda: &mut LambdaDraft) {
    match applying.change("invocation_type") {
        Change::Same => {}
        Change::Unset => lambda.invocation_type = InvocationType::RequestResponse,
        Change::Set(value) => match value.as_str() {
            Some("RequestResponse") => lambda.invocation_type = InvocationType::RequestResponse,
            Some("Event") => lambda.invocation_type = InvocationType::Event,
            Some("DryRun") => lambda.invocation_type = InvocationType::DryRun,
            _ => applying.note("invocation_type", Problem::NotOneOf(INVOCATIONS), value),
        },
    }
    match applying.change("event_shape") {
        Change::Same => {}
        Change::Unset => lambda.event_shape = default_shape(applying.rules.origin),
        Change::Set(value) => match value.as_str() {
            Some("arguments") => lambda.event_shape = EventShape::Arguments,
            Some("envelope") => lambda.event_shape = EventShape::Envelope,
            _ => applying.note("event_shape", Problem::NotOneOf(SHAPES), value),
        },
    }
}

fn set_environment(
    applying: &mut Applying<'_>,
    lambda: &mut LambdaDraft,
    stored: Option<&LambdaDraft>,
) -> Result<(), Refusal> {
    let members = match applying.change("environment_variables") {
        Change::Same => return Ok(()),
        Change::Unset => {
            lambda.environment_variables.clear();
            return Ok(());
        }
        Change::Set(Value::Object(members)) => members,
        Change::Set(other) => {
            applying.note("environment_variables", Problem::NotObject, other);
            return Ok(());
        }
    };
    let mut variables = BTreeMap::new();
    for (name, value) in members {
        let Some(text) = value.as_str() else {
            let mut loc = applying.given.place("environment_variables");
            loc.push(name.as_str().into());
            applying.reader.note(loc, Problem::NotText, value);
            continue;
        };
        let own = if is_redacted(text) {
            let kept = stored.and_then(|stored| stored.environment_variables.get(name));
            let at = format!("configuration.environment_variables.{name}");
            kept.cloned().ok_or_else(|| nothing_stored(&at))?
        } else {
            Sealable::Text(text.to_owned())
        };
        variables.insert(name.clone(), own);
    }
    lambda.environment_variables = variables;
    Ok(())
}

fn set_payload(
    applying: &mut Applying<'_>,
    lambda: &mut LambdaDraft,
    stored: Option<&LambdaDraft>,
) -> Result<(), Refusal> {
    match applying.change("payload_template") {
        Change::Same => {}
        Change::Unset => lambda.payload = None,
        Change::Set(value @ Value::Object(_)) => {
            let mut payload = value.clone();
            let before = stored.and_then(|stored| stored.payload.as_ref());
            restore(&mut payload, before, "configuration.payload_template")?;
            lambda.payload = Some(payload);
        }
        Change::Set(value @ Value::String(_)) => lambda.payload = Some(value.clone()),
        Change::Set(other) => applying.note("payload_template", Problem::NotObject, other),
    }
    Ok(())
}

fn credential(
    applying: &mut Applying<'_>,
    key: &'static str,
    stored: Option<Sealable>,
) -> Result<Option<Sealable>, Refusal> {
    Ok(match applying.given.get(key) {
        None => None,
        Some(Value::String(text)) if is_redacted(text) => {
            Some(stored.ok_or_else(|| nothing_stored(&format!("configuration.{key}")))?)
        }
        Some(Value::String(text)) if text.is_empty() => None,
        Some(Value::String(text)) => Some(Sealable::Literal { literal: text.clone() }),
        Some(other) => {
            applying.note(key, Problem::NotText, other);
            None
        }
    })
}

/// A name, `name:alias`, a partial or a full ARN.
fn is_function(text: &str) -> bool {
    text.parse::<FunctionRef>().is_ok()
}

/// The region inside a full ARN.
fn arn_region(function: &str) -> Option<String> {
    let function: FunctionRef = function.parse().ok()?;
    function.region().map(|region| region.as_str().to_owned())
}

/// `^[a-z]{2}(-[a-z]+)+-[0-9]$`
pub fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., last] = words.as_slice() else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    first.len() == 2
        && is_word(first)
        && !middle.is_empty()
        && middle.iter().all(|word| is_word(word))
        && last.len() == 1
        && last.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn show(draft: &ToolDraft, origin: Option<Origin>) -> Vec<Shown> {
    let Some(lambda) = &draft.lambda else { return Vec::new() };
    let shape = match lambda.event_shape {
        EventShape::Arguments => "arguments",
        EventShape::Envelope => "envelope",
    };
    let invocation = match lambda.invocation_type {
        InvocationType::RequestResponse => "RequestResponse",
        InvocationType::Event => "Event",
        InvocationType::DryRun => "DryRun",
    };
    let variables: serde_json::Map<String, Value> =
        lambda.environment_variables.keys().map(|name| (name.clone(), json!(REDACTED))).collect();
    let payload = lambda.payload.as_ref().map(redacted);
    let secret = |value: &Option<Sealable>| value.as_ref().map(|_| json!(REDACTED));
    let is_default_shape = origin.is_some_and(|origin| default_shape(origin) == lambda.event_shape);
    let shown = |key, value: Option<Value>, always| Shown { key, value, always };
    vec![
        shown("function_name", Some(json!(lambda.function)), true),
        shown("aws_region", Some(json!(lambda.region.as_deref().unwrap_or(DEFAULT_REGION))), true),
        shown("invocation_type", Some(json!(invocation)), invocation != "RequestResponse"),
        shown("environment_variables", Some(Value::Object(variables.clone())), !variables.is_empty()),
        shown("payload_template", payload, true),
        shown("event_shape", Some(json!(shape)), !is_default_shape),
        shown("access_key", secret(&lambda.access_key), true),
        shown("secret_key", secret(&lambda.secret_key), true),
        shown("session_token", secret(&lambda.session_token), true),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_by_name_alias_and_arn() {
        for name in [
            "orders",
            "orders:prod",
            "orders:$LATEST",
            "123456789012:function:orders",
            "function:orders",
            "arn:aws:lambda:us-east-1:111122223333:function:orders",
            "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:orders:prod",
        ] {
            assert!(is_function(name), "{name}");
        }
        for name in ["", "a b", "a:b:c:d", "arn:aws:s3:::bucket", "a/b", "orders:", &"x".repeat(171)] {
            assert!(!is_function(name), "{name}");
        }
        assert_eq!(
            arn_region("arn:aws:lambda:eu-west-1:111122223333:function:f"),
            Some("eu-west-1".to_owned())
        );
        assert_eq!(arn_region("orders"), None);
    }
}
