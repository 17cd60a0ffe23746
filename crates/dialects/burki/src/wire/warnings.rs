//! `warnings`: what is saved and deserves a look.

use std::collections::BTreeSet;

use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::{Findings, Severity};
use serde_json::Value;

use super::configuration::{self, Opened};
use super::extras::Extras;
use super::new_tool::is_context_name;
use super::timeouts;

/// Longest run of Python code, in seconds, unless the operator says otherwise.
const PYTHON_CEILING: i64 = 30;

/// The warnings of a saved tool. `secrets` are the names of the store, in lower case.
pub fn of(draft: &ToolDraft, findings: &Findings, secrets: &BTreeSet<String>) -> Vec<String> {
    let extras = Extras::of(draft);
    let shown = configuration::show(draft, &extras, &Opened::new());
    let mut warnings = Vec::new();
    if shown.contains_key("authentication") {
        warnings.push("authentication is stored and has no effect; use headers".to_owned());
    }
    if draft.kind == Kind::Python && timeouts::effective(draft) > PYTHON_CEILING {
        warnings.push(format!("timeout_seconds is cut to {PYTHON_CEILING} seconds for Python functions"));
    }
    warnings.extend(lambda_warnings(draft, shown.get("aws_region").or_else(|| shown.get("region"))));
    warnings.extend(unknown_placeholders(draft, secrets));
    let of_registry = findings.iter().filter(|finding| finding.severity == Severity::Warning);
    warnings.extend(of_registry.map(|finding| {
        match finding.code.as_str() {
            "secret_in_clear" => {
                format!(
                    "a secret in {} is stored in clear; use a placeholder and the secret store",
                    place(&finding.path)
                )
            }
            "effect_doubtful" => {
                "its name sounds like an action, but it is retried as a read: its method is GET or HEAD"
                    .to_owned()
            }
            "dropped" => finding.message.clone(),
            _ => format!("{}: {}", place(&finding.path), finding.message),
        }
    }));
    warnings
}

fn lambda_warnings(draft: &ToolDraft, region: Option<&Value>) -> Vec<String> {
    let Some(lambda) = &draft.lambda else { return Vec::new() };
    let mut warnings = Vec::new();
    if let (Some(Value::String(given)), Some(used)) = (region, &lambda.region)
        && given != used
    {
        warnings.push(format!("the region of the ARN, {used}, is used instead of {given}"));
    }
    warnings
}

fn unknown_placeholders(draft: &ToolDraft, secrets: &BTreeSet<String>) -> Vec<String> {
    let Some(definition) = draft.parse().0 else { return Vec::new() };
    let names = definition.maybe_secrets.iter().map(hookswitch_model::name::SecretName::as_str);
    // Credentials are no placeholders: without them the server may have its own.
    let is_credential = |name: &str| match &definition.kind {
        ToolKind::Lambda(plan) => plan.stand_ins().any(|own| own.as_str() == name),
        _ => false,
    };
    let unknown = names.filter(|name| {
        !is_context_name(name) && !is_credential(name) && !secrets.contains(&name.to_ascii_lowercase())
    });
    let warning = |name: &str| {
        format!(
            "placeholder {name} is neither an argument nor of the call's context, and there is no such secret yet"
        )
    };
    unknown.map(warning).collect()
}

fn place(path: &str) -> &str {
    path.strip_prefix("$.webhook.").or_else(|| path.strip_prefix("$.")).unwrap_or(path)
}
