//! The plan of a Lambda function.

use std::collections::BTreeSet;

use hookswitch_template::{JsonTemplate, Path, Syntax, Text};
use serde_json::Value;

use crate::draft::{InvocationType, LambdaDraft, NameRule, VariableSyntax};
use crate::finding::Findings;
use crate::lambda::{EventTemplate, FunctionRef, LambdaPlan, OwnCredentials, Qualifier, Region, SecretText};
use crate::secret::Sealable;

/// Most environment variables.
const MOST_VARIABLES: usize = 64;

pub(super) fn parse(
    draft: &LambdaDraft,
    declared: BTreeSet<String>,
    names: &NameRule,
    findings: &mut Findings,
) -> Option<LambdaPlan> {
    let function = (draft.function.parse::<FunctionRef>())
        .map_err(|error| findings.error("$.lambda.function", "invalid_name", error.to_string()))
        .ok();
    let region = parse_region(draft, function.as_ref(), findings);
    let qualifier = parse_qualifier(draft, function.as_ref(), findings);
    if names.syntax == VariableSyntax::Single {
        findings.error("$.lambda.variables.syntax", "conflict", "{name} is for URLs only");
    }
    if draft.endpoint_url.as_ref().is_some_and(|url| url.contains(['?', '#'])) {
        findings.error("$.lambda.endpoint_url", "invalid_url", "an endpoint has neither query nor fragment");
    }
    let template = parse_event(draft, names, findings);
    let environment = parse_environment(draft, names, findings);
    let credentials = parse_credentials(draft, findings);
    Some(LambdaPlan {
        function: function?,
        region: region?,
        qualifier,
        invocation: draft.invocation_type,
        shape: draft.event_shape,
        template,
        environment,
        endpoint: draft.endpoint_url.clone(),
        credentials,
        names: names.clone(),
        unset: draft.unset,
        declared,
    })
}

/// The region of an ARN wins.
fn parse_region(
    draft: &LambdaDraft,
    function: Option<&FunctionRef>,
    findings: &mut Findings,
) -> Option<Region> {
    let written = match &draft.region {
        None => None,
        Some(text) => match text.parse::<Region>() {
            Ok(region) => Some(region),
            Err(error) => {
                findings.error("$.lambda.region", "invalid_region", error.to_string());
                return None;
            }
        },
    };
    let named = function.and_then(FunctionRef::region);
    if let (Some(written), Some(named)) = (&written, named)
        && written != named
    {
        let message = format!("the function's ARN says {named}, which is used");
        findings.warn("$.lambda.region", "region_ignored", message);
    }
    Some(named.cloned().or(written).unwrap_or_default())
}

fn parse_qualifier(
    draft: &LambdaDraft,
    function: Option<&FunctionRef>,
    findings: &mut Findings,
) -> Option<Qualifier> {
    let named = function.and_then(FunctionRef::qualifier);
    let Some(text) = &draft.qualifier else { return named.cloned() };
    match text.parse::<Qualifier>() {
        Ok(written) if named.is_some_and(|named| *named != written) => {
            let message = "the function's name ends in another version or alias";
            findings.error("$.lambda.qualifier", "conflict", message);
            None
        }
        Ok(written) => Some(written),
        Err(_) => {
            findings.error("$.lambda.qualifier", "invalid_name", "a version number, an alias or $LATEST");
            None
        }
    }
}

fn parse_event(draft: &LambdaDraft, names: &NameRule, findings: &mut Findings) -> Option<EventTemplate> {
    let syntax = names.text_syntax();
    let parsed = match draft.payload.as_ref()? {
        Value::Null => return None,
        Value::String(text) => match JsonTemplate::parse_text(text, syntax) {
            Ok(template) => Ok(EventTemplate::Json(template)),
            Err(_) => Text::parse(text, syntax).map(EventTemplate::Text).map_err(|error| error.to_string()),
        },
        value => {
            JsonTemplate::parse(value, syntax).map(EventTemplate::Json).map_err(|error| error.to_string())
        }
    };
    parsed.map_err(|error| findings.error("$.lambda.payload", "invalid_template", error)).ok()
}

fn parse_environment(
    draft: &LambdaDraft,
    names: &NameRule,
    findings: &mut Findings,
) -> Vec<(String, SecretText)> {
    if draft.environment_variables.len() > MOST_VARIABLES {
        let most = format!("at most {MOST_VARIABLES} variables");
        findings.error("$.lambda.environment_variables", "too_many", most);
    }
    if draft.invocation_type == InvocationType::Event && !draft.environment_variables.is_empty() {
        let message = "AWS drops environment_variables of Event invocations";
        findings.warn("$.lambda.environment_variables", "dropped", message);
    }
    let mut environment = Vec::new();
    for (name, value) in draft.environment_variables.iter().take(MOST_VARIABLES) {
        let at = format!("$.lambda.environment_variables[{name:?}]");
        if let Some(text) = secret_text(value, names.text_syntax(), &at, findings) {
            environment.push((name.clone(), text));
        }
    }
    environment
}

fn parse_credentials(draft: &LambdaDraft, findings: &mut Findings) -> Option<OwnCredentials> {
    if draft.access_key.is_some() != draft.secret_key.is_some() {
        findings.error("$.lambda.access_key", "conflict", "access_key and secret_key come together");
    } else if draft.session_token.is_some() && draft.access_key.is_none() {
        findings.error("$.lambda.session_token", "conflict", "only with access_key and secret_key");
    }
    let mut text = |field: &str, value: &Option<Sealable>| {
        secret_text(value.as_ref()?, Syntax::Braces, &format!("$.lambda.{field}"), findings)
    };
    let access_key = text("access_key", &draft.access_key);
    let secret_key = text("secret_key", &draft.secret_key);
    let session_token = text("session_token", &draft.session_token);
    Some(OwnCredentials { access_key: access_key?, secret_key: secret_key?, session_token })
}

fn secret_text(value: &Sealable, syntax: Syntax, at: &str, findings: &mut Findings) -> Option<SecretText> {
    Some(match value {
        Sealable::Literal { literal } => SecretText::Literal(literal.clone()),
        Sealable::Sealed { sealed, variables } if variables.is_empty() => SecretText::Sealed(*sealed),
        Sealable::Sealed { sealed, variables } => {
            let named = variables.iter().filter_map(|text| Path::parse(text).ok()).collect();
            SecretText::SealedTemplate(*sealed, named)
        }
        Sealable::Text(text) => match Text::parse(text, syntax) {
            Ok(template) => SecretText::Template(template),
            Err(error) => {
                findings.error(at, "invalid_template", error.to_string());
                return None;
            }
        },
    })
}
